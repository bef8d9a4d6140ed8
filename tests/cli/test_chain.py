"""`lianshu chain`: the gap report and the quality report on files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lianshu.cli import main
from lianshu.engine.sheets import read_table

E = """from_product,to_product,rel
整车,电池,上游材料
整车,电机,上游材料
整车,整车,上游材料
电池,正极,上游材料
电池,锂电池,产品小类
锂,正极,下游产品
"""
M = "company_code,product_name,weight\n600001.SH,锂电池,0.4\n000002,锂电池,0.2\n3,电机,\n"


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder with e.csv, m.csv and l.csv."""
    (tmp_path / "e.csv").write_text(E, "utf-8")
    (tmp_path / "m.csv").write_text(M, "utf-8")
    (tmp_path / "l.csv").write_text("code\n600001\n000002.SZ\n999999\n", "utf-8")
    return tmp_path


def gaps(folder: Path, *more: str) -> int:
    names = {"--edges": "e.csv", "--makers": "m.csv", "--local": "l.csv"}
    options = [word for option, name in names.items() for word in (option, str(folder / name))]
    return main(["chain", "gaps", *options, *more])


def test_the_report_is_exactly_as_documented(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert gaps(files, "--root", "整车", "--out", str(files / "o.csv")) == 0
    assert (files / "o.csv").read_text("utf-8") == (
        "product,depth,makers_local,status,path\n"
        "电机,1,0,gap,整车 > 电机\n"
        "电池,1,2,thin,整车 > 电池\n"
        "正极,2,0,gap,整车 > 电池 > 正极\n"
    )
    said = capsys.readouterr()
    assert said.out == ""
    assert "3 层以内的上游材料 3 种：断点（0 家） 2" in said.err
    assert "写成自己的上游材料，不计，例如 整车" in said.err
    assert "3 家企业里有 1 家没有登记产品，例如 999999" in said.err
    assert "本地配套率：按品种 33.3%；按收入占比 100.0%" in said.err


def test_sub_classes_and_depth_are_chosen(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert gaps(files, "--root", "整车", "--subclasses", "off", "--depth", "1") == 0
    assert capsys.readouterr().out.splitlines()[1:] == [
        "电机,1,0,gap,整车 > 电机",
        "电池,1,0,gap,整车 > 电池",
    ]
    assert gaps(files, "--root", "整车", "--depth", "0") == 2
    assert gaps(files, "--root", "整车", "--subclasses", "maybe") == 2


def test_roots_come_from_options_and_a_file(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (files / "roots.csv").write_text("product\n 电池\n整车\n", "utf-8-sig")
    out = str(files / "o.json")
    assert (
        gaps(files, "--root", "整车", "--roots-file", str(files / "roots.csv"), "--out", out) == 0
    )
    rows = json.loads((files / "o.json").read_text("utf-8"))
    assert [(row["product"], row["path"]) for row in rows] == [
        ("正极", "电池 > 正极"),
        ("电机", "整车 > 电机"),
    ]
    (files / "roots.csv").write_text("整车\n", "gb18030")
    assert gaps(files, "--roots-file", str(files / "roots.csv")) == 0
    assert "“整车”也当作根产品" in capsys.readouterr().err
    assert gaps(files) == 2
    assert "没有根产品" in capsys.readouterr().err
    assert gaps(files, "--root", " ") == 2


def test_an_unknown_root_is_2_with_the_nearest_names_and_writes_nothing(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = files / "o.csv"
    assert gaps(files, "--root", "整车", "--root", "锂电地", "--root", "猪", "--out", str(out)) == 2
    assert not out.exists()
    said = capsys.readouterr().err
    assert "没有“锂电地”这个产品。相近的有：锂电池" in said
    assert "没有“猪”这个产品。也没有相近的名称。" in said


def test_an_empty_local_list_makes_everything_a_gap(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (files / "l.csv").write_text("code\n", "utf-8")
    assert gaps(files, "--root", "整车") == 0
    said = capsys.readouterr()
    assert {line.split(",")[3] for line in said.out.splitlines()[1:]} == {"gap"}
    assert "名单里没有企业，所有上游材料都是断点" in said.err
    (files / "l.csv").write_text("", "utf-8")
    assert gaps(files, "--root", "整车") == 2


def test_a_root_without_inputs_is_told(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (files / "e.csv").write_text(E + "车,整车,产品小类\n", "utf-8")
    assert gaps(files, "--root", "车") == 0
    said = capsys.readouterr()
    assert said.out == "product,depth,makers_local,status,path\n"
    assert "没有登记上游材料的根产品：车" in said.err
    assert "“车”的产品小类里登记了上游材料的有 整车" in said.err


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("e.csv", E.split("\n", 1)[1], "不像表头"),
        ("e.csv", "from_product,to_product,rel\na,b,卖给\n", "没有一行能用"),
        ("m.csv", "code\n1\n", "产品名称"),
        ("l.csv", "name\n某公司\n", "不像表头"),
    ],
)
def test_a_file_that_cannot_be_used_is_2(
    name: str, text: str, words: str, files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (files / name).write_text(text, "utf-8")
    assert gaps(files, "--root", "整车") == 2
    said = capsys.readouterr().err
    assert name in said
    assert words in said
    assert "Traceback" not in said


def test_rows_left_out_are_told(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (files / "e.csv").write_text(E + "整车,座椅,供应\n" * 5, "utf-8")
    assert gaps(files, "--root", "整车") == 0
    said = capsys.readouterr()
    assert "座椅" not in said.out
    assert "关系“供应”不认识" in said.err
    assert "另有 2 处" in said.err


def test_a_result_never_replaces_an_input(files: Path) -> None:
    assert gaps(files, "--root", "整车", "--out", str(files / "e.csv")) == 2
    assert (files / "e.csv").read_text("utf-8") == E
    assert gaps(files, "--root", "整车", "--out", str(files / "o.xlsx")) == 0
    assert read_table(files / "o.xlsx").header[-1] == "path"


def quality(folder: Path, *more: str) -> int:
    return main(
        [
            "chain",
            "quality",
            "--edges",
            str(folder / "e.csv"),
            "--makers",
            str(folder / "m.csv"),
            *more,
        ]
    )


def test_quality_is_1_with_defects_and_0_without(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert quality(files) == 1
    said = capsys.readouterr()
    assert "G011 错误 自己的上游或小类：1 处" in said.out
    assert "什么也没有改动" in said.err
    (files / "e.csv").write_text(E.replace("整车,整车,上游材料\n", ""), "utf-8")
    assert quality(files) == 0
    (files / "p.csv").write_text("name\n整车\n", "utf-8")
    assert quality(files, "--products", str(files / "p.csv")) == 0
    assert "G042 提醒" in capsys.readouterr().out


def test_quality_as_json_is_the_answer_of_every_check(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert quality(files, "--json") == 1
    answer = json.loads(capsys.readouterr().out)
    assert answer["ok"] is False
    assert set(answer["findings"][0]) == {"file", "line", "column", "rule", "severity", "message"}
    assert {"G007", "G011", "G015"} <= {each["rule"] for each in answer["findings"]}
    (files / "e.csv").write_bytes(b"\x00\x01")
    assert quality(files, "--json") == 2
