"""Names, terms and parameters of a policy, checked as a whole."""

from __future__ import annotations

from dataclasses import replace

from lianshu.engine.expressions import Scope, parse, walk
from lianshu.engine.expressions.checking import Checker
from lianshu.engine.expressions.tree import (
    Parameter,
)
from lianshu.engine.policy.compiled import Policy
from lianshu.engine.policy.gathering import Gathering
from lianshu.engine.policy.model import (
    PolicyDefinition,
)
from lianshu.engine.policy.parameters import Parameters, uncovered


def check_names(gathering: Gathering[PolicyDefinition], scope: Scope) -> None:
    """P010: parameters, terms, facts and holdings share one room, scores and items another."""
    definition = gathering.loaded.value
    taken = dict.fromkeys(scope.dictionary.facts_by_id, "事实")
    taken |= dict.fromkeys(scope.dictionary.holdings_by_id, "持有事项")
    for name in scope.parameters:
        if name in taken:
            message = f"参数 {name} 与{taken[name]}同名，请给参数改名"
            gathering.says("id", rule="P010", message=message)
    taken |= dict.fromkeys(scope.parameters, "参数")
    for index, term in enumerate(definition.terms):
        if term.id in taken:
            message = f"词条 {term.id} 与{taken[term.id]}同名，请改名"
            gathering.says("terms", index, "id", rule="P010", message=message)
    seen: set[str] = set()
    for index, score in enumerate(definition.scores):
        places: list[tuple[str, tuple[str | int, ...]]] = [(score.id, ("scores", index, "id"))]
        places += [
            (item.id, ("scores", index, "items", place, "id"))
            for place, item in enumerate(score.items)
        ]
        for name, path in places:
            if name in seen:
                message = f"评分或评分项 {name} 已经用过，请改名"
                gathering.says(*path, rule="P010", message=message)
            seen.add(name)


def with_terms(gathering: Gathering[PolicyDefinition], scope: Scope) -> Scope:
    """The scope with the terms, each checked in its own place; a broken one is left out."""
    written = {}
    for index, term in enumerate(gathering.loaded.value.terms):
        found = gathering.expression(term.value, parse, "terms", index, "value")
        if found is not None:
            written[term.id] = found
    full = replace(scope, terms=written)
    for index, term in enumerate(gathering.loaded.value.terms):
        if term.id in written:
            gathering.expression(
                term.value, lambda text: Checker(full).node(parse(text)), "terms", index, "value"
            )
    return full


def check_covered(
    gathering: Gathering[PolicyDefinition], policy: Policy, parameters: Parameters
) -> None:
    """P006: every parameter that is used has a value on every day on which the policy holds."""
    effective = policy.definition.effective
    times = [(effective.since, effective.until)]
    times += [(one.since, one.until) for one in policy.definition.transitional]
    trees = [rule.node for rule in policy.rules]
    trees += [item.node for score in policy.scores for item in score.items]
    trees += [score.total for score in policy.scores if score.total is not None]
    trees += [node for node in (policy.target, policy.amount, policy.verdict) if node is not None]
    used = {one.name for tree in trees for one in walk(tree) if isinstance(one, Parameter)}
    for name in sorted(used):
        for since, until in times:
            day = uncovered(parameters.values[name], since, until)
            if day is not None:
                message = f"参数 {name} 在 {day} 没有值，而政策那天有效，请在 parameters.yaml 补上"
                gathering.says("effective", rule="P006", message=message)
                break
