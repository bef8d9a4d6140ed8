"""Excel workbooks (.xlsx and .xls, told by content) through calamine, made safe and honest."""

import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from xml.parsers.expat import ExpatError

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError

from lianshu.engine.sheets.cells import BrokenCell, Cell, PercentCell, Row
from lianshu.engine.sheets.findings import SheetError
from lianshu.engine.sheets.scan import Scan, ScanLimitError
from lianshu.engine.sheets.source import Source
from lianshu.engine.sheets.telling import listed, told
from lianshu.engine.sheets.xls_scan import PasswordFoundError, scan_workbook
from lianshu.engine.sheets.xlsx_scan import check_texts, scan_sheet, sheet_parts

UNPACKED_LIMIT = 1 << 30

ZIP_MAGIC = b"PK"
OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_SAVE_AGAIN = told(
    "请用 Excel 或 WPS 打开它，另存为 .xlsx 后再用；如果打不开，请向对方重新要一份。"
)


@dataclass(frozen=True)
class ExcelRows:
    """The rows of one sheet; lazy over calamine's memory, re-iterable, blank rows left out."""

    sheet: Any  # CalamineSheet: compiled, without a base class mypy could follow
    broken: dict[int, dict[int, BrokenCell]]
    percents: dict[int, bytearray]

    def __iter__(self) -> Iterator[Row]:
        start = self.sheet.start
        left = [None] * start[1] if start else []  # calamine leaves out empty columns on the left
        number = 0
        for number, values in enumerate(self.sheet.iter_rows(), 1):
            cells = left + [_cell(value) for value in values]
            yield from self._row(number, cells)
        for below in sorted(self.broken):
            if below > number:
                yield from self._row(below, [])

    def _row(self, number: int, cells: list[Cell]) -> Iterator[Row]:
        for column, cell in self.broken.get(number, {}).items():
            cells.extend([None] * (column + 1 - len(cells)))
            cells[column] = cell
        for column, marks in self.percents.items():
            if column < len(cells) and number < len(marks) and marks[number]:
                cells[column] = _percent(cells[column])
        while cells and cells[-1] is None:
            cells.pop()
        if cells:
            yield Row(number, tuple(cells))


def _cell(value: Cell | timedelta) -> Cell:
    if type(value) is str:
        return value or None
    if type(value) is float and value.is_integer() and -1e15 < value < 1e15:
        return int(value)  # calamine gives every number as a float; Excel shows 3, not 3.0
    return _duration(value) if isinstance(value, timedelta) else value


def _percent(cell: Cell) -> Cell:
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return PercentCell(cell)
    return cell


def _duration(value: timedelta) -> str:
    """Hours beyond a day, as Excel shows them: 30:05:00."""
    seconds = round(value.total_seconds())
    sign, seconds = ("-", -seconds) if seconds < 0 else ("", seconds)
    return f"{sign}{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


@dataclass(frozen=True)
class OpenedSheet:
    """One sheet of a workbook: the merged ranges ((row, column) from 0, both inclusive), the
    names of the sheets passed over unasked, and the names of all sheets."""

    name: str
    rows: ExcelRows
    merged: list[tuple[tuple[int, int], tuple[int, int]]]
    others: list[str]
    names: tuple[str, ...]


def open_excel(source: Source, sheet: str | None, *, zipped: bool) -> OpenedSheet:
    """Open a workbook: the sheet named, else the first that holds something.

    Raises `SheetError` S002, S005, S006, S007, S010.
    """
    try:
        return _open_xlsx(source, sheet) if zipped else _open_xls(source, sheet)
    except ScanLimitError as error:
        raise SheetError(str(error), file=source.name, rule="S007") from error
    except (PasswordError, PasswordFoundError) as error:
        raise SheetError(
            told("文件有密码，请另存为无密码的文件。"), file=source.name, rule="S005"
        ) from error
    except (
        CalamineError,
        zipfile.BadZipFile,
        zlib.error,
        ElementTree.ParseError,
        ExpatError,
        LookupError,
        EOFError,
        ValueError,
        NotImplementedError,
        OSError,
    ) as error:
        if isinstance(error, FileNotFoundError | PermissionError):
            raise
        raise SheetError(
            told("Excel 文件已损坏或不完整，读不出来。%(advice)s", advice=_SAVE_AGAIN),
            file=source.name,
            rule="S006",
        ) from error


def _open_xlsx(source: Source, wanted: str | None) -> OpenedSheet:
    with source.binary() as stream, zipfile.ZipFile(stream) as archive:
        _check_archive(source, archive)
        check_texts(archive)
        parts = sheet_parts(archive)
        names = _names_to_try(source, wanted, list(parts))
        for name in names:
            scan = scan_sheet(archive, parts[name])
            if scan.rows:
                return _load(source, name, scan, names, parts)
    raise _empty(source, wanted)


def _check_archive(source: Source, archive: zipfile.ZipFile) -> None:
    members = archive.infolist()
    if any(member.flag_bits & 1 for member in members):
        raise PasswordFoundError
    if sum(member.file_size for member in members) > UNPACKED_LIMIT:
        raise ScanLimitError(
            told(
                "文件解压后超过 %(limit)d GB，可能是恶意的压缩炸弹，没有打开。"
                "请删除多余的工作表和图片，或把文件拆成几个。",
                limit=UNPACKED_LIMIT >> 30,
            )
        )
    if "xl/workbook.xml" not in archive.namelist():
        raise SheetError(
            told("这是一个压缩包，但不是 .xlsx 工作簿。%(advice)s", advice=_SAVE_AGAIN),
            file=source.name,
            rule="S004",
        )


def _open_xls(source: Source, wanted: str | None) -> OpenedSheet:
    with source.binary() as stream:
        scans = scan_workbook(stream)
    if scans is None:
        raise SheetError(
            told("这是一个 Office 文件，但不是 Excel 工作簿。%(advice)s", advice=_SAVE_AGAIN),
            file=source.name,
            rule="S004",
        )
    names = _names_to_try(source, wanted, list(scans))
    for name in names:
        if scans[name].rows:
            return _load(source, name, scans[name], names, scans)
    raise _empty(source, wanted)


def _names_to_try(source: Source, wanted: str | None, names: list[str]) -> list[str]:
    if wanted is None:
        return names
    if wanted in names:
        return [wanted]
    known = listed(names, most=len(names)) if names else told("（没有）")
    raise SheetError(
        told(
            "没有名为“%(wanted)s”的工作表。文件里的工作表是：%(known)s。",
            wanted=wanted,
            known=known,
        ),
        file=source.name,
        rule="S010",
    )


def _empty(source: Source, wanted: str | None) -> SheetError:
    where = told("工作表“%(name)s”", name=wanted) if wanted else told("文件")
    return SheetError(
        told("%(where)s是空的，没有表头也没有数据。请检查是否选对了文件。", where=where),
        file=source.name,
        rule="S002",
    )


def _load(
    source: Source, name: str, scan: Scan, tried: list[str], names: Iterable[str]
) -> OpenedSheet:
    sheet = _build(source, name)
    others = tried[tried.index(name) + 1 :]
    rows = ExcelRows(sheet, scan.broken, scan.percents)
    return OpenedSheet(name, rows, sheet.merged_cell_ranges or [], others, tuple(names))


def _build(source: Source, name: str) -> CalamineSheet:
    """The sheet in calamine's memory. Raises CalamineError, also where its Rust code gave up."""
    try:
        if isinstance(source.place, Path):
            workbook = CalamineWorkbook.from_path(source.place)
        else:
            source.place.seek(0)
            workbook = CalamineWorkbook.from_filelike(source.place)
        return workbook.get_sheet_by_name(name)
    except BaseException as error:
        # A panic comes as a BaseException whose class no module exports.
        if type(error).__name__ == "PanicException":
            raise CalamineError("the reader gave up") from error
        raise
