"""The interpreter for many firms: it stops where the outcome is settled, and works out once what
several rules ask.

Outcomes, missing facts, scores and amounts are the same as the other's (tested on random firms);
what was compared on the way is not complete, so nothing is explained from it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final, cast

from lianshu.engine.expressions import readings as r
from lianshu.engine.expressions.interpreter import Interpreter
from lianshu.engine.expressions.outcomes import Outcome
from lianshu.engine.expressions.readings import Compared, Judged, Reading, Single
from lianshu.engine.expressions.tree import (
    AllOf,
    AnyOf,
    Arithmetic,
    Compare,
    ConditionValue,
    FactValue,
    Growth,
    Manual,
    Node,
    OfHoldings,
    OneOf,
    Over,
    ScoreValue,
)
from lianshu.engine.expressions.types import TruthType
from lianshu.engine.expressions.vector.shape import key_of
from lianshu.engine.expressions.walking import walk

_WORTH_KEEPING: Final = (
    AllOf,
    AnyOf,
    Arithmetic,
    Compare,
    FactValue,
    Growth,
    OfHoldings,
    OneOf,
    Over,
)

_OF_ITS_POLICY: Final = (ConditionValue, ScoreValue, Manual)

Meanings = Mapping[int, int]
"""Number of a meaning by the identity of a node that has it; only what occurs more than once."""


def meanings_of(trees: Iterable[tuple[str, Node]]) -> Meanings:
    """What the trees of some policies have in common; with each tree the policy it belongs to.

    A node is named by its identity, so the trees must live as long as the answer does.
    """
    keys: dict[int, str] = {}
    for scope, tree in trees:
        for node in walk(tree):
            if isinstance(node, _WORTH_KEEPING) and id(node) not in keys:
                own = any(
                    isinstance(one, ConditionValue | ScoreValue | Manual) for one in walk(node)
                )
                keys[id(node)] = f"{scope if own else ''} {key_of(node)}"
    counts = Counter(keys.values())
    numbers = {key: place for place, key in enumerate(counts) if counts[key] > 1}
    return {name: numbers[key] for name, key in keys.items() if key in numbers}


@dataclass
class BriefInterpreter(Interpreter):
    """Leaves out the parts of an ``and`` after one that is not met, of an ``or`` after one that is
    met: nothing that follows changes either. ``known`` is shared by all rules for one firm."""

    meanings: Meanings = field(default_factory=dict)
    known: dict[int, Judged | Reading] = field(default_factory=dict)

    def truth(self, node: Node) -> Judged:
        """The outcome of a condition."""
        meaning = self.meanings.get(id(node))
        if meaning is None or not isinstance(node.type, TruthType):
            return self.truths[type(node)](self, node)
        found = self.known.get(meaning)
        if found is None:
            found = self.known[meaning] = self.truths[type(node)](self, node)
        return cast("Judged", found)

    def _all_of(self, node: AllOf) -> Judged:
        parts = []
        for part in node.parts:
            one = self.truth(part)
            if one.outcome is Outcome.NOT_MET:
                return one
            parts.append(one)
        return r.both(tuple(parts))

    def _any_of(self, node: AnyOf) -> Judged:
        parts = []
        for part in node.parts:
            one = self.truth(part)
            if one.outcome is Outcome.MET:
                return one
            parts.append(one)
        return r.either(tuple(parts))

    def number(self, node: Node) -> Reading:
        """The reading of a number."""
        meaning = self.meanings.get(id(node))
        if meaning is None:
            return self.numbers[type(node)](self, node)
        found = self.known.get(meaning)
        if found is None:
            found = self.known[meaning] = self.numbers[type(node)](self, node)
        return cast("Reading", found)

    def told(
        self,
        node: Compare | OneOf | FactValue,
        left: Reading | Single[object],
        right: Reading | Single[object] | None,
        outcome: Outcome,
    ) -> tuple[Compared, ...]:
        """Nothing: nobody reads it."""
        del node, left, right, outcome
        return ()

    truths: ClassVar[Mapping[type, Callable[[Any, Any], Judged]]] = {
        **Interpreter.truths,
        AllOf: _all_of,
        AnyOf: _any_of,
    }
