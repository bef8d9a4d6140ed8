"""What is asked against what is offered, indicator by indicator.

Two indicators are about the same thing when their names are equal or one ends in the other
(抗拉强度 and 强度, not 抗拉强度 and 屈服强度). They are compared when their units have one
dimension, exactly, by intervals: met when everything offered lies within what is asked, missed
when nothing does, and otherwise open. A resource that only says "≥ 99.9%" does not say that it
reaches 99.999%, and does not say that it fails.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from lianshu.engine.matching.quantities import Quantity

Standing = Literal["meets", "misses", "unsure", "unit_differs", "not_given"]
_Ends = tuple[Fraction | None, Fraction | None, bool, bool]
_ORDER: tuple[Standing, ...] = ("meets", "misses", "unsure", "unit_differs")


@dataclass(frozen=True, slots=True)
class Finding:
    """One asked indicator and what the other side says to it (None: nothing)."""

    standing: Standing
    asked: Quantity
    offered: Quantity | None


def compare(asked: Sequence[Quantity], offered: Sequence[Quantity]) -> Iterator[Finding]:
    """A finding for each asked indicator that has a name and a bound, in the order asked; a bare
    number only where it is met, because nobody knows which way it binds."""
    for at, wanted in enumerate(asked):
        if not wanted.name or any(_same(wanted, other) for other in asked[:at]):
            continue
        finding = _best(wanted, [one for one in offered if same_name(wanted.name, one.name)])
        if wanted.bounded or finding.standing == "meets":
            yield finding


def _same(one: Quantity, other: Quantity) -> bool:
    """Whether a text says one indicator twice, in its body and in its list of indicators."""
    return same_name(one.name, other.name) and (
        (one.dimension, one.low, one.high) == (other.dimension, other.low, other.high)
    )


def same_name(first: str, second: str) -> bool:
    """Whether two names are of one quantity."""
    if not first or not second:
        return False
    return first == second or first.endswith(second) or second.endswith(first)


def standing(asked: Quantity, offered: Quantity) -> Standing:
    """What one offered indicator says to one asked."""
    if asked.dimension != offered.dimension:
        return "unit_differs"
    if within(offered, asked):
        return "meets"
    return "misses" if apart(offered, asked) else "unsure"


def within(inner: Quantity, outer: Quantity) -> bool:
    """Whether all of `inner` lies in `outer`."""
    inner_low, inner_high, low_open, high_open = _ends(inner, offered=True)
    low, high, open_low, open_high = _ends(outer, offered=False)
    if low is not None and (
        inner_low is None or inner_low < low or (inner_low == low and open_low and not low_open)
    ):
        return False
    return high is None or not (
        inner_high is None
        or inner_high > high
        or (inner_high == high and open_high and not high_open)
    )


def apart(offered: Quantity, asked: Quantity) -> bool:
    """Whether they have no value in common."""
    one_low, one_high, one_low_open, one_high_open = _ends(offered, offered=True)
    low, high, open_low, open_high = _ends(asked, offered=False)
    return _before(one_high, low, touching=not (one_high_open or open_low)) or _before(
        high, one_low, touching=not (open_high or one_low_open)
    )


def _before(end: Fraction | None, start: Fraction | None, *, touching: bool) -> bool:
    """Whether one interval ends before another starts; both holding one value, they touch."""
    if end is None or start is None:
        return False
    return end < start or (end == start and not touching)


def _ends(one: Quantity, *, offered: bool) -> _Ends:
    # What is reached is exactly so much where it is offered, a bound where it is asked.
    if offered and one.comparator == "→":
        value = one.high if one.low is None else one.low
        return value, value, False, False
    return one.low, one.high, one.open_low, one.open_high


def _best(asked: Quantity, offered: Sequence[Quantity]) -> Finding:
    """The finding that says most; the exact name before a part of it."""
    if not offered:
        return Finding("not_given", asked, None)
    judged = sorted(
        ((standing(asked, one), one) for one in offered),
        key=lambda each: (each[1].name != asked.name, _ORDER.index(each[0])),
    )
    return Finding(judged[0][0], asked, judged[0][1])
