"""Whole numbers with a bound, and exact fractions of them.

Every number of a compiled expression carries the greatest magnitude it can have. Below 2^63 it is a
64-bit integer, beyond a DECIMAL(38, 0); what could pass 10^38 is refused before anything runs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import lcm
from typing import Any, Final

from lianshu.engine.expressions.vector.algebra import WIDE, Algebra
from lianshu.engine.expressions.vector.masks import Mask, no_mask

NARROW: Final = 2**63
MOST: Final = 10**38
"""What a DECIMAL(38, 0) cannot hold."""
_SMALL: Final = 2**31


class TooLargeError(ValueError):
    """A number that could pass 10^38."""


@dataclass(frozen=True, slots=True)
class Whole:
    """An expression of a whole number: ``|value| <= bound``; ``constant`` when it is one.

    ``small``: made of literals only, which engines keep in 32 bits. ``natural``: never negative.
    """

    expr: Any
    bound: int
    nullable: bool = True
    constant: int | None = None
    small: bool = False
    natural: bool = False

    @property
    def wide(self) -> bool:
        """Whether it needs more than 64 bits."""
        return self.bound >= NARROW


class Wholes:
    """Arithmetic of wholes over an algebra."""

    def __init__(self, algebra: Algebra, most: int = MOST) -> None:
        self.algebra = algebra
        self.most = most

    def constant(self, value: int) -> Whole:
        """A number as it is."""
        expr = self.algebra.whole(value)
        made = Whole(expr, abs(value), nullable=False, constant=value, small=True)
        return replace(made, natural=value >= 0)

    def column(self, name: str, bound: int, *, nullable: bool = True) -> Whole:
        """A column of whole numbers."""
        return Whole(self.algebra.column(name), bound, nullable)

    def nothing(self) -> Whole:
        """Null."""
        return Whole(self.algebra.nothing("int64"), 0, natural=True)

    def widened(self, one: Whole, bound: int, *, small: bool) -> Any:
        """The expression in the width that a result of ``bound`` needs."""
        if bound >= self.most:
            raise TooLargeError
        if bound >= NARROW:
            return one.expr if one.wide else self.algebra.cast(one.expr, WIDE)
        if small and bound >= _SMALL and one.constant is None:
            return self.algebra.whole_of(one.expr)
        return one.expr

    def add(self, left: Whole, right: Whole, sign: int = 1) -> Whole:
        """left + right, or left - right."""
        if left.constant is not None and right.constant is not None:
            return self.constant(left.constant + sign * right.constant)
        if right.constant == 0:
            return left
        if left.constant == 0 and sign == 1:
            return right
        bound = left.bound + right.bound
        small = left.small and right.small
        one, other = (self.widened(each, bound, small=small) for each in (left, right))
        expr = self.algebra.add(one, other) if sign == 1 else self.algebra.subtract(one, other)
        nullable, natural = left.nullable or right.nullable, left.natural and right.natural
        small = small and bound < _SMALL
        return Whole(expr, bound, nullable, small=small, natural=natural and sign == 1)

    def times(self, left: Whole, right: Whole) -> Whole:
        """left * right."""
        if left.constant is not None and right.constant is not None:
            return self.constant(left.constant * right.constant)
        for one, other in ((left, right), (right, left)):
            if one.constant == 1:
                return other
            if one.constant == 0 and not other.nullable:
                return self.constant(0)
        bound = left.bound * right.bound
        small = left.small and right.small
        one_, other_ = (self.widened(each, bound, small=small) for each in (left, right))
        expr = self.algebra.multiply(one_, other_)
        return Whole(expr, bound, left.nullable or right.nullable, small=small and bound < _SMALL)

    def negative(self, one: Whole) -> Whole:
        """-x."""
        return self.add(self.constant(0), one, -1)

    def compare(self, sign: str, left: Whole, right: Whole) -> Any:
        """A comparison, in one width."""
        bound = max(left.bound, right.bound)
        one, other = (self.widened(each, bound, small=False) for each in (left, right))
        return self.algebra.compare(sign, one, other)

    def alike(self, values: Sequence[Whole]) -> tuple[list[Any], int]:
        """The expressions in one width, and the greatest bound."""
        bound = max(each.bound for each in values)
        return [self.widened(each, bound, small=False) for each in values], bound

    def case(self, branches: Sequence[tuple[Any, Whole]], otherwise: Whole) -> Whole:
        """The value of the first true branch."""
        values = [value for _condition, value in branches]
        exprs, bound = self.alike([*values, otherwise])
        pairs = [
            (condition, expr) for (condition, _), expr in zip(branches, exprs[:-1], strict=True)
        ]
        nullable = any(each.nullable for each in (*values, otherwise))
        small = all(each.small for each in (*values, otherwise))
        natural = all(each.natural for each in (*values, otherwise))
        made = self.algebra.case(pairs, exprs[-1])
        return Whole(made, bound, nullable, small=small, natural=natural)

    def least(self, values: Sequence[Whole], *, strict: bool) -> Whole:
        """The least; with ``strict`` null when one is null, else nulls are passed over."""
        return self._extreme(values, "least", strict=strict)

    def greatest(self, values: Sequence[Whole], *, strict: bool) -> Whole:
        """The greatest, likewise."""
        return self._extreme(values, "greatest", strict=strict)

    def _extreme(self, values: Sequence[Whole], how: str, *, strict: bool) -> Whole:
        if len(values) == 1:
            return values[0]
        exprs, bound = self.alike(values)
        pick = self.algebra.least if how == "least" else self.algebra.greatest
        found = pick(exprs)
        nullable = [each for each in values if each.nullable]
        if strict and nullable:
            null = self.algebra.either([self.algebra.is_null(each.expr) for each in nullable])
            kind = WIDE if bound >= NARROW else "int64"
            found = self.algebra.case([(null, self.algebra.nothing(kind))], found)
        small = all(each.small for each in values)
        any_null = bool(nullable) if strict else len(nullable) == len(values)
        natural = all(each.natural for each in values)
        return Whole(found, bound, any_null, small=small, natural=natural)

    def floor_positive(self, value: Whole, by: Whole) -> Whole:
        """The whole quotient of two that are not negative."""
        if by.constant == 1:
            return value
        bound = value.bound // max(by.constant or 1, 1) + 1
        expr = self._quotient(value, by, bound)
        return Whole(expr, bound, value.nullable or by.nullable)

    def floor(self, value: Whole, by: Whole) -> Whole:
        """The greatest whole number not above value / by; ``by`` is positive."""
        if by.constant == 1:
            return value
        algebra = self.algebra
        bound = value.bound // max(by.constant or 1, 1) + 1
        quotient = self._quotient(value, by, bound)
        below = self.add(self.add(by, value, -1), self.constant(1), -1)
        # (by - 1 - value) / by, towards zero, is how far a negative value reaches.
        under = self._quotient(below, by, bound)
        negative = algebra.compare("<", value.expr, algebra.whole(0))
        expr = algebra.case([(negative, algebra.multiply(under, algebra.whole(-1)))], quotient)
        return Whole(expr, bound, value.nullable or by.nullable)

    def rest(self, value: Whole, quotient: Whole, by: Whole) -> Whole:
        """What ``value / by`` leaves over; ``quotient`` is its whole part."""
        bound = max(value.bound, by.bound)
        whole, times, divisor = (
            self.widened(replace(each, bound=min(each.bound, bound)), bound, small=False)
            for each in (value, quotient, by)
        )
        expr = self.algebra.subtract(whole, self.algebra.multiply(times, divisor))
        nullable = value.nullable or by.nullable
        return Whole(expr, min(value.bound, by.bound), nullable, natural=True)

    def _quotient(self, value: Whole, by: Whole, bound: int) -> Any:
        """value / by towards zero, in the width of ``bound``."""
        if not (value.wide or by.wide):
            return self.algebra.divide_narrow(value.expr, by.expr)
        wide = self.algebra.divide(value.expr, by.expr)
        return wide if bound >= NARROW else self.algebra.cast(wide, "int64")


@dataclass(frozen=True, slots=True)
class Ends:
    """A number between ``low / den`` and ``high / den``; null ends have no bound.

    ``high`` is ``low`` itself when both ends are always one. ``undefined`` and ``absent`` are
    conditions (None: never): there is no number then, undefined before absent. ``lacks`` is true
    where a missing fact keeps it open (None: never), ``judged`` whether a judgement can.
    ``mask`` gives the bits of the missing facts, none where it is exact.
    """

    low: Whole
    high: Whole
    den: Whole
    undefined: Any = None
    absent: Any = None
    lacks: Any = None
    judged: bool = False
    mask: Mask = no_mask

    @property
    def single(self) -> bool:
        """Whether both ends are always one expression."""
        return self.high is self.low


def common(wholes: Wholes, parts: Sequence[Ends]) -> tuple[list[tuple[Whole, Whole]], Whole]:
    """The ends of some numbers over one denominator, and that denominator."""
    dens = [part.den for part in parts]
    if all(den.constant is not None for den in dens):
        shared = lcm(*(den.constant or 1 for den in dens))
        factors = [wholes.constant(shared // (den.constant or 1)) for den in dens]
        return [
            _scaled(wholes, p, f) for p, f in zip(parts, factors, strict=True)
        ], wholes.constant(shared)
    found: list[tuple[Whole, Whole]] = []
    total = wholes.constant(1)
    for den in dens:
        total = wholes.times(total, den)
    for index, part in enumerate(parts):
        factor = wholes.constant(1)
        for other, den in enumerate(dens):
            if other != index:
                factor = wholes.times(factor, den)
        found.append(_scaled(wholes, part, factor))
    return found, total


def _scaled(wholes: Wholes, part: Ends, factor: Whole) -> tuple[Whole, Whole]:
    low = wholes.times(part.low, factor)
    return low, low if part.single else wholes.times(part.high, factor)


def exact(wholes: Wholes, value: Fraction | int) -> Ends:
    """A constant."""
    given = Fraction(value)
    low = wholes.constant(given.numerator)
    return Ends(low, low, wholes.constant(given.denominator))


def changed(ends: Ends, **changes: Any) -> Ends:
    """The same with some parts changed."""
    return replace(ends, **changes)
