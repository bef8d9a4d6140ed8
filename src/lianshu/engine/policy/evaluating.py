"""A policy for one firm on one day, by the interpreter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from math import floor
from typing import Any

from lianshu.engine.expressions import (
    EvaluationError,
    Exact,
    Firm,
    Interpreter,
    Judged,
    Outcome,
    Reading,
)
from lianshu.engine.expressions.arithmetic import computed, extreme
from lianshu.engine.expressions.brief import BriefInterpreter, Meanings, meanings_of
from lianshu.engine.expressions.days import fact_key, label_of
from lianshu.engine.expressions.readings import either, exactly
from lianshu.engine.expressions.tree import (
    ConditionValue,
    FactValue,
    Growth,
    Node,
    OfHoldings,
    Over,
    ScoreValue,
    When,
)
from lianshu.engine.expressions.walking import walk
from lianshu.engine.policy.compiled import ItemRule, Policy, ScoreRule

_NOT_APPLICABLE = Judged(Outcome.NOT_APPLICABLE)


@dataclass(frozen=True)
class Decision:
    """What a policy comes to for a firm.

    ``conditions`` are in the order of the policy, ``scores`` and ``items`` readings between two
    ends. ``applies`` is the outcome of the target group; ``in_force`` says whether the policy holds
    on the day at all. ``amount`` is in fen, None while it is open or when the verdict is not met.
    """

    policy: Policy
    organisation: str
    day: date
    in_force: bool
    applies: Judged
    conditions: Mapping[str, Judged]
    scores: Mapping[str, Reading]
    items: Mapping[str, Reading]
    verdict: Judged
    amount: int | None

    @property
    def score(self) -> Reading | None:
        """The score shown beside the verdict."""
        headline = self.policy.headline
        return self.scores.get(headline) if headline and self.in_force else None

    @property
    def deciding(self) -> tuple[str, ...]:
        """The items that keep the headline score open."""
        headline = self.policy.headline
        if headline is None or self.score is None or self.score.exact is not None:
            return ()
        return tuple(name for name in _items_below(self.policy, headline) if self.open_item(name))

    def open_item(self, name: str) -> bool:
        """Whether an item's points are not settled."""
        return name in self.items and self.items[name].exact is None


@dataclass
class Evaluator:
    """Evaluates policies for one firm on one day; a verdict that others read is worked out once.

    ``judgements`` are what experts decided: by (policy id, name), where a name is a condition, an
    exemption (``ZJ-8.exempt1``) or an item. With ``brief`` the same outcomes come sooner, without
    what was compared; it holds what these policies have in common (`meanings`).
    """

    policies: Sequence[Policy]
    firm: Firm
    day: date
    judgements: Mapping[tuple[str, str], Outcome | Fraction] = field(default_factory=dict)
    brief: Meanings | None = None

    def __post_init__(self) -> None:
        self._known: dict[tuple[str, str], Decision] = {}
        self._begun: dict[tuple[str, str], _One] = {}
        self.shared: dict[int, Judged | Reading] = {}

    def decision(self, policy: Policy) -> Decision:
        """The decision on one version of a policy."""
        key = (policy.id, policy.version)
        if key not in self._known:
            self._known[key] = self._one(policy).decision()
        return self._known[key]

    def _one(self, policy: Policy) -> _One:
        key = (policy.id, policy.version)
        if key not in self._begun:
            self._begun[key] = _One(self, policy)
        return self._begun[key]

    def applies(self, policy: Policy) -> Judged:
        """Whether a policy is for the firm, without the rest of it; not in force, it does not
        apply. Where a target group rests on conditions, the whole is evaluated."""
        if policy.target is None or any(
            isinstance(one, ConditionValue | ScoreValue) for one in walk(policy.target)
        ):
            return self.decision(policy).applies
        one = self._one(policy)
        holds = one.holds()
        if holds.outcome in (Outcome.NOT_MET, Outcome.NOT_APPLICABLE):
            return _NOT_APPLICABLE
        return one.interpreter("target").truth(policy.target)

    def verdict(self, policy: str, condition: str | None = None) -> Judged:
        """The verdict of a policy, or the outcome of one of its conditions, whichever of its
        versions holds on the day. Raises EvaluationError for a policy that is not there: what
        nobody has loaded must never pass."""
        found = [self.decision(one) for one in self.policies if one.id == policy]
        if not found:
            raise EvaluationError(f"没有加载政策 {policy}，不能引用它的结论")
        holding = [
            one.verdict if condition is None else one.conditions[condition]
            for one in found
            if one.in_force
        ]
        return either(tuple(holding)) if holding else _NOT_APPLICABLE


def evaluate(
    policy: Policy,
    firm: Firm,
    day: date,
    *,
    policies: Sequence[Policy] = (),
    judgements: Mapping[tuple[str, str], Outcome | Fraction] | None = None,
) -> Decision:
    """One policy for one firm; ``policies`` are those it may refer to."""
    return Evaluator([*policies, policy], firm, day, judgements or {}).decision(policy)


def meanings(policies: Sequence[Policy]) -> Meanings:
    """What the trees of policies have in common, for evaluating many firms."""
    return meanings_of(
        (f"{policy.id} {policy.version}", tree)
        for policy in policies
        for _name, tree in policy.trees()
    )


class _One:
    def __init__(self, evaluator: Evaluator, policy: Policy) -> None:
        self.evaluator = evaluator
        self.policy = policy
        self.conditions: dict[str, Judged] = {}
        self.scores: dict[str, Reading] = {}
        judgements = {
            name: value
            for (policy_id, name), value in evaluator.judgements.items()
            if policy_id == policy.id
        }
        reads: dict[str, Any] = {
            "conditions": self.conditions.__getitem__,
            "scores": self.scores.__getitem__,
            "verdicts": evaluator.verdict,
            "judgements": judgements,
        }
        self._interpreter = (
            Interpreter(evaluator.firm, evaluator.day, **reads)
            if evaluator.brief is None
            else BriefInterpreter(
                evaluator.firm,
                evaluator.day,
                **reads,
                meanings=evaluator.brief,
                known=evaluator.shared,
            )
        )

    def interpreter(self, rule: str) -> Interpreter:
        """Reads one rule; what a rule refers to has been worked out before."""
        self._interpreter.begin(rule, self.policy.limit(rule))
        return self._interpreter

    def decision(self) -> Decision:
        policy = self.policy
        holds = self.holds()
        if holds.outcome in (Outcome.NOT_MET, Outcome.NOT_APPLICABLE):
            return self.without_force()
        rules, scores = policy.rules_by_id, policy.scores_by_id
        items = {item.id: item for score in policy.scores for item in score.items}
        for name in policy.order:
            if name in rules:
                self.conditions[name] = self.interpreter(name).truth(rules[name].node)
            elif name in items:
                self.scores[name] = self.item(items[name])
            else:
                self.scores[name] = self.total(scores[name])
        applies = _met()
        if policy.target is not None:
            applies = self.interpreter("target").truth(policy.target)
        verdict = self.verdict(applies, holds)
        return Decision(
            policy=policy,
            organisation=self.evaluator.firm.organisation,
            day=self.evaluator.day,
            in_force=True,
            applies=applies,
            conditions={rule.id: self.conditions[rule.id] for rule in policy.rules},
            scores={score.id: self.scores[score.id] for score in policy.scores},
            items={name: self.scores[name] for name in items},
            verdict=verdict,
            amount=self.amount(verdict),
        )

    def holds(self) -> Judged:
        """Whether the policy holds on the day for this firm."""
        if self.policy.in_force(self.evaluator.day):
            return _met()
        parts = [
            self.interpreter("transitional").truth(one.node)
            for one in self.policy.open_transitions(self.evaluator.day)
        ]
        return either(tuple(parts))

    def without_force(self) -> Decision:
        return Decision(
            policy=self.policy,
            organisation=self.evaluator.firm.organisation,
            day=self.evaluator.day,
            in_force=False,
            applies=_NOT_APPLICABLE,
            conditions={rule.id: _NOT_APPLICABLE for rule in self.policy.rules},
            scores={},
            items={},
            verdict=_NOT_APPLICABLE,
            amount=None,
        )

    def item(self, item: ItemRule) -> Reading:
        found = self.interpreter(item.id).number(item.node)
        return bounded(found, item.most)

    def total(self, score: ScoreRule) -> Reading:
        if score.total is not None:
            found = self.interpreter(score.id).number(score.total)
        else:
            found = exactly(0)
            for item in score.items:
                found = computed("+", found, self.scores[item.id])
        return bounded(found, score.most)

    def verdict(self, applies: Judged, holds: Judged) -> Judged:
        """The conditions' verdict, narrowed by the target group and the transitional rule."""
        if applies.outcome is Outcome.NOT_MET:
            return Judged(Outcome.NOT_APPLICABLE, compared=applies.compared)
        verdict = self.interpreter("verdict").truth(self.policy.verdict)
        for first in (applies, holds):
            if first.outcome.open:
                verdict = narrowed(verdict, first)
        return verdict

    def amount(self, verdict: Judged) -> int | None:
        if self.policy.amount is None or verdict.outcome is not Outcome.MET:
            return None
        exact = self.interpreter("amount").number(self.policy.amount).exact
        if exact is None:
            return None
        return floor(max(exact, Fraction(0)) / self.policy.round_to) * int(self.policy.round_to)


def bounded(found: Reading, most: Exact) -> Reading:
    """Points between 0 and ``most``: also what is quite unknown lies between these."""
    low = 0 if found.low is None else found.low
    high = most if found.high is None else found.high
    limited = Reading(low, high, found.missing, found.manual)
    if 0 <= low < high <= most:
        return limited
    return extreme("min", (exactly(most), extreme("max", (exactly(0), limited))))


def narrowed(verdict: Judged, first: Judged) -> Judged:
    """A verdict while it is open whether the policy is for the firm: not met stays not met, as
    nothing would be granted either way; everything else is open."""
    if verdict.outcome is Outcome.NOT_MET:
        return verdict
    parts = (verdict, first) if verdict.outcome.open else (first,)
    return Judged(
        Outcome.UNKNOWN if any(one.outcome is Outcome.UNKNOWN for one in parts) else Outcome.MANUAL,
        tuple(dict.fromkeys(name for one in parts for name in one.missing)),
        tuple(dict.fromkeys(name for one in parts for name in one.manual)),
    )


def _met() -> Judged:
    return Judged(Outcome.MET)


def _items_below(policy: Policy, name: str) -> tuple[str, ...]:
    score = policy.scores_by_id.get(name)
    if score is None:
        return (name,)
    found = [item.id for item in score.items]
    if score.total is not None:
        for one in walk(score.total):
            if isinstance(one, ScoreValue):
                found += _items_below(policy, one.name)
    return tuple(dict.fromkeys(found))


def facts_of(node: Node, day: date) -> tuple[str, ...]:
    """The facts (with period) and kinds of holdings that a tree reads."""
    found: list[str] = []
    for one in walk(node):
        if isinstance(one, FactValue):
            found.append(fact_key(one.fact, label_of(one.when, day)))
        elif isinstance(one, Over | Growth):
            periods = one.count if isinstance(one, Over) else one.steps + 1
            found += [
                fact_key(one.fact, label_of(When(one.unit, one.offset + back), day))
                for back in range(periods)
            ]
        elif isinstance(one, OfHoldings):
            found.append(one.kind)
    return tuple(dict.fromkeys(found))
