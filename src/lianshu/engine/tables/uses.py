"""What the giver of a fact allows to be done with it."""

from __future__ import annotations

from enum import IntFlag
from functools import cache


class Use(IntFlag):
    """A set of permitted uses. Statistics alone means: no figure about one firm, ever."""

    STATISTICS = 1
    """Totals over at least five firms."""
    SERVICE = 2
    """Officers read it to help this firm."""
    DECISION = 4
    """It may decide what the firm is entitled to."""
    PUBLICATION = 8
    """Everybody may read it."""

    @property
    def names(self) -> tuple[str, ...]:
        """The uses as the dictionary writes them, in order."""
        return tuple(use.name.lower() for use in Use if use in self and use.name)

    @classmethod
    def of(cls, *names: str) -> Use:
        """The set of the uses named; KeyError for an unknown name."""
        result = Use(0)
        for name in names:
            result |= cls[name.upper()]
        return result


@cache
def combinations_with(use: Use) -> tuple[int, ...]:
    """Every stored number whose set holds one of `use`: portable where bit operators are not."""
    every = sum(Use)
    return tuple(number for number in range(every + 1) if number & use)
