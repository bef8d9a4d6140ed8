"""What calamine does not tell about an .xls workbook, read from its BIFF records.

calamine gives error cells as empty cells and numbers without their format. The records also say
how large each sheet is and whether the workbook is encrypted, before anything is built in memory.
"""

import struct
from dataclasses import dataclass, field
from typing import BinaryIO

import olefile

from lianshu.engine.sheets.cells import BrokenCell
from lianshu.engine.sheets.scan import Scan
from lianshu.engine.sheets.xlsx_styles import shows_percent

_STREAMS = ("Workbook", "Book")
_BOF, _EOF, _FILEPASS, _SHEET = 0x0809, 0x000A, 0x002F, 0x0085
_FORMULA, _BOOL_OR_ERROR = 0x0006, 0x0205
_FORMAT, _STYLE = 0x041E, 0x00E0
_NUMBER, _SHORT_NUMBER = 0x0203, 0x027E
_MANY = (0x00BD,)  # MULRK: its last two bytes are the last column
_CELLS = frozenset({0x0006, 0x0203, 0x0204, 0x0205, 0x027E, 0x00D6, 0x00FD, 0x00BD})
_ERRORS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}


class PasswordFoundError(Exception):
    """The workbook is encrypted."""


def scan_workbook(stream: BinaryIO) -> dict[str, Scan] | None:
    """Sheet name → scan; None when the container holds no workbook.

    Raises `PasswordFoundError`, `ScanLimitError`, OSError when the container is damaged.
    """
    try:
        data = _workbook_stream(stream)
        return None if data is None else _scan_records(data)
    except (ValueError, IndexError, TypeError, struct.error) as error:
        # olefile trusts what it reads: damage shows as whatever went wrong first.
        raise OSError("damaged container") from error


def _workbook_stream(stream: BinaryIO) -> bytes | None:
    with olefile.OleFileIO(stream) as container:
        if container.exists("EncryptedPackage"):
            raise PasswordFoundError
        name = next((name for name in _STREAMS if container.exists(name)), None)
        if name is None:
            return None
        with container.openstream(name) as workbook:
            return bytes(workbook.read())


@dataclass
class _Formats:
    """Which styles show a number as a percentage: 9 and 10 are built in."""

    percents: set[int] = field(default_factory=lambda: {9, 10})
    styles: list[bool] = field(default_factory=list)

    def take(self, kind: int, record: bytes) -> None:
        """A record of a format or of a style, which come before all sheets."""
        number = struct.unpack_from("<H", record, 0 if kind == _FORMAT else 2)[0]
        if kind == _STYLE:
            self.styles.append(number in self.percents)
        elif shows_percent(record[4:].replace(b"\0", b"").decode("latin-1")):
            self.percents.add(number)

    def is_percent(self, style: int) -> bool:
        """Whether a cell of this style is shown as a percentage."""
        return style < len(self.styles) and self.styles[style]


def _scan_records(data: bytes) -> dict[str, Scan]:
    formats = _Formats()
    names: dict[int, str] = {}
    scans: dict[str, Scan] = {}
    scan: Scan | None = None
    place = 0
    while place + 4 <= len(data):
        kind, size = struct.unpack_from("<HH", data, place)
        start, place_of_record = place + 4, place
        place = start + size
        if kind in _CELLS and scan is not None and size >= 6:
            _take_cell(kind, data[start:place], scan)
            _take_percents(kind, data[start:place], scan, formats)
        elif kind in (_FORMAT, _STYLE):
            formats.take(kind, data[start:place])
        elif kind == _SHEET:
            names[struct.unpack_from("<I", data, start)[0]] = _sheet_name(data[start:place])
        elif kind == _BOF and place_of_record in names:
            scan = scans.setdefault(names[place_of_record], Scan())
        elif kind == _EOF:
            scan = None
        elif kind == _FILEPASS:
            raise PasswordFoundError
    return {name: scans.get(name, Scan()) for name in names.values()}


def _sheet_name(record: bytes) -> str:
    length, flags = record[6], record[7]
    if flags & 1:
        return record[8 : 8 + 2 * length].decode("utf-16-le", "replace")
    return record[8 : 8 + length].decode("latin-1")


def _take_cell(kind: int, record: bytes, scan: Scan) -> None:
    row, column = struct.unpack_from("<HH", record)
    last = struct.unpack_from("<H", record, len(record) - 2)[0] if kind in _MANY else column
    scan.grow(row + 1, last + 1)
    code = None
    if kind == _BOOL_OR_ERROR and record[7]:
        code = record[6]
    elif kind == _FORMULA and record[12:14] == b"\xff\xff" and record[6] == 2:
        code = record[8]
    if code is not None:
        scan.add(row + 1, column, BrokenCell(_ERRORS.get(code, "#VALUE!"), "S020"))


def _take_percents(kind: int, record: bytes, scan: Scan, formats: _Formats) -> None:
    row, column = struct.unpack_from("<HH", record)
    if kind in (_NUMBER, _SHORT_NUMBER, _FORMULA):
        if formats.is_percent(struct.unpack_from("<H", record, 4)[0]):
            scan.mark_percent(row + 1, column)
    elif kind in _MANY:
        for place in range((len(record) - 6) // 6):
            if formats.is_percent(struct.unpack_from("<H", record, 4 + 6 * place)[0]):
                scan.mark_percent(row + 1, column + place)
