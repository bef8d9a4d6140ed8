"""Where a sheet's header is: below title lines, of one row or of several that belong together.

Candidates are the first rows of the sheet. With known columns the one wins whose names are known
most; without, the first that has the shape of a header. A plain file's first row wins either way.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from lianshu.engine.sheets.cells import BrokenCell, Cell, Row
from lianshu.engine.sheets.columns import JOINT, Column, guess_mapping, is_unit, plain
from lianshu.engine.sheets.opening import Merged

HEAD_ROWS = 30
DEEPEST = 3
_LONGEST_NAME = 60
_LEAST_KNOWN = 2

_YEAR = re.compile(r"(?:19|20)\d{2}")
_NUMERIC = re.compile(r"[+-]?[\d,]*\.?\d+%?")
_BRACKETS = re.compile(r"[(\[【（][^()\[\]【】（）]*[)\]】）]")
_LABELLED = re.compile(r"[^:：]{1,12}[:：]\s*\S")
_PERIOD = re.compile(r"(?:\d|年|年度|季度|半年|月|月份|日|期|末)$")


@dataclass(frozen=True, order=True)
class Layout:
    """`row`: number of the header's first row, as Excel shows it; `depth`: how many rows it has."""

    row: int
    depth: int = 1

    @property
    def last(self) -> int:
        """Number of the header's last row."""
        return self.row + self.depth - 1


class Head:
    """The first rows of a sheet with what its merged ranges make of them."""

    def __init__(self, rows: Sequence[Row], merged: Sequence[Merged]) -> None:
        self._rows = {row.number: row.cells for row in rows}
        self._merged = [each for each in merged if each[0] != each[1]]
        self.width = max((len(row.cells) for row in rows), default=0)

    def header(self, layout: Layout) -> tuple[str, ...]:
        """One name for each column: its parts from above to below, joined; "" where none is."""
        grid = self._grid(layout)
        below = [False] * self.width
        for line in reversed(grid):
            _continue_groups(line, below)
            below = [bool(name) or under for name, under in zip(line, below, strict=True)]
        names = [_joined([line[column] for line in grid]) for column in range(self.width)]
        covered = 0
        for (_top, left), (bottom, right) in self._within(layout):
            if bottom == layout.last - 1:  # nothing below tells these columns apart
                names[left + 1 : right + 1] = [""] * (min(right + 1, self.width) - left - 1)
                covered = max(covered, right + 1)
        while len(names) > covered and not names[-1]:
            names.pop()
        return tuple(names)

    def layout_at(self, row: int, *, loosely: bool = False) -> Layout:
        """The header that begins in `row`. `loosely` also takes groups of a single column, which
        look like a row of data: only known names can tell."""
        layout = Layout(row)
        while layout.depth < DEEPEST:
            if not (self._reaches_below(layout) or self._has_names_below(layout, loosely=loosely)):
                break
            layout = Layout(row, layout.depth + 1)
        return layout

    def may_begin(self, row: int) -> bool:
        """Whether a header can begin here: no title, no line of remarks, no data."""
        cells = [cell for cell in self._rows.get(row, ()) if cell is not None]
        if len(cells) != len(set(map(str, cells))) and not self._within(Layout(row)):
            return False
        if not all(_is_name(cell) for cell in cells):
            return False
        if any(_LABELLED.match(_BRACKETS.sub("", str(cell))) for cell in cells):
            return False
        return len(cells) > 1 or (len(cells) == 1 and self.width == 1)

    def names_all(self, layout: Layout) -> bool:
        """Whether every cell below the header stands under a name."""
        names = self.header(layout)
        return not any(
            cell is not None and not (index < len(names) and names[index])
            for number, cells in self._rows.items()
            if number > layout.last
            for index, cell in enumerate(cells)
        )

    def filled(self, row: int) -> int:
        """How many cells of the row hold something."""
        return sum(cell is not None for cell in self._rows.get(row, ()))

    def _within(self, layout: Layout) -> list[Merged]:
        first, last = layout.row - 1, layout.last - 1
        return [m for m in self._merged if first <= m[0][0] and m[1][0] <= last]

    def _grid(self, layout: Layout) -> list[list[str]]:
        grid = []
        for number in range(layout.row, layout.last + 1):
            cells = self._rows.get(number, ())
            names = ["" if cell is None else str(cell).strip() for cell in cells]
            grid.append(names + [""] * (self.width - len(names)))
        for (top, left), (bottom, right) in self._within(layout):
            name = grid[top + 1 - layout.row][left] if left < self.width else ""
            for line in grid[top + 1 - layout.row : bottom + 2 - layout.row]:
                line[left : right + 1] = [name] * (min(right + 1, self.width) - left)
        return grid

    def _reaches_below(self, layout: Layout) -> bool:
        """A merged name of these rows goes on into the next."""
        first, last = layout.row - 1, layout.last - 1
        return any(first <= top <= last < bottom for (top, _l), (bottom, _r) in self._merged)

    def _has_names_below(self, layout: Layout, *, loosely: bool) -> bool:
        """The next row names what stands under groups, or the units of these columns."""
        cells = self._rows.get(layout.last + 1, ())
        below = [index for index, cell in enumerate(cells) if cell is not None]
        if not below or not all(_is_name(cells[index]) for index in below):
            return False
        if all(is_unit(str(cells[index])) for index in below):
            return True
        groups = {
            column
            for (_top, left), (bottom, right) in self._within(layout)
            if bottom == layout.last - 1 and left < right
            for column in range(left, right + 1)
        }
        line = self._grid(layout)[-1]
        for index in below:
            if index in groups:
                continue
            starts = bool(line[index]) and index + 1 in below and not line[index + 1]
            if not (starts or loosely) and (line[index] or not any(line[:index])):
                return False
        return any(line[index] == "" or index in groups for index in below)


def _is_name(cell: Cell) -> bool:
    if isinstance(cell, BrokenCell):
        return True  # refused with its place, once the header is known
    if isinstance(cell, int) and not isinstance(cell, bool):
        return _YEAR.fullmatch(str(cell)) is not None
    if not isinstance(cell, str) or len(cell) > _LONGEST_NAME:
        return False
    text = plain(cell)
    return _NUMERIC.fullmatch(text) is None or _YEAR.fullmatch(text) is not None


def _continue_groups(line: list[str], below: Sequence[bool]) -> None:
    """A group's name also stands over the blank cells to its right that have names below."""
    group = ""
    for column, name in enumerate(line):
        if name:
            group = name if below[column] else ""
        elif group and below[column]:
            line[column] = group
        else:
            group = ""


def _joined(parts: Sequence[str]) -> str:
    """2025年 + 营业收入（万元） is 2025年营业收入（万元）; 营业收入 + 万元 is 营业收入（万元）;
    联系人 + 姓名 is 联系人·姓名."""
    name = ""
    for part in dict.fromkeys(" ".join(part.split()) for part in parts if part):
        if not name:
            name = part
        elif is_unit(part):
            name = f"{name}（{part.strip('()（）[]【】 ')}）"
        elif _PERIOD.search(name) or part[0] in "(（[【":
            name += part
        else:
            name += JOINT + part
    return name


def find_known(head: Head, numbers: Sequence[int], columns: Sequence[Column]) -> Layout | None:
    """The header with the most names of `columns`; among equals one that names all data, the
    earliest, the simplest. None when there is none with at least two."""
    scores: dict[Layout, tuple[int, bool]] = {}
    for number in numbers:
        if head.may_begin(number):
            for layout in (head.layout_at(number), head.layout_at(number, loosely=True)):
                known = len(guess_mapping(head.header(layout), columns))
                scores[layout] = known, head.names_all(layout)
    best = max(sorted(scores), key=lambda layout: scores[layout], default=None)
    if best is None or not columns or scores[best][0] < min(_LEAST_KNOWN, len(columns)):
        return None
    return best


def find_layout(head: Head, numbers: Sequence[int]) -> Layout:
    """The first row that is no title: as wide as rows usually are, or of the shape of a header
    and half as wide. The first of all when every row is a title."""
    widths = sorted(head.filled(number) for number in numbers)
    usual = widths[len(widths) // 2]
    for number in numbers:
        if head.may_begin(number):
            layout = head.layout_at(number)
            if 2 * sum(map(bool, head.header(layout))) >= usual:
                return layout
        elif head.filled(number) >= usual:
            return Layout(number)
    return Layout(numbers[0])
