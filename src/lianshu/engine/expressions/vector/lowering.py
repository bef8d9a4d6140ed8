"""The typed tree to columns: what the interpreter does for one firm, for all at once.

Both must agree on every outcome; the tests compare them on random firms. Read this beside
`interpreter.py`: each function here has its twin there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from fractions import Fraction
from typing import Any, cast

from lianshu.engine.expressions.days import anniversary, latest_start, shifted
from lianshu.engine.expressions.outcomes import Outcome
from lianshu.engine.expressions.tree import (
    Age,
    AllOf,
    AnyOf,
    Attribute,
    Compare,
    ConditionValue,
    Duration,
    Exempted,
    FactValue,
    Fixed,
    Growth,
    IfElse,
    IsAbsent,
    Manual,
    Node,
    Not,
    OfHoldings,
    OneOf,
    Over,
    Parameter,
    Sign,
    VerdictValue,
    YearOf,
)
from lianshu.engine.expressions.types import AgeType, NumberType
from lianshu.engine.expressions.vector.algebra import Algebra
from lianshu.engine.expressions.vector.masks import Bits, Mask
from lianshu.engine.expressions.vector.shape import Shape
from lianshu.engine.expressions.vector.singles import SingleLowering
from lianshu.engine.expressions.vector.truths import Truth, Truths
from lianshu.engine.expressions.vector.wholes import Ends, Wholes, common, exact

_MIRRORED: dict[str, Sign] = {">=": "<=", ">": "<", "<=": ">=", "<": ">"}


class Lowering(SingleLowering):
    """Compiles the trees of one rule on one day.

    ``conditions`` and ``verdicts`` are truths that are there already, ``scores`` numbers; ``made``
    gives the parts of trees that an earlier stage has put into columns.
    """

    def __init__(
        self,
        algebra: Algebra,
        shape: Shape,
        day: date,
        names: tuple[str, ...] = (),
        *,
        conditions: Mapping[str, Truth] | None = None,
        scores: Mapping[str, Ends] | None = None,
        verdicts: Mapping[str, Truth] | None = None,
        made: Callable[[Node], Ends | Truth | None] | None = None,
    ) -> None:
        self.algebra = algebra
        self.wholes = Wholes(algebra)
        self.bits = Bits(algebra, names)
        self.truths = Truths(algebra, self.bits)
        self.shape = shape
        self.day = day
        self.conditions = {} if conditions is None else conditions
        self.scores = {} if scores is None else scores
        self.verdicts = {} if verdicts is None else verdicts
        self.made = made
        # Inside `where`: attributes of a holding, three-valued, nothing declared.
        self.filtering = False

    # Truths

    def made_number(self, node: Node) -> Ends | None:
        """The columns of a number that an earlier stage made."""
        found = None if self.made is None else self.made(node)
        return found if isinstance(found, Ends) else None

    def truth(self, node: Node) -> Truth:
        """The outcome of a condition, read from its columns where an earlier stage made it."""
        found = None if self.made is None else self.made(node)
        return found if isinstance(found, Truth) else self.new_truth(node)

    def new_truth(self, node: Node) -> Truth:
        """The outcome of a condition, made here."""
        truths = self.truths
        match node:
            case Fixed():
                return truths.constant(Outcome.MET if node.value else Outcome.NOT_MET)
            case AllOf():
                return truths.all_of([self.truth(part) for part in node.parts])
            case AnyOf():
                return truths.any_of([self.truth(part) for part in node.parts])
            case Not():
                return truths.opposite(self.truth(node.inner))
            case Compare():
                return self._compare(node)
            case OneOf():
                return self._one_of(node)
            case FactValue() | Over() | Parameter() | Attribute():
                found = self.single(node)
                value = Truth(found.expr, False, found.mask)
                return truths.settled(value, [(found.absent, Outcome.NOT_MET)])
            case IfElse():
                return self._branch(node)
            case Exempted():
                return truths.exempted(self.truth(node.inner), self.truth(node.exemption))
            case Manual():
                return truths.constant(Outcome.MANUAL)
            case IsAbsent():
                return self._is_absent(node)
            case ConditionValue():
                return self.conditions[node.name]
            case VerdictValue():
                return self.verdicts[node.key]
            case _:
                raise AssertionError(node)

    def _branch(self, node: IfElse) -> Truth:
        condition = self.truth(node.condition)
        then, otherwise = self.truth(node.then), self.truth(node.otherwise)
        truths, algebra = self.truths, self.algebra
        fails, is_open = truths.has(condition, Outcome.NOT_MET), self.open(condition)
        first = truths.all_of([condition, then])
        second = truths.all_of([truths.opposite(condition), otherwise])
        either = truths.any_of([first, second, truths.all_of([then, otherwise])])
        coded = any(each.coded for each in (condition, then, otherwise))
        exprs = [truths.code(each) if coded else each.expr for each in (otherwise, either, then)]
        expr = algebra.case([(fails, exprs[0]), (is_open, exprs[1])], exprs[2])
        mask: Mask = lambda: self.bits.chosen(  # noqa: E731
            [(fails, otherwise.mask), (is_open, either.mask)], then.mask
        )
        return Truth(expr, coded, mask)

    def _is_absent(self, node: IsAbsent) -> Truth:
        algebra = self.algebra
        if isinstance(node.inner.type, NumberType):
            number = self.number(node.inner)
            is_open = number.lacks
            branches = [(number.undefined, False), (number.absent, True)]
            mask = number.mask
        else:
            single = self.single(node.inner)
            is_open = None if single.constant is not None else algebra.is_null(single.expr)
            branches = [(single.absent, True)]
            mask = single.mask
        pairs = [(when, algebra.flag(value)) for when, value in branches if when is not None]
        if is_open is not None:
            pairs.append((is_open, algebra.nothing("boolean")))
        if not pairs:
            return self.truths.constant(Outcome.NOT_MET)
        return Truth(algebra.case(pairs, algebra.flag(False)), False, mask)

    def _compare(self, node: Compare) -> Truth:
        if isinstance(node.left.type, NumberType):
            return self._numbers(node)
        if isinstance(node.left.type, AgeType):
            return self._ages(node)
        left, right = self.single(node.left), self.single(node.right)
        expr = self.algebra.compare(node.sign, left.expr, right.expr)
        value = Truth(expr, False, self._two(left.mask, right.mask))
        cases = [(left.absent, node.absent), (right.absent, node.absent)]
        return self.truths.settled(value, cases)

    def _two(self, left: Mask, right: Mask) -> Mask:
        return lambda: self.bits.union([left, right])

    def _numbers(self, node: Compare) -> Truth:
        if isinstance(node.left, OfHoldings) and self.shape.aggregate(node.left).only_whether:
            held = node.left
            column = self.algebra.column(self.shape.aggregate(held).value)
            return Truth(column, False, lambda: self.holding_mask(held))
        if isinstance(node.left, Growth) and node.left.how == "compound":
            left = self.compound(node.left)
            rate = self.constant(node.right)
            right = exact(self.wholes, (1 + rate) ** node.left.steps)
        else:
            left, right = self.number(node.left), self.number(node.right)
        value = self.compared(node.sign, left, right)
        if self.filtering:
            undefined = self.either(left.undefined, right.undefined)
            return self.truths.settled(value, [(undefined, Outcome.UNKNOWN)])
        return self.truths.settled(
            value,
            [
                (self.either(left.undefined, right.undefined), node.undefined),
                (self.either(left.absent, right.absent), node.absent),
            ],
        )

    def compared(self, sign: Sign, left: Ends, right: Ends) -> Truth:
        """``left sign right`` where neither is undefined or absent."""
        (one, other), _den = common(self.wholes, [left, right])
        mask = self._two(left.mask, right.mask)
        if left.single and right.single:
            return Truth(self.wholes.compare(sign, one[0], other[0]), False, mask)
        certain, never = self._limits(sign, one, other)
        algebra = self.algebra
        if not (left.judged or right.judged):
            pairs = [(certain, algebra.flag(True)), (never, algebra.flag(False))]
            return Truth(algebra.case(pairs, algebra.nothing("boolean")), False, mask)
        whole = algebra.whole
        pairs = [(certain, whole(Outcome.MET.code)), (never, whole(Outcome.NOT_MET.code))]
        lacks = self.either(left.lacks, right.lacks)
        if lacks is not None:
            pairs.append((lacks, whole(Outcome.UNKNOWN.code)))
        return Truth(algebra.case(pairs, whole(Outcome.MANUAL.code)), True, mask)

    def _limits(self, sign: Sign, one: tuple[Any, Any], other: tuple[Any, Any]) -> tuple[Any, Any]:
        """(certainly met, certainly not met) of a comparison between ends."""
        compare = self.wholes.compare
        (low, high), (least, most) = one, other
        if sign in ("<=", "<"):
            return self._limits(_MIRRORED[sign], other, one)
        if sign == ">=":
            return compare(">=", low, most), compare("<", high, least)
        if sign == ">":
            return compare(">", low, most), compare("<=", high, least)
        same = self.algebra.both(
            [compare("=", low, high), compare("=", least, most), compare("=", low, least)]
        )
        apart = self.algebra.either([compare(">", low, most), compare("<", high, least)])
        return (same, apart) if sign == "=" else (apart, same)

    def _ages(self, node: Compare) -> Truth:
        assert isinstance(node.left, Age)
        assert isinstance(node.right, Duration)
        start, end = self.single(node.left.start), self.single(node.left.end)
        by, algebra = node.right, self.algebra
        if end.constant is not None:
            strictly = node.sign in (">", "<=")
            limit = latest_start(end.constant, by, strictly=strictly)
            sign = "<=" if node.sign in (">=", ">") else ">"
            expr = algebra.compare(sign, start.expr, algebra.day(limit))
        else:
            over = algebra.later(start.expr, by.count, by.unit)
            if start.constant is not None:
                over = algebra.day(shifted(start.constant, by))
            expr = algebra.compare(_MIRRORED[node.sign], over, end.expr)
        value = Truth(expr, False, self._two(start.mask, end.mask))
        return self.truths.settled(value, [(start.absent, node.absent), (end.absent, node.absent)])

    def _one_of(self, node: OneOf) -> Truth:
        if isinstance(node.left.type, NumberType):
            return self._number_of(node, self.number(node.left))
        found = self.single(node.left)
        if not node.values:
            expr = self.algebra.flag(False)
        else:
            expr = self.algebra.among(found.expr, node.values)
        value = Truth(expr, False, found.mask)
        return self.truths.settled(value, [(found.absent, Outcome.NOT_MET)])

    def _number_of(self, node: OneOf, found: Ends) -> Truth:
        parts: list[Truth] = []
        for value in node.values:
            parts.append(self.compared("=", found, exact(self.wholes, cast("Fraction", value))))
        # An open number is open whatever the choices: as the interpreter has it.
        algebra, whole = self.algebra, self.algebra.whole
        same = self.truths.any_of(parts)
        if found.single:
            value_ = Truth(same.expr, same.coded, found.mask)
        else:
            known = self.wholes.compare("=", found.low, found.high)
            code = algebra.case(
                [(self.truths.has(same, Outcome.MET), whole(Outcome.MET.code)), (known, whole(0))],
                self._open_code(found),
            )
            value_ = Truth(code, True, found.mask)
        return self.truths.settled(
            value_,
            [(found.undefined, Outcome.NOT_MET), (found.absent, Outcome.NOT_MET)],
        )

    def _open_code(self, found: Ends) -> Any:
        whole = self.algebra.whole
        manual = whole(Outcome.MANUAL.code if found.judged else Outcome.UNKNOWN.code)
        if found.lacks is None:
            return manual
        return self.algebra.case([(found.lacks, whole(Outcome.UNKNOWN.code))], manual)

    def constant(self, node: Node) -> Fraction:
        """A number that is the same for every firm."""
        found = self.number(node)
        assert found.low.constant is not None
        assert found.den.constant is not None
        return Fraction(found.low.constant, found.den.constant)

    def year_of(self, node: YearOf) -> Any:
        """The calendar year of a day."""
        return self.algebra.part_of_day(self.single(node.day).expr, "year")

    def month_day(self, expr: Any) -> Any:
        """Month and day as MMDD."""
        algebra = self.algebra
        month = algebra.multiply(algebra.part_of_day(expr, "month"), algebra.whole(100))
        return algebra.add(month, algebra.part_of_day(expr, "day"))

    def anniversary(self) -> int:
        """MMDD up to which years are complete on the day."""
        return anniversary(self.day)
