"""The plain evaluator: one firm, one day, one tree.

It is written to be read. The compiler to tables must agree with it on every outcome, and the tests
hold it to that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any, ClassVar, cast

from lianshu.engine.expressions import readings as r
from lianshu.engine.expressions.arithmetic import (
    compared,
    computed,
    extreme,
    hull,
    negative,
    ordered,
    rounded,
)
from lianshu.engine.expressions.days import full_years, shifted
from lianshu.engine.expressions.figure_reading import EvaluationError, FigureReader
from lianshu.engine.expressions.firm import Firm
from lianshu.engine.expressions.holding_reading import HoldingReader
from lianshu.engine.expressions.outcomes import Outcome, exempted, met
from lianshu.engine.expressions.readings import Compared, Judged, Reading, Single, State
from lianshu.engine.expressions.tree import (
    Age,
    AllOf,
    AnyOf,
    ApplicationDate,
    ApplicationYear,
    Arithmetic,
    Band,
    Compare,
    ConditionValue,
    Duration,
    Exempted,
    Extreme,
    FactValue,
    Fixed,
    FullYears,
    Growth,
    IfElse,
    IsAbsent,
    Lookup,
    Manual,
    Negative,
    Node,
    Not,
    OfHoldings,
    OneOf,
    Over,
    Parameter,
    Points,
    Rounded,
    ScoreValue,
    Settled,
    Shifted,
    Sign,
    VerdictValue,
    YearOf,
)
from lianshu.engine.expressions.types import AgeType, NumberType
from lianshu.engine.expressions.walking import divides


@dataclass
class Interpreter:
    """Evaluates trees for one firm on one day.

    ``conditions``, ``scores`` and ``verdicts`` give what a tree refers to; ``judgements`` what
    experts have decided, by the name it is filed under: an outcome or a number. A figure of
    ``limit`` or more could not be held exactly in tables; it is refused here too.
    """

    firm: Firm
    day: date
    conditions: Callable[[str], Judged] | None = None
    scores: Callable[[str], Reading] | None = None
    verdicts: Callable[[str, str | None], Judged] | None = None
    judgements: Mapping[str, Outcome | Fraction] = field(default_factory=dict)
    rule: str = ""
    limit: int = 10**18

    def __post_init__(self) -> None:
        self._holdings = HoldingReader(self.firm, self.day, self._constant)
        self._figures = FigureReader(self.firm, self.day, self.rule, self.limit, self.single)

    def told(
        self,
        node: Compare | OneOf | FactValue,
        left: Reading | Single[object],
        right: Reading | Single[object] | None,
        outcome: Outcome,
    ) -> tuple[Compared, ...]:
        """What an explanation may say of a comparison."""
        return (Compared(node, left, right, outcome),)

    def begin(self, rule: str, limit: int) -> None:
        """Go on with another rule of the same policy."""
        self.rule = self._figures.rule = rule
        self.limit = self._figures.limit = limit

    # Truths

    def truth(self, node: Node) -> Judged:
        """The outcome of a condition."""
        return self.truths[type(node)](self, node)

    def _fixed_truth(self, node: Fixed) -> Judged:
        return r.judged(Outcome.MET if node.value else Outcome.NOT_MET)

    def _all_of(self, node: AllOf) -> Judged:
        return r.both(tuple(self.truth(part) for part in node.parts))

    def _any_of(self, node: AnyOf) -> Judged:
        return r.either(tuple(self.truth(part) for part in node.parts))

    def _not(self, node: Not) -> Judged:
        return r.opposite(self.truth(node.inner))

    def _manual(self, node: Manual) -> Judged:
        given = self.judgements.get(node.name)
        if isinstance(given, Outcome):
            return r.judged(given)
        return Judged(Outcome.MANUAL, manual=(node.name,))

    def _condition(self, node: ConditionValue) -> Judged:
        assert self.conditions is not None
        return self.conditions(node.name)

    def _verdict(self, node: VerdictValue) -> Judged:
        assert self.verdicts is not None
        return self.verdicts(node.policy, node.condition)

    def _flag(self, node: FactValue | Over | Parameter) -> Judged:
        found = self.single(node)
        outcome = Outcome.MET if found.value else Outcome.NOT_MET
        if found.value is None and not found.absent:
            outcome = Outcome.UNKNOWN
        told = self.told(node, found, None, outcome) if isinstance(node, FactValue) else ()
        return r.judged(outcome, found.missing if outcome.open else (), (), told)

    def _branch(self, node: IfElse) -> Judged:
        condition = self.truth(node.condition)
        if condition.outcome is Outcome.NOT_MET:
            return self.truth(node.otherwise)
        then = self.truth(node.then)
        if not condition.outcome.open:
            return then
        # What holds in both branches holds whichever way the condition turns out.
        otherwise = self.truth(node.otherwise)
        first = r.both((condition, then))
        second = r.both((r.opposite(condition), otherwise))
        return r.either((first, second, r.both((then, otherwise))))

    def _exempted(self, node: Exempted) -> Judged:
        inner, exemption = self.truth(node.inner), self.truth(node.exemption)
        outcome = exempted(inner.outcome, exemption.outcome)
        if not outcome.open:
            return r.judged(outcome, compared=inner.compared)
        found = r.either((inner, exemption)) if exemption.outcome.open else inner
        return r.judged(outcome, found.missing, found.manual, inner.compared)

    def _is_absent(self, node: IsAbsent) -> Judged:
        if isinstance(node.inner.type, NumberType):
            number = self.number(node.inner)
            absent, missing = number.state is State.ABSENT, number.missing
            known = number.state is not None or number.exact is not None or not missing
        else:
            single = self.single(node.inner)
            absent, missing = single.absent, single.missing
            known = absent or single.value is not None
        if not known:
            return Judged(Outcome.UNKNOWN, missing)
        return r.judged(Outcome.MET if absent else Outcome.NOT_MET)

    def _compare(self, node: Compare) -> Judged:
        if isinstance(node.left.type, NumberType):
            return self._numbers(node)
        if isinstance(node.left.type, AgeType):
            return self._ages(node)
        left, right = self.single(node.left), self.single(node.right)
        if left.absent or right.absent:
            outcome = node.absent
        elif left.value is None or right.value is None:
            outcome = Outcome.UNKNOWN
        else:
            outcome = met(ordered(node.sign, left.value, right.value))
        gone = left.absent or right.absent or outcome is not Outcome.UNKNOWN
        missing = () if gone else r.union((left.missing, right.missing))
        return r.judged(outcome, missing, (), self.told(node, left, right, outcome))

    def _numbers(self, node: Compare) -> Judged:
        left, right = self.sides(node)
        state = r.worst((left, right))
        missing = r.united(left.missing, right.missing)
        manual = r.united(left.manual, right.manual)
        if state is not None:
            outcome = node.undefined if state is State.UNDEFINED else node.absent
            missing = manual = ()
        else:
            found = compared(node.sign, left, right)
            outcome = found or r.opened(missing, manual)
        if not outcome.open:
            missing = manual = ()
        return r.judged(outcome, missing, manual, self.told(node, left, right, outcome))

    def sides(self, node: Compare) -> tuple[Reading, Reading]:
        """Both sides of a comparison of numbers. Those of a compound growth are raised to the
        number of steps, which is exact where a root would not be."""
        if isinstance(node.left, Growth) and node.left.how == "compound":
            rate = self.number(node.right).exact
            assert rate is not None
            return self._figures.compound(node.left), r.exactly((1 + rate) ** node.left.steps)
        return self.number(node.left), self.number(node.right)

    def _ages(self, node: Compare) -> Judged:
        assert isinstance(node.left, Age)
        assert isinstance(node.right, Duration)
        start, end = self.single(node.left.start), self.single(node.left.end)
        if start.absent or end.absent:
            outcome = node.absent
        elif start.value is None or end.value is None:
            outcome = Outcome.UNKNOWN
        else:
            over = shifted(cast("date", start.value), node.right)
            mirrored: dict[str, Sign] = {">=": "<=", ">": "<", "<=": ">=", "<": ">"}
            outcome = met(ordered(mirrored[node.sign], over, end.value))
        gone = start.absent or end.absent or outcome is not Outcome.UNKNOWN
        missing = () if gone else r.union((start.missing, end.missing))
        return r.judged(outcome, missing, (), self.told(node, start, None, outcome))

    def _one_of(self, node: OneOf) -> Judged:
        if isinstance(node.left.type, NumberType):
            return self._number_of(node, self.number(node.left))
        found = self.single(node.left)
        if found.absent:
            outcome = Outcome.NOT_MET
        elif found.value is None:
            outcome = Outcome.UNKNOWN
        else:
            outcome = met(found.value in node.lookup)
        return r.judged(outcome, found.missing, (), self.told(node, found, None, outcome))

    def _number_of(self, node: OneOf, found: Reading) -> Judged:
        if found.state is not None:
            outcome = Outcome.NOT_MET
        elif found.exact is None:
            outcome = r.opened(found.missing, found.manual)
        else:
            outcome = met(found.exact in node.lookup)
        compared_ = self.told(node, found, None, outcome)
        if not outcome.open:
            return r.judged(outcome, compared=compared_)
        return r.judged(outcome, found.missing, found.manual, compared_)

    # Numbers

    def number(self, node: Node) -> Reading:
        """The reading of a number."""
        return self.numbers[type(node)](self, node)

    def _of_holdings(self, node: OfHoldings) -> Reading:
        return self._figures.within(self._holdings.number(node), node.kind)

    def _lookup(self, node: Lookup) -> Reading:
        found = self._looked_up(node)
        if found.absent:
            return r.without_number(State.ABSENT)
        if found.value is None:
            return r.unknown(*found.missing)
        return r.exactly(cast("Fraction", found.value))

    def _score(self, node: ScoreValue) -> Reading:
        assert self.scores is not None
        return self.scores(node.name)

    def _settled(self, node: Settled) -> Reading:
        found = self.number(node.inner)
        if found.state is None:
            return found
        instead = node.undefined if found.state is State.UNDEFINED else node.absent
        return found if instead is None else r.exactly(instead)

    def _band(self, node: Band) -> Reading:
        subject = self.number(node.subject)
        if subject.state is not None:
            return subject
        reached: list[Reading] = []
        for sign, threshold, value in node.rows:
            outcome = compared(sign, subject, self.number(threshold))
            if outcome is not Outcome.NOT_MET:
                reached.append(self._points(value))
            if outcome is Outcome.MET:
                return hull(reached, (subject,)) if len(reached) > 1 else reached[0]
        reached.append(self._points(node.otherwise))
        return hull(reached, (subject,)) if len(reached) > 1 else reached[0]

    def _points(self, node: Points) -> Reading:
        low = self.number(node.low)
        if node.high is None:
            return low
        given = self.judgements.get(self.rule)
        high = self.number(node.high)
        if isinstance(given, Fraction | int) and low.low is not None and high.high is not None:
            return r.exactly(min(max(Fraction(given), low.low), high.high))
        return r.between(low.low, high.high, (Reading(None, None, (), (self.rule,)),))

    def _choice(self, node: IfElse) -> Reading:
        condition = self.truth(node.condition)
        if condition.outcome is Outcome.NOT_MET:
            return self.number(node.otherwise)
        if not condition.outcome.open:
            return self.number(node.then)
        opening = Reading(None, None, condition.missing, condition.manual)
        branches = [self.number(node.then), self.number(node.otherwise)]
        if divides(node):
            # Two quotients cannot be put over one denominator exactly: see `tree.divides`.
            branches = [one._replace(low=None, high=None) for one in branches]
        return hull(branches, (opening,))

    def _years(self, node: FullYears | YearOf) -> Reading:
        found = self.single(node.day)
        if found.absent:
            return r.without_number(State.ABSENT)
        if found.value is None:
            return r.unknown(*found.missing)
        day = cast("date", found.value)
        return r.exactly(day.year if isinstance(node, YearOf) else full_years(day, self.day))

    # Days, codes, flags

    def single(self, node: Node) -> Single[object]:
        """The value of a day, code, text or flag."""
        match node:
            case Fixed():
                return Single(node.value)
            case Parameter():
                return Single(self._constant(node))
            case ApplicationDate():
                return Single(self.day)
            case FactValue():
                return self._figures.single_fact(node.fact, node.when)
            case Over():
                return self._figures.last_single(node)
            case OfHoldings():
                return self._holdings.single(node)
            case Shifted():
                day = self.single(node.day)
                if day.value is None:
                    return day
                return Single(shifted(cast("date", day.value), node.by, node.sign))
            case IfElse():
                condition = self.truth(node.condition)
                if condition.outcome.open:
                    return Single(None, condition.missing)
                met = condition.outcome is not Outcome.NOT_MET
                return self.single(node.then if met else node.otherwise)
            case Lookup():
                return self._looked_up(node)
            case _:
                raise AssertionError(node)

    def _looked_up(self, node: Lookup) -> Single[object]:
        key = self.single(node.key)
        if key.value is None:
            return Single(None, key.missing, key.absent)
        value = dict(node.rows).get(str(key.value), node.otherwise)
        # A table without the code says that there is nothing for it.
        return Single(None, absent=True) if value is None else Single(value)

    def _constant(self, node: Parameter) -> object:
        value = node.on(self.day)
        if value is None:
            raise EvaluationError(
                f"参数 {node.name} 在 {self.day} 没有值，请在 parameters.yaml 补上"
            )
        return value

    # Which method reads which node. Looked up, as a firm is asked a thousand of them.
    truths: ClassVar[Mapping[type, Callable[[Any, Any], Judged]]] = {
        Fixed: _fixed_truth,
        AllOf: _all_of,
        AnyOf: _any_of,
        Not: _not,
        Compare: _compare,
        OneOf: _one_of,
        FactValue: _flag,
        Over: _flag,
        Parameter: _flag,
        Exempted: _exempted,
        IfElse: _branch,
        Manual: _manual,
        IsAbsent: _is_absent,
        ConditionValue: _condition,
        VerdictValue: _verdict,
    }
    numbers: ClassVar[Mapping[type, Callable[[Any, Any], Reading]]] = {
        Fixed: lambda _self, node: r.exactly(cast("Fraction", node.value)),
        Parameter: lambda self, node: r.exactly(cast("Fraction", self._constant(node))),
        FactValue: lambda self, node: self._figures.fact(node.fact, node.when),
        Over: lambda self, node: self._figures.over(node),
        Growth: lambda self, node: self._figures.growth(node),
        OfHoldings: _of_holdings,
        Arithmetic: lambda self, node: computed(
            node.sign, self.number(node.left), self.number(node.right)
        ),
        Negative: lambda self, node: negative(self.number(node.inner)),
        Extreme: lambda self, node: extreme(node.how, [self.number(part) for part in node.parts]),
        Rounded: lambda self, node: rounded(node.how, self.number(node.inner), node.step),
        Band: _band,
        Points: _points,
        IfElse: _choice,
        Lookup: _lookup,
        ScoreValue: _score,
        FullYears: _years,
        YearOf: _years,
        ApplicationYear: lambda self, _node: r.exactly(self.day.year),
        Settled: _settled,
    }


__all__ = ["EvaluationError", "Interpreter"]
