"""The tree as it was written, before anybody asked what the names mean."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Literal, TypeAlias

WindowUnit = Literal["year", "quarter", "month"]
DurationUnit = Literal["year", "month", "day"]


@dataclass(frozen=True, slots=True)
class Number:
    """A literal. ``kind``: plain, percent or money (value in fen)."""

    at: int
    value: Fraction
    kind: Literal["plain", "percent", "money"]


@dataclass(frozen=True, slots=True)
class Day:
    at: int
    value: date


@dataclass(frozen=True, slots=True)
class Duration:
    """``3 years``, ``365 days``, ``4 quarters``."""

    at: int
    count: int
    unit: Literal["year", "quarter", "month", "day"]


@dataclass(frozen=True, slots=True)
class Quoted:
    at: int
    value: str


@dataclass(frozen=True, slots=True)
class Truth:
    at: int
    value: bool


@dataclass(frozen=True, slots=True)
class Name:
    at: int
    value: str


@dataclass(frozen=True, slots=True)
class Indexed:
    """``revenue[year-2]``; the label is what stands between the brackets, spaces made one."""

    at: int
    target: Syntax
    label: str
    label_at: int


@dataclass(frozen=True, slots=True)
class Method:
    """``revenue.sum(3 years since registered_on)``; without brackets no arguments."""

    at: int
    target: Syntax
    name: str
    name_at: int
    arguments: tuple[Syntax, ...] | None
    since: Syntax | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """``min(a, b)``, ``count(award where …)``."""

    at: int
    name: str
    arguments: tuple[Syntax, ...]
    where: Syntax | None = None
    otherwise: Syntax | None = None


@dataclass(frozen=True, slots=True)
class Operation:
    at: int
    sign: Literal["+", "-", "*", "/"]
    left: Syntax
    right: Syntax


@dataclass(frozen=True, slots=True)
class Minus:
    at: int
    inner: Syntax


@dataclass(frozen=True, slots=True)
class Comparison:
    at: int
    sign: Literal[">=", ">", "<=", "<", "=", "!="]
    left: Syntax
    right: Syntax


@dataclass(frozen=True, slots=True)
class Member:
    """``x in (a, b)``, ``x not within ("35")``."""

    at: int
    word: Literal["in", "within"]
    negated: bool
    left: Syntax
    choices: tuple[Syntax, ...]


@dataclass(frozen=True, slots=True)
class Absence:
    """``x is absent``, ``x is not absent``."""

    at: int
    negated: bool
    inner: Syntax


@dataclass(frozen=True, slots=True)
class Logic:
    at: int
    word: Literal["and", "or"]
    parts: tuple[Syntax, ...]


@dataclass(frozen=True, slots=True)
class Negation:
    at: int
    inner: Syntax


@dataclass(frozen=True, slots=True)
class Choice:
    """``if … then … else …``."""

    at: int
    condition: Syntax
    then: Syntax
    otherwise: Syntax


@dataclass(frozen=True, slots=True)
class BandRow:
    at: int
    sign: Literal[">=", ">", "<=", "<", "="]
    threshold: Syntax
    value: Syntax


@dataclass(frozen=True, slots=True)
class Banded:
    """``band(x, >= 5%: 20, >= 3%: 15, else: 0)``."""

    at: int
    subject: Syntax
    rows: tuple[BandRow, ...]
    otherwise: Syntax


@dataclass(frozen=True, slots=True)
class Span:
    """``7..8``: an expert decides within."""

    at: int
    low: Syntax
    high: Syntax


Syntax: TypeAlias = (
    Number
    | Day
    | Duration
    | Quoted
    | Truth
    | Name
    | Indexed
    | Method
    | Call
    | Operation
    | Minus
    | Comparison
    | Member
    | Absence
    | Logic
    | Negation
    | Choice
    | Banded
    | Span
)
