"""CSV: encoding and delimiter found from the content, records streamed."""

import codecs
import csv
from collections.abc import Iterator
from dataclasses import dataclass

from lianshu.engine.sheets.cells import Cell, Row
from lianshu.engine.sheets.findings import SheetError
from lianshu.engine.sheets.guard import unguard
from lianshu.engine.sheets.source import Source
from lianshu.engine.sheets.telling import told

# The standard library refuses fields over 131,072 characters by default, a limit of the whole
# process; a long description may be longer, and an unpaired quotation mark must still stop early.
FIELD_LIMIT = 4 * 1024 * 1024
csv.field_size_limit(FIELD_LIMIT)

_CHUNK = 1 << 20
_SNIFF = 1 << 16
# GB18030 text is almost never valid UTF-8 for this many Chinese characters in a row; a file that
# is, and then breaks, is UTF-8 with a damaged place and must not be read as mojibake.
_SURELY_UTF8 = 8


@dataclass(frozen=True)
class CsvRows:
    """The records of a CSV file as rows of cells; lazy, re-iterable, blank records left out.

    Raises `SheetError` S009 while iterating where quotation marks do not pair.
    """

    source: Source
    encoding: str
    delimiter: str

    def __iter__(self) -> Iterator[Row]:
        with self.source.text(self.encoding) as text:
            reader = csv.reader(text, delimiter=self.delimiter, strict=True)
            start = 1
            try:
                for record in reader:
                    if any(record):
                        yield Row(start, tuple(map(_cell, record)))
                    start = reader.line_num + 1
            except csv.Error as error:
                raise SheetError(
                    told(
                        '从第 %(start)d 行开始的一条记录里引号（"）不成对或位置不对，无法分列。'
                        "请检查这一行："
                        '单元格内的引号要写成两个（""），整个单元格前后各一个引号。',
                        start=start,
                    ),
                    file=self.source.name,
                    line=start,
                    rule="S009",
                ) from error


def _cell(text: str) -> Cell:
    if not text:
        return None
    return unguard(text) if text[0] == "'" else text


def open_csv(source: Source) -> CsvRows:
    """Find encoding and delimiter. Raises `SheetError` S004 (binary), S008 (encoding)."""
    encoding = _find_encoding(source)
    with source.text(encoding) as text:
        return CsvRows(source, encoding, _find_delimiter(text.read(_SNIFF)))


def _find_encoding(source: Source) -> str:
    with source.binary() as stream:
        if stream.read(len(codecs.BOM_UTF8)) == codecs.BOM_UTF8:
            _check_encoding(source, "utf-8", "UTF-8")
            return "utf-8-sig"
    broken_utf8 = _first_bad_byte(source, "utf-8")
    if broken_utf8 is None:
        return "utf-8"
    if broken_utf8.valid_characters >= _SURELY_UTF8:
        raise _bad_encoding(source, "UTF-8", broken_utf8)
    _check_encoding(source, "gb18030", "UTF-8 或 GB18030")
    return "gb18030"


def _check_encoding(source: Source, encoding: str, name: str) -> None:
    broken = _first_bad_byte(source, encoding)
    if broken is not None:
        raise _bad_encoding(source, name, broken)


@dataclass(frozen=True)
class _BadByte:
    offset: int
    line: int
    valid_characters: int


def _first_bad_byte(source: Source, encoding: str) -> _BadByte | None:
    """Where the content stops being valid text in `encoding`; None when all of it is valid."""
    decoder = codecs.getincrementaldecoder(encoding)()
    lines = characters = offset = 0
    with source.binary() as stream:
        while True:
            chunk = stream.read(_CHUNK)
            pending = len(decoder.getstate()[0])
            try:
                text = decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                good = error.object[: error.start]
                lines += good.count(b"\n")
                characters += sum(byte >= 0xC0 for byte in good)
                return _BadByte(offset - pending + error.start, lines + 1, characters)
            if not chunk:
                return None
            offset += len(chunk)
            lines += text.count("\n")
            if characters < _SURELY_UTF8:
                characters += len(text) - len(text.encode("ascii", "ignore"))


def _bad_encoding(source: Source, name: str, bad: _BadByte) -> SheetError:
    return SheetError(
        told(
            "文字编码不是 %(name)s：第 %(line)d 行（第 %(offset)d 个字节）无法识别。"
            "请用 Excel 或 WPS 打开，另存为“CSV UTF-8（逗号分隔）”或 .xlsx 后再用。",
            name=name,
            line=bad.line,
            offset=bad.offset + 1,
        ),
        file=source.name,
        line=bad.line,
        rule="S008",
    )


def _find_delimiter(sample: str) -> str:
    """The one of , tab ; that occurs most outside quotes in the first record that has text."""
    counts = {",": 0, "\t": 0, ";": 0}
    quoted = False
    seen = False
    for character in sample:
        if character == '"':
            quoted = not quoted
        elif not quoted and character in "\r\n":
            if seen:
                break
        elif not quoted and character in counts:
            counts[character] += 1
        seen = seen or not character.isspace()
    return max(counts, key=lambda mark: counts[mark])
