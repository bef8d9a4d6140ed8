"""Exact arithmetic of readings: numbers that may lie anywhere between two ends."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from math import ceil, floor
from typing import Literal, cast

from lianshu.engine.expressions.outcomes import Outcome
from lianshu.engine.expressions.readings import (
    Exact,
    Reading,
    State,
    between,
    without_number,
    worst,
)
from lianshu.engine.expressions.tree import Sign


def computed(sign: Literal["+", "-", "*", "/"], left: Reading, right: Reading) -> Reading:
    """``left sign right``. Division by zero or less is undefined, whatever is divided."""
    parts = (left, right)
    state = worst(parts)
    if sign == "/" and right.state is None and right.high is not None and right.high <= 0:
        state = State.UNDEFINED
    if state is not None:
        return without_number(state)
    if sign == "+":
        return between(_sum(left.low, right.low), _sum(left.high, right.high), parts)
    if sign == "-":
        return computed("+", left, negative(right))
    exact = right.exact
    if sign == "/":
        if exact is None:
            return between(None, None, parts)
        return _scaled(left, Fraction(1) / exact, parts)
    if exact is not None:
        return _scaled(left, exact, parts)
    if left.exact is not None:
        return _scaled(right, left.exact, parts)
    return between(None, None, parts)


def negative(inner: Reading) -> Reading:
    """``-x``."""
    if inner.state is not None:
        return inner
    low = None if inner.high is None else -inner.high
    high = None if inner.low is None else -inner.low
    return Reading(low, high, inner.missing, inner.manual)


def extreme(how: Literal["min", "max"], parts: Sequence[Reading]) -> Reading:
    """The least or greatest."""
    if how == "max":
        return negative(extreme("min", [negative(one) for one in parts]))
    state = worst(parts)
    if state is not None:
        return without_number(state)
    lows = [one.low for one in parts]
    low = None if None in lows else min(value for value in lows if value is not None)
    highs = [one.high for one in parts if one.high is not None]
    return between(low, min(highs) if highs else None, parts)


def rounded(how: Literal["floor", "ceil", "round"], inner: Reading, step: Fraction) -> Reading:
    """To a whole multiple of ``step``."""
    if inner.state is not None:
        return inner
    return between(_whole(how, inner.low, step), _whole(how, inner.high, step), (inner,))


def _whole(how: str, value: Exact | None, step: Fraction) -> Exact | None:
    if value is None:
        return None
    if how == "ceil":
        return ceil(value / step) * step
    return floor(value / step + (Fraction(1, 2) if how == "round" else 0)) * step


def hull(parts: Sequence[Reading], opening: Sequence[Reading]) -> Reading:
    """One of ``parts``, it is open which; ``opening`` are the readings that leave it open."""
    state = worst(parts)
    if state is not None:
        return without_number(state)
    lows, highs = [one.low for one in parts], [one.high for one in parts]
    low = None if None in lows else min(value for value in lows if value is not None)
    high = None if None in highs else max(value for value in highs if value is not None)
    return between(low, high, (*opening, *parts))


def compared(sign: Sign, left: Reading, right: Reading) -> Outcome | None:
    """``left sign right``: met, not met, or None while it is open. Neither has a state."""
    if sign in ("<=", "<"):
        return compared(">=" if sign == "<=" else ">", right, left)
    if sign == "!=":
        found = compared("=", left, right)
        if found is None:
            return None
        return Outcome.NOT_MET if found is Outcome.MET else Outcome.MET
    if sign == "=":
        if left.exact is not None and left.exact == right.exact:
            return Outcome.MET
        apart = _above(left.low, right.high) or _above(right.low, left.high)
        return Outcome.NOT_MET if apart else None
    if sign == ">":
        if _above(left.low, right.high):
            return Outcome.MET
        return Outcome.NOT_MET if _reaches(right.low, left.high) else None
    if _reaches(left.low, right.high):
        return Outcome.MET
    return Outcome.NOT_MET if _above(right.low, left.high) else None


def _above(one: Exact | None, other: Exact | None) -> bool:
    return one is not None and other is not None and one > other


def _reaches(one: Exact | None, other: Exact | None) -> bool:
    return one is not None and other is not None and one >= other


def _sum(one: Exact | None, other: Exact | None) -> Exact | None:
    return None if one is None or other is None else one + other


def _scaled(inner: Reading, by: Exact, parts: Sequence[Reading]) -> Reading:
    low = None if inner.low is None else inner.low * by
    high = None if inner.high is None else inner.high * by
    if by < 0:
        low, high = high, low
    if by == 0:
        low = high = 0 if inner.low is not None and inner.high is not None else None
    return between(low, high, parts)


def ordered(sign: Sign, left: object, right: object) -> bool:
    """A comparison of two single values of one type: days, codes, flags."""
    one, other = cast("date", left), cast("date", right)
    if sign == "=":
        return one == other
    if sign == "!=":
        return one != other
    if sign == ">=":
        return one >= other
    if sign == ">":
        return one > other
    return one <= other if sign == "<=" else one < other
