"""How long a step may take, as definitions say it: ``3 workdays``, ``1 workhour``, ``30 days``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, PlainSerializer


class Unit(StrEnum):
    """What a limit is counted in."""

    WORKHOURS = "workhours"
    WORKDAYS = "workdays"
    DAYS = "days"
    """Calendar days, for what runs through weekends, such as a public notice."""

    @property
    def zh(self) -> str:
        """The unit as people say it."""
        return {"workhours": "个工作小时", "workdays": "个工作日", "days": "天"}[self.value]


_FORM: Final = re.compile(r"([1-9][0-9]{0,3}) (workhour|workday|day)s?")
_MINUTES: Final = {Unit.WORKHOURS: 60, Unit.WORKDAYS: 7 * 60, Unit.DAYS: 5 * 60}


@dataclass(frozen=True, slots=True)
class Limit:
    """``amount`` units of time; the calendar decides when that is over."""

    amount: int
    unit: Unit

    def __str__(self) -> str:
        return f"{self.amount} {self.unit.value if self.amount > 1 else self.unit.value[:-1]}"

    def canonical(self) -> str:
        """The text that canonical JSON stores."""
        return str(self)

    @property
    def zh(self) -> str:
        """As people say it: ``3 个工作日``."""
        return f"{self.amount} {self.unit.zh}"

    @property
    def rough_minutes(self) -> int:
        """Working minutes of an ordinary week, to tell a shorter limit from a longer one."""
        return self.amount * _MINUTES[self.unit]


def parse_limit(value: Any) -> Limit:
    """The limit that ``value`` writes; ValueError says how to write one."""
    if isinstance(value, Limit):
        return value
    found = _FORM.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError(
            "时限应写作“3 workdays”（工作日）、“4 workhours”（工作小时）或“30 days”（自然日）"
        )
    return Limit(int(found[1]), Unit(f"{found[2]}s"))


LimitText = Annotated[
    Limit, BeforeValidator(parse_limit), PlainSerializer(str, return_type=str, when_used="always")
]
"""A limit in a definition: a text in the file and in the canonical form, a `Limit` in code."""
