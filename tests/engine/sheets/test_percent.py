"""Numbers shown as percentages: 0.125 that a person reads as 12.5% is no 0.125 %."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
import xlwt

from lianshu.engine.sheets import Column, RowParser, guess_mapping, read_table, write_table
from tests.engine.sheets import files

COLUMNS = (
    Column("name", "名称"),
    Column("ratio", "占比", kind="decimal", measure="比例"),
    Column("percent", "利率", kind="decimal", measure="%"),
    Column("staff", "人数", kind="integer", measure="人"),
    Column("money", "金额", kind="money"),
    Column("plain", "数值", kind="decimal"),
    Column("note", "说明"),
)
HEADER = ["名称", "占比（%）", "利率（%）", "人数", "金额", "数值", "说明"]
ROWS = [
    ["甲", 0.125, 1, 12, 3, 4, 0.07],
    ["乙", 1, 0.0435, 12, 3, 4, 0.1 + 0.2],
]
PERCENT = {1: "0.00%", 2: '0.0"%"%', 6: "0%"}
"""Column → format; `"%"` alone is a literal."""


def by_openpyxl(path: Path) -> Path:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(HEADER)
    for row in ROWS:
        sheet.append(row)
    for number in (2, 3):
        for column, code in PERCENT.items():
            sheet.cell(number, column + 1).number_format = code
    sheet["D3"].number_format = '0"%"'
    book.save(path)
    return path


def by_xlsxwriter(path: Path) -> Path:
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    formats = {column: book.add_format({"num_format": code}) for column, code in PERCENT.items()}
    sheet.write_row(0, 0, HEADER)
    for number, row in enumerate(ROWS, 1):
        for column, value in enumerate(row):
            sheet.write(number, column, value, formats.get(column))
    book.close()
    return path


def by_xlwt(path: Path) -> Path:
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("数据")
    styles = {c: xlwt.easyxf(num_format_str=code) for c, code in PERCENT.items()}
    for column, title in enumerate(HEADER):
        sheet.write(0, column, title)
    for number, row in enumerate(ROWS, 1):
        for column, value in enumerate(row):
            sheet.write(number, column, value, styles.get(column, xlwt.Style.default_style))
    book.save(str(path))
    return path


@pytest.mark.parametrize(
    ("make", "name"),
    [(by_openpyxl, "a.xlsx"), (by_xlsxwriter, "b.xlsx"), (by_xlwt, "c.xls")],
)
def test_the_format_of_a_cell_decides(
    tmp_path: Path, make: Callable[[Path], Path], name: str
) -> None:
    table = read_table(make(tmp_path / name))
    parser = RowParser(COLUMNS, guess_mapping(table.header, COLUMNS), header=table.header)
    (first, wrong), (second, _wrong) = (parser.parse(row) for row in table.rows)
    assert wrong == []
    assert (first["ratio"], first["percent"], first["note"]) == (Decimal("0.125"), 100, "7%")
    assert (second["ratio"], second["percent"], second["note"]) == (1, Decimal("4.35"), "30%")
    assert (first["staff"], first["money"], first["plain"]) == (12, 300, 4)

    # Written out again, as a list of rows to correct is, they stay what they were.
    again = tmp_path / "again.xlsx"
    write_table(again, list(table.header), (row.cells for row in table.rows))
    told = read_table(again)
    parser = RowParser(COLUMNS, guess_mapping(told.header, COLUMNS), header=told.header)
    values, wrong = parser.parse(next(iter(told.rows)))
    assert (values["ratio"], values["percent"], wrong) == (Decimal("0.125"), 100, [])


def test_a_number_without_the_format_is_in_the_unit_of_its_header(tmp_path: Path) -> None:
    table = read_table(files.xlsx(tmp_path / "a.xlsx", [HEADER, ["甲", 12.5]]))
    parser = RowParser(COLUMNS, guess_mapping(table.header, COLUMNS), header=table.header)
    values, _wrong = parser.parse(next(iter(table.rows)))
    assert values["ratio"] == Decimal("0.125")


def test_a_percentage_where_no_share_is_asked_is_refused(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(HEADER)
    sheet.append(["甲", None, None, 0.5, 0.5, 0.5])
    for place in ("D2", "E2", "F2"):
        sheet[place].number_format = "0%"
    book.save(tmp_path / "a.xlsx")
    table = read_table(tmp_path / "a.xlsx")
    parser = RowParser(COLUMNS, guess_mapping(table.header, COLUMNS), header=table.header)
    _values, wrong = parser.parse(next(iter(table.rows)))
    assert [(each.rule, each.value) for each in wrong] == [
        ("S034", "50%"),
        ("S025", "50%"),
        ("S034", "50%"),
    ]
