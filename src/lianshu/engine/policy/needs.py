"""What the trees of policies read and refer to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from lianshu.engine.expressions import Node, walk
from lianshu.engine.expressions.tree import ConditionValue, OfHoldings, ScoreValue, VerdictValue
from lianshu.engine.expressions.vector.shape import (
    MOST_FACT,
    fact_cells,
)
from lianshu.engine.policy.compiled import Policy


def prefix_of(policy: Policy) -> str:
    """What the columns of a policy begin with."""
    return f"{policy.id}@{policy.version}/"


def may_hold(policy: Policy, day: date) -> bool:
    """Whether it holds on the day for anybody."""
    return policy.in_force(day) or bool(policy.open_transitions(day))


def needs_of(prefix: str, node: Node, verdicts: Sequence[str]) -> list[str]:
    """The keys that a tree refers to."""
    found: list[str] = []
    for one in walk(node):
        if isinstance(one, ConditionValue | ScoreValue):
            found.append(prefix + one.name)
        elif isinstance(one, VerdictValue):
            found += [
                name
                for name in verdicts
                if name.startswith(f"{one.policy}@")
                and name.rpartition("/")[2] == (one.condition or "verdict")
            ]
    return found


def trees_of(policy: Policy) -> list[Node]:
    """Every tree of a policy."""
    return [tree for _name, tree in policy.trees()]


def bounds_of(policies: Sequence[Policy], day: date, known: Mapping[str, int]) -> dict[str, int]:
    """Below what each fact (and sum of an attribute, ``kind.attribute``) lies, once the figures
    have been held against the limits of every rule that reads them."""
    found = dict(known)
    for policy in policies:
        for name, tree in policy.trees():
            for key in figures_of(tree, day):
                found[key] = min(found.get(key, MOST_FACT), policy.limit(name))
    return found


def figures_of(tree: Node, day: date) -> set[str]:
    """The facts and summed attributes that a tree reads."""
    found = {fact for fact, _label in fact_cells([tree], day)}
    held = (one for one in walk(tree) if isinstance(one, OfHoldings) and one.attribute)
    return found | {f"{one.kind}.{one.attribute}" for one in held}
