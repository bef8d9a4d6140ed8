"""What is wrong with an expression, said with the place in its text.

====  ==========================================================
rule  defect
====  ==========================================================
E001  a character or literal that the language does not have
E002  not a sentence of the language: what was expected instead
E003  a name that nothing has (the nearest one is told)
E004  a value of another type than the place takes
E005  units that do not go together
E006  a period or duration that the fact or place does not take
E007  a code that the list does not have
E008  a wrong number or kind of arguments
E009  a band whose rows are not in order
E010  names that go round in a circle
E011  an expression that is too long or too deep
====  ==========================================================
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from lianshu.engine.tables import FactDefinition

MOST_CHARACTERS = 4000
MOST_DEPTH = 60


class ExpressionError(ValueError):
    """An expression that cannot be used. ``at`` is the offset of the offending character."""

    def __init__(self, rule: str, at: int, message: str) -> None:
        self.rule = rule
        self.at = at
        self.message = message
        super().__init__(f"{rule}（第 {at + 1} 个字符）{message}")


def recorded(fact: FactDefinition) -> str:
    """By which periods a fact is recorded, with an example of each."""
    kinds = "、".join(
        f"{_PERIODS[one.value][0]}（{_PERIODS[one.value][1]}）" for one in fact.periods
    )
    return f"按{kinds}登记"


_PERIODS: Final = {
    "instant": ("日", "2025-07-31、latest"),
    "month": ("月", "2025-07"),
    "quarter": ("季度", "2025Q1"),
    "year": ("年", "2025"),
}


def nearest(name: str, known: Iterable[str]) -> str:
    """The words that suggest a name: ``，是不是 revenue？`` or those that there are."""
    names = sorted(set(known))
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
    if close:
        return f"，是不是 {close[0]}？"
    shown = "、".join(names[:12])
    return f"；这里可用的有：{shown}{'等' if len(names) > 12 else ''}" if names else ""
