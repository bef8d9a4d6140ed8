"""`read_office_table`: tables as offices send them, with titles, merged headers and total rows.

A plain table reads exactly as `read_table` reads it. What was taken for a header, what was left
out and what a merged range was taken to mean stands in the table's `notes`.
"""

import re
import sys
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from lianshu.engine.sheets.cells import Cell, Row, Table, column_letter
from lianshu.engine.sheets.columns import UNIT_WORDS, Column, plain
from lianshu.engine.sheets.findings import Finding, SheetError
from lianshu.engine.sheets.layout import HEAD_ROWS, Head, Layout, find_known, find_layout
from lianshu.engine.sheets.leaving import left_out
from lianshu.engine.sheets.opening import MAX_BYTES, Merged, OpenedFile, open_file
from lianshu.engine.sheets.personal import without_personal
from lianshu.engine.sheets.reading import (
    DataRows,
    refuse_broken_header,
    refuse_no_rows,
    refuse_repeated_names,
    refuse_unnamed_data,
)
from lianshu.engine.sheets.telling import listed, told

_UNIT_ABOVE = re.compile(r"单位\s*[::]\s*(?:人民币)?[^::]{0,8}?((?:[千万亿]|百万)?元)")
_FILL_LIMIT = 200_000
_SHOWN = 40


def sheet_names(source: Path | BinaryIO, *, name: str | None = None) -> tuple[str, ...]:
    """The names of a workbook's sheets; () for a CSV file. Raises `SheetError` as opening does."""
    return open_file(source, name=name, sheet=None, max_bytes=MAX_BYTES).sheets


def read_office_table(
    source: Path | BinaryIO,
    *,
    columns: Sequence[Column] = (),
    layout: Layout | None = None,
    name: str | None = None,
    sheet: str | None = None,
    max_bytes: int = MAX_BYTES,
) -> Table:
    """Open a table whose header may stand below title lines and have several rows.

    `columns` are those expected, by whose names the header is known; `layout` says where the
    header is, when a person has said so. Otherwise as `read_table`, with S040-S045 in
    `notes` for what was found.

    Raises `SheetError` S001-S013, S020, S021, S046 (S009 also while the rows are iterated).
    """
    opened = open_file(source, name=name, sheet=sheet, max_bytes=max_bytes)
    if layout is None:
        opened, rows, layout = _with_header(source, opened, columns, settled=sheet is not None)
    else:
        rows = _rows_around(opened, layout)
    for row in rows:
        if layout.row <= row.number <= layout.last:
            refuse_broken_header(opened.name, row)
    table = _table(opened, Head(rows, opened.merged), layout, rows)
    refuse_repeated_names(table)
    _refuse_names_over_several(table, opened.merged, layout)
    refuse_unnamed_data(table)
    refuse_no_rows(table)
    return table


def read_office_tables(
    source: Path | BinaryIO, *, columns: Sequence[Column] = (), name: str | None = None
) -> Iterator[Table]:
    """Each sheet of a workbook that holds something, one after the other; the one table of a CSV
    file. Raises `SheetError` as `read_office_table` does."""
    for sheet in sheet_names(source, name=name) or (None,):
        try:
            yield read_office_table(source, columns=columns, name=name, sheet=sheet)
        except SheetError as error:
            if error.rule != "S002" or sheet is None:
                raise


def _with_header(
    source: Path | BinaryIO, first: OpenedFile, columns: Sequence[Column], *, settled: bool
) -> tuple[OpenedFile, list[Row], Layout]:
    """The sheet to read, its first rows and where its header is. Unless the sheet is settled, one
    whose columns are known goes before a first one of instructions."""
    rows = _first_rows(first)
    head = Head(rows, first.merged)
    found = find_known(head, [row.number for row in rows], columns)
    others = () if settled or found or not columns else first.sheets
    for name in others:
        if name == first.sheet:
            continue
        try:
            opened = open_file(source, name=first.name, sheet=name, max_bytes=sys.maxsize)
        except SheetError as error:
            if error.rule != "S002":
                raise
            continue
        its_rows = _first_rows(opened)
        known = find_known(Head(its_rows, opened.merged), [row.number for row in its_rows], columns)
        if known is not None:
            return _noting(opened), its_rows, known
    return first, rows, found or find_layout(head, [row.number for row in rows])


def _first_rows(opened: OpenedFile) -> list[Row]:
    rows = list(islice(opened.rows, HEAD_ROWS))
    if not rows:
        raise SheetError(told("文件是空的，没有表头也没有数据。"), file=opened.name, rule="S002")
    return rows


def _noting(opened: OpenedFile) -> OpenedFile:
    others = "、".join(name for name in opened.sheets if name != opened.sheet)
    message = told(
        "只读取了工作表“%(sheet)s”，没有读取：%(others)s。需要时请另行指定工作表。",
        sheet=opened.sheet,
        others=others,
    )
    opened.notes.append(Finding(opened.name, None, None, "S019", "info", message))
    return opened


def _rows_around(opened: OpenedFile, layout: Layout) -> list[Row]:
    """The rows down to the header that a person named."""
    rows = []
    for row in opened.rows:
        if row.number > layout.last:
            break
        rows.append(row)
    if not any(layout.row <= row.number for row in rows):
        raise SheetError(
            told("第 %(row)d 行没有内容，不能作为表头。请重新指定表头在第几行。", row=layout.row),
            file=opened.name,
            line=layout.row,
            rule="S046",
        )
    return rows


def _table(opened: OpenedFile, head: Head, layout: Layout, rows: Sequence[Row]) -> Table:
    header = head.header(layout)
    last = next((row.cells for row in reversed(rows) if row.number <= layout.last), ())
    plain_header = (*last, *(None,) * (len(header) - len(last)))
    skip, notes = left_out(opened.rows, after=layout.last, header=plain_header, file=opened.name)
    fill, filled = _fill(opened, layout)
    above = [row for row in rows if row.number < layout.row]
    return Table(
        opened.name,
        header,
        DataRows(opened.rows, layout.last, len(header), skip, fill),
        layout.row,
        opened.sheet,
        [*opened.notes, *_about_header(opened.name, header, layout, above), *notes, *filled],
        header_rows=layout.depth,
        unit=_unit_above(above),
        sheets=opened.sheets,
    )


def _refuse_names_over_several(table: Table, merged: Sequence[Merged], layout: Layout) -> None:
    """Raises `SheetError` S011 for a merged name with data in several columns below it."""
    wide = {
        column: (f"{column_letter(left)}{top + 1}", f"{column_letter(right)}{bottom + 1}")
        for (top, left), (bottom, right) in merged
        if top >= layout.row - 1 and bottom == layout.last - 1
        for column in range(left + 1, min(right + 1, len(table.header)))
    }
    if not wide:
        return
    for row in table.rows:
        for column, (first, last) in wide.items():
            if row.cells[column] is not None:
                raise SheetError(
                    told(
                        "第 %(row)d 行表头里 %(first)s:%(last)s 是合并单元格，下面有几列数据，"
                        "分不清各列叫什么。请取消合并，并在每一列写上列名。",
                        row=layout.last,
                        first=first,
                        last=last,
                    ),
                    file=table.name,
                    line=layout.last,
                    column=first.rstrip("0123456789"),
                    rule="S011",
                )


def _about_header(
    file: str, header: Sequence[str], layout: Layout, above: Sequence[Row]
) -> list[Finding]:
    notes = []
    if above:
        texts = [_words(row.cells) for row in above]
        message = told(
            "表头在第 %(row)d 行；它上面的标题没有作为数据读取：%(titles)s。",
            row=layout.row,
            titles="；".join(texts)[:200],
        )
        notes.append(Finding(file, layout.row, None, "S040", "info", message))
    if layout.depth > 1:
        names = "、".join(name for name in header if name)[:200]
        message = told(
            "第 %(row)d—%(last)d 行合成了一行表头：%(names)s。",
            row=layout.row,
            last=layout.last,
            names=names,
        )
        notes.append(Finding(file, layout.row, None, "S041", "info", message))
    return notes


def _words(cells: Sequence[Cell]) -> str:
    text = " ".join(" ".join(str(cell).split()) for cell in cells if cell is not None)
    return without_personal(text)[0][:_SHOWN]


def _unit_above(rows: Sequence[Row]) -> str | None:
    """万元 of a line “单位：万元” above the header."""
    for row in rows:
        for cell in row.cells:
            found = _UNIT_ABOVE.search(plain(cell)) if isinstance(cell, str) else None
            if found:
                return UNIT_WORDS[found[1]]
    return None


def _fill(opened: OpenedFile, layout: Layout) -> tuple[dict[int, dict[int, Cell]], list[Finding]]:
    """What merged cells of one column show in each of their rows below the header."""
    tall: list[Merged] = [
        ((top, left), (bottom, right))
        for (top, left), (bottom, right) in opened.merged
        if left == right and top < bottom and top >= layout.last
    ]
    if not tall or sum(bottom - top for (top, _l), (bottom, _r) in tall) > _FILL_LIMIT:
        return {}, []
    wanted = {top + 1 for (top, _left), _end in tall}
    cells = {row.number: row.cells for row in opened.rows if row.number in wanted}
    fill: dict[int, dict[int, Cell]] = {}
    for (top, left), (bottom, _right) in tall:
        first = cells.get(top + 1, ())
        if left < len(first) and first[left] is not None:
            for number in range(top + 2, bottom + 2):
                fill.setdefault(number, {})[left] = first[left]
    if not fill:
        return {}, []
    message = told(
        "有 %(count)d 行的单元格与上一行合并，按合并处的内容读取：第 %(rows)s 行。",
        count=len(fill),
        rows=listed(sorted(fill), most=12),
    )
    return fill, [Finding(opened.name, min(fill), None, "S045", "info", message)]
