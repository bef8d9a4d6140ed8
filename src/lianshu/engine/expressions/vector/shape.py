"""What tables there are, how large their numbers are, and which columns a tree reads from them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from lianshu.engine.expressions.days import fact_key, label_of
from lianshu.engine.expressions.tree import (
    Attribute,
    Compare,
    FactValue,
    Fixed,
    Growth,
    Node,
    OfHoldings,
    Over,
    When,
)
from lianshu.engine.expressions.types import DateType, NumberType, TruthType, Type
from lianshu.engine.expressions.walking import parts_of, walk
from lianshu.engine.tables import FactDictionary

MOST_FACT: Final = 10**18
"""Facts lie below this."""
_TIERS: Final = (10**3, 10**6, 10**9, 10**12, 10**15, MOST_FACT)
_KINDS: Final = {
    "money": "int64",
    "count": "int64",
    "ratio": "int64",
    "date": "date",
    "bool": "boolean",
    "code": "string",
    "text": "string",
}
_AT: Final = re.compile(r"\bat=\d+, ")
OF_EVERY_HOLDING: Final = {
    "number": "string",
    "valid_from": "date",
    "valid_to": "date",
    "owner_order": "int64",
}
"""Columns of the table of holdings beside organisation and kind; ``valid_to`` is the last day."""


@dataclass(frozen=True, slots=True)
class FactColumn:
    """Where a fact of a period stands."""

    value: str
    denominator: str | None
    absent: str | None


@dataclass(frozen=True, slots=True)
class AggregateColumns:
    """Where an aggregate of holdings stands. ``missing``: name → column that says it is missing.
    ``only_whether``: of a count nobody asks more than whether there is one, and the column says so,
    null while that is open."""

    value: str
    high: str | None
    absent: str
    missing: tuple[tuple[str, str], ...]
    only_whether: bool = False


@dataclass(frozen=True)
class Shape:
    """The tables at hand.

    ``columns`` are those of the table of facts, as snapshots have them: ``fact@period`` (``latest``
    for instants), ratios in two, ``…#absent``. ``bounds`` are the greatest magnitudes of facts.
    ``holdings`` says whether there is a table of holdings, ``marked`` whether it has a column
    ``unknown``, ``complete`` the details (``kind.attribute``) that every item has. ``aggregates``
    are the aggregates of it by their key.
    """

    dictionary: FactDictionary
    columns: frozenset[str]
    bounds: Mapping[str, int] = field(default_factory=dict)
    most: int = MOST_FACT
    holdings: bool = True
    marked: bool = False
    complete: frozenset[str] = frozenset()
    aggregates: Mapping[str, AggregateColumns] = field(default_factory=dict)

    def fact(self, fact: str, label: str) -> FactColumn | None:
        """The columns of a fact, None when the table has none."""
        name = f"{fact}@{label}"
        absent = f"{name}#absent" if f"{name}#absent" in self.columns else None
        if self.dictionary.facts_by_id[fact].type == "ratio":
            value, denominator = f"{name}#numerator", f"{name}#denominator"
            if value not in self.columns:
                return None
            return FactColumn(value, denominator, absent)
        return FactColumn(name, None, absent) if name in self.columns else None

    def kind_of(self, fact: str) -> str:
        """The type of a fact's column."""
        return _KINDS[self.dictionary.facts_by_id[fact].type]

    def kind_of_type(self, kind: Type) -> str:
        """The type of a column of values of ``kind``."""
        if isinstance(kind, DateType):
            return "date"
        if isinstance(kind, TruthType):
            return "boolean"
        return "int64" if isinstance(kind, NumberType) else "string"

    def bound(self, fact: str) -> int:
        """The greatest magnitude of a fact."""
        return min(self.bounds.get(fact, self.most), self.most)

    def attribute(self, name: str) -> str:
        """The column of an attribute of holdings."""
        return name if name in OF_EVERY_HOLDING else f"attribute.{name}"

    def attribute_is_ratio(self, node: Attribute) -> bool:
        """Whether it stands in two columns."""
        if node.name in OF_EVERY_HOLDING:
            return False
        attributes = self.dictionary.holdings_by_id[node.kind].attributes
        return next(one.type for one in attributes if one.id == node.name) == "ratio"

    def certain(self, node: OfHoldings) -> bool:
        """Whether nothing can leave an aggregate open: no detail that it asks for is missing."""
        known = all(f"{node.kind}.{name}" in self.complete for name in attributes_of(node))
        return known and self.holdings and not self.marked

    def aggregate(self, node: OfHoldings) -> AggregateColumns:
        """The columns of an aggregate."""
        return self.aggregates[key_of(node)]

    def bound_of_aggregate(self, node: OfHoldings) -> int:
        """The greatest magnitude of an aggregate."""
        if node.how == "count":
            return min(10**6, self.most)
        return min(self.bounds.get(f"{node.kind}.{node.attribute}", self.most), self.most)


def key_of(node: Node) -> str:
    """One text for one meaning: the tree without its places."""
    return _AT.sub("", repr(node))


def tier(most: int) -> int:
    """The least round bound that holds ``most``; what is beyond 10^18 stays what it is."""
    return next((one for one in _TIERS if most < one), most + 1)


def fact_cells(trees: Iterable[Node], day: date) -> list[tuple[str, str]]:
    """(fact, label) of everything the trees read, in reading order."""
    found: dict[tuple[str, str], None] = {}
    for node in (one for tree in trees for one in walk(tree)):
        if isinstance(node, FactValue):
            found[node.fact, label_of(node.when, day)] = None
        elif isinstance(node, Over | Growth):
            count = node.count if isinstance(node, Over) else node.steps + 1
            for back in range(count):
                found[node.fact, label_of(When(node.unit, node.offset + back), day)] = None
    return list(found)


def aggregates_of(trees: Iterable[Node]) -> dict[str, OfHoldings]:
    """The aggregates of holdings that the trees read, one for each meaning."""
    nodes = (one for tree in trees for one in walk(tree))
    return {key_of(one): one for one in nodes if isinstance(one, OfHoldings)}


def only_whether(trees: Iterable[Node]) -> frozenset[str]:
    """The counts of holdings of which the trees ask only whether there is one."""
    inner: set[str] = set()
    other: set[str] = set()
    for above in (one for tree in trees for one in walk(tree)):
        for node in parts_of(above):
            if isinstance(node, OfHoldings):
                (inner if _asks_whether(above, node) else other).add(key_of(node))
    return frozenset(inner - other)


def _asks_whether(above: Node, node: OfHoldings) -> bool:
    return (
        isinstance(above, Compare)
        and above.sign == ">="
        and above.left is node
        and node.how == "count"
        and isinstance(above.right, Fixed)
        and above.right.value == 1
    )


def names_of(tree: Node, day: date) -> tuple[str, ...]:
    """Every name that can be missing from a tree."""
    found = [fact_key(fact, label) for fact, label in fact_cells([tree], day)]
    for one in walk(tree):
        if isinstance(one, OfHoldings):
            found.append(one.kind)
            found += [f"{one.kind}.{name}" for name in attributes_of(one)]
    return tuple(dict.fromkeys(found))


def attributes_of(node: OfHoldings) -> tuple[str, ...]:
    """The attributes whose absence can leave an aggregate open, in the order of the interpreter."""
    found: list[str] = []
    if node.where is not None:
        found = [
            one.name
            for one in walk(node.where)
            if isinstance(one, Attribute) and one.name != "valid"
        ]
    if node.attribute is not None:
        found.append(node.attribute)
    return tuple(dict.fromkeys(found))
