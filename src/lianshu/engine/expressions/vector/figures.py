"""Facts over periods and aggregates of holdings to columns."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Any, cast

from lianshu.engine.expressions.days import fact_key, first_day, label_of
from lianshu.engine.expressions.tree import (
    Attribute,
    Growth,
    OfHoldings,
    Over,
    When,
)
from lianshu.engine.expressions.vector.masks import Mask, no_mask
from lianshu.engine.expressions.vector.wholes import Ends, changed, common, exact

if TYPE_CHECKING:
    from lianshu.engine.expressions.vector.singles import One

from lianshu.engine.expressions.vector.ends import EndsArithmetic


class FigureLowering(EndsArithmetic):
    """The part of the compiler that reads figures."""

    def _fact(self, fact: str, when: When) -> Ends:
        label = label_of(when, self.day)
        key = fact_key(fact, label)
        column = self.shape.fact(fact, label)
        one = self.wholes.constant(1)
        algebra = self.algebra
        if column is None:
            always = algebra.flag(True)
            low = self.wholes.nothing()
            return Ends(low, low, one, lacks=always, mask=lambda: self.bits.of(key, always))
        bound = self.shape.bound(fact)
        low = self.wholes.column(column.value, bound)
        den = one
        if column.denominator is not None:
            den = self.wholes.column(column.denominator, bound)
        lacks = algebra.is_null(low.expr)
        absent = self.absent_of(column.absent)
        if absent is not None:
            lacks = algebra.both([lacks, algebra.opposite(absent)])
        return Ends(
            low, low, den, absent=absent, lacks=lacks, mask=lambda: self.bits.of(key, lacks)
        )

    def _attribute_number(self, node: Attribute) -> Ends:
        name = self.shape.attribute(node.name)
        if self.shape.attribute_is_ratio(node):
            low = self.wholes.column(f"{name}#numerator", self.shape.most)
            den = self.wholes.column(f"{name}#denominator", self.shape.most)
            return Ends(low, low, den)
        low = self.wholes.column(name, self.shape.most)
        return Ends(low, low, self.wholes.constant(1))

    def _over(self, node: Over) -> Ends:
        whens = [When(node.unit, node.offset + back) for back in range(node.count)]
        parts = [self._fact(node.fact, when) for when in whens]
        if node.how == "latest":
            return self._last(parts)
        since = None if node.since is None else self.single(node.since)
        skips = [self._skip(when, since, part) for when, part in zip(whens, parts, strict=True)]
        if node.how in ("min", "max"):
            return self._extreme_over(node.how, parts, skips)
        zero = exact(self.wholes, 0)
        total = zero
        for part, skip in zip(parts, skips, strict=True):
            total = self.sum_of(total, self._skipped(part, skip))
        if node.how == "sum":
            return total
        if all(skip is None for skip in skips):
            return self.quotient(total, exact(self.wholes, len(parts)))
        counted = self.wholes.constant(0)
        one, none = self.wholes.constant(1), self.wholes.constant(0)
        for skip in skips:
            more = one if skip is None else self.wholes.case([(skip, none)], one)
            counted = self.wholes.add(counted, more)
        return self.quotient(total, Ends(counted, counted, one))

    def _skip(self, when: When, since: One | None, part: Ends) -> Any:
        """Whether a period does not count: it ended before ``since``, or the fact is absent."""
        early: Any = None
        if since is not None:
            after = _next_day(label_of(when, self.day))
            if since.constant is not None:
                early = self.algebra.flag(after <= since.constant)
            else:
                late = self.algebra.compare(">=", since.expr, self.algebra.day(after))
                early = self.algebra.filled(late, self.algebra.flag(False))
        return self.either(early, part.absent)

    def _skipped(self, part: Ends, skip: Any) -> Ends:
        """A part that is 0 where it is skipped."""
        if skip is None:
            return part
        zero, one = self.wholes.constant(0), self.wholes.constant(1)
        low = self.wholes.case([(skip, zero)], part.low)
        den = part.den
        if den.constant is None:
            den = self.wholes.case([(skip, one)], den)
        lacks = None if part.lacks is None else self._unless(skip, part.lacks)
        return Ends(
            low, low, den, lacks=lacks, mask=lambda: self.bits.chosen([(skip, no_mask)], part.mask)
        )

    def _extreme_over(self, how: str, parts: Sequence[Ends], skips: Sequence[Any]) -> Ends:
        """The least or greatest of the periods that count."""
        never = all(skip is None for skip in skips)
        bare = [changed(part, absent=None) for part in parts]
        found = self._extreme(cast("Any", how), bare)
        if never:
            return found
        ends, den = common(self.wholes, bare)
        algebra, wholes = self.algebra, self.wholes
        lacks = self.either(
            *(
                part.lacks if skip is None else self._unless(skip, part.lacks)
                for part, skip in zip(parts, skips, strict=True)
                if part.lacks is not None
            )
        )
        nothing = wholes.nothing()
        values = [
            low if skip is None else wholes.case([(skip, nothing)], low)
            for (low, _high), skip in zip(ends, skips, strict=True)
        ]
        pick = wholes.least if how == "min" else wholes.greatest
        known = pick(values, strict=False)
        low = high = known
        if lacks is not None:
            gone = wholes.case([(lacks, nothing)], known)
            low, high = (gone, known) if how == "min" else (known, gone)
        absent = None
        if all(skip is not None for skip in skips):
            absent = algebra.both(list(skips))
        mask: Mask = lambda: self.bits.union(  # noqa: E731
            [self._skipped(part, skip).mask for part, skip in zip(parts, skips, strict=True)]
        )
        return Ends(low, high, den, absent=absent, lacks=lacks, mask=mask)

    def _last(self, parts: Sequence[Ends]) -> Ends:
        """The first of the parts that is known."""
        ends, den = common(self.wholes, [changed(part, absent=None) for part in parts])
        algebra = self.algebra
        low = ends[-1][0]
        absent, lacks = parts[-1].absent, parts[-1].lacks
        for (value, _high), part in list(zip(ends, parts, strict=True))[-2::-1]:
            known = self.either(algebra.is_known(part.low.expr), part.absent)
            low = self.wholes.case([(known, value)], low)
            absent = self.when(known, part.absent, absent)
            lacks = self.when(known, None, lacks)
        masks = [part.mask for part in parts]
        mask: Mask = lambda: self.bits.where(lacks, lambda: self.bits.union(masks))  # noqa: E731
        return Ends(low, low, den, absent=absent, lacks=lacks, mask=mask)

    def _values(self, node: Growth) -> list[Ends]:
        backs = range(node.steps, -1, -1)
        return [self._fact(node.fact, When(node.unit, node.offset + back)) for back in backs]

    def _growth(self, node: Growth) -> Ends:
        values = self._values(node)
        if node.how == "total":
            values = [values[0], values[-1]]
        bases = values[:-1]
        wholes = self.wholes
        # The sum of v[i+1] / v[i] over one denominator, less the number of steps, divided by it.
        total = self.quotient(values[1], values[0])
        for base, following in pairwise(values[1:]):
            total = self.sum_of(total, self.quotient(following, base))
        steps = exact(wholes, len(bases))
        rates = self.sum_of(total, steps, -1)
        undefined = self.either(*(self._not_positive(base) for base in bases))
        found = self.quotient(rates, steps)
        masks = [value.mask for value in values]
        return changed(
            found,
            undefined=undefined,
            absent=self.either(*(value.absent for value in values)),
            lacks=self.either(*(value.lacks for value in values)),
            mask=lambda: self.bits.union(masks),
        )

    def compound(self, node: Growth) -> Ends:
        """Last / first."""
        values = self._values(node)
        return self.quotient(values[-1], values[0])

    def _of_holdings(self, node: OfHoldings) -> Ends:
        found = self.shape.aggregate(node)
        one, bound = self.wholes.constant(1), self.shape.bound_of_aggregate(node)
        mask: Mask = lambda: self.holding_mask(node)  # noqa: E731
        if node.how in ("largest", "smallest"):
            low = self.wholes.column(found.value, bound)
            absent = self.algebra.column(found.absent)
            lacks = self._unless(absent, self.algebra.is_null(low.expr))
            return Ends(low, low, one, absent=absent, lacks=lacks, mask=mask)
        low = self.wholes.column(found.value, bound, nullable=False)
        if found.high is None:
            return Ends(low, low, one)
        high = self.wholes.column(found.high, bound)
        return self.opened(Ends(low, high, one, mask=mask, lacks=self.algebra.flag(True)))

    def holding_mask(self, node: OfHoldings) -> dict[int, Any]:
        """The bits of what is missing of holdings."""
        pairs = self.shape.aggregate(node).missing
        masks: list[Mask] = [
            lambda name=name, column=column: self.bits.of(  # type: ignore[misc]
                name, self.algebra.column(column)
            )
            for name, column in pairs
        ]
        return self.bits.union(masks)


def _next_day(label: str) -> date:
    """The first day after a period."""
    start = first_day(label)
    months = 12 if len(label) == 4 else 3 if "Q" in label else 1
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, 1)
