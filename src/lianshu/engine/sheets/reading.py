"""`read_table`: one table from an Excel or CSV file, told apart by content, never by suffix."""

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from lianshu.engine.sheets.cells import BrokenCell, Cell, Row, Table, column_letter
from lianshu.engine.sheets.csv_reading import open_csv
from lianshu.engine.sheets.excel_reading import OLE_MAGIC, ZIP_MAGIC, open_excel
from lianshu.engine.sheets.findings import Finding, SheetError
from lianshu.engine.sheets.source import Source

MAX_BYTES = 100 * 1024 * 1024
_HEAD = 8192


def read_table(
    source: Path | BinaryIO,
    *,
    name: str | None = None,
    sheet: str | None = None,
    max_bytes: int = MAX_BYTES,
    allow_no_rows: bool = False,
) -> Table:
    """Open a table whose header is its first row that holds something.

    `name` is what messages call the file. `sheet` names an Excel sheet; without it the first
    that holds something is read. `allow_no_rows` takes a header without data as an empty table.
    A stream must stay open while the rows are read and serves one pass at a time.

    Raises `SheetError` S001-S013 (S009 also while the rows are iterated).
    """
    opened = _source(source, name, max_bytes)
    with opened.binary() as stream:
        head = stream.read(_HEAD)
    if not head.strip(b"\xef\xbb\xbf \t\r\n"):
        raise SheetError(
            "文件是空的，没有表头也没有数据。请检查是否选对了文件。", file=opened.name, rule="S002"
        )
    if head.startswith((ZIP_MAGIC, OLE_MAGIC)):
        found = open_excel(opened, sheet, zipped=head.startswith(ZIP_MAGIC))
        table = _table(opened.name, found.rows, found.merged, found.name)
        if found.others:
            names = "、".join(found.others)
            message = f"只读取了工作表“{found.name}”，没有读取：{names}。需要时请另行指定工作表。"
            table.notes.append(Finding(opened.name, None, None, "S019", "info", message))
    else:
        _refuse_other_formats(opened, head)
        table = _table(opened.name, open_csv(opened), [], None)
    if not allow_no_rows and next(iter(table.rows), None) is None:
        raise SheetError(
            f"只有第 {table.header_row} 行表头，没有数据行。请填好数据再用。",
            file=opened.name,
            line=table.header_row,
            rule="S003",
        )
    return table


def _source(place: Path | BinaryIO, name: str | None, max_bytes: int) -> Source:
    if isinstance(place, Path):
        name = name or place.name
        try:
            size = place.stat().st_size
            with place.open("rb"):
                pass
        except OSError as error:
            raise SheetError(
                "文件打不开。请检查路径是否正确、是否有读取权限。", file=name, rule="S018"
            ) from error
    else:
        name = name or Path(str(getattr(place, "name", "") or "上传的文件")).name
        if not place.seekable():
            place = _held(place, max_bytes)
        size = place.seek(0, 2)
    if size > max_bytes:
        limit = max_bytes / 1024 / 1024
        raise SheetError(
            f"文件有 {size / 1024 / 1024:.1f} MB，超过上限 {limit:g} MB。请拆成几个文件分别处理。",
            file=name,
            rule="S001",
        )
    return Source(place, name)


def _held(stream: BinaryIO, max_bytes: int) -> BinaryIO:
    """A pipe, kept in memory so that it can be read again; one byte over the limit is enough."""
    return io.BytesIO(stream.read(max_bytes + 1))


def _refuse_other_formats(source: Source, head: bytes) -> None:
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:200].lower()
    if start.startswith((b"<html", b"<!doctype", b"<table", b"<?xml", b"<meta")):
        what = "这其实是一个网页（HTML/XML）文件，只是用了表格的后缀。"
    elif head.startswith((b"\xff\xfe", b"\xfe\xff")):
        what = "这是 UTF-16 编码的文本。"
    elif b"\0" in head or head.startswith(b"%PDF"):
        what = "这既不是 Excel 文件，也不是 CSV 文本。"
    else:
        return
    raise SheetError(
        f"{what}请用 Excel 或 WPS 打开，另存为 .xlsx 或“CSV UTF-8（逗号分隔）”后再用。",
        file=source.name,
        rule="S004",
    )


@dataclass(frozen=True)
class _DataRows:
    """The rows below the header, each at least as wide as the header."""

    rows: Iterable[Row]
    header_row: int
    width: int

    def __iter__(self) -> Iterator[Row]:
        width = self.width
        for row in self.rows:
            if row.number <= self.header_row:
                continue
            cells = row.cells
            yield row if len(cells) == width else Row(row.number, _fit(cells, width))


def _fit(cells: tuple[Cell, ...], width: int) -> tuple[Cell, ...]:
    end = len(cells)
    while end > width and cells[end - 1] is None:
        end -= 1
    return cells[:end] + (None,) * (width - end)


def _table(
    name: str,
    rows: Iterable[Row],
    merged: list[tuple[tuple[int, int], tuple[int, int]]],
    sheet: str | None,
) -> Table:
    first = next(iter(rows), None)
    if first is None:
        raise SheetError("文件是空的，没有表头也没有数据。", file=name, rule="S002")
    for index, cell in enumerate(first.cells):
        if isinstance(cell, BrokenCell):
            letter = column_letter(index)
            raise SheetError(
                f"第 {first.number} 行表头的 {letter} 列是“{cell}”，不是列名。"
                "请用 Excel 打开，在表头直接写上列名。",
                file=name,
                line=first.number,
                column=letter,
                rule=cell.rule,
            )
    header = [str(cell).strip() if cell is not None else "" for cell in first.cells]
    while header and not header[-1]:
        header.pop()
    table = Table(
        name, tuple(header), _DataRows(rows, first.number, len(header)), first.number, sheet
    )
    _refuse_merged_header(table, merged)
    _refuse_repeated_names(table)
    _refuse_unnamed_data(table)
    return table


def _refuse_merged_header(
    table: Table, merged: list[tuple[tuple[int, int], tuple[int, int]]]
) -> None:
    row = table.header_row - 1
    for (top, left), (bottom, right) in sorted(merged):
        if top <= row <= bottom:
            first = f"{column_letter(left)}{top + 1}"
            last = f"{column_letter(right)}{bottom + 1}"
            raise SheetError(
                f"第 {table.header_row} 行表头里 {first}:{last} 是合并单元格，分不清各列叫什么。"
                "请取消合并，让表头只占一行，并在每一列写上列名。",
                file=table.name,
                line=table.header_row,
                column=column_letter(left),
                rule="S011",
            )


def _refuse_repeated_names(table: Table) -> None:
    seen: dict[str, int] = {}
    for index, title in enumerate(table.header):
        if title and title in seen:
            raise SheetError(
                f"第 {table.header_row} 行表头里 {column_letter(seen[title])} 列和"
                f" {column_letter(index)} 列都叫“{title}”。请给其中一列改名或删去一列。",
                file=table.name,
                line=table.header_row,
                column=title,
                rule="S013",
            )
        seen[title] = index


def _refuse_unnamed_data(table: Table) -> None:
    unnamed = [index for index, title in enumerate(table.header) if not title]
    if not unnamed:
        return
    for row in table.rows:
        for index in unnamed:
            if row.cells[index] is not None:
                letter = column_letter(index)
                raise SheetError(
                    f"第 {table.header_row} 行表头的 {letter} 列没有列名，"
                    f"但第 {row.number} 行该列有内容“{row.cells[index]}”。"
                    "请在表头写上列名（合并的表头要取消合并），或清空这一列。",
                    file=table.name,
                    line=table.header_row,
                    column=letter,
                    rule="S012",
                )
