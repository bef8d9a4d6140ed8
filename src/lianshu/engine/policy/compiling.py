"""Definitions to trees, and what is wrong with them.

====  ==================================================================
rule  defect
====  ==================================================================
P001  a folder of policies without ``policy.yaml``
P002  a folder named neither by the policy's id nor by id and version
P003  one version of a policy twice
P004  two versions of a policy in force on one day
P005  values of a parameter whose dates overlap or go backwards
P006  a parameter without a value on a day on which the policy holds
P007  values of a parameter of different types
P008  parameters that name each other in a circle
P009  a lookup table with an unknown list or code
P010  one name for two things
P011  a rule that divides and does not say what comes of zero
P012  conditions, scores or policies that refer to each other in a circle
P013  a condition that the verdict leaves out
P014  a score or item whose points can pass its maximum
P015  no headline score, or several
P016  a region that is no code
P017  status and dates that contradict each other
P018  a policy named that is not there
P019  figures so large that a product could not be held exactly
P020  a scenario that cannot be read: an unknown fact, code, condition or figure
P021  fewer than six scenarios
P022  a text without English
P023  a ladder: its dates, its rungs or their policies (told in ``ladders``)
====  ==================================================================
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import cast

from lianshu.engine.definitions import Loaded
from lianshu.engine.expressions import Node, Outcome, Scope, check_number, check_truth, walk
from lianshu.engine.expressions.checking import Checker
from lianshu.engine.expressions.scope import CodeTree
from lianshu.engine.expressions.tree import (
    LATEST,
    AllOf,
    AnyOf,
    Arithmetic,
    ConditionValue,
    Exempted,
    FactValue,
    Fixed,
    Growth,
    Manual,
    OneOf,
    Over,
    ScoreValue,
    Settled,
)
from lianshu.engine.expressions.types import MONEY, PLAIN, CodeType, type_of_quantity
from lianshu.engine.expressions.vector.limits import limit_of
from lianshu.engine.expressions.vector.shape import MOST_FACT
from lianshu.engine.policy.compiled import ItemRule, Policy, Rule, ScoreRule, Transition
from lianshu.engine.policy.compiling_checks import check_covered, check_names, with_terms
from lianshu.engine.policy.gathering import Gathering
from lianshu.engine.policy.model import (
    Condition,
    ParametersDefinition,
    PolicyDefinition,
    Score,
    Target,
)
from lianshu.engine.policy.parameters import Parameters, compiled_parameters
from lianshu.engine.tables import FactDictionary

_SAFE = 10**15
REGION_FACT = "registered_region"


@dataclass
class Surroundings:
    """What every policy may speak of: the dictionary, the public code lists, other policies."""

    dictionary: FactDictionary
    codes: Mapping[str, CodeTree] = field(default_factory=dict)
    policies: Collection[str] | None = None


def compile_policy(
    folder: Path,
    gathering: Gathering[PolicyDefinition],
    parameters: Gathering[ParametersDefinition] | None,
    around: Surroundings,
) -> Policy | None:
    """The policy; None after a defect. Every defect is in ``gathering`` and ``parameters``."""
    definition = gathering.loaded.value
    base = Scope(around.dictionary, around.codes, policies=around.policies)
    made = Parameters() if parameters is None else compiled_parameters(parameters, base)
    scope = replace(
        base,
        parameters=made.values,
        tables=made.tables,
        conditions=frozenset(one.id for one in definition.conditions),
        scores={
            name: PLAIN
            for score in definition.scores
            for name in (score.id, *(item.id for item in score.items))
        },
    )
    check_names(gathering, scope)
    scope = with_terms(gathering, scope)
    compiler = _Compiler(gathering, scope)
    policy = compiler.policy(folder, None if parameters is None else parameters.loaded)
    if policy is not None:
        check_covered(gathering, policy, made)
    wrong = [*gathering.findings, *(parameters.findings if parameters else ())]
    if policy is None or any(one.severity == "error" for one in wrong):
        return None
    return replace(policy, limits=compiler.limits(policy))


class _Compiler:
    def __init__(self, gathering: Gathering[PolicyDefinition], scope: Scope) -> None:
        self.gathering = gathering
        self.scope = scope
        self.definition = gathering.loaded.value

    def policy(
        self, folder: Path, parameters: Loaded[ParametersDefinition] | None
    ) -> Policy | None:
        rules = [self.rule(index, one) for index, one in enumerate(self.definition.conditions)]
        scores = [self.score(index, one) for index, one in enumerate(self.definition.scores)]
        transitions = [
            Transition(one, node)
            for index, one in enumerate(self.definition.transitional)
            if (node := self.truth(one.when, "transitional", index, "when")) is not None
        ]
        target = self.target(self.definition.target)
        verdict = self.verdict()
        amount, step = self.amount()
        headline = self.headline()
        if any(one.severity == "error" for one in self.gathering.findings):
            return None
        assert verdict is not None
        found_rules = tuple(rule for rule in rules if rule is not None)
        found_scores = tuple(score for score in scores if score is not None)
        order = self.order(found_rules, found_scores)
        if order is None:
            return None
        return Policy(
            folder=folder,
            loaded=self.gathering.loaded,
            parameters=parameters,
            rules=found_rules,
            scores=found_scores,
            target=target,
            transitions=tuple(transitions),
            verdict=verdict,
            amount=amount,
            round_to=step,
            order=order,
            headline=headline,
            limits={},
        )

    def limits(self, policy: Policy) -> dict[str, int]:
        """P019: how large the figures of each rule may be, where that is less than 10^18."""
        found: dict[str, int] = {}
        day = self.definition.effective.since
        for name, tree in policy.trees():
            limit = limit_of(tree, self.scope.dictionary, day)
            if limit < MOST_FACT:
                found[name] = min(limit, found.get(name, limit))
            if limit < _SAFE:
                message = (
                    f"{name} 把几个数相乘，只能精确计算 10^{len(str(limit)) - 1} 以下的数"
                    "（金额以分计），请拆开或化简"
                )
                self.gathering.says("id", rule="P019", message=message, severity="warning")
        return found

    def truth(self, text: str, *path: str | int, scope: Scope | None = None) -> Node | None:
        return self.gathering.expression(
            text, lambda given: check_truth(given, scope or self.scope), *path
        )

    def rule(self, index: int, condition: Condition) -> Rule | None:
        path = ("conditions", index)
        scope = replace(
            self.scope,
            rule=condition.id,
            undefined=Outcome(condition.zero_denominator or "unknown"),
            absent=Outcome(condition.when_absent),
        )
        parts: list[Node] = []
        if condition.test is not None:
            test = self.truth(condition.test, *path, "test", scope=scope)
            if test is None:
                return None
            parts.append(test)
            self.divides(test, *path, declared=condition.zero_denominator is not None)
        if condition.manual is not None:
            said = condition.manual
            parts.append(Manual(0, condition.id, said.zh, said.said_in("en")))
        node = parts[0] if len(parts) == 1 else AllOf(0, tuple(parts))
        exemptions: list[Node] = []
        for place, one in enumerate(condition.exempt):
            exempt_scope = replace(scope, rule=f"{condition.id}.exempt{place + 1}")
            found = self.truth(one.when, *path, "exempt", place, "when", scope=exempt_scope)
            if found is None:
                return None
            exemptions.append(found)
        if exemptions:
            either = exemptions[0] if len(exemptions) == 1 else AnyOf(0, tuple(exemptions))
            node = Exempted(0, node, either)
        return Rule(condition, node)

    def divides(self, node: Node, *path: str | int, declared: bool) -> None:
        """P011: what comes of a denominator of zero or less is said by the rule, never guessed."""
        if declared or not any(_may_be_undefined(one) for one in walk(node)):
            return
        message = (
            "这里有除法或增长率，请写明 zero_denominator：分母为零或负时的结果"
            "（条件写 not_met、unknown 等，评分项写分数）"
        )
        self.gathering.says(*path, rule="P011", message=message)

    def score(self, index: int, score: Score) -> ScoreRule | None:
        items: list[ItemRule] = []
        for place, item in enumerate(score.items):
            path = ("scores", index, "items", place)
            zero, absent = item.zero_denominator, Fraction(item.when_absent)
            undefined = None if zero is None else Fraction(zero)
            scope = replace(self.scope, rule=item.id, undefined=Outcome.NOT_MET)
            node = self.gathering.expression(
                item.points,
                lambda text, scope=scope, undefined=undefined, absent=absent: check_number(  # type: ignore[misc]
                    text, scope, undefined=undefined, absent=absent, wanted=PLAIN
                ),
                *path,
                "points",
            )
            if node is not None:
                self.divides(node, *path, declared=zero is not None)
                items.append(ItemRule(item, node))
        total: Node | None = None
        if score.total is not None:
            total = self.gathering.expression(
                score.total,
                lambda text: check_number(
                    text,
                    replace(self.scope, rule=score.id),
                    undefined=Fraction(0),
                    absent=Fraction(0),
                    wanted=PLAIN,
                ),
                "scores",
                index,
                "total",
            )
        return ScoreRule(score, tuple(items), total)

    def target(self, target: Target | None) -> Node | None:
        parts: list[Node] = []
        region = self.definition.region
        if region is not None:
            if not Checker(self.scope).has_code(_region_type(self.scope), region):
                message = f"没有地区代码 {region}，请核对 region"
                self.gathering.says("region", rule="P016", message=message)
            else:
                parts.append(_within_region(self.scope, region))
        if target is not None:
            scope = replace(self.scope, rule="target")
            found = self.truth(target.test, "target", "test", scope=scope)
            if found is not None:
                parts.append(found)
        if not parts:
            return None
        return parts[0] if len(parts) == 1 else AllOf(0, tuple(parts))

    def verdict(self) -> Node | None:
        required = [one.id for one in self.definition.conditions if one.required]
        if self.definition.verdict is None:
            if not required:
                message = "没有必要条件（required），请写 verdict"
                self.gathering.says("conditions", rule="P013", message=message)
                return None
            return AllOf(0, tuple(ConditionValue(0, name) for name in required))
        node = self.truth(self.definition.verdict, "verdict")
        if node is None:
            return None
        used = {one.name for one in walk(node) if isinstance(one, ConditionValue)}
        for index, one in enumerate(self.definition.conditions):
            if one.required and one.id not in used:
                message = f"verdict 没有用到条件 {one.id}；不影响结论的条件请写 required: false"
                self.gathering.says("conditions", index, "id", rule="P013", message=message)
        return node

    def amount(self) -> tuple[Settled | None, Fraction]:
        benefit = self.definition.benefit
        if benefit is None or benefit.amount is None:
            return None, Fraction(1)
        scope = replace(self.scope, rule="amount", undefined=Outcome.NOT_MET)
        node = self.gathering.expression(
            benefit.amount,
            lambda text: check_number(text, scope, wanted=MONEY),
            "benefit",
            "amount",
        )
        step: Node | None = None
        if benefit.round_to is not None:
            step = self.gathering.expression(
                benefit.round_to,
                lambda text: check_number(text, scope, wanted=MONEY),
                "benefit",
                "round_to",
            )
        value = Fraction(1)
        if isinstance(step, Settled):
            given = step.inner.value if isinstance(step.inner, Fixed) else None
            if not isinstance(given, Fraction) or given < 1:
                message = "round_to 应为写明的金额，例如 1万元"
                self.gathering.says("benefit", "round_to", rule="P014", message=message)
            else:
                value = given
        return cast("Settled | None", node), value

    def headline(self) -> str | None:
        scores = self.definition.scores
        chosen = [one.id for one in scores if one.headline]
        if len(scores) > 1 and len(chosen) != 1:
            message = "有几个评分时，恰好一个写 headline: true（显示在结论旁）"
            self.gathering.says("scores", rule="P015", message=message)
        return chosen[0] if chosen else scores[0].id if scores else None

    def order(
        self, rules: tuple[Rule, ...], scores: tuple[ScoreRule, ...]
    ) -> tuple[str, ...] | None:
        """Names so that each comes after what it needs; None after a circle (P012)."""
        needs: dict[str, set[str]] = {}
        for rule in rules:
            needs[rule.id] = _named(rule.node)
        for score in scores:
            needs[score.id] = {item.id for item in score.items}
            if score.total is not None:
                needs[score.id] |= _named(score.total)
            for item in score.items:
                needs[item.id] = _named(item.node)
        try:
            return tuple(TopologicalSorter(needs).static_order())
        except CycleError as error:
            ring = " → ".join(error.args[1])
            message = f"条件和评分互相引用成了一个圈：{ring}，请拆开"
            self.gathering.says("conditions", rule="P012", message=message)
            return None


def _named(node: Node) -> set[str]:
    return {one.name for one in walk(node) if isinstance(one, ConditionValue | ScoreValue)}


def _may_be_undefined(node: Node) -> bool:
    if isinstance(node, Growth):
        return True
    if isinstance(node, Over):
        return node.how == "mean" and node.since is not None
    if not isinstance(node, Arithmetic) or node.sign != "/":
        return False
    divisor = node.right
    return not (isinstance(divisor, Fixed) and cast("Fraction", divisor.value) > 0)


def _region_type(scope: Scope) -> CodeType:
    return cast("CodeType", type_of_quantity(scope.dictionary.facts_by_id[REGION_FACT]))


def _within_region(scope: Scope, region: str) -> Node:
    checker = Checker(scope)
    fact = FactValue(
        0, type_of_quantity(scope.dictionary.facts_by_id[REGION_FACT]), REGION_FACT, LATEST
    )
    values = checker.below(fact.type, region)
    return OneOf(0, fact, tuple(dict.fromkeys(values)), (region,), within=True)
