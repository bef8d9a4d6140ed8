"""Numbers of trees to columns."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any, cast

from lianshu.engine.expressions.tree import (
    ApplicationYear,
    Arithmetic,
    Attribute,
    Band,
    Extreme,
    FactValue,
    Fixed,
    FullYears,
    Growth,
    IfElse,
    Lookup,
    Negative,
    Node,
    OfHoldings,
    Over,
    Parameter,
    Points,
    Rounded,
    ScoreValue,
    Settled,
    YearOf,
)
from lianshu.engine.expressions.vector.masks import no_mask
from lianshu.engine.expressions.vector.wholes import Ends, Whole, changed, common, exact

if TYPE_CHECKING:
    pass

from lianshu.engine.expressions.vector.bands import BandLowering

_LAST_YEAR = 9999


class NumberLowering(BandLowering):
    """The part of the compiler that makes numbers."""

    def number(self, node: Node) -> Ends:
        """The ends of a number, read from its columns where an earlier stage made it."""
        made = self.made_number(node)
        return self.new_number(node) if made is None else made

    def new_number(self, node: Node) -> Ends:
        """The ends of a number, made here."""
        match node:
            case Fixed():
                return exact(self.wholes, cast("Fraction", node.value))
            case Parameter():
                return exact(self.wholes, cast("Fraction", node.on(self.day)))
            case FactValue():
                return self._fact(node.fact, node.when)
            case Attribute():
                return self._attribute_number(node)
            case Over():
                return self._over(node)
            case Growth():
                return self._growth(node)
            case OfHoldings():
                return self._of_holdings(node)
            case Arithmetic():
                return self._arithmetic(node)
            case Negative():
                return self._negative(self.number(node.inner))
            case Extreme():
                return self._extreme(node.how, [self.number(part) for part in node.parts])
            case Rounded():
                return self._rounded(node)
            case Band():
                return self._band(node)
            case Points():
                return self._points(node)
            case _:
                return self._other_number(node)

    def _other_number(self, node: Node) -> Ends:
        match node:
            case IfElse():
                return self._choice(node)
            case Lookup():
                return self._lookup(node)
            case ScoreValue():
                return self.scores[node.name]
            case FullYears() | YearOf():
                return self._years(node)
            case ApplicationYear():
                return exact(self.wholes, self.day.year)
            case Settled():
                return self._settled(node)
            case _:
                raise AssertionError(node)

    def _negative(self, inner: Ends) -> Ends:
        low = self.wholes.negative(inner.high)
        high = low if inner.single else self.wholes.negative(inner.low)
        return changed(inner, low=low, high=high)

    def _arithmetic(self, node: Arithmetic) -> Ends:
        left, right = self.number(node.left), self.number(node.right)
        if node.sign in "+-":
            return self.sum_of(left, right, 1 if node.sign == "+" else -1)
        if node.sign == "*":
            return self.product(left, right)
        return self.quotient(left, right)

    def _rounded(self, node: Rounded) -> Ends:
        inner = self.number(node.inner)
        wholes, step = self.wholes, node.step
        den = wholes.times(inner.den, wholes.constant(step.numerator))
        factor = wholes.constant(step.denominator)

        def made(value: Whole) -> Whole:
            value = wholes.times(value, factor)
            if node.how == "floor":
                return wholes.floor(value, den)
            if node.how == "ceil":
                return wholes.negative(wholes.floor(wholes.negative(value), den))
            twice = wholes.constant(2)
            return wholes.floor(
                wholes.add(wholes.times(value, twice), den), wholes.times(den, twice)
            )

        low = wholes.times(made(inner.low), wholes.constant(step.numerator))
        high = low
        if not inner.single:
            high = wholes.times(made(inner.high), wholes.constant(step.numerator))
        return self._made(low, high, wholes.constant(step.denominator), [inner])

    def _years(self, node: FullYears | YearOf) -> Ends:
        found = self.single(node.day)
        algebra, wholes = self.algebra, self.wholes
        one = wholes.constant(1)
        year = Whole(algebra.part_of_day(found.expr, "year"), _LAST_YEAR)
        low = year
        if isinstance(node, FullYears):
            low = wholes.add(wholes.constant(self.day.year), year, -1)
            ahead = algebra.compare(
                ">", self.month_day(found.expr), algebra.whole(self.anniversary())
            )
            low = wholes.add(low, wholes.case([(ahead, one)], wholes.constant(0)), -1)
        lacks = algebra.is_null(found.expr)
        if found.absent is not None:
            lacks = self._unless(found.absent, lacks)
        return Ends(low, low, one, absent=found.absent, lacks=lacks, mask=found.mask)

    def _settled(self, node: Settled) -> Ends:
        found = self.plain(self.number(node.inner))
        wholes = self.wholes
        pairs = [(found.undefined, node.undefined), (found.absent, node.absent)]
        instead = [(c, v) for c, v in pairs if c is not None and v is not None]
        if not instead:
            return found
        values = [found, *(exact(wholes, value) for _condition, value in instead)]
        conditions = [condition for condition, _value in instead]
        if found.den.constant is None:
            # A denominator of zero is no denominator.
            dens = [
                (condition, value.den)
                for condition, value in zip(conditions, values[1:], strict=True)
            ]
            den = wholes.case(dens, found.den)
            ends = [(value.low, value.high) for value in values]
        else:
            ends, den = common(wholes, values)
        made = list(zip(conditions, [each[0] for each in ends[1:]], strict=True))
        low = wholes.case(made, ends[0][0])
        high = low if found.single else wholes.case(made, ends[0][1])
        gone = self.either(*conditions)
        lacks = found.lacks
        if lacks is not None:
            gone_ = self.algebra.filled(gone, self.algebra.flag(False))
            lacks = self._unless(gone_, lacks)
        return changed(
            found,
            low=low,
            high=high,
            den=den,
            undefined=None if node.undefined is not None else found.undefined,
            absent=None if node.absent is not None else found.absent,
            lacks=lacks,
            mask=lambda: self.bits.chosen([(gone, no_mask)], found.mask),
        )

    def amount(self, node: Settled, step: Fraction, met: Any) -> Any:
        """Money in fen, rounded down to ``step``; null unless ``met`` and the number is exact."""
        found = self.plain(self.number(node))
        algebra, wholes = self.algebra, self.wholes
        never = algebra.flag(False)
        gone = [
            algebra.filled(each, never)
            for each in (found.undefined, found.absent)
            if each is not None
        ]
        value = wholes.greatest([self._exact_here(found), wholes.constant(0)], strict=True)
        den = wholes.times(found.den, wholes.constant(int(step)))
        rounded = wholes.times(wholes.floor(value, den), wholes.constant(int(step)))
        paid = algebra.both([met, *(algebra.opposite(each) for each in gone)])
        return algebra.case([(paid, algebra.cast(rounded.expr, "int64"))], algebra.nothing("int64"))
