"""What is written, byte by byte, and that a failed write leaves nothing behind."""

import io
import json
import os
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from lianshu.engine.sheets import Format, OutCell, SheetError, write_table, xlsx_writing

HEADER = ["编号", "标题"]
DANGEROUS = ["=1+1", "+1", "-1", "@x", "\tx", "\rx"]


def refused(target: Path | io.BytesIO, rule: str, rows: Any, **options: Any) -> SheetError:
    with pytest.raises(SheetError) as caught:
        write_table(target, options.pop("header", HEADER), rows, **options)
    assert caught.value.rule == rule
    return caught.value


def test_csv_bytes(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    rows: list[list[OutCell]] = [
        ["A1", '说"好"，a,b'],
        ["A2", None],
        [3, 2.5],
        [Decimal("12.30"), True],
        [date(2026, 1, 2), datetime(2026, 1, 2, 3, 4, 5)],
        [time(3, 4), " 前后 "],
        [-5, "a;b"],
    ]
    assert write_table(path, HEADER, rows) == 7
    assert path.read_bytes().decode() == (
        "编号,标题\n"
        'A1,"说""好""，a,b"\n'
        "A2,\n"
        "3,2.5\n"
        "12.30,TRUE\n"
        "2026-01-02,2026-01-02 03:04:05\n"
        '03:04:00," 前后 "\n'
        '-5,"a;b"\n'
    )


def test_csv_formulas_get_one_apostrophe() -> None:
    stream = io.BytesIO()
    write_table(
        stream, ["=标题"], [[text] for text in [*DANGEROUS, "'=x", "'x", " =1"]], format="csv"
    )
    lines = stream.getvalue().decode().split("\n")
    assert lines == [
        "'=标题",
        "'=1+1",
        "'+1",
        "'-1",
        "'@x",
        '"\'\tx"',
        '"\'\rx"',
        "''=x",
        "'x",
        '" =1"',
        "",
    ]


def test_xlsx_texts_are_strings_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "out.xlsx"
    texts = [*DANGEROUS, "http://a.example/b", "mailto:x@y", "123", "<r><t>x</t></r>", "_x0041_"]
    write_table(path, ["文字"], [[text] for text in texts])
    with zipfile.ZipFile(path) as archive:
        xml = archive.read("xl/worksheets/sheet1.xml")
        names = archive.namelist()
    assert b"<f" not in xml
    assert b"<hyperlink" not in xml
    assert b"<r>" not in xml
    assert "xl/worksheets/_rels/sheet1.xml.rels" not in names
    sheet = openpyxl.load_workbook(path).worksheets[0]
    found = [cell.value for (cell,) in sheet.iter_rows(min_row=2)]
    assert found[6:10] == texts[6:10]
    assert {cell.data_type for (cell,) in sheet.iter_rows(min_row=2)} <= {"s", "inlineStr"} | (
        {"f"} if found[0] == "=1+1" else set()  # openpyxl itself calls any "=…" text a formula
    )


def test_xlsx_types_another_program_sees(tmp_path: Path) -> None:
    path = tmp_path / "out.xlsx"
    row: list[OutCell] = [3, 2.5, True, date(2026, 1, 2), Decimal("12.30"), 10**15, None, ""]
    row += [Decimal("0.1234567890123456789"), date(1899, 12, 31), datetime(2026, 1, 2, 3, 4, 5)]
    write_table(path, list("abcdefghijk"), [row])
    cells = next(openpyxl.load_workbook(path).worksheets[0].iter_rows(min_row=2))
    assert [cell.value for cell in cells] == [
        3,
        2.5,
        True,
        datetime(2026, 1, 2),
        12.3,
        "1000000000000000",
        None,
        None,
        "0.1234567890123456789",
        "1899-12-31",
        datetime(2026, 1, 2, 3, 4, 5),
    ]
    assert cells[3].number_format == "yyyy-mm-dd"


def test_json(tmp_path: Path) -> None:
    path = tmp_path / "out.json"
    rows: list[list[OutCell]] = [
        ["=1", None],
        [date(2026, 1, 2), Decimal("12.5")],
        [True, Decimal("0.1234567890123456789")],
    ]
    assert write_table(path, HEADER, rows) == 3
    assert json.loads(path.read_text()) == [
        {"编号": "=1", "标题": None},
        {"编号": "2026-01-02", "标题": 12.5},
        {"编号": True, "标题": "0.1234567890123456789"},
    ]
    assert '"编号": "=1"' in path.read_text()
    write_table(path, HEADER, [])
    assert json.loads(path.read_text()) == []


def test_format_by_suffix_or_by_name(tmp_path: Path) -> None:
    write_table(tmp_path / "a.CSV", HEADER, [])
    assert (tmp_path / "a.CSV").read_text() == "编号,标题\n"
    error = refused(tmp_path / "a.txt", "S050", [])
    assert ".csv、.xlsx 或 .json" in str(error)
    refused(io.BytesIO(), "S050", [])
    write_table(tmp_path / "a.txt", HEADER, [], format="csv")
    assert (tmp_path / "a.txt").read_text() == "编号,标题\n"


@pytest.mark.parametrize("format", ["csv", "xlsx", "json"])
def test_failure_leaves_the_target_as_it_was(tmp_path: Path, format: Format) -> None:
    def rows() -> Iterator[list[str]]:
        yield ["A1", "x"]
        raise RuntimeError("stopped")

    path = tmp_path / f"out.{format}"
    path.write_text("以前的")
    with pytest.raises(RuntimeError, match="stopped"):
        write_table(path, HEADER, rows())
    refused(path, "S055", [["A1", "x"], ["A2"]])
    assert path.read_text() == "以前的"
    assert list(tmp_path.iterdir()) == [path]
    write_table(path, HEADER, [["A1", "x"]])
    assert path.read_bytes() != "以前的".encode()
    assert list(tmp_path.iterdir()) == [path]


def test_a_written_file_has_the_usual_permissions(tmp_path: Path) -> None:
    usual = tmp_path / "usual"
    usual.touch()
    write_table(tmp_path / "a.csv", HEADER, [])
    assert (tmp_path / "a.csv").stat().st_mode == usual.stat().st_mode


def test_places_that_cannot_be_written(tmp_path: Path) -> None:
    assert "文件夹是否存在" in str(refused(tmp_path / "无" / "a.csv", "S051", []))
    folder = tmp_path / "a.csv"
    folder.mkdir()
    refused(folder, "S051", [])
    assert list(tmp_path.iterdir()) == [folder]


def test_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert "No space left" in str(refused(tmp_path / "a.xlsx", "S051", [["A1", "x"]]))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("format", ["csv", "xlsx", "json"])
@pytest.mark.parametrize(
    "bad",
    [
        float("nan"),
        float("inf"),
        Decimal("NaN"),
        "轴\ud800承",
        "轴\x00承",
        "轴\uffff承",
        datetime(2026, 1, 1, tzinfo=UTC),
    ],
)
def test_values_that_no_format_holds(format: Format, bad: OutCell) -> None:
    error = refused(io.BytesIO(), "S052", [["A1", "x"], ["A2", bad]], format=format)
    assert (error.line, error.column) == (3, "标题")
    assert "第 3 行“标题”列" in str(error)


def test_texts_longer_than_an_excel_cell() -> None:
    write_table(io.BytesIO(), HEADER, [["A1", "字" * 32_767]], format="xlsx")
    for long in ("字" * 32_768, "𠀀" * 16_384):
        error = refused(io.BytesIO(), "S053", [["A1", long]], format="xlsx")
        assert (error.line, error.column) == (2, "标题")
        assert "32768 个字符" in str(error)


def test_limits_of_an_excel_sheet(monkeypatch: pytest.MonkeyPatch) -> None:
    wide = [f"列{index}" for index in range(16_385)]
    assert "XFD" in str(refused(io.BytesIO(), "S054", [], header=wide, format="xlsx"))
    monkeypatch.setattr(xlsx_writing, "MAX_ROWS", 3)
    error = refused(io.BytesIO(), "S054", [["A", "x"]] * 3, format="xlsx")
    assert error.line == 4


def test_headers_that_reading_would_refuse() -> None:
    assert "重复" in str(refused(io.BytesIO(), "S055", [], header=["a", "a"], format="csv"))
    assert "没有列名" in str(refused(io.BytesIO(), "S055", [], header=["a", ""], format="csv"))
