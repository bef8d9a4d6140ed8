"""Drawing lots: every choice of the composed city comes from one seeded generator."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from random import Random
from typing import TypeVar

from lianshu.demo.city.sources import CityFile
from lianshu.engine.identity import check_character, organisation_check_character

T = TypeVar("T")
_NUMBER = re.compile(r"<(\d+)\.\.(\d+)((?::[a-z*/\d]+)*)>")
NOWHERE = "990000"
"""A region code that is not assigned: no real organisation has a credit code with it."""
LAST_PHONE = 9_999


def credit_code(prefix: str, number: int) -> str:
    """A credit code that passes both checks and that nobody can have."""
    body = f"DC{number:06d}"
    first = f"{prefix}{NOWHERE}{body}{organisation_check_character(body)}"
    return first + check_character(first)


class Draw:
    """Lots of one section of the city; another section's draws do not move these."""

    def __init__(self, seed: int, section: str) -> None:
        self.random = Random(f"{seed}/{section}")  # noqa: S311 (a fictional city, no secret)

    def pick(self, items: Sequence[T]) -> T:
        """One of them."""
        return items[self.random.randrange(len(items))]

    def weighted(self, weights: Mapping[T, int]) -> T:
        """One of the keys, as often as its weight says."""
        return self.random.choices(list(weights), list(weights.values()))[0]

    def some(self, items: Sequence[T], count: int) -> list[T]:
        """Up to `count` different ones."""
        return self.random.sample(list(items), min(count, len(items)))

    def chance(self, percent: float) -> bool:
        """Whether it happens, `percent` times in a hundred."""
        return self.random.random() * 100 < percent

    def between(self, low: int, high: int) -> int:
        """A whole number, both ends included."""
        return self.random.randint(low, high)

    def about(self, value: float, spread: float) -> float:
        """`value` up to `spread` (a share) more or less."""
        return value * self.random.uniform(1 - spread, 1 + spread)

    def day(self, first: date, last: date) -> date:
        """A day from `first` to `last`."""
        return first + timedelta(days=self.random.randint(0, max(0, (last - first).days)))

    def person(self, city: CityFile) -> str:
        """An invented name."""
        return self.pick(city.surnames) + self.pick(city.given)

    def fill(self, pattern: str, words: Mapping[str, str], *, good: bool | None = None) -> str:
        """The pattern with its words and numbers put in.

        `good`: numbers from the better half (True) or the worse half (False) of their range, so
        that what is offered meets what is asked.
        """

        def number(found: re.Match[str]) -> str:
            return self._number(int(found[1]), int(found[2]), found[3].split(":")[1:], good=good)

        text = pattern
        for _round in range(2):  # words may hold numbers, and goals hold them
            text = re.sub(r"\{(\w+)\}", lambda found: words[found[1]], text)
        return _NUMBER.sub(number, text)

    def _number(self, low: int, high: int, flags: list[str], *, good: bool | None) -> str:
        step = next((int(flag[1:]) for flag in flags if flag[0] == "*"), 1)
        over = next((int(flag[1:]) for flag in flags if flag[0] == "/"), 1)
        values = list(range(low, high + 1, step))
        if good is not None and len(values) > 1:
            middle = (len(values) + 1) // 2
            upper = good != ("down" in flags)
            values = values[middle:] if upper else values[:middle]
        value = self.pick(values)
        return str(value) if over == 1 else f"{value / over:g}"


class Phones:
    """Numbers that reach nobody: no local number begins with 0000. Shared when there are more
    people than numbers."""

    def __init__(self, first: int) -> None:
        self._first = self._next = first

    def take(self) -> str:
        """The next one."""
        number = self._next
        self._next = self._first if number == LAST_PHONE else number + 1
        return f"0574-0000{number:04d}"
