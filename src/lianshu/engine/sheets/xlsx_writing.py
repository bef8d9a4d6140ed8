"""Excel writing through xlsxwriter, row by row, with every text kept as that text."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, BinaryIO

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from lianshu.engine.sheets.cells import Cell, column_letter
from lianshu.engine.sheets.findings import SheetError

MAX_ROWS, MAX_COLUMNS, MAX_TEXT = 1_048_576, 16_384, 32_767
# Excel keeps 15 digits of a number; what needs more is written as text so that none is lost.
_EXACT = 10**15
# Excel counts a 29 February 1900 that never was: earlier dates would shift by a day.
_FIRST_DATE = date(1900, 3, 1)


class _ExactSheet(Worksheet):  # type: ignore[misc]
    """xlsxwriter's sheet without its two liberties: it takes a text that looks like `<r>…</r>`
    for markup, and cuts numbers to 16 digits."""

    def _xml_rich_inline_string(self, string: str, attributes: Any) -> None:
        self._xml_inline_string(string, True, attributes)

    def _xml_number_element(self, number: float, attributes: Any) -> None:
        marks = "".join(f' {key}="{value}"' for key, value in attributes)
        self.fh.write(f"<c{marks}><v>{number!r}</v></c>")


class _Sheet:
    """One worksheet being written, and how each type of cell goes into it."""

    def __init__(self, stream: BinaryIO, name: str, header: tuple[str, ...]) -> None:
        self.name = name
        self.header = header
        self.workbook = Workbook(
            stream,
            {
                "constant_memory": True,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
            },
        )
        self.sheet = self.workbook.add_worksheet(worksheet_class=_ExactSheet)
        self.date = self.workbook.add_format({"num_format": "yyyy-mm-dd"})
        self.moment = self.workbook.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self.time = self.workbook.add_format({"num_format": "hh:mm:ss"})

    def write(self, number: int, row: Sequence[Cell | Decimal]) -> None:
        """Write the row; `number` is 1-based. Raises `SheetError` S052, S053, S054."""
        if number > MAX_ROWS:
            raise SheetError(
                f"超过 Excel 一张表 {MAX_ROWS:,} 行的上限。请改用 .csv，或分成几个文件。",
                file=self.name,
                line=number,
                rule="S054",
            )
        for column, cell in enumerate(row):
            if cell is not None and cell != "":
                self._write_cell(number, column, cell)

    def _write_cell(self, number: int, column: int, cell: Cell | Decimal) -> None:
        sheet, row = self.sheet, number - 1
        if isinstance(cell, str):
            sheet.write_string(row, column, self._checked(number, column, cell))
        elif isinstance(cell, bool):
            sheet.write_boolean(row, column, cell)
        elif isinstance(cell, datetime):
            self._write_date(row, column, cell, self.moment)
        elif isinstance(cell, date):
            self._write_date(row, column, cell, self.date)
        elif isinstance(cell, time):
            sheet.write_datetime(row, column, cell, self.time)
        elif isinstance(cell, Decimal):
            value = float(cell)
            exact = Decimal(repr(value)) == cell and abs(value) < _EXACT
            if exact:
                sheet.write_number(row, column, value)
            else:
                sheet.write_string(row, column, format(cell, "f"))
        elif isinstance(cell, int) and abs(cell) >= _EXACT:
            sheet.write_string(row, column, str(cell))
        elif cell is not None:
            sheet.write_number(row, column, cell)

    def _write_date(self, row: int, column: int, cell: date, style: Any) -> None:
        day = cell.date() if isinstance(cell, datetime) else cell
        if day < _FIRST_DATE:
            self.sheet.write_string(row, column, str(cell))
        else:
            self.sheet.write_datetime(row, column, cell, style)

    def _checked(self, number: int, column: int, text: str) -> str:
        if len(text) > MAX_TEXT // 2:
            units = len(text.encode("utf-16-le", "surrogatepass")) // 2
            if units > MAX_TEXT:
                raise SheetError(
                    f"第 {number} 行“{self.header[column]}”列的文字有 {units} 个字符，"
                    f"超过 Excel 单元格 {MAX_TEXT:,} 个字符的上限。请改用 .csv，或缩短这段文字。",
                    file=self.name,
                    line=number,
                    column=self.header[column],
                    rule="S053",
                )
        if any("\ud800" <= mark <= "\udfff" for mark in text):
            raise SheetError(
                f"第 {number} 行“{self.header[column]}”列的文字含有残缺的字符，写不进 Excel。",
                file=self.name,
                line=number,
                column=self.header[column],
                rule="S052",
            )
        return text


def write_xlsx(
    stream: BinaryIO,
    name: str,
    header: tuple[str, ...],
    rows: Iterable[tuple[int, Sequence[Cell | Decimal]]],
) -> int:
    """Write header and rows; the number of rows. Nothing reaches `stream` before the end."""
    if len(header) > MAX_COLUMNS:
        raise SheetError(
            f"有 {len(header)} 列，超过 Excel 的上限 {MAX_COLUMNS} 列"
            f"（{column_letter(MAX_COLUMNS - 1)}）。请改用 .csv。",
            file=name,
            rule="S054",
        )
    sheet = _Sheet(stream, name, header)
    sheet.write(1, header)
    count = 0
    for number, row in rows:
        sheet.write(number, row)
        count += 1
    sheet.workbook.close()
    return count
