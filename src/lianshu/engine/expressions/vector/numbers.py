"""Numbers of trees to columns: the ends of what they may be, over one denominator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any, cast

from lianshu.engine.expressions.days import fact_key, first_day, label_of
from lianshu.engine.expressions.outcomes import Outcome
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
    Sign,
    When,
    YearOf,
)
from lianshu.engine.expressions.vector.algebra import Algebra
from lianshu.engine.expressions.vector.masks import Bits, Mask, no_mask
from lianshu.engine.expressions.vector.shape import Shape
from lianshu.engine.expressions.vector.truths import Truth, Truths
from lianshu.engine.expressions.vector.wholes import Ends, Whole, Wholes, changed, common, exact
from lianshu.engine.expressions.walking import divides

if TYPE_CHECKING:
    from lianshu.engine.expressions.vector.singles import One

_LAST_YEAR = 9999


class NumberLowering:
    """The part of the compiler that makes numbers."""

    algebra: Algebra
    wholes: Wholes
    bits: Bits
    truths: Truths
    shape: Shape
    day: date
    scores: Mapping[str, Ends]
    filtering: bool

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

    # Conditions over algebra, where None is "never"

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

    # Facts

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

    def _unless(self, condition: Any, then: Any) -> Any:
        return self.algebra.both([self.algebra.opposite(condition), then])

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
        total = exact(wholes, 0)
        for base, following in zip(bases, values[1:], strict=True):
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

    def _not_positive(self, ends: Ends) -> Any:
        return self.wholes.compare("<=", ends.high, self.wholes.constant(0))

    # Holdings

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

    # Arithmetic

    def opened(self, ends: Ends) -> Ends:
        """With ``lacks`` and ``mask`` only where the two ends differ."""
        if ends.single:
            return ends
        algebra = self.algebra
        same = self.wholes.compare("=", ends.low, ends.high)
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
                return zero, zero
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
        if constant is None or constant <= 0:
            undefined = self._not_positive(right)
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

    # Bands, choices, points

    def _points(self, node: Points) -> Ends:
        low = self.number(node.low)
        if node.high is None:
            return low
        (one, other), den = common(self.wholes, [low, self.number(node.high)])
        judged = one[0].constant != other[0].constant
        return Ends(one[0], other[0], den, judged=judged)

    def _band(self, node: Band) -> Ends:
        subject = self.plain(self.number(node.subject))
        values = [self._points(value) for _sign, _threshold, value in node.rows]
        values.append(self._points(node.otherwise))
        ends, den = common(self.wholes, values)
        rows = [
            self.compared(sign, subject, self.number(threshold))
            for sign, threshold, _value in node.rows
        ]
        lows, highs = [each[0] for each in ends], [each[1] for each in ends]
        lacks, mask = subject.lacks, subject.mask
        if subject.single:
            low, high = self._simple_band(subject, rows, lows, highs)
        else:
            low, high = self._open_band(rows, lows, highs)
            # Open as it is, it may lie within one row.
            several = self._several(rows)
            lacks = None if lacks is None else self.algebra.both([several, lacks])
            mask = lambda: self.bits.where(several, subject.mask)  # noqa: E731
        judged = subject.judged or any(value.judged for value in values)
        if (
            all(low_ is high_ for low_, high_ in ends)
            and not subject.low.nullable
            and subject.single
        ):
            high = low
        return Ends(
            low,
            high,
            den,
            undefined=subject.undefined,
            absent=subject.absent,
            lacks=lacks,
            judged=judged,
            mask=mask,
        )

    def _simple_band(
        self, subject: Ends, rows: Sequence[Truth], lows: Sequence[Whole], highs: Sequence[Whole]
    ) -> tuple[Whole, Whole]:
        """Of a number that is known or quite unknown."""
        wholes = self.wholes
        low_rows = [(row.expr, value) for row, value in zip(rows, lows, strict=False)]
        high_rows = [(row.expr, value) for row, value in zip(rows, highs, strict=False)]
        if subject.low.nullable:
            null = self.algebra.is_null(subject.low.expr)
            low_rows.append((null, _extreme_constant(lows, least=True)))
            high_rows.append((null, _extreme_constant(highs, least=False)))
        return wholes.case(low_rows, lows[-1]), wholes.case(high_rows, highs[-1])

    def _several(self, rows: Sequence[Truth]) -> Any:
        """Whether it is open which row counts; never null."""
        open_rows: list[Any] = []
        before: Any = None
        for row in rows:
            here = self.open(row)
            if before is not None:
                here = self.algebra.both([self.algebra.opposite(before), here])
            open_rows.append(here)
            before = self.either(before, self.truths.has(row, Outcome.MET))
        return self.either(*open_rows)

    def _open_band(
        self, rows: Sequence[Truth], lows: Sequence[Whole], highs: Sequence[Whole]
    ) -> tuple[Whole, Whole]:
        """Of a number that may lie anywhere between: over all rows that it may reach."""
        truths, wholes = self.truths, self.wholes
        nothing = wholes.nothing()
        reached_low: list[Whole] = []
        reached_high: list[Whole] = []
        before: Any = None
        for index, (low, high) in enumerate(zip(lows, highs, strict=True)):
            out = before
            if index < len(rows):
                out = self.either(before, truths.has(rows[index], Outcome.NOT_MET))
                before = self.either(before, truths.has(rows[index], Outcome.MET))
            reached_low.append(low if out is None else wholes.case([(out, nothing)], low))
            reached_high.append(high if out is None else wholes.case([(out, nothing)], high))
        return (
            wholes.least(reached_low, strict=False),
            wholes.greatest(reached_high, strict=False),
        )

    def _choice(self, node: IfElse) -> Ends:
        condition = self.truth(node.condition)
        then, otherwise = (self.plain(self.number(one)) for one in (node.then, node.otherwise))
        wholes, truths = self.wholes, self.truths
        fails = truths.has(condition, Outcome.NOT_MET)
        is_open = self.open(condition)
        if divides(node):
            one, other = (then.low, then.high), (otherwise.low, otherwise.high)
            den = wholes.case([(fails, otherwise.den)], then.den)
            least = most = wholes.nothing()
        else:
            (one, other), den = common(wholes, [then, otherwise])
            least = wholes.least([one[0], other[0]], strict=True)
            most = wholes.greatest([one[1], other[1]], strict=True)
        low = wholes.case([(fails, other[0]), (is_open, least)], one[0])
        high = low
        if not (divides(node) and then.single and otherwise.single):
            high = wholes.case([(fails, other[1]), (is_open, most)], one[1])

        def chosen(first: Any, second: Any, between: Any) -> Any:
            if first is None and second is None and between is None:
                return None
            false = self.algebra.flag(False)
            parts = [false if each is None else each for each in (second, between, first)]
            return self.algebra.case([(fails, parts[0]), (is_open, parts[1])], parts[2])

        unknown = truths.has(condition, Outcome.UNKNOWN)
        masks: list[Mask] = [lambda: truths.missing(condition), then.mask, otherwise.mask]
        return Ends(
            low,
            high,
            den,
            undefined=chosen(
                then.undefined,
                otherwise.undefined,
                self.either(then.undefined, otherwise.undefined),
            ),
            absent=chosen(
                then.absent, otherwise.absent, self.either(then.absent, otherwise.absent)
            ),
            lacks=chosen(
                then.lacks, otherwise.lacks, self.either(unknown, then.lacks, otherwise.lacks)
            ),
            judged=then.judged or otherwise.judged or condition.coded,
            mask=lambda: self.bits.chosen(
                [(fails, otherwise.mask), (is_open, lambda: self.bits.union(masks))], then.mask
            ),
        )

    def _lookup(self, node: Lookup) -> Ends:
        key = self.single(node.key)
        values = [exact(self.wholes, cast("Fraction", value)) for _code, value in node.rows]
        if node.otherwise is not None:
            values.append(exact(self.wholes, cast("Fraction", node.otherwise)))
        ends, den = common(self.wholes, values)
        algebra, wholes = self.algebra, self.wholes
        branches = [
            (algebra.compare("=", key.expr, algebra.text(code)), low)
            for (code, _value), (low, _high) in zip(node.rows, ends, strict=False)
        ]
        last, absent = wholes.nothing(), key.absent
        if node.otherwise is not None:
            branches.append((algebra.is_known(key.expr), ends[-1][0]))
        else:
            absent = self.either(absent, self.outside(node, key.expr))
        low = wholes.case(branches, last)
        lacks = algebra.is_null(key.expr)
        if key.absent is not None:
            lacks = self._unless(key.absent, lacks)
        return Ends(low, low, den, absent=absent, lacks=lacks, mask=key.mask)

    def outside(self, node: Lookup, key: Any) -> Any:
        """Whether a key is known and the table has no row for it; never null."""
        algebra = self.algebra
        inside = algebra.among(key, [code for code, _value in node.rows])
        return algebra.filled(algebra.opposite(inside), algebra.flag(False))

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
            inner = wholes.greatest([zero, filled], strict=False)
            made = wholes.least([top, inner], strict=False)
            # Whatever it was made of, it lies between 0 and the maximum.
            narrow = self.algebra.cast(made.expr, "int64") if made.wide else made.expr
            ends.append(replace(made, expr=narrow, bound=top.bound, nullable=False))
        low, high = ends
        if found.single and not found.low.nullable:
            high = low
        return changed(found, low=low, high=high, den=den)

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

    # Given by `Lowering`

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


def _extreme_constant(values: Sequence[Whole], *, least: bool) -> Whole:
    pick = min if least else max
    return pick(values, key=lambda one: one.constant if one.constant is not None else 0)


def _next_day(label: str) -> date:
    """The first day after a period."""
    start = first_day(label)
    months = 12 if len(label) == 4 else 3 if "Q" in label else 1
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, 1)
