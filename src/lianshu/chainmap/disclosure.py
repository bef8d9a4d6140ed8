"""How few firms may be shown: what everybody may know of how many firms make a product.

Whoever holds no capability gets a lower bound in steps of three, and one word for 0, 1 and 2
firms together. So no answer says that a product has one maker or two, and no difference of two
answers does:

- Sets within sets (a product and its sub-classes, chains that need the same product): a bound
  leaves each number three values. Two bounds of one step leave the difference 0 to 2, of
  different steps at least one value of 3 or more, so that a small rest is never certain.
- Districts of a city: their numbers add up to the city's. Were the city's bound so high that its
  districts can only reach it when one that is shown as "fewer than 3" has 1 or 2 for certain, it
  is lowered by a step (`publish`); a lowered bound looks like one that is not.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

LEAST: Final = 3
"""Fewer firms than this are never counted for others."""


def lower_bound(makers: int) -> int:
    """0 for fewer than three, else the greatest multiple of three that is not more."""
    return makers // LEAST * LEAST


def publish(whole: int, parts: Mapping[int, int]) -> tuple[int, dict[int, int]]:
    """The bounds of a city and, by key, its districts, which partition its firms."""
    shown = {key: lower_bound(count) for key, count in parts.items()}
    bound = lower_bound(whole)
    # A part may hold two firms more than its bound. Were all others full and the rest still not
    # used up, the last one would have at least one for certain.
    slack = (LEAST - 1) * max(len(parts) - 1, 0)
    rest = bound - sum(shown.values())
    if parts and rest > slack:
        bound -= (rest - slack + LEAST - 1) // LEAST * LEAST
    return bound, shown
