"""Arithmetic of numbers in columns: the ends of what they may be, over one denominator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from lianshu.engine.expressions.outcomes import Outcome
from lianshu.engine.expressions.tree import (
    Node,
    Sign,
)
from lianshu.engine.expressions.vector.algebra import Algebra
from lianshu.engine.expressions.vector.masks import Bits
from lianshu.engine.expressions.vector.shape import Shape
from lianshu.engine.expressions.vector.truths import Truth, Truths
from lianshu.engine.expressions.vector.wholes import Ends, Whole, Wholes, changed, common, exact

if TYPE_CHECKING:
    from lianshu.engine.expressions.vector.singles import One


class EndsArithmetic:
    """Adds, multiplies, divides and bounds numbers; conditions that never hold are None."""

    algebra: Algebra
    wholes: Wholes
    bits: Bits
    truths: Truths
    shape: Shape
    day: date
    scores: Mapping[str, Ends]
    filtering: bool

    def either(self, *conditions: Any) -> Any:
        """``or`` of conditions of which None never holds."""
        found = [each for each in conditions if each is not None]
        return self.algebra.either(found) if found else None

    def when(self, condition: Any, then: Any, otherwise: Any) -> Any:
        """A condition that depends on another; None never holds."""
        if then is None and otherwise is None:
            return None
        false = self.algebra.flag(False)
        return self.algebra.case(
            [(condition, false if then is None else then)],
            false if otherwise is None else otherwise,
        )

    def absent_of(self, column: str | None) -> Any:
        """The condition that a fact is known to be absent."""
        if column is None:
            return None
        return self.algebra.filled(self.algebra.column(column), self.algebra.flag(False))

    def open(self, truth: Truth) -> Any:
        """Whether a truth is unknown or manual."""
        codes = [Outcome.UNKNOWN.code, Outcome.MANUAL.code]
        if truth.coded:
            return self.algebra.among(truth.expr, codes)
        return self.algebra.is_null(truth.expr)

    def _unless(self, condition: Any, then: Any) -> Any:
        return self.algebra.both([self.algebra.opposite(condition), then])

    def opened(self, ends: Ends) -> Ends:
        """With ``lacks`` and ``mask`` only where the two ends differ."""
        if ends.single:
            return ends
        algebra = self.algebra
        same = self.wholes.compare("=", ends.low, ends.high)
        if ends.den.constant is None and ends.den.nullable:
            # Nothing divided by what is not known is still not known.
            same = algebra.both([same, algebra.is_known(ends.den.expr)])
        apart = algebra.opposite(algebra.filled(same, algebra.flag(False)))
        lacks = None if ends.lacks is None else algebra.both([apart, ends.lacks])
        return changed(ends, lacks=lacks, mask=lambda: self.bits.where(apart, ends.mask))

    def plain(self, ends: Ends) -> Ends:
        """The same with a denominator that is never null: where it was, the ends are."""
        den = ends.den
        if den.constant is not None or not den.nullable:
            return ends
        wholes, algebra = self.wholes, self.algebra
        null = algebra.is_null(den.expr)
        nothing, one = wholes.nothing(), wholes.constant(1)
        low = wholes.case([(null, nothing)], ends.low)
        high = low if ends.single else wholes.case([(null, nothing)], ends.high)
        filled = replace(wholes.case([(null, one)], den), nullable=False)
        return changed(ends, low=low, high=high, den=filled)

    def _made(self, low: Whole, high: Whole, den: Whole, parts: Sequence[Ends]) -> Ends:
        """A number made of others."""
        masks = [part.mask for part in parts]
        # Whatever can be exact though a part of it is open has columns of its own, and those who
        # read them see to it (`opened`).
        return Ends(
            low,
            high,
            den,
            undefined=self.either(*(part.undefined for part in parts)),
            absent=self.either(*(part.absent for part in parts)),
            lacks=self.either(*(part.lacks for part in parts)),
            judged=any(part.judged for part in parts),
            mask=lambda: self.bits.union(masks),
        )

    def sum_of(self, left: Ends, right: Ends, sign: int = 1) -> Ends:
        """left + right, or left - right."""
        (one, other), den = common(self.wholes, [left, right])
        add = self.wholes.add
        low = add(one[0], other[0] if sign == 1 else other[1], sign)
        single = left.single and right.single
        high = low if single else add(one[1], other[1] if sign == 1 else other[0], sign)
        return self._made(low, high, den, [left, right])

    def _exact_here(self, ends: Ends) -> Whole:
        """The value where both ends are one, else null."""
        if ends.single:
            return ends.low
        same = self.wholes.compare("=", ends.low, ends.high)
        return self.wholes.case([(same, ends.low)], self.wholes.nothing())

    def product(self, left: Ends, right: Ends) -> Ends:
        """left * right; open when both are."""
        wholes = self.wholes
        den = wholes.times(left.den, right.den)
        if left.single and right.single:
            low = wholes.times(left.low, right.low)
            return self._made(low, low, den, [left, right])
        if left.single:
            left, right = right, left
        factor = self._exact_here(right)
        low, high = self._scaled(left, factor)
        if not right.single:
            # The left may be the exact one.
            other = self._exact_here(left)
            swapped = self._scaled(right, other)
            known = self.algebra.is_known(factor.expr)
            low = wholes.case([(known, low)], swapped[0])
            high = wholes.case([(known, high)], swapped[1])
        return self.opened(self._made(low, high, den, [left, right]))

    def _scaled(self, ends: Ends, factor: Whole) -> tuple[Whole, Whole]:
        wholes = self.wholes
        one, other = wholes.times(ends.low, factor), wholes.times(ends.high, factor)
        if factor.constant is not None:
            if factor.constant == 0:
                both = self.algebra.both(
                    [self.algebra.is_known(each.expr) for each in (ends.low, ends.high)]
                )
                zero = wholes.case([(both, wholes.constant(0))], wholes.nothing())
                # Two ends: it is exact only where both of these are known.
                return zero, replace(zero)
            return (one, other) if factor.constant > 0 else (other, one)
        zero = wholes.constant(0)
        negative = wholes.compare("<", factor, zero)
        is_zero = wholes.compare("=", factor, zero)
        total = wholes.add(one, other)
        return (
            wholes.case([(is_zero, total), (negative, other)], one),
            wholes.case([(is_zero, total), (negative, one)], other),
        )

    def quotient(self, left: Ends, right: Ends) -> Ends:
        """left / right; undefined when right is zero or less, open when it is open."""
        wholes = self.wholes
        constant = right.low.constant
        divisor = self._exact_here(right)
        undefined = None
        if constant is None:
            undefined = self._not_positive(right)
        elif constant <= 0:
            undefined, divisor = self.algebra.flag(True), wholes.constant(1)
        den = wholes.times(left.den, divisor)
        factor = right.den
        low = wholes.times(left.low, factor)
        high = low if left.single else wholes.times(left.high, factor)
        if not right.single:
            gone = self.algebra.is_null(divisor.expr)
            low = wholes.case([(gone, wholes.nothing())], low)
            high = low if left.single else wholes.case([(gone, wholes.nothing())], high)
        found = self._made(low, high, den, [left, right])
        return changed(found, undefined=self.either(found.undefined, undefined))

    def _not_positive(self, ends: Ends) -> Any:
        return self.wholes.compare("<=", ends.high, self.wholes.constant(0))

    def _extreme(self, how: str, parts: Sequence[Ends]) -> Ends:
        parts = [self.plain(part) for part in parts]
        ends, den = common(self.wholes, parts)
        lows, highs = [each[0] for each in ends], [each[1] for each in ends]
        wholes = self.wholes
        pick = wholes.least if how == "min" else wholes.greatest
        low = pick(lows, strict=how == "min")
        high = pick(highs, strict=how == "max")
        if all(part.single for part in parts) and not any(each.nullable for each in lows):
            high = low
        return self._made(low, high, den, parts)

    def bounded(self, found: Ends, most: Fraction) -> Ends:
        """Points between 0 and ``most``; what is quite unknown lies between these."""
        found = self.plain(found)
        (one, limit), den = common(self.wholes, [found, exact(self.wholes, most)])
        wholes = self.wholes
        zero, top = wholes.constant(0), limit[0]
        ends: list[Whole] = []
        for value, instead in ((one[0], zero), (one[1], top)):
            filled = value
            if value.nullable:
                null = self.algebra.is_null(value.expr)
                filled = replace(wholes.case([(null, instead)], value), nullable=False)
            made = filled if filled.natural else wholes.greatest([zero, filled], strict=False)
            if made.bound > top.bound:
                made = wholes.least([top, made], strict=False)
            # Whatever it was made of, it lies between 0 and the maximum.
            narrow = self.algebra.cast(made.expr, "int64") if made.wide else made.expr
            ends.append(replace(made, expr=narrow, bound=top.bound, nullable=False, natural=True))
        low, high = ends
        if found.single and not found.low.nullable:
            high = low
        return changed(found, low=low, high=high, den=den)

    # Given by `Lowering`

    def number(self, node: Node) -> Ends:
        """The ends of a number."""
        raise NotImplementedError

    def made_number(self, node: Node) -> Ends | None:
        """The columns of a number that an earlier stage made."""
        raise NotImplementedError

    def truth(self, node: Node) -> Truth:
        """The outcome of a condition."""
        raise NotImplementedError

    def single(self, node: Node) -> One:
        """The value of a day, code or flag."""
        raise NotImplementedError

    def compared(self, sign: Sign, left: Ends, right: Ends) -> Truth:
        """``left sign right``."""
        raise NotImplementedError

    def month_day(self, expr: Any) -> Any:
        """Month and day as MMDD."""
        raise NotImplementedError

    def anniversary(self) -> int:
        """MMDD up to which years are complete on the day."""
        raise NotImplementedError
