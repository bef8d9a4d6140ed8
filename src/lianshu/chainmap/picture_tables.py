"""The table beside a picture: the picture's own rows, searched, sorted, paged, and as a file.

Rows are computed, not stored, so the list component over querysets cannot show them. A page may
hold several tables; each has its own parameters in the address, `<id>-sort` and so on.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar, cast, get_args

from django.http import QueryDict
from django.http.response import HttpResponseBase
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from lianshu.chainmap.pictures import Mark
from lianshu.engine.sheets import Format, OutCell, write_table
from lianshu.records.errors import NotFound
from lianshu.ui.lists.export import download_of

Text = str | Promise
R = TypeVar("R")
PAGE: Final = 20
LONGEST_SEARCH: Final = 200


@dataclass(frozen=True, slots=True)
class Column(Generic[R]):
    """A column: its value in a file, and how it is shown and sorted where that differs.

    `order` must be comparable; rows of which it is None come last either way.
    """

    id: str
    label: Text
    value: Callable[[R], OutCell]
    kind: str = "text"
    order: Callable[[R], Any] | None = None
    href: Callable[[R], str] | None = None
    mark: Callable[[R], Mark | None] | None = None
    shown: Callable[[R], Text] | None = None
    below: Callable[[R], str] | None = None
    step: Callable[[R], int | None] | None = None
    """How deep the colour of a cell of a heat map is."""

    def key(self, row: R) -> Any:
        """What rows are sorted by."""
        return self.value(row) if self.order is None else self.order(row)


@dataclass(frozen=True, slots=True)
class Choice(Generic[R]):
    """A filter by one of some values."""

    id: str
    label: Text
    options: Sequence[tuple[str, Text]]
    value: Callable[[R], str]


@dataclass(frozen=True, slots=True)
class Table(Generic[R]):
    """What a table is. `search` is the text of a row that a search looks into."""

    id: str
    title: Text
    columns: Sequence[Column[R]]
    search: Callable[[R], str] | None = None
    choices: Sequence[Choice[R]] = ()
    note: Text = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell as it is shown."""

    id: str
    text: Text
    kind: str
    label: Text
    href: str = ""
    mark: Mark | None = None
    below: str = ""
    step: int | None = None


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading that sorts; `direction` as aria-sort says it."""

    label: Text
    kind: str
    direction: str
    href: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A page of a table."""

    table: Table[Any]
    headings: tuple[Heading, ...]
    rows: tuple[tuple[Cell, ...], ...]
    found: int
    total: int
    pages: tuple[tuple[int, str, bool], ...]
    q: str
    chosen: tuple[tuple[Choice[Any], str], ...]
    kept: tuple[tuple[str, str], ...]
    """Parameters of the rest of the page, for the hidden inputs of the table's form."""
    query: str
    """Of the whole page as it stands, for the export."""

    @property
    def searchable(self) -> bool:
        """Whether rows can be searched: a template cannot ask for a function without calling it."""
        return self.table.search is not None


def narrowed(table: Table[R], rows: Sequence[R], params: Mapping[str, str]) -> list[R]:
    """The rows that the address asks for, in its order."""
    left = list(rows)
    words = params.get(f"{table.id}-q", "")[:LONGEST_SEARCH].casefold().split()
    if words and table.search is not None:
        text = table.search
        left = [row for row in left if all(word in text(row).casefold() for word in words)]
    for choice in table.choices:
        wanted = params.get(f"{table.id}-{choice.id}", "")
        if wanted in {value for value, _label in choice.options}:
            left = [row for row in left if choice.value(row) == wanted]
    column, descending = _sorted_by(table, params)
    if column is None:
        return left
    known = [row for row in left if column.key(row) is not None]
    unknown = [row for row in left if column.key(row) is None]
    return sorted(known, key=column.key, reverse=descending) + unknown


def shown(table: Table[R], rows: Sequence[R], params: QueryDict) -> Shown:
    """The page of a table that the address asks for."""
    plain = plain_of(params)
    found = narrowed(table, rows, plain)
    pages = max(1, -(-len(found) // PAGE))
    number = min(max(1, _number(plain.get(f"{table.id}-page", ""))), pages)
    return Shown(
        table,
        tuple(_heading(table, column, params) for column in table.columns),
        tuple(
            tuple(_cell(column, row) for column in table.columns)
            for row in found[(number - 1) * PAGE : number * PAGE]
        ),
        len(found),
        len(rows),
        tuple(
            (each, address(params, {f"{table.id}-page": str(each)}), each == number)
            for each in _near(number, pages)
        )
        if pages > 1
        else (),
        plain.get(f"{table.id}-q", "")[:LONGEST_SEARCH],
        tuple((choice, plain.get(f"{table.id}-{choice.id}", "")) for choice in table.choices),
        tuple(
            (name, value)
            for name, values in params.lists()
            for value in values
            if value
            and name not in {f"{table.id}-q", f"{table.id}-page"}
            and name not in {f"{table.id}-{choice.id}" for choice in table.choices}
        ),
        address(params, {})[1:],
    )


def file_of(
    table: Table[R], rows: Sequence[R], params: QueryDict, format: str, *, mark: str = ""
) -> HttpResponseBase:
    """All rows that the address asks for as a file; `mark` is the watermark of each row."""
    if format not in get_args(Format):
        raise NotFound(_("没有这种文件格式。"))
    kind = cast(Format, format)
    header = [str(column.label) for column in table.columns]
    if mark:
        header.append(_("水印"))
    lines = (
        [column.value(row) for column in table.columns] + ([mark] if mark else [])
        for row in narrowed(table, rows, plain_of(params))
    )
    file = tempfile.TemporaryFile()  # noqa: SIM115 (the response closes it)
    write_table(file, header, lines, format=kind)
    return download_of(file, f"chain-{table.id}", str(table.title), kind)


def plain_of(params: QueryDict) -> dict[str, str]:
    """The last value of each parameter that has one."""
    return {name: value for name, value in params.items() if isinstance(value, str) and value}


def address(params: Mapping[str, str] | QueryDict, changes: Mapping[str, str]) -> str:
    """The query with some parameters changed; those without a value are left out, those with
    several keep them."""
    query = QueryDict(mutable=True)
    given = (
        params.lists() if isinstance(params, QueryDict) else ((k, [v]) for k, v in params.items())
    )
    for name, values in given:
        query.setlist(name, [value for value in values if value])
    for name, value in changes.items():
        query.setlist(name, [value] if value else [])
    return f"?{query.urlencode()}"


def _sorted_by(table: Table[R], params: Mapping[str, str]) -> tuple[Column[R] | None, bool]:
    wanted = params.get(f"{table.id}-sort", "")
    column = next((each for each in table.columns if each.id == wanted.lstrip("-")), None)
    return column, wanted.startswith("-")


def _heading(table: Table[R], column: Column[R], params: QueryDict) -> Heading:
    current, descending = _sorted_by(table, plain_of(params))
    here = current is column
    direction = ("descending" if descending else "ascending") if here else "none"
    turned = f"-{column.id}" if here and not descending else column.id
    changes = {f"{table.id}-sort": turned, f"{table.id}-page": ""}
    return Heading(column.label, column.kind, direction, address(params, changes))


def _cell(column: Column[R], row: R) -> Cell:
    value = column.value(row)
    text: Text = column.shown(row) if column.shown else ("" if value is None else str(value))
    return Cell(
        column.id,
        text,
        column.kind,
        column.label,
        column.href(row) if column.href else "",
        column.mark(row) if column.mark else None,
        column.below(row) if column.below else "",
        column.step(row) if column.step else None,
    )


def _near(number: int, pages: int) -> list[int]:
    """The pages to offer; 0 where some are left out."""
    offered = [each for each in range(1, pages + 1) if each in {1, pages} or abs(each - number) < 3]
    found: list[int] = []
    for each in offered:
        if found and each > found[-1] + 1:
            found.append(0)
        found.append(each)
    return found


def _number(typed: str) -> int:
    return int(typed) if typed.isdecimal() and len(typed) < 6 else 1
