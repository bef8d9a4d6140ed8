"""Real files for the tests: workbooks as Excel, WPS and other programs leave them."""

import io
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import xlsxwriter
import xlwt


def xlsx(path: Path, rows: Sequence[Sequence[Any]], *, merge: str | None = None) -> Path:
    """A workbook written by openpyxl: texts inside cells, formulas without a stored result."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in rows:
        sheet.append(list(row))
    if merge:
        sheet.merge_cells(merge)
    book.save(path)
    return path


def xlsx_shared(path: Path, rows: Sequence[Sequence[Any]]) -> Path:
    """A workbook as Excel itself writes it: shared texts, formulas with a stored result."""
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    for number, row in enumerate(rows):
        sheet.write_row(number, 0, row)
    book.close()
    return path


def xls(path: Path, rows: Sequence[Sequence[Any]]) -> Path:
    """An Excel 97 workbook."""
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("数据")
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            sheet.write(number, column, value)
    book.save(str(path))
    return path


def text(path: Path, content: str, encoding: str = "utf-8") -> Path:
    """A text file, line ends as given."""
    path.write_bytes(content.encode(encoding))
    return path


def replaced(path: Path, part: str, old: bytes, new: bytes) -> Path:
    """The same archive with one part's bytes changed."""
    held = io.BytesIO()
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as copy:
        assert part in source.namelist()
        for name in source.namelist():
            content = source.read(name)
            if name == part:
                assert old in content
                content = content.replace(old, new)
            copy.writestr(name, content)
    path.write_bytes(held.getvalue())
    return path
