"""`lianshu link`: files in, one row out for each row in, exit codes, messages."""

from __future__ import annotations

import csv
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from openpyxl import Workbook, load_workbook

from lianshu.cli import main

REGISTRY = """id,name,uscc,city,aliases,former_names
1,宁波市甬江精密机械股份有限公司,91330200MA2AXXXX0A,宁波,甬江精机|YJ,
2,中国铁塔股份有限公司,,,,
3,上海新梅置业股份有限公司,,上海,,上海港机股份有限公司
"""
HEADER = ["list_id", "entity_id", "probability", "gap", "decision", "reasons"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A register as a file."""
    (tmp_path / "registry.csv").write_text(REGISTRY, "utf-8")
    return tmp_path


def run(folder: Path, listed: str, *, out: str = "out.csv") -> int:
    (folder / "list.csv").write_text(listed, "utf-8")
    files = [str(folder / name) for name in ("list.csv", "registry.csv", out)]
    return main(["link", *files[:2], "--out", files[2]])


def answers(folder: Path) -> list[dict[str, str]]:
    with (folder / "out.csv").open(encoding="utf-8") as stream:
        reader = csv.DictReader(stream)
        assert reader.fieldnames == HEADER
        return list(reader)


def test_one_row_for_each_row_in_its_order(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    listed = "id,name\nb,中国铁塔\na,珀莱雅化妆品\nc,上海港机股份有限公司\nb,ＹＪ\n"
    assert run(folder, listed) == 0
    rows = answers(folder)
    assert [row["list_id"] for row in rows] == ["b", "a", "c", "b"]
    assert [row["entity_id"] for row in rows] == ["2", "", "3", "1"]
    assert [row["decision"] for row in rows][1:3] == ["new", "match"]
    assert rows[2]["reasons"].startswith("曾用名一致：上海港机股份有限公司")
    told = capsys.readouterr()
    assert told.out == "" and "共 4 行" in told.err and "1 个编号重复" in told.err


def test_the_same_from_excel_and_parquet(folder: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["编号", "企业名称"], [7, "中国铁塔"], [8, None]):
        sheet.append(row)
    book.save(folder / "list.xlsx")
    pq.write_table(
        pa.table({"id": [1, 2], "name": ["中国铁塔股份有限公司", "新梅置业"]}),
        folder / "registry.parquet",
    )
    for out in ("out.xlsx", "out.parquet"):
        files = [str(folder / name) for name in ("list.xlsx", "registry.parquet", out)]
        assert main(["link", *files[:2], "--out", files[2]]) == 0
    sheet = load_workbook(folder / "out.xlsx").active
    assert sheet is not None
    assert [cell.value for cell in next(sheet.iter_rows())] == HEADER
    rows = pq.read_table(folder / "out.parquet").to_pylist()
    assert [(row["list_id"], row["entity_id"]) for row in rows] == [("7", "1"), ("8", "")]


def test_a_list_without_a_usable_column_is_refused(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(folder, "电话,金额\n1,2\n") == 2
    told = capsys.readouterr().err
    assert "缺少必填的“编号”列" in told and "缺少必填的“名称”列" in told
    assert not (folder / "out.csv").exists()


def test_a_register_without_an_id_is_refused(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "registry.csv").write_text("id,name\n1,甬江\n,海天\n", "utf-8")
    assert run(folder, "id,name\n1,甬江\n") == 2
    assert "第 2 条没有编号" in capsys.readouterr().err


def test_what_is_odd_about_a_list_is_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(folder, "id,name\n" + "".join(f"{n},中国铁塔股份有限公司\n" for n in range(9))) == 0
    told = capsys.readouterr().err
    assert "全部 9 行的名称相同" in told and "2（9 行）" in told
    assert run(folder, "id,name,uscc\n1,,\n2,中国铁塔,91330200MA2AXXXX0A\n") == 0
    told = capsys.readouterr().err
    assert "1 行没有名称" in told and "1 行的代码、地名与名称相矛盾" in told
    assert [row["decision"] for row in answers(folder)] == ["new", "review"]


def test_rows_of_a_register_that_share_an_id_are_one_firm(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "registry.csv").write_text("id,name\n1,甬江精机\n1,宁波海天\n", "utf-8")
    assert run(folder, "id,name\nx,宁波海天\n") == 0
    assert [row["entity_id"] for row in answers(folder)] == ["1"]
    assert "按同一家合并" in capsys.readouterr().err


def test_the_result_never_replaces_an_input(folder: Path) -> None:
    assert run(folder, "id,name\n1,甬江\n", out="list.csv") == 2
    assert run(folder, "id,name\n1,甬江\n", out="none/out.csv") == 2
