"""A policy as it is evaluated: its definition beside the typed trees made of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cached_property
from pathlib import Path

from lianshu.engine.definitions import Loaded, content_hash
from lianshu.engine.expressions import Exact, Node
from lianshu.engine.expressions.readings import whole
from lianshu.engine.expressions.tree import Settled
from lianshu.engine.expressions.vector.shape import MOST_FACT
from lianshu.engine.policy.model import (
    Condition,
    Item,
    ParametersDefinition,
    PolicyDefinition,
    Score,
    Transitional,
)


@dataclass(frozen=True, slots=True)
class Rule:
    """A condition and its tree, exemptions and judgement included."""

    definition: Condition
    node: Node

    @property
    def id(self) -> str:
        """Such as ``HT-1``."""
        return self.definition.id


@dataclass(frozen=True)
class ItemRule:
    """An item of a score."""

    definition: Item
    node: Node

    @property
    def id(self) -> str:
        """Unique in the policy, among the scores too."""
        return self.definition.id

    @cached_property
    def most(self) -> Exact:
        """The maximum."""
        return whole(Fraction(self.definition.max))


@dataclass(frozen=True)
class ScoreRule:
    """A score: the sum of its items or a tree of its own, between 0 and its maximum."""

    definition: Score
    items: tuple[ItemRule, ...]
    total: Node | None

    @property
    def id(self) -> str:
        """Unique in the policy."""
        return self.definition.id

    @cached_property
    def most(self) -> Exact:
        """The maximum."""
        return whole(Fraction(self.definition.max))


@dataclass(frozen=True, slots=True)
class Transition:
    """A time outside its own in which the policy still holds for some."""

    definition: Transitional
    node: Node


@dataclass(frozen=True, eq=False)
class Policy:
    """One version of a policy. ``order`` names rules and scores so that each comes after what it
    refers to; ``headline`` is the score shown beside the verdict. ``limits``: below which power of
    ten the figures of a rule must lie, where that is less than 10^18."""

    folder: Path
    loaded: Loaded[PolicyDefinition]
    parameters: Loaded[ParametersDefinition] | None
    rules: tuple[Rule, ...]
    scores: tuple[ScoreRule, ...]
    target: Node | None
    transitions: tuple[Transition, ...]
    verdict: Node
    amount: Settled | None
    round_to: Fraction
    order: tuple[str, ...]
    headline: str | None
    limits: Mapping[str, int]

    @cached_property
    def definition(self) -> PolicyDefinition:
        """What was written."""
        return self.loaded.value

    @property
    def id(self) -> str:
        """The policy; its versions share it."""
        return self.definition.id

    @property
    def version(self) -> str:
        """The version."""
        return self.definition.version

    @property
    def content_hash(self) -> str:
        """``sha256:…`` of the definition with its parameters: what a decision stores."""
        parameters = None if self.parameters is None else self.parameters.value
        return content_hash({"policy": self.definition, "parameters": parameters})

    @cached_property
    def rules_by_id(self) -> Mapping[str, Rule]:
        """In the order of the definition."""
        return {rule.id: rule for rule in self.rules}

    @cached_property
    def scores_by_id(self) -> Mapping[str, ScoreRule]:
        """In the order of the definition."""
        return {score.id: score for score in self.scores}

    def trees(self) -> Iterator[tuple[str, Node]]:
        """Every tree, under the name of its rule."""
        for rule in self.rules:
            yield rule.id, rule.node
        for score in self.scores:
            yield from ((item.id, item.node) for item in score.items)
            if score.total is not None:
                yield score.id, score.total
        if self.target is not None:
            yield "target", self.target
        yield from (("transitional", one.node) for one in self.transitions)
        yield "verdict", self.verdict
        if self.amount is not None:
            yield "amount", self.amount

    def limit(self, rule: str) -> int:
        """Below what every figure that a rule reads must lie."""
        return self.limits.get(rule, MOST_FACT)

    def in_force(self, day: date) -> bool:
        """Whether ``day`` lies in its own time."""
        effective = self.definition.effective
        return effective.since <= day and (effective.until is None or day <= effective.until)

    def open_transitions(self, day: date) -> tuple[Transition, ...]:
        """The transitional rules by which it may still hold on ``day``."""
        return tuple(
            one for one in self.transitions if one.definition.since <= day <= one.definition.until
        )
