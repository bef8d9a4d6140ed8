"""What a good file gives: the same table whatever program, encoding or delimiter wrote it."""

import io
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlwt

from lianshu.engine.sheets import BrokenCell, Row, SheetError, Table, read_table
from lianshu.engine.sheets import scan as scanning
from tests.engine.sheets import files

ROWS: list[list[Any]] = [["编号", "标题", "数量"], ["A1", "轴承，高精度", 3], ["A2", "电机", 2.5]]
PLAIN = [("A1", "轴承，高精度", "3"), ("A2", "电机", "2.5")]
TYPED = [("A1", "轴承，高精度", 3), ("A2", "电机", 2.5)]


def cells(table: Table) -> list[tuple[object, ...]]:
    return [row.cells for row in table.rows]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_csv_by_content(tmp_path: Path, encoding: str, delimiter: str, end: str) -> None:
    content = end.join(delimiter.join(map(str, row)) for row in ROWS) + end
    path = files.text(tmp_path / "表.xlsx", content, encoding)  # the suffix says nothing
    table = read_table(path)
    assert (table.header, table.header_row, table.sheet) == (("编号", "标题", "数量"), 1, None)
    assert cells(table) == PLAIN
    assert cells(table) == PLAIN  # a second pass gives the same


def test_csv_quotes_and_line_numbers(tmp_path: Path) -> None:
    content = '\n编号,标题\r\nA1,"第一行\r\n第二行"\r\n\r\nA2,"说""好"""\r\n,,\r\nA3,\'不动\r\n'
    table = read_table(files.text(tmp_path / "a.csv", content))
    assert table.header_row == 2
    assert list(table.rows) == [
        Row(3, ("A1", "第一行\r\n第二行")),
        Row(6, ("A2", '说"好"')),
        Row(8, ("A3", "'不动")),
    ]


def test_csv_delimiter_inside_quotes_does_not_count(tmp_path: Path) -> None:
    path = files.text(tmp_path / "a.csv", '"编号;,\t;;;",标题\n1,2\n')
    assert read_table(path).header == ("编号;,\t;;;", "标题")


def test_gb18030_beyond_the_first_block(tmp_path: Path) -> None:
    content = "id,t\n" + "x" * (1 << 20) + ",轴\n" + "编号,㐀𠀀\n"
    table = read_table(files.text(tmp_path / "a.csv", content, "gb18030"))
    assert cells(table)[1] == ("编号", "㐀𠀀")


def test_apostrophe_before_a_formula_is_removed_once(tmp_path: Path) -> None:
    content = "a,b,c\n'=1+1,''-2,'abc\n=1+1,-2,'\n"
    assert cells(read_table(files.text(tmp_path / "a.csv", content))) == [
        ("=1+1", "'-2", "'abc"),
        ("=1+1", "-2", "'"),
    ]


def test_excel_by_content(tmp_path: Path) -> None:
    for path in (
        files.xlsx(tmp_path / "a.csv", ROWS),
        files.xlsx_shared(tmp_path / "b.csv", ROWS),
        files.xls(tmp_path / "c.csv", ROWS),
    ):
        table = read_table(path)
        assert table.header == ("编号", "标题", "数量")
        assert cells(table) == TYPED
        assert cells(table) == TYPED
        with path.open("rb") as stream:
            assert cells(read_table(stream, name="上传.xlsx")) == TYPED


def test_stream_name_and_start() -> None:
    stream = io.BytesIO("编号,标题\nA1,x\n".encode())
    stream.read()
    assert read_table(stream).name == "上传的文件"
    assert read_table(stream, name="需求.csv").name == "需求.csv"


def test_sheet_that_holds_something_or_the_one_named(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for name in ("需求", "资源"):
        book.create_sheet(name).append([name])
        book[name].append([1])
    path = tmp_path / "a.xlsx"
    book.save(path)
    table = read_table(path)
    assert table.sheet == "需求"
    (note,) = table.notes
    assert (note.rule, note.severity) == ("S019", "info")
    assert "没有读取：资源。" in note.message
    assert read_table(path, sheet="资源").notes == []
    assert read_table(path, sheet="资源").header == ("资源",)
    with pytest.raises(SheetError) as caught:
        read_table(path, sheet="Sheet")
    assert (caught.value.rule, "工作表“Sheet”" in str(caught.value)) == ("S002", True)


def test_offset_blank_rows_and_width(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        [],
        [None, "编号", "标题", None],
        [None, 1, None],
        [],
        [None, 2, "x", None, "多"],
    ]
    table = read_table(files.xlsx(tmp_path / "a.xlsx", rows))
    assert (table.header, table.header_row) == (("", "编号", "标题"), 2)
    assert list(table.rows) == [
        Row(3, (None, 1, None)),
        Row(5, (None, 2, "x", None, "多")),
    ]
    content = "a,b\n1\n1,2,,\n1,2,,3\n"
    assert [len(row) for row in cells(read_table(files.text(tmp_path / "a.csv", content)))] == [
        2,
        2,
        4,
    ]


def test_types_of_excel_cells(tmp_path: Path) -> None:
    day = date(2026, 1, 2)
    moment = datetime(2026, 1, 2, 3, 4, 5)
    values = [day, moment, time(3, 4, 5), True, "  前后空格 ", -7, 913302001234567890]
    path = files.xlsx(tmp_path / "a.xlsx", [list("abcdefgh"), [*values, timedelta(hours=30)]])
    row = cells(read_table(path))[0]
    assert row[:6] == (day, moment, time(3, 4, 5), True, "  前后空格 ", -7)
    assert isinstance(row[6], float)
    assert row[7] == "30:00:00"


def test_error_values_at_the_edges_keep_their_place(tmp_path: Path) -> None:
    rows: list[list[Any]] = [[None, "编号"], [None, "A1"], [None] * 3, [None, None, None, "#N/A"]]
    assert broken(read_table(files.xlsx(tmp_path / "a.xlsx", rows))) == {(4, 3): ("#N/A", "S020")}
    rows[1][0] = "#REF!"
    with pytest.raises(SheetError, match="A 列没有列名，但第 2 行该列有内容“#REF!”"):
        read_table(files.xlsx(tmp_path / "a.xlsx", rows))


def broken(table: Table) -> dict[tuple[int, int], tuple[str, str]]:
    return {
        (row.number, index): (str(cell), cell.rule)
        for row in table.rows
        for index, cell in enumerate(row.cells)
        if isinstance(cell, BrokenCell)
    }


def test_error_values_and_formulas_without_a_result(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        ["编号", "a", "b"],
        ["A1", "=1+1", 2],
        ["A2", "#N/A", "#REF!"],
        ["A3", 't="e"', "<f>"],
    ]
    assert broken(read_table(files.xlsx(tmp_path / "a.xlsx", rows))) == {
        (2, 1): ("=…", "S021"),
        (3, 1): ("#N/A", "S020"),
        (3, 2): ("#REF!", "S020"),
    }


def test_formulas_with_a_stored_result_are_values(tmp_path: Path) -> None:
    path = files.xlsx_shared(tmp_path / "a.xlsx", [["编号", "a"], ["A1", "=1+1"], ["A2", '=""']])
    part = "xl/worksheets/sheet1.xml"
    files.replaced(path, part, b'<f>""</f><v>0</v>', b'<f>""</f><v></v>')
    files.replaced(path, part, b'<c r="B3">', b'<c r="B3" t="str">')
    table = read_table(path)
    assert broken(table) == {}
    assert cells(table) == [("A1", 0), ("A2", None)]


def test_broken_cells_without_references_or_with_a_prefix(tmp_path: Path) -> None:
    path = files.xlsx(tmp_path / "a.xlsx", [["编号", "a"], ["A1", "=1+1"], ["A2", "#N/A"]])
    part = "xl/worksheets/sheet1.xml"
    for old in (b' r="A1"', b' r="B2"', b' r="A2"', b' r="B3"', b' r="A3"', b' r="B1"'):
        files.replaced(path, part, old, b"")
    for old in (b' r="1"', b' r="2"', b' r="3"'):
        files.replaced(path, part, old, b"")
    assert broken(read_table(path)) == {(2, 1): ("=…", "S021"), (3, 1): ("#N/A", "S020")}


def test_error_values_of_an_old_workbook(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    book.add_sheet("空")
    sheet = book.add_sheet("数据")
    for column, title in enumerate("ab"):
        sheet.write(0, column, title)
    sheet.write(1, 0, "x")
    sheet.row(1).set_cell_error(1, 0x17)
    sheet.row(2).set_cell_number(0, 1)
    sheet.row(2).set_cell_number(1, 2)
    path = tmp_path / "a.xls"
    book.save(str(path))
    table = read_table(path)
    assert table.sheet == "数据"
    assert cells(table) == [("x", "#REF!"), (1, 2)]
    assert broken(table) == {(2, 1): ("#REF!", "S020")}


def test_so_many_broken_cells_that_no_row_is_worth_reading(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = files.xlsx(tmp_path / "a.xlsx", [["a"], *[["=1+1"]] * 5])
    monkeypatch.setattr(scanning, "BROKEN_LIMIT", 4)
    with pytest.raises(SheetError) as caught:
        read_table(path)
    assert caught.value.rule == "S007"
    assert "等公式算完后保存" in str(caught.value)
