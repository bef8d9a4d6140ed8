"""Track record with decay: what came of an owner's earlier pairs, the older the less.

Each signed project counts 1 and halves every two years, exactly: within a halving it falls in a
straight line, so that no root is taken. A rating of the asker, one to five stars, weighs it by
stars/5; unrated ones count as signed and nothing more.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

HALVING_DAYS = 730


@dataclass(frozen=True, slots=True)
class Signed:
    """One project that was signed, and the stars it got (None: not rated, which is not bad)."""

    on: date
    stars: int | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """How many projects were signed, how many rated, and their weight as of a day."""

    signed: int
    rated: int
    weight: Fraction


def decay(days: int) -> Fraction:
    """The share that is left after so many days; all of it before the first."""
    halvings, rest = divmod(max(0, days), HALVING_DAYS)
    return Fraction(1, 2**halvings) * (1 - Fraction(rest, 2 * HALVING_DAYS))


def record_of(projects: Iterable[Signed], *, on: date) -> Record:
    """The record as of `on`."""
    every = [one for one in projects if one.on <= on]
    weight = sum(
        (decay((on - one.on).days) * Fraction(one.stars or 5, 5) for one in every), Fraction(0)
    )
    return Record(len(every), sum(one.stars is not None for one in every), weight)
