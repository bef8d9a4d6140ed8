"""What evaluation finds: numbers that may be open, single values, outcomes with their reasons."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from typing import Final, Generic, NamedTuple, TypeAlias, TypeVar

from lianshu.engine.expressions.outcomes import Outcome, all_of, any_of, negated
from lianshu.engine.expressions.tree import Compare, FactValue, OneOf

T = TypeVar("T")
Names = tuple[str, ...]
Exact: TypeAlias = Fraction | int
"""A number of a verdict. Most are whole, and integers are ten times as fast as fractions."""


class State(Enum):
    """Why there is no number although nothing is missing. The first that holds counts."""

    UNDEFINED = "undefined"
    """A division by zero or less."""
    ABSENT = "absent"
    """A fact is known to be absent."""


class Reading(NamedTuple):
    """A number: exactly ``low`` when both ends are one, else somewhere between (None: no bound).

    ``missing`` names the facts and ``manual`` the judgements that keep it open.
    """

    low: Exact | None
    high: Exact | None
    missing: Names = ()
    manual: Names = ()
    state: State | None = None

    @property
    def exact(self) -> Exact | None:
        """The number, None when it is open or there is none."""
        known = self.state is None and self.low is not None and self.low == self.high
        return self.low if known else None


@dataclass(frozen=True, slots=True)
class Single(Generic[T]):
    """A day, code, text or flag; None when it is missing or absent."""

    value: T | None
    missing: Names = ()
    absent: bool = False


@dataclass(frozen=True, slots=True)
class Compared:
    """One comparison (or flag) of a rule with its sides, for explaining it."""

    node: Compare | OneOf | FactValue
    left: Reading | Single[object]
    right: Reading | Single[object] | None
    outcome: Outcome


class Judged(NamedTuple):
    """An outcome with the missing facts or judgements that keep it open."""

    outcome: Outcome
    missing: Names = ()
    manual: Names = ()
    compared: tuple[Compared, ...] = ()


_SETTLED: Final = {outcome: Judged(outcome) for outcome in Outcome}


def judged(
    outcome: Outcome,
    missing: Names = (),
    manual: Names = (),
    compared: tuple[Compared, ...] = (),
) -> Judged:
    """An outcome; those without reasons are made once."""
    if missing or manual or compared:
        return Judged(outcome, missing, manual, compared)
    return _SETTLED[outcome]


def whole(value: Exact) -> Exact:
    """The same number, as an integer when it is one."""
    return value.numerator if value.denominator == 1 else value


def exactly(value: Exact) -> Reading:
    """A known number."""
    found = whole(value)
    return Reading(found, found)


def unknown(*missing: str) -> Reading:
    """A number of which nothing is known."""
    return Reading(None, None, tuple(missing))


def without_number(state: State) -> Reading:
    """There is no number."""
    return Reading(None, None, state=state)


def union(parts: Iterable[Iterable[str]]) -> Names:
    """Names in the order in which they are first said."""
    return tuple(dict.fromkeys(name for part in parts for name in part))


def united(one: Names, other: Names) -> Names:
    """Two lists of names; mostly one of them is empty."""
    return union((one, other)) if one and other else one or other


def between(low: Exact | None, high: Exact | None, parts: Iterable[Reading]) -> Reading:
    """The number that lies between, made of ``parts``; reasons fall away when it is exact."""
    if low is not None and low == high:
        return Reading(low, high)
    missing: Names = ()
    manual: Names = ()
    for one in parts:
        missing = united(missing, one.missing)
        manual = united(manual, one.manual)
    return Reading(low, high, missing, manual)


def worst(parts: Iterable[Reading]) -> State | None:
    """The state of what is made of ``parts``: undefined before absent."""
    found = None
    for one in parts:
        if one.state is State.UNDEFINED:
            return State.UNDEFINED
        found = found or one.state
    return found


def opened(missing: Names, manual: Names) -> Outcome:
    """The outcome of what cannot be told: unknown while a fact is missing, else manual."""
    return Outcome.UNKNOWN if missing or not manual else Outcome.MANUAL


def both(parts: tuple[Judged, ...]) -> Judged:
    """``and``."""
    return _composed(all_of(one.outcome for one in parts), parts)


def either(parts: tuple[Judged, ...]) -> Judged:
    """``or``."""
    return _composed(any_of(one.outcome for one in parts), parts)


def opposite(part: Judged) -> Judged:
    """``not``."""
    return judged(negated(part.outcome), part.missing, part.manual, part.compared)


def _composed(outcome: Outcome, parts: tuple[Judged, ...]) -> Judged:
    compared = tuple(each for one in parts for each in one.compared)
    if not outcome.open:
        return judged(outcome, compared=compared)
    waiting = [one for one in parts if one.outcome.open]
    return judged(
        outcome,
        union(one.missing for one in waiting if one.outcome is Outcome.UNKNOWN),
        union(one.manual for one in waiting),
        compared,
    )
