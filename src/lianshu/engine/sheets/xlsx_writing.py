"""Excel writing: one sheet, streamed row by row, every text kept as exactly that text.

Written here and not with xlsxwriter because that one alters text: `<r>…</r>` becomes markup and
`_x005F_x0041_` another text; it also cuts numbers to 16 digits. See docs/decisions/0004.
"""

import re
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import IO, BinaryIO
from xml.sax.saxutils import escape

from lianshu.engine.sheets.cells import Cell, column_letter
from lianshu.engine.sheets.findings import SheetError

MAX_ROWS, MAX_COLUMNS, MAX_TEXT = 1_048_576, 16_384, 32_767
MAX_BYTES = 1 << 30  # of XML: what the reader would refuse is not written
# Excel keeps 15 digits of a number; what needs more is written as text so that none is lost.
_EXACT = 10**15
# Excel counts a 29 February 1900 that never was: earlier dates would shift by a day.
_FIRST_DATE = date(1900, 3, 1)
_DAY_ZERO = datetime(1899, 12, 30)
_DAY = timedelta(days=1)

# A text that looks like an escape, and what XML cannot hold as it is (it would turn CR into LF).
_LOOKS_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_CONTROL = re.compile(r"[\x01-\x08\x0b-\x1f]")

_DATE, _MOMENT, _TIME, _HEADER = 1, 2, 3, 4
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_SHEET = "xl/worksheets/sheet1.xml"
_PARTS = {
    "[Content_Types].xml": f"""<Types xmlns="{_PACKAGE}/content-types">\
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>\
<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>\
<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/>\
<Override PartName="/{_SHEET}" ContentType="{_TYPE}.worksheet+xml"/></Types>""",
    "_rels/.rels": f"""<Relationships xmlns="{_PACKAGE}/relationships">\
<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/>\
</Relationships>""",
    "xl/workbook.xml": f"""<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">\
<sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>""",
    "xl/_rels/workbook.xml.rels": f"""<Relationships xmlns="{_PACKAGE}/relationships">\
<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>\
<Relationship Id="rId2" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>""",
    "xl/styles.xml": f"""<styleSheet xmlns="{_MAIN}">\
<numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy-mm-dd"/>\
<numFmt numFmtId="165" formatCode="yyyy-mm-dd hh:mm:ss"/></numFmts>\
<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>\
<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>\
<fills count="2"><fill><patternFill patternType="none"/></fill>\
<fill><patternFill patternType="gray125"/></fill></fills>\
<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>\
<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>\
<cellXfs count="5"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>\
<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>\
<xf numFmtId="165" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>\
<xf numFmtId="21" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>\
<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/></cellXfs>\
<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>\
</styleSheet>""",
}


def write_xlsx(
    stream: BinaryIO,
    name: str,
    header: tuple[str, ...],
    rows: Iterable[tuple[int, Sequence[Cell | Decimal]]],
) -> int:
    """Write header and rows; the number of rows. Equal input gives equal bytes.

    `rows` are (row number from 2, cells). Raises `SheetError` S053, S054.
    """
    if len(header) > MAX_COLUMNS:
        raise SheetError(
            f"有 {len(header)} 列，超过 Excel 的上限 {MAX_COLUMNS} 列"
            f"（{column_letter(MAX_COLUMNS - 1)}）。请改用 .csv。",
            file=name,
            rule="S054",
        )
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, content in _PARTS.items():
            archive.writestr(_entry(part), _XML + content)
        with archive.open(_entry(_SHEET), "w") as sheet:
            return _write_sheet(sheet, name, header, rows)


def _entry(part: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(part)  # its date is fixed: 1980
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def _write_sheet(
    sheet: IO[bytes],
    name: str,
    header: tuple[str, ...],
    rows: Iterable[tuple[int, Sequence[Cell | Decimal]]],
) -> int:
    letters = [column_letter(index) for index in range(len(header))]
    written = sheet.write(
        f'{_XML}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
        f'</sheetView></sheetViews><cols><col min="1" max="{max(len(header), 1)}" width="18"'
        ' customWidth="1"/></cols><sheetData>'.encode()
    )
    written += sheet.write(_row(name, header, letters, 1, header, _HEADER))
    count = 0
    for number, row in rows:
        if number > MAX_ROWS:
            raise _too_much(name, number, f"{MAX_ROWS:,} 行")
        written += sheet.write(_row(name, header, letters, number, row, 0))
        if written > MAX_BYTES:
            raise _too_much(name, number, f"{MAX_BYTES >> 30} GB")
        count += 1
    sheet.write(b"</sheetData></worksheet>")
    return count


def _too_much(name: str, number: int, limit: str) -> SheetError:
    return SheetError(
        f"到第 {number} 行时超过 Excel 一张表 {limit}的上限。请改用 .csv，或分成几个文件。",
        file=name,
        line=number,
        rule="S054",
    )


def _row(
    name: str,
    header: tuple[str, ...],
    letters: Sequence[str],
    number: int,
    row: Sequence[Cell | Decimal],
    text_style: int,
) -> bytes:
    parts = [f'<row r="{number}">']
    for index, cell in enumerate(row):
        if cell is not None and cell != "":
            if isinstance(cell, str) and len(cell) > MAX_TEXT // 2:
                _refuse_long(name, number, header[index], cell)
            parts.append(_cell(f'<c r="{letters[index]}{number}"', cell, text_style))
    parts.append("</row>")
    return "".join(parts).encode()


def _refuse_long(name: str, number: int, column: str, text: str) -> None:
    units = len(text.encode("utf-16-le")) // 2  # Excel counts what lies beyond U+FFFF twice
    if units > MAX_TEXT:
        raise SheetError(
            f"第 {number} 行“{column}”列的文字有 {units} 个字符，"
            f"超过 Excel 单元格 {MAX_TEXT:,} 个字符的上限。请改用 .csv，或缩短这段文字。",
            file=name,
            line=number,
            column=column,
            rule="S053",
        )


def _cell(start: str, cell: Cell | Decimal, text_style: int) -> str:
    """The element of a cell that is not empty; `start` is its tag up to the reference."""
    if isinstance(cell, str):
        return _text(start, cell, text_style)
    if isinstance(cell, bool):
        return f'{start} t="b"><v>{cell:d}</v></c>'
    if isinstance(cell, float):
        return f"{start}><v>{cell!r}</v></c>"
    if isinstance(cell, int):
        exact = abs(cell) < _EXACT
        return f"{start}><v>{cell}</v></c>" if exact else _text(start, str(cell), text_style)
    if isinstance(cell, Decimal):
        number = float(cell)
        exact = abs(number) < _EXACT and Decimal(repr(number)) == cell
        text = format(cell, "f")
        return f"{start}><v>{number!r}</v></c>" if exact else _text(start, text, text_style)
    if isinstance(cell, time):
        moment = datetime.combine(_DAY_ZERO, cell)
        return f'{start} s="{_TIME}"><v>{(moment - _DAY_ZERO) / _DAY!r}</v></c>'
    if isinstance(cell, datetime) and cell.date() >= _FIRST_DATE:
        return f'{start} s="{_MOMENT}"><v>{(cell - _DAY_ZERO) / _DAY!r}</v></c>'
    if isinstance(cell, date) and cell >= _FIRST_DATE and not isinstance(cell, datetime):
        return f'{start} s="{_DATE}"><v>{(cell - _DAY_ZERO.date()).days}</v></c>'
    return _text(start, str(cell), text_style)


def _text(start: str, text: str, style: int) -> str:
    if "_" in text:
        text = _LOOKS_ESCAPED.sub("_x005F_", text)
    if not text.isprintable():
        text = _CONTROL.sub(lambda found: f"_x{ord(found[0]):04X}_", text)
    marks = f' s="{style}"' if style else ""
    space = ' xml:space="preserve"' if text != text.strip() or not text.isprintable() else ""
    return f'{start}{marks} t="inlineStr"><is><t{space}>{escape(text)}</t></is></c>'
