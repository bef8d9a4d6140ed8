"""A file told apart by content and opened as rows of cells; where its header is comes later."""

import io
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from lianshu.engine.sheets.cells import Row
from lianshu.engine.sheets.csv_reading import open_csv
from lianshu.engine.sheets.excel_reading import OLE_MAGIC, ZIP_MAGIC, open_excel
from lianshu.engine.sheets.findings import Finding, SheetError
from lianshu.engine.sheets.source import Source
from lianshu.engine.sheets.telling import told

MAX_BYTES = 100 * 1024 * 1024
_HEAD = 8192
_MARKUP = re.compile(rb"<(?:html|table|meta)[\s>]|<!doctype\s|<\?xml\s")

Merged = tuple[tuple[int, int], tuple[int, int]]
"""First and last cell of a merged range, (row, column) from 0, both inclusive."""


@dataclass(frozen=True)
class OpenedFile:
    """One sheet's rows, re-iterable, blank ones left out. A CSV file has no sheets."""

    name: str
    rows: Iterable[Row]
    merged: list[Merged] = field(default_factory=list)
    sheet: str | None = None
    sheets: tuple[str, ...] = ()
    notes: list[Finding] = field(default_factory=list)


def open_file(
    place: Path | BinaryIO, *, name: str | None, sheet: str | None, max_bytes: int
) -> OpenedFile:
    """Open the sheet named, else the first that holds something.

    Raises `SheetError` S001, S002, S004-S008, S010, S018.
    """
    source = _source(place, name, max_bytes)
    with source.binary() as stream:
        head = stream.read(_HEAD)
    if not head.strip(b"\xef\xbb\xbf \t\r\n"):
        raise SheetError(
            told("文件是空的，没有表头也没有数据。请检查是否选对了文件。"),
            file=source.name,
            rule="S002",
        )
    if not head.startswith((ZIP_MAGIC, OLE_MAGIC)):
        _refuse_other_formats(source, head)
        return OpenedFile(source.name, open_csv(source))
    found = open_excel(source, sheet, zipped=head.startswith(ZIP_MAGIC))
    notes = []
    if found.others:
        names = "、".join(found.others)
        message = told(
            "只读取了工作表“%(sheet)s”，没有读取：%(names)s。需要时请另行指定工作表。",
            sheet=found.name,
            names=names,
        )
        notes.append(Finding(source.name, None, None, "S019", "info", message))
    return OpenedFile(source.name, found.rows, found.merged, found.name, found.names, notes)


def _source(place: Path | BinaryIO, name: str | None, max_bytes: int) -> Source:
    if isinstance(place, Path):
        name = name or place.name
        try:
            size = place.stat().st_size
            with place.open("rb"):
                pass
        except OSError as error:
            raise SheetError(
                told("文件打不开。请检查路径是否正确、是否有读取权限。"), file=name, rule="S018"
            ) from error
    else:
        name = name or Path(str(getattr(place, "name", "") or "上传的文件")).name
        if not place.seekable():
            place = _held(place, max_bytes)
        size = place.seek(0, 2)
    if size > max_bytes:
        limit = max_bytes / 1024 / 1024
        raise SheetError(
            told(
                "文件有 %(size)s MB，超过上限 %(limit)s MB。请拆成几个文件分别处理。",
                size=format(size / 1024 / 1024, ".1f"),
                limit=format(limit, "g"),
            ),
            file=name,
            rule="S001",
        )
    return Source(place, name)


def _held(stream: BinaryIO, max_bytes: int) -> BinaryIO:
    """A pipe, kept in memory so that it can be read again; one byte over the limit is enough."""
    return io.BytesIO(stream.read(max_bytes + 1))


def _refuse_other_formats(source: Source, head: bytes) -> None:
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:200].lower()
    if _MARKUP.match(start):
        what = told("这其实是一个网页（HTML/XML）文件，只是用了表格的后缀。")
    elif head.startswith((b"\xff\xfe", b"\xfe\xff")):
        what = told("这是 UTF-16 编码的文本。")
    elif b"\0" in head or head.startswith(b"%PDF"):
        what = told("这既不是 Excel 文件，也不是 CSV 文本。")
    else:
        return
    raise SheetError(
        told(
            "%(what)s请用 Excel 或 WPS 打开，另存为 .xlsx 或“CSV UTF-8（逗号分隔）”后再用。",
            what=what,
        ),
        file=source.name,
        rule="S004",
    )
