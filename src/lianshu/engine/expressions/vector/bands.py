"""Bands, choices and lookups to columns."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, Any, cast

from lianshu.engine.expressions.outcomes import Outcome
from lianshu.engine.expressions.tree import (
    Band,
    IfElse,
    Lookup,
    Points,
)
from lianshu.engine.expressions.vector.masks import Mask
from lianshu.engine.expressions.vector.truths import Truth
from lianshu.engine.expressions.vector.wholes import Ends, Whole, common, exact
from lianshu.engine.expressions.walking import divides

if TYPE_CHECKING:
    pass

from lianshu.engine.expressions.vector.figures import FigureLowering


class BandLowering(FigureLowering):
    """The part of the compiler that chooses among values."""

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
        lows, highs = [each[0] for each in ends], [each[1] for each in ends]
        lacks, mask = subject.lacks, subject.mask
        if subject.single:
            low, high = self._simple_band(subject, self._rows(node, subject), lows, highs)
        else:
            direction = self._direction(node, lows, highs)
            if direction:
                low, high, several = self._ladder(node, subject, (lows, highs), direction)
            else:
                rows = self._rows(node, subject)
                low, high = self._open_band(rows, lows, highs)
                several = self._several(rows)
            # Open as it is, it may lie within one row.
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

    def _rows(self, node: Band, subject: Ends) -> list[Truth]:
        return [
            self.compared(sign, subject, self.number(threshold))
            for sign, threshold, _value in node.rows
        ]

    def _direction(self, node: Band, lows: Sequence[Whole], highs: Sequence[Whole]) -> int:
        """-1 when points fall from row to row, 1 when they rise, and thresholds go one way: then
        the two ends of what a number may reach decide. 0: neither, or it cannot be told."""
        signs = {sign for sign, _threshold, _value in node.rows}
        thresholds = [self.number(threshold) for _sign, threshold, _value in node.rows]
        if any(each.low.constant is None or each.den.constant is None for each in thresholds):
            return 0
        edges = [Fraction(each.low.constant or 0, each.den.constant or 1) for each in thresholds]
        if signs <= {"<=", "<"}:
            edges = [-each for each in edges]
        elif not signs <= {">=", ">"}:
            return 0
        ends = [[each.constant for each in values] for values in (lows, highs)]
        if any(None in each for each in ends) or any(one <= two for one, two in pairwise(edges)):
            return 0
        pairs = [pair for each in ends for pair in pairwise(cast("list[int]", each))]
        if all(one >= two for one, two in pairs):
            return -1
        return 1 if all(one <= two for one, two in pairs) else 0

    def _ladder(
        self,
        node: Band,
        subject: Ends,
        values: tuple[Sequence[Whole], Sequence[Whole]],
        direction: int,
    ) -> tuple[Whole, Whole, Any]:
        """Both ends, and whether it is open which row counts: the first row that is certain, the
        first that is possible. Between these every row is."""
        wholes, algebra = self.wholes, self.algebra
        certain: list[Any] = []
        possible: list[Any] = []
        better: Whole | None = None
        for sign, threshold, _value in node.rows:
            (one, edge), _den = common(wholes, [subject, self.number(threshold)])
            worse, better = one if sign in (">=", ">") else (one[1], one[0])
            certain.append(wholes.compare(sign, worse, edge[0]))
            possible.append(wholes.compare(sign, better, edge[0]))
        assert better is not None
        last = len(possible)
        # Without a bound nothing is out of reach.
        free = [algebra.is_null(better.expr)] if better.nullable else []

        def first(reached: Sequence[Any], found: Sequence[Whole], *, open_: bool) -> Whole:
            pairs = list(zip(reached, found, strict=False))
            if open_:
                pairs = [*((each, found[0]) for each in free), *pairs]
            return wholes.case(pairs, found[last])

        places = [wholes.constant(place) for place in range(last + 1)]
        ends = (
            first(certain if direction < 0 else possible, values[0], open_=direction > 0),
            first(possible if direction < 0 else certain, values[1], open_=direction < 0),
        )
        found = (
            first(certain, places, open_=False),
            first(possible, places, open_=True),
        )
        return *ends, wholes.compare("!=", *found)

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


def _extreme_constant(values: Sequence[Whole], *, least: bool) -> Whole:
    pick = min if least else max
    return pick(values, key=lambda one: one.constant if one.constant is not None else 0)
