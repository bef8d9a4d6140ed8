"""The shape of a table as read: cells, rows, the table."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal

from lianshu.engine.sheets.findings import Finding

Cell = str | int | float | bool | date | datetime | time | None


class BrokenCell(str):
    """A cell that holds no value: an Excel error (`#REF!`) or a formula never computed (`=…`).

    It reads as the text a person sees, so that nothing is lost silently, and `rule` says what
    is wrong (S020 or S021). `RowParser` reports it.
    """

    __slots__ = ("rule",)
    rule: str

    def __new__(cls, text: str, rule: str) -> "BrokenCell":
        cell = super().__new__(cls, text)
        cell.rule = rule
        return cell


UNCOMPUTED = BrokenCell("=…", "S021")


class PercentCell(float):
    """A number that the sheet shows as a percentage: 0.125, which a person reads as 12.5%."""

    __slots__ = ()

    @property
    def exact(self) -> Decimal:
        """The number itself, in the 15 digits that Excel keeps."""
        return Decimal(format(self, ".15g"))

    def __str__(self) -> str:
        return f"{(self.exact * 100).normalize():f}%"


@dataclass(frozen=True, slots=True)
class Row:
    """One data row. `cells` is at least as long as the header; longer only where cells beyond
    the header hold something. `number` is 1-based as Excel shows it (CSV: line of its start)."""

    number: int
    cells: tuple[Cell, ...]


@dataclass
class Table:
    """A header and its rows.

    `rows` is lazy and can be iterated again; iterating a damaged CSV file raises `SheetError`.
    Rows that hold nothing are left out. Header names are trimmed; one without data may be "".
    `header_row` is the first row of the header, `header_rows` how many rows it has. `unit` is the
    unit of money that stands above the header for the whole table; `sheets` names every sheet.
    """

    name: str
    header: tuple[str, ...]
    rows: Iterable[Row]
    header_row: int
    sheet: str | None = None
    notes: list[Finding] = field(default_factory=list)
    header_rows: int = 1
    unit: str | None = None
    sheets: tuple[str, ...] = ()


def column_letter(index: int) -> str:
    """0 → A, 25 → Z, 26 → AA: how Excel names a column."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_index(letters: str) -> int:
    """A → 0, Z → 25, AA → 26: the inverse of `column_letter` (upper case only)."""
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - 64
    return index - 1
