"""The one typed tree of an expression.

Everything reads this tree: the interpreter, the compiler to tables, the explanation; proofs and
what-if later. It knows no date: periods are relative to the date of application, parameters carry
all their dated values. ``at`` is the offset in the text of the expression.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Literal, TypeAlias

from lianshu.engine.expressions.outcomes import Outcome
from lianshu.engine.expressions.types import (
    AGE,
    DATE,
    DURATION,
    TRUTH,
    NumberType,
    Type,
)

PeriodUnit = Literal["year", "quarter", "month"]
Sign = Literal[">=", ">", "<=", "<", "=", "!="]
Constant: TypeAlias = "Fraction | date | str | bool"


@dataclass(frozen=True, slots=True)
class When:
    """A period: ``offset`` whole periods before the one that holds the date (``year-1`` is the last
    full year), a fixed ``label``, or with unit None the latest day known."""

    unit: PeriodUnit | None
    offset: int = 0
    label: str = ""


LATEST = When(None)


@dataclass(frozen=True, slots=True)
class Fixed:
    """A number, day, code, text or flag as written."""

    at: int
    type: Type
    value: Constant


@dataclass(frozen=True, slots=True)
class DatedValue:
    """A parameter's value from a day until the day before the next."""

    since: date
    until: date | None
    value: Constant


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value that depends on the date of application."""

    at: int
    type: Type
    name: str
    values: tuple[DatedValue, ...]

    def on(self, day: date) -> Constant | None:
        """The value of the day, None when there is none."""
        for one in self.values:
            if one.since <= day and (one.until is None or day <= one.until):
                return one.value
        return None


@dataclass(frozen=True, slots=True)
class FactValue:
    at: int
    type: Type
    fact: str
    when: When


@dataclass(frozen=True, slots=True)
class Over:
    """A fact over ``count`` periods, the last of them ``offset`` before the current one.

    ``since``: periods that ended before that day are left out (a younger firm).
    ``latest`` is the value of the last period that is known.
    """

    at: int
    type: Type
    fact: str
    how: Literal["sum", "mean", "min", "max", "latest"]
    unit: PeriodUnit
    count: int
    offset: int
    since: DateNode | None = None


@dataclass(frozen=True, slots=True)
class Growth:
    """``total``: last / first - 1. ``mean``: the mean of the rates of each step. ``compound``: the
    yearly rate that leads from first to last; only ever compared with a constant."""

    at: int
    type: NumberType
    fact: str
    how: Literal["total", "mean", "compound"]
    unit: PeriodUnit
    steps: int
    offset: int


@dataclass(frozen=True, slots=True)
class OfHoldings:
    """Over the holdings of a kind for which ``where`` is true."""

    at: int
    type: Type
    kind: str
    how: Literal["count", "sum", "largest", "smallest"]
    attribute: str | None
    where: Node | None


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute of the holding looked at; some (``valid``, ``valid_from``) every kind has."""

    at: int
    type: Type
    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Arithmetic:
    at: int
    type: NumberType
    sign: Literal["+", "-", "*", "/"]
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Negative:
    at: int
    type: NumberType
    inner: Node


@dataclass(frozen=True, slots=True)
class Extreme:
    """The least or greatest of some numbers."""

    at: int
    type: NumberType
    how: Literal["min", "max"]
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Rounded:
    """To a whole multiple of ``step``; ``round`` takes the half upwards."""

    at: int
    type: NumberType
    how: Literal["floor", "ceil", "round"]
    inner: Node
    step: Fraction


@dataclass(frozen=True, slots=True)
class Band:
    at: int
    type: NumberType
    subject: Node
    rows: tuple[tuple[Sign, Node, Points], ...]
    otherwise: Points


@dataclass(frozen=True, slots=True)
class Points:
    """A value, or a span within which an expert decides."""

    at: int
    type: NumberType
    low: Node
    high: Node | None = None


@dataclass(frozen=True, slots=True)
class IfElse:
    at: int
    type: Type
    condition: Node
    then: Node
    otherwise: Node


@dataclass(frozen=True, slots=True)
class Lookup:
    """A table of a parameter file: code → value."""

    at: int
    type: Type
    name: str
    key: Node
    rows: tuple[tuple[str, Constant], ...]
    otherwise: Constant | None


@dataclass(frozen=True, slots=True)
class ScoreValue:
    """A score, or one of its items, of the same policy."""

    at: int
    type: NumberType
    name: str


@dataclass(frozen=True, slots=True)
class FullYears:
    """Completed years from a day to the date of application."""

    at: int
    type: NumberType
    day: Node


@dataclass(frozen=True, slots=True)
class YearOf:
    at: int
    type: NumberType
    day: Node


@dataclass(frozen=True, slots=True)
class ApplicationYear:
    at: int
    type: NumberType


@dataclass(frozen=True, slots=True)
class ApplicationDate:
    at: int
    type: Type = field(default=DATE, init=False)


@dataclass(frozen=True, slots=True)
class Duration:
    at: int
    count: int
    unit: Literal["year", "month", "day"]
    type: Type = field(default=DURATION, init=False)


@dataclass(frozen=True, slots=True)
class Shifted:
    """A day so much later (``sign`` 1) or earlier (-1); short months end on their last day."""

    at: int
    sign: int
    day: Node
    by: Duration
    type: Type = field(default=DATE, init=False)


@dataclass(frozen=True, slots=True)
class Age:
    """From one day to another; compared with a duration."""

    at: int
    start: Node
    end: Node
    type: Type = field(default=AGE, init=False)


@dataclass(frozen=True, slots=True)
class Compare:
    """Of two numbers, days, codes, texts, or an age and a duration.

    ``undefined``: what it comes to when a side divides by zero or less; ``absent``: when a side is
    known to be absent. Both are declared by the rule.
    """

    at: int
    sign: Sign
    left: Node
    right: Node
    undefined: Outcome = Outcome.UNKNOWN
    absent: Outcome = Outcome.NOT_MET
    type: Type = field(default=TRUTH, init=False)


@dataclass(frozen=True, slots=True)
class OneOf:
    """A code, text or number among constants; ``named`` are those that were written, ``values``
    with ``within`` also every code below them."""

    at: int
    left: Node
    # A section of a code list has a thousand codes; `named` says which they are.
    values: tuple[Constant, ...] = field(repr=False)
    named: tuple[str, ...]
    within: bool = False
    type: Type = field(default=TRUTH, init=False)
    lookup: frozenset[Constant] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "lookup", frozenset(self.values))


@dataclass(frozen=True, slots=True)
class IsAbsent:
    at: int
    inner: Node
    type: Type = field(default=TRUTH, init=False)


@dataclass(frozen=True, slots=True)
class AllOf:
    at: int
    parts: tuple[Node, ...]
    type: Type = field(default=TRUTH, init=False)


@dataclass(frozen=True, slots=True)
class AnyOf:
    at: int
    parts: tuple[Node, ...]
    type: Type = field(default=TRUTH, init=False)


@dataclass(frozen=True, slots=True)
class Not:
    at: int
    inner: Node
    type: Type = field(default=TRUTH, init=False)


@dataclass(frozen=True, slots=True)
class Manual:
    """Somebody must judge; ``name`` is what the judgement is filed under."""

    at: int
    name: str
    zh: str
    en: str
    type: Type = field(default=TRUTH, init=False)


@dataclass(frozen=True, slots=True)
class Exempted:
    """A condition beside its exemption."""

    at: int
    inner: Node
    exemption: Node
    type: Type = field(default=TRUTH, init=False)


@dataclass(frozen=True, slots=True)
class ConditionValue:
    """Another condition of the same policy."""

    at: int
    name: str
    type: Type = field(default=TRUTH, init=False)


@dataclass(frozen=True, slots=True)
class VerdictValue:
    """The verdict of another policy on the same day, or the outcome of one of its conditions."""

    at: int
    policy: str
    condition: str | None = None
    type: Type = field(default=TRUTH, init=False)

    @property
    def key(self) -> str:
        """One name for it."""
        return f"{self.policy}/{self.condition or 'verdict'}"


@dataclass(frozen=True, slots=True)
class Settled:
    """A number of a rule with what takes its place when it divides by zero or less, or rests on a
    fact known to be absent; None: there is no number then."""

    at: int
    type: NumberType
    inner: Node
    undefined: Fraction | None
    absent: Fraction | None


Node: TypeAlias = (
    Fixed
    | Parameter
    | FactValue
    | Over
    | Growth
    | OfHoldings
    | Attribute
    | Arithmetic
    | Negative
    | Extreme
    | Rounded
    | Band
    | Points
    | IfElse
    | Lookup
    | ScoreValue
    | FullYears
    | YearOf
    | ApplicationYear
    | ApplicationDate
    | Duration
    | Shifted
    | Age
    | Compare
    | OneOf
    | IsAbsent
    | AllOf
    | AnyOf
    | Not
    | Manual
    | Exempted
    | ConditionValue
    | VerdictValue
    | Settled
)
DateNode: TypeAlias = Node
