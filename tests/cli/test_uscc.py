"""`lianshu uscc check`: its golden output, its exit codes, its messages."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from lianshu.cli import main

HERE = Path(__file__).parent / "uscc"
CODES, VERDICTS = HERE / "codes.csv", HERE / "verdicts.csv"
GOOD = "91990000DEM0000145"


def check(file: Path, *more: object) -> int:
    return main(["uscc", "check", str(file), *map(str, more)])


def rows_of(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))


def test_the_golden_result(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "x.csv"
    assert check(CODES, "--out", out) == 0
    assert out.read_bytes() == VERDICTS.read_bytes()
    assert "共 10 行，valid 1，valid_by_GB32100_only 1，normalise 3，invalid 5" in (
        capsys.readouterr().err
    )


def test_stdout_holds_the_result_alone_and_no_django_is_needed() -> None:
    program = (
        "import sys; from lianshu.cli import main;"
        f"code = main(['uscc', 'check', {str(CODES)!r}]);"
        "heavy = {'django', 'numpy', 'scipy', 'rjieba'} & sys.modules.keys();"
        "sys.exit(code if not heavy else f'{heavy}')"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    assert done.stdout == VERDICTS.read_bytes()


def test_every_row_of_the_vectors_in_order(lianshu_data: Path, tmp_path: Path) -> None:
    out = tmp_path / "x.csv"
    vectors = lianshu_data / "uscc/uscc_vectors.csv"
    assert check(vectors, "--out", out) == 0
    expected = [(row["code"], row["expected"]) for row in rows_of(vectors)]
    assert [(row["code"], row["verdict"]) for row in rows_of(out)] == expected


@pytest.mark.parametrize(
    "header",
    [
        *("code", " Code ", "USCC", "代码", "统一社会信用代码", "统一社会信用代码*"),
        *("统一社会信用代码（18位）", "企业信用代码", "Unified Social Credit Code", "credit_code"),
    ],
)
def test_the_column_has_several_names(header: str, tmp_path: Path) -> None:
    file, out = tmp_path / "in.csv", tmp_path / "x.csv"
    file.write_text(f"名称,{header}\n甲,{GOOD}\n", encoding="gb18030")
    assert check(file, "--out", out) == 0
    assert [row["verdict"] for row in rows_of(out)] == ["valid"]


def test_a_column_of_another_name_is_known_by_what_it_holds(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, out = tmp_path / "in.csv", tmp_path / "x.csv"
    other = f"91330200{GOOD[8:]}"
    rows = [f"1,甲,{GOOD}", "", f"2,乙, {GOOD.lower()} ", ",,", f"3,丙,{other}", "4,丁,"]
    file.write_text("\n".join(["id,单位,证照号", *rows]) + "\n", encoding="utf-8")
    assert check(file, "--out", out) == 0
    assert [row["verdict"] for row in rows_of(out)] == ["valid", "normalise", "invalid", "invalid"]
    assert "按内容认出代码在 C 列“证照号”" in capsys.readouterr().err
    by_content = out.read_bytes()
    for named in ("证照号", "c"):
        assert check(file, "--out", out, "--column", named) == 0
        assert out.read_bytes() == by_content
    assert check(file, "--column", "没有") == 2
    assert "没有“没有”列。表里有：A “id”、B “单位”、C “证照号”" in capsys.readouterr().err
    two = f"甲,乙\n{GOOD},{GOOD}\n"
    file.write_text(two, encoding="utf-8")
    assert check(file) == 2, "which of the two is for a person to say"


def test_a_list_without_a_header_loses_no_row(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, out = tmp_path / "in.csv", tmp_path / "x.csv"
    file.write_text(f"{GOOD}\n\n{GOOD[:-1]}\n", encoding="utf-8")
    assert check(file, "--out", out) == 0
    assert [row["verdict"] for row in rows_of(out)] == ["valid", "invalid"]
    assert "第 1 行不是表头" in capsys.readouterr().err


def test_excel_cells_that_are_no_text(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    cells = [GOOD, 911522010783917502, 12345, None, "#N/A", date(2026, 1, 1), " " + GOOD]
    sheet.append(["名称", "代码"])
    for number, cell in enumerate(cells):
        sheet.append([f"单位{number}", cell])
    sheet["B6"].data_type = "e"
    book.create_sheet("说明").append(["不读"])
    file, out = tmp_path / "in.xlsx", tmp_path / "x.csv"
    book.save(file)
    assert check(file, "--out", out) == 0
    rows = rows_of(out)
    assert [row["verdict"] for row in rows] == ["valid", *["invalid"] * 5, "normalise"]
    assert "末尾已经丢失" in rows[1]["reason"]
    assert rows[2]["code"] == "12345"
    assert "空" in rows[3]["reason"]
    assert "错误值" in rows[4]["reason"]
    assert rows[6]["code"] == " " + GOOD


def test_excel_and_json_by_suffix(tmp_path: Path) -> None:
    sheet, text = tmp_path / "x.xlsx", tmp_path / "x.json"
    assert check(CODES, "--out", sheet) == check(CODES, "--out", text) == 0
    golden = rows_of(VERDICTS)
    rows = list(load_workbook(sheet).worksheets[0].values)
    assert rows[0] == ("code", "normalised", "verdict", "reason")
    assert [row[2] for row in rows[1:]] == [row["verdict"] for row in golden]
    assert [row["reason"] or "" for row in json.loads(text.read_text(encoding="utf-8"))] == [
        row["reason"] for row in golden
    ]


def test_what_no_file_can_hold_is_shown_by_a_sign(tmp_path: Path) -> None:
    file, out = tmp_path / "in.csv", tmp_path / "x.csv"
    file.write_text(f"code,n\n{GOOD[:-1]}\ufffe,1\n=1+1,2\n", encoding="utf-8")
    assert check(file, "--out", out) == 0
    first, second = rows_of(out)
    assert first["code"].endswith("\ufffd")
    assert "U+FFFE" in first["reason"]
    assert second["code"] == "'=1+1"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "空"),
        (b"code\n", "没有数据行"),
        ("名称,编号\n甲,1\n".encode(), "找不到“统一社会信用代码”列。表里有：A “名称”、B “编号”"),
        (b"PK\x03\x04 broken", "in.csv"),
        (b'code,n\n"9133,1\n', "引号"),
    ],
)
def test_unusable_input_stops_with_a_sentence_and_nothing_written(
    content: bytes, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, out = tmp_path / "in.csv", tmp_path / "x.csv"
    file.write_bytes(content)
    assert check(file, "--out", out) == 2
    words = capsys.readouterr().err
    assert said in words
    assert "Traceback" not in words
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]


def test_wrong_usage_is_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["uscc"]) == 2
    assert main(["uscc", "chek"]) == 2
    assert main(["uscc", "check"]) == 2
    assert check(CODES, "--out", tmp_path / "x.docx") == 2
    assert check(tmp_path / "none.csv") == 2
    copy = tmp_path / "in.csv"
    copy.write_bytes(CODES.read_bytes())
    assert check(copy, "--out", copy) == 2
    assert copy.read_bytes() == CODES.read_bytes()
    assert "Traceback" not in capsys.readouterr().err


def test_help_names_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["uscc", "--help"]) == 0
    assert "check" in capsys.readouterr().out
