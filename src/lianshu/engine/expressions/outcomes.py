"""The five outcomes and the logic over them.

``not_met < unknown < manual < met`` decides ``and`` (the least counts), the order read from the
other end, with ``unknown`` still before ``manual``, decides ``or``. What does not apply changes
nothing: it is neutral in both. So ``not (a and b)`` is ``not a or not b``, always.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Final


class Outcome(StrEnum):
    """What became of a condition."""

    MET = "met"
    NOT_MET = "not_met"
    UNKNOWN = "unknown"
    """Facts are missing; which ones is told."""
    MANUAL = "manual"
    """An expert or an authority judges it."""
    NOT_APPLICABLE = "not_applicable"
    """An exemption holds, or the policy is not for this firm or not in force on the day."""

    __hash__ = str.__hash__  # the enumeration's own would be Python, and these are keys

    @property
    def code(self) -> int:
        """0 not_met, 1 unknown, 2 manual, 3 met, 4 not_applicable: ``and`` is the least."""
        return _CODES[self]

    @classmethod
    def of_code(cls, code: int) -> Outcome:
        """The outcome of a ``code``."""
        return _BY_CODE[code]

    @property
    def passes(self) -> bool:
        """Whether it stands in nobody's way."""
        return self in (Outcome.MET, Outcome.NOT_APPLICABLE)

    @property
    def open(self) -> bool:
        """Whether it may still become something else."""
        return self in (Outcome.UNKNOWN, Outcome.MANUAL)


_BY_CODE: Final = (
    Outcome.NOT_MET,
    Outcome.UNKNOWN,
    Outcome.MANUAL,
    Outcome.MET,
    Outcome.NOT_APPLICABLE,
)
_CODES: Final = {outcome: code for code, outcome in enumerate(_BY_CODE)}
_NEGATED: Final = {Outcome.MET: Outcome.NOT_MET, Outcome.NOT_MET: Outcome.MET}


def all_of(outcomes: Iterable[Outcome]) -> Outcome:
    """``and`` of them; of none: met."""
    found = list(outcomes)
    return min(found, key=_CODES.__getitem__) if found else Outcome.MET


def any_of(outcomes: Iterable[Outcome]) -> Outcome:
    """``or`` of them; of none: not met."""
    found = [negated(outcome) for outcome in outcomes]
    return negated(all_of(found)) if found else Outcome.NOT_MET


def negated(outcome: Outcome) -> Outcome:
    """``not``: met and not met change places, the others stay."""
    return _NEGATED.get(outcome, outcome)


def exempted(outcome: Outcome, exemption: Outcome) -> Outcome:
    """A condition beside its exemption.

    The exemption holds: not applicable. It does not: the condition's own outcome. It is open:
    met stays met, otherwise the exemption may still help, so the condition is open too.
    """
    if exemption is Outcome.MET:
        return Outcome.NOT_APPLICABLE
    if outcome is Outcome.MET or not exemption.open:
        return outcome
    return any_of((outcome, exemption))


def met(found: bool) -> Outcome:  # noqa: FBT001 (the one thing it maps)
    """The outcome of what is simply true or false."""
    return Outcome.MET if found else Outcome.NOT_MET
