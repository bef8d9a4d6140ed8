"""Random firms for policies: missing, zero, boundary and future figures; and as tables."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

import pyarrow as pa

from lianshu.engine.expressions import Firm, Holding, walk
from lianshu.engine.expressions.tree import Attribute, OfHoldings
from lianshu.engine.expressions.vector.shape import (
    OF_EVERY_HOLDING,
    Shape,
    fact_cells,
)
from lianshu.engine.policy import Policy
from lianshu.engine.policy.program import trees_of
from lianshu.engine.tables import KNOWN_ABSENT, Absent, FactDictionary, Quantity, Ratio, Value
from tests.engine.expressions.world import dictionary

_MONEY = (
    0,
    1,
    100,
    10_000_00,
    500_000_00,
    3_000_000_00,
    15_000_000_00,
    50_000_000_00,
    50_000_000_01,
    200_000_000_00,
)
_COUNTS = (0, 1, 2, 3, 5, 10, 20, 100, 499, 500, 501, 1000)
_RATIOS = (
    Ratio(0, 1),
    Ratio(1, 2),
    Ratio(3, 5),
    Ratio(599, 1000),
    Ratio(60, 100),
    Ratio(1, 1),
    Ratio(55, 1),
)


def value_of(quantity: Quantity, chance: random.Random, day: date) -> Value:
    """A value that is often on a boundary."""
    if quantity.type == "money":
        base = chance.choice(_MONEY)
        if chance.random() < 0.5:
            base = (
                base
                * chance.choice((1, 2, 3, 4, 5, 6, 7, 8, 9))
                // chance.choice((1, 2, 4, 10, 20, 100))
            )
        return -base if quantity.min is None and chance.random() < 0.3 else base
    if quantity.type == "count":
        if quantity.unit == "year":
            return day.year - chance.randint(0, 6)
        return max(chance.choice(_COUNTS), int(quantity.min or 0))
    if quantity.type == "ratio":
        found = chance.choice(_RATIOS)
        return found if quantity.max is None or found.fraction <= quantity.max else Ratio(1, 2)
    if quantity.type == "date":
        return date(day.year - chance.randint(-1, 12), day.month, min(day.day, 28)) + timedelta(
            days=chance.choice((-1, 0, 0, 1, 30))
        )
    if quantity.type == "bool":
        return chance.random() < 0.5
    if quantity.type == "code":
        choices = list(dictionary().choices(quantity))
        return chance.choice(choices or ["39", "3962", "3302", "330212", "11", "51"])
    return "text"


def random_firms(
    policies: Sequence[Policy], day: date, count: int, seed: int, *, absent: bool = True
) -> list[Firm]:
    """Firms with what the policies read, some of it missing, some from the future."""
    chance = random.Random(seed)
    trees = [tree for policy in policies for tree in trees_of(policy)]
    cells = fact_cells(trees, day)
    kinds = sorted(
        {one.kind for tree in trees for one in walk(tree) if isinstance(one, OfHoldings)}
    )
    facts = dictionary().facts_by_id
    firms: list[Firm] = []
    for number in range(count):
        missing = chance.choice((0.0, 0.05, 0.3, 0.9))
        values: dict[tuple[str, str], Value | Absent] = {}
        for fact, label in cells:
            if chance.random() >= missing:
                values[fact, label] = value_of(facts[fact], chance, day)
            if absent and chance.random() < 0.02:
                values[fact, label] = KNOWN_ABSENT
        # Nothing of the future may be read.
        for fact, label in chance.sample(cells, min(3, len(cells))):
            if label.isdigit():
                values.setdefault((fact, str(day.year)), value_of(facts[fact], chance, day))
                values[fact, str(day.year + 1)] = value_of(facts[fact], chance, day)
        holdings = {kind: _holdings(kind, chance, day) for kind in kinds if chance.random() > 0.1}
        firms.append(Firm(f"firm{number:06d}", values, holdings))
    return firms


def _holdings(kind: str, chance: random.Random, day: date) -> tuple[Holding, ...]:
    definition = dictionary().holdings_by_id[kind]
    found: list[Holding] = []
    for _ in range(chance.choice((0, 0, 1, 1, 2, 3, 6))):
        attributes = {
            one.id: value_of(one, chance, day)
            for one in definition.attributes
            if one.type != "text" and chance.random() > 0.1
        }
        begins = day - timedelta(days=chance.choice((-1, 0, 1, 200, 365, 366, 730, 1096, 2000)))
        ends = chance.choice((None, begins + timedelta(days=1095), day, day - timedelta(days=1)))
        order = chance.choice((None, 1, 2, 3, 4))
        if ends is not None and ends < begins:
            ends = None
        found.append(
            Holding(None, None if chance.random() < 0.05 else begins, ends, order, attributes)
        )
    return tuple(found)


def fact_table(firms: Iterable[Firm], cells: Iterable[tuple[str, str]], day: date) -> pa.Table:
    """The wide table of firms: ratios in two columns, `#absent` where somebody has none, and no
    column where nobody has given anything."""
    words = dictionary()
    rows = list(firms)
    columns: dict[str, Any] = {"organisation": pa.array([firm.organisation for firm in rows])}
    for fact, label in cells:
        name = f"{fact}@{label}"
        values = [firm.value(fact, label, day) for firm in rows]
        if all(value is None for value in values):
            continue
        known = [None if value is KNOWN_ABSENT else value for value in values]
        if words.facts_by_id[fact].type == "ratio":
            ratios = [one if isinstance(one, Ratio) else None for one in known]
            columns[f"{name}#numerator"] = pa.array(
                [one and one.numerator for one in ratios], pa.int64()
            )
            columns[f"{name}#denominator"] = pa.array(
                [one and one.denominator for one in ratios], pa.int64()
            )
        else:
            columns[name] = pa.array(known, _arrow(words.facts_by_id[fact]))
        if any(value is KNOWN_ABSENT for value in values):
            columns[f"{name}#absent"] = pa.array([value is KNOWN_ABSENT for value in values])
    return pa.table(columns)


def _arrow(quantity: Quantity) -> Any:
    kinds = {"date": pa.date32(), "bool": pa.bool_(), "code": pa.string(), "text": pa.string()}
    return kinds.get(quantity.type, pa.int64())


def holding_table(firms: Iterable[Firm], kinds: Iterable[str]) -> pa.Table:
    """Every holding, with a row `unknown` for a kind that is unknown of a firm."""
    words: FactDictionary = dictionary()
    rows: list[dict[str, Any]] = []
    for firm in firms:
        for kind in kinds:
            items = firm.holdings.get(kind)
            if items is None:
                rows.append({"organisation": firm.organisation, "kind": kind, "unknown": True})
                continue
            rows += [_row(firm.organisation, kind, one) for one in items]
    schema = {"organisation": pa.string(), "kind": pa.string(), "unknown": pa.bool_()}
    types = {"string": pa.string(), "date": pa.date32(), "int64": pa.int64()}
    schema |= {name: types[kind] for name, kind in OF_EVERY_HOLDING.items()}
    for holding in words.holdings:
        for one in holding.attributes:
            if one.type == "ratio":
                schema[f"attribute.{one.id}#numerator"] = pa.int64()
                schema[f"attribute.{one.id}#denominator"] = pa.int64()
            elif one.type != "text":
                schema[f"attribute.{one.id}"] = _arrow(one)
    return pa.Table.from_pylist(rows, pa.schema(list(schema.items())))


def _row(organisation: str, kind: str, one: Holding) -> dict[str, Any]:
    found: dict[str, Any] = {
        "organisation": organisation,
        "kind": kind,
        "unknown": False,
        "number": one.number,
        "valid_from": one.valid_from,
        "valid_to": one.valid_to,
        "owner_order": one.owner_order,
    }
    for name, value in one.attributes.items():
        if isinstance(value, Ratio):
            found[f"attribute.{name}#numerator"] = value.numerator
            found[f"attribute.{name}#denominator"] = value.denominator
        else:
            found[f"attribute.{name}"] = value
    return found


def shape_of(table: pa.Table) -> Shape:
    """The shape of random firms' tables."""
    return Shape(dictionary(), frozenset(table.column_names), marked=True)


def kinds_of(policies: Sequence[Policy]) -> list[str]:
    """The kinds of holdings that policies read."""
    trees = [tree for policy in policies for tree in trees_of(policy)]
    return sorted({one.kind for tree in trees for one in walk(tree) if isinstance(one, OfHoldings)})


__all__ = ["Attribute", "fact_table", "holding_table", "kinds_of", "random_firms", "shape_of"]
