"""`read_table`: one table whose header is its first row that holds something.

`office.read_office_table` reads what offices make of tables: see there.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from lianshu.engine.sheets.cells import BrokenCell, Cell, Row, Table, column_letter
from lianshu.engine.sheets.findings import SheetError
from lianshu.engine.sheets.opening import MAX_BYTES, Merged, OpenedFile, open_file
from lianshu.engine.sheets.telling import told


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
    table = _table(open_file(source, name=name, sheet=sheet, max_bytes=max_bytes))
    if not allow_no_rows:
        refuse_no_rows(table)
    return table


def refuse_no_rows(table: Table) -> None:
    """Raises `SheetError` S003 for a header without data."""
    if next(iter(table.rows), None) is None:
        last = table.header_row + table.header_rows - 1
        raise SheetError(
            told("只有第 %(last)d 行表头，没有数据行。请填好数据再用。", last=last),
            file=table.name,
            line=last,
            rule="S003",
        )


@dataclass(frozen=True)
class DataRows:
    """The rows below `header_row` (the header's last), each at least as wide as the header.

    `skip` are numbers of rows left out; `fill` gives cells, by row number and column index, what
    a merged range shows in them.
    """

    rows: Iterable[Row]
    header_row: int
    width: int
    skip: frozenset[int] = frozenset()
    fill: Mapping[int, Mapping[int, Cell]] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Row]:
        width, skip, fill = self.width, self.skip, self.fill
        for row in self.rows:
            number = row.number
            if number <= self.header_row or number in skip:
                continue
            cells = row.cells
            if number in fill:
                cells = _filled(cells, fill[number])
            elif len(cells) == width:
                yield row
                continue
            yield Row(number, _fit(cells, width))


def _filled(cells: tuple[Cell, ...], fill: Mapping[int, Cell]) -> tuple[Cell, ...]:
    full = [*cells, *[None] * (max(fill) + 1 - len(cells))]
    for index, cell in fill.items():
        if full[index] is None:
            full[index] = cell
    return tuple(full)


def _fit(cells: tuple[Cell, ...], width: int) -> tuple[Cell, ...]:
    end = len(cells)
    while end > width and cells[end - 1] is None:
        end -= 1
    return cells[:end] + (None,) * (width - end)


def _table(opened: OpenedFile) -> Table:
    first = next(iter(opened.rows), None)
    if first is None:
        raise SheetError(told("文件是空的，没有表头也没有数据。"), file=opened.name, rule="S002")
    refuse_broken_header(opened.name, first)
    header = [str(cell).strip() if cell is not None else "" for cell in first.cells]
    while header and not header[-1]:
        header.pop()
    rows = DataRows(opened.rows, first.number, len(header))
    table = Table(
        opened.name,
        tuple(header),
        rows,
        first.number,
        opened.sheet,
        opened.notes,
        sheets=opened.sheets,
    )
    _refuse_merged_header(table, opened.merged)
    refuse_repeated_names(table)
    refuse_unnamed_data(table)
    return table


def refuse_broken_header(name: str, row: Row) -> None:
    """Raises `SheetError` S020 or S021 for a header cell that holds no value."""
    for index, cell in enumerate(row.cells):
        if isinstance(cell, BrokenCell):
            letter = column_letter(index)
            raise SheetError(
                told(
                    "第 %(row)d 行表头的 %(letter)s 列是“%(value)s”，不是列名。请用 Excel 打开，"
                    "在表头直接写上列名。",
                    row=row.number,
                    letter=letter,
                    value=cell,
                ),
                file=name,
                line=row.number,
                column=letter,
                rule=cell.rule,
            )


def _refuse_merged_header(table: Table, merged: list[Merged]) -> None:
    row = table.header_row - 1
    for (top, left), (bottom, right) in sorted(merged):
        if top <= row <= bottom:
            first = f"{column_letter(left)}{top + 1}"
            last = f"{column_letter(right)}{bottom + 1}"
            raise SheetError(
                told(
                    "第 %(row)d 行表头里 %(first)s:%(last)s 是合并单元格，分不清各列叫什么。"
                    "请取消合并，"
                    "让表头只占一行，并在每一列写上列名。",
                    row=table.header_row,
                    first=first,
                    last=last,
                ),
                file=table.name,
                line=table.header_row,
                column=column_letter(left),
                rule="S011",
            )


def refuse_repeated_names(table: Table) -> None:
    """Raises `SheetError` S013 when two columns have one name."""
    seen: dict[str, int] = {}
    for index, title in enumerate(table.header):
        if title and title in seen:
            raise SheetError(
                told(
                    "第 %(row)d 行表头里 %(first)s 列和 %(letter)s 列都叫“%(column)s”。"
                    "请给其中一列改名或删去一列。",
                    row=table.header_row,
                    first=column_letter(seen[title]),
                    letter=column_letter(index),
                    column=title,
                ),
                file=table.name,
                line=table.header_row,
                column=title,
                rule="S013",
            )
        seen[title] = index


def refuse_unnamed_data(table: Table) -> None:
    """Raises `SheetError` S012 when a column without a name holds data."""
    unnamed = [index for index, title in enumerate(table.header) if not title]
    if not unnamed:
        return
    for row in table.rows:
        for index in unnamed:
            if row.cells[index] is not None:
                letter = column_letter(index)
                raise SheetError(
                    told(
                        "第 %(row)d 行表头的 %(letter)s 列没有列名，"
                        "但第 %(below)d 行该列有内容“%(value)s”。"
                        "请在表头写上列名（合并的表头要取消合并），或清空这一列。",
                        row=table.header_row,
                        letter=letter,
                        below=row.number,
                        value=row.cells[index],
                    ),
                    file=table.name,
                    line=table.header_row,
                    column=letter,
                    rule="S012",
                )
