"""What calamine does not tell about an .xlsx sheet, read from its XML in one cheap pass.

calamine gives an error cell and a formula without a stored result as an empty cell, a number
without its format, and holds the sheet as a full rectangle, so one stray far cell can take all
memory. This pass finds the broken cells, the numbers shown as percentages, and the size of that
rectangle before it is built.
"""

import re
import zipfile
from collections.abc import Iterator
from xml.etree import ElementTree
from xml.parsers import expat

from lianshu.engine.sheets.cells import UNCOMPUTED, BrokenCell, column_index, column_letter
from lianshu.engine.sheets.scan import Scan
from lianshu.engine.sheets.xlsx_styles import percent_styles

_CHUNK = 4 << 20
_TEXTS = "xl/sharedStrings.xml"
_PART_LIMIT = 16 << 20  # workbook.xml and its relations are small; a huge one is an attack

_PLAIN_COLUMN = re.compile(rb'<c r="([A-Z]{1,3})')
_PLAIN_ROW = re.compile(rb'<c r="[A-Z]{1,3}([0-9]{1,7})"')
_COLUMN = re.compile(rb'\sr="([A-Z]{1,3})[0-9]')
_ROW = re.compile(rb'\sr="[A-Z]{0,3}([0-9]{1,7})"')
_ROW_OR_CELL = re.compile(
    rb"<(?:\w+:)?(?:(row)\b([^>]*)>"
    rb"|c((?:\s[^>]*)?)(?<!/)>\s*(<(?:\w+:)?f\b[^>]*?(?:/>|>[^<]*</(?:\w+:)?f>))?"
    rb"\s*(?:<(?:\w+:)?v(?:\s[^>]*)?>([^<]*)</)?)"
)
_REFERENCE = re.compile(rb'\br="([A-Z]{1,3})([0-9]{1,7})"')
_ROW_NUMBER = re.compile(rb'\br="([0-9]{1,7})"')
_ROW_START = re.compile(rb"<(?:\w+:)?row\b")
_CELL_START = re.compile(rb"<(?:\w+:)?c[ >]")
_ROW_END = re.compile(rb"</(?:\w+:)?row>")

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_STRICT = "{http://purl.oclc.org/ooxml/spreadsheetml/main}"
_LINKS = (
    "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id",
    "{http://purl.oclc.org/ooxml/officeDocument/relationships}id",
)


def sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Sheet name → its part in the archive. Raises KeyError or ParseError when damaged."""
    targets = {
        link.get("Id"): link.get("Target", "")
        for link in _small_xml(archive, "xl/_rels/workbook.xml.rels")
    }
    parts: dict[str, str] = {}
    for sheet in _small_xml(archive, "xl/workbook.xml").iter():
        if sheet.tag in (f"{_MAIN}sheet", f"{_STRICT}sheet"):
            link = next((sheet.get(key) for key in _LINKS if sheet.get(key)), None)
            target = targets[link]
            part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            parts[sheet.get("name", "")] = part
    return parts


def _small_xml(archive: zipfile.ZipFile, part: str) -> ElementTree.Element:
    with archive.open(part) as stream:
        # expat refuses entity bombs itself (billion laughs protection since 2.4.1).
        return ElementTree.fromstring(stream.read(_PART_LIMIT))  # noqa: S314


def scan_sheet(archive: zipfile.ZipFile, part: str) -> Scan:
    """One pass over the sheet's XML. Raises `ScanLimitError` when the sheet is too large."""
    scan = Scan()
    row = 0
    percent = _percent_cell(percent_styles(archive))
    for chunk in _whole_rows(archive, part):
        last, columns = _measure(chunk, row)
        scan.grow(last, columns)
        if b"<f" in chunk or b":f" in chunk or b't="e"' in chunk:
            _find_broken(chunk, row, scan)
        if percent is not None:
            _find_percents(chunk, row, scan, percent)
        row = last
    return scan


def _measure(chunk: bytes, row: int) -> tuple[int, int]:
    """The last row number and the number of columns; `row` is the last row before the chunk."""
    # More than the cells where other tags begin with c: then only the slower way is taken.
    cells = chunk.count(b"<c") + chunk.count(b":c")
    letters = _PLAIN_COLUMN.findall(chunk)
    if len(letters) == cells:
        numbers = set(_PLAIN_ROW.findall(chunk))
    else:
        # Another order of attributes, a prefix, or no references: slower, and certain.
        letters = _COLUMN.findall(chunk)
        numbers = set(_ROW.findall(chunk))
        letters.append(_letters_of_widest(chunk))
        numbers.add(b"%d" % (row + len(_ROW_START.findall(chunk))))
    columns = max((column_index(name.decode()) + 1 for name in set(letters)), default=0)
    return max(map(int, numbers), default=row), columns


def _letters_of_widest(chunk: bytes) -> bytes:
    """Without references a cell's place is its number in the row."""
    widest = max(len(_CELL_START.findall(line)) for line in _ROW_END.split(chunk))
    return column_letter(widest - 1).encode() if widest else b"A"


def check_texts(archive: zipfile.ZipFile) -> None:
    """Read the shared texts through; raises ExpatError or BadZipFile when they are damaged."""
    if _TEXTS in archive.namelist():
        for _ in _well_formed(archive, _TEXTS):
            pass


def _well_formed(archive: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    """The part in blocks. calamine drops what comes after a fault without a word; this raises."""
    parser = expat.ParserCreate()
    with archive.open(part) as stream:
        while block := stream.read(_CHUNK):
            parser.Parse(block, False)
            yield block
    parser.Parse(b"", True)


def _whole_rows(archive: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    rest = b""
    for block in _well_formed(archive, part):
        rest += block
        start = rest.rfind(b"</row>")
        ends = [match.end() for match in _ROW_END.finditer(rest, max(start, 0))]
        if ends:
            yield rest[: ends[-1]]
            rest = rest[ends[-1] :]
    if rest:
        yield rest


def _find_broken(chunk: bytes, row: int, scan: Scan) -> None:
    """Add the chunk's error cells and formulas without a result; `row` is the one before."""
    column = -1
    for match in _ROW_OR_CELL.finditer(chunk):
        is_row, row_attributes, attributes, formula, value = match.groups()
        if is_row:
            number = _ROW_NUMBER.search(row_attributes)
            row = int(number[1]) if number else row + 1
            column = -1
            continue
        reference = _REFERENCE.search(attributes)
        column = column_index(reference[1].decode()) if reference else column + 1
        if b't="e"' in attributes:
            text = (value or b"#VALUE!").decode("utf-8", "replace")
            scan.add(row, column, BrokenCell(text, "S020"))
        elif formula and not value and b't="str"' not in attributes:
            scan.add(row, column, UNCOMPUTED)


def _percent_cell(styles: frozenset[int]) -> re.Pattern[bytes] | None:
    """What finds a row, or a cell of one of these styles; None when there are none."""
    if not styles:
        return None
    numbers = b"|".join(b"%d" % style for style in sorted(styles))
    return re.compile(
        rb"<(?:\w+:)?(?:(row)\b([^>]*)|c(?=\s[^>]*\bs=\"(?:" + numbers + rb")\")([^>]*)|c\b[^>]*)>"
    )


def _find_percents(chunk: bytes, row: int, scan: Scan, pattern: re.Pattern[bytes]) -> None:
    """Mark the chunk's cells shown as percentages; `row` is the one before."""
    column = -1
    for match in pattern.finditer(chunk):
        is_row, row_attributes, attributes = match.groups()
        if is_row:
            number = _ROW_NUMBER.search(row_attributes)
            row = int(number[1]) if number else row + 1
            column = -1
            continue
        reference = _REFERENCE.search(attributes if attributes is not None else match[0])
        column = column_index(reference[1].decode()) if reference else column + 1
        if attributes is not None:
            scan.mark_percent(row, column)
