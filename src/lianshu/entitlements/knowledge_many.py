"""What is known of many firms, as `knowledge.known_of` reads one: three queries, however many."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from lianshu.authority import Actor
from lianshu.engine.expressions import Firm, Holding
from lianshu.engine.tables import (
    KNOWN_ABSENT,
    Absent,
    FactDictionary,
    Period,
    PeriodKind,
    Ratio,
    Use,
    Value,
    value_of_plain,
)
from lianshu.registry.dictionary import fact_dictionary
from lianshu.registry.models import Fact, ListTold, Organisation
from lianshu.registry.models import Holding as HoldingRow

Key = tuple[str, str]

_FACT_COLUMNS = (
    *("organisation_id", "fact", "period_start", "period_end", "period_kind", "source", "uses"),
    *("whole", "numerator", "denominator", "text", "day", "flag", "code", "known_absent"),
)
_HOLDING_COLUMNS = (
    *("pk", "organisation_id", "kind", "number", "source", "valid_from", "valid_to"),
    *("owner_order", "attributes"),
)


def known_of_many(
    actor: Actor, organisations: Sequence[Organisation], *, known_at: datetime | None = None
) -> dict[int, Firm]:
    """A firm for each organisation, by its key, with what may decide."""
    dictionary = fact_dictionary()
    keys = [each.pk for each in organisations]
    facts, withheld = _facts(actor, keys, dictionary, known_at)
    holdings = _holdings(actor, keys, dictionary, known_at)
    return {
        each.pk: Firm(
            each.public_id,
            facts.get(each.pk, {}),
            holdings.get(each.pk, {}),
            frozenset(withheld.get(each.pk, ())),
        )
        for each in organisations
    }


def _facts(
    actor: Actor, keys: Sequence[int], dictionary: FactDictionary, known_at: datetime | None
) -> tuple[dict[int, dict[Key, Value | Absent]], dict[int, set[Key]]]:
    rows = (
        Fact.objects.visible_to(actor)
        .known_at(known_at)
        .filter(organisation__in=keys)
        .order_by("organisation_id", "pk")
        .values_list(*_FACT_COLUMNS)
    )
    ranks: dict[tuple[int, Key], int] = {}
    found: dict[int, dict[Key, Value | Absent]] = {}
    seen: dict[int, set[Key]] = {}
    for firm, fact, start, end, kind, source, uses, *columns in rows:
        definition = dictionary.facts_by_id.get(fact)
        if definition is None:
            continue
        key = (fact, _label(start, end, kind))
        seen.setdefault(firm, set()).add(key)
        if not Use(uses) & Use.DECISION:
            continue
        rank = definition.rank(source)
        # Rows come by age: of equal sources the first one said counts.
        if rank < ranks.get((firm, key), rank + 1):
            ranks[firm, key] = rank
            found.setdefault(firm, {})[key] = _value(columns)
    return found, {firm: every - found.get(firm, {}).keys() for firm, every in seen.items()}


@lru_cache(maxsize=4096)
def _label(start: date, end: date, kind: str) -> str:
    if kind == PeriodKind.INSTANT.value:
        return start.isoformat()
    return Period(start, end, PeriodKind(kind)).label


def _value(columns: Sequence[Any]) -> Value | Absent:
    whole, numerator, denominator, *others, absent = columns
    if absent:
        return KNOWN_ABSENT
    if whole is not None:
        return int(whole)
    if numerator is not None:
        return Ratio(numerator, denominator)
    value: Value = next(each for each in others if each is not None)
    return value


def _holdings(
    actor: Actor, keys: Sequence[int], dictionary: FactDictionary, known_at: datetime | None
) -> dict[int, dict[str, tuple[Holding, ...]]]:
    told = ListTold.objects.filter(organisation__in=keys)
    if known_at is not None:
        told = told.filter(recorded_at__lte=known_at)
    found: dict[int, dict[str, list[Holding]]] = {}
    for firm, kind in told.values_list("organisation_id", "kind").distinct():
        found.setdefault(firm, {})[kind] = []
    rows = (
        HoldingRow.objects.visible_to(actor)
        .for_use(Use.DECISION)
        .known_at(known_at)
        .filter(organisation__in=keys)
        .order_by("pk")
        .values(*_HOLDING_COLUMNS)
    )
    for row in _most_trusted(rows, dictionary):
        holdings = found.setdefault(row["organisation_id"], {})
        holdings.setdefault(row["kind"], []).append(_holding(row, dictionary))
    return {
        firm: {kind: tuple(items) for kind, items in kinds.items()} for firm, kinds in found.items()
    }


def _most_trusted(
    rows: Iterable[Mapping[str, Any]], dictionary: FactDictionary
) -> Iterable[Mapping[str, Any]]:
    """Of what several sources say of one item, the most trusted one's."""
    best: dict[tuple[int, str, str], tuple[int, Mapping[str, Any]]] = {}
    for row in rows:
        definition = dictionary.holdings_by_id.get(row["kind"])
        if definition is None:
            continue
        key = (row["organisation_id"], row["kind"], row["number"] or f"#{row['pk']}")
        rank = definition.rank(row["source"])
        if key not in best or rank < best[key][0]:
            best[key] = (rank, row)
    return [row for _rank, row in best.values()]


def _holding(row: Mapping[str, Any], dictionary: FactDictionary) -> Holding:
    known = _attributes(dictionary, row["kind"])
    until: date | None = row["valid_to"]
    return Holding(
        number=row["number"] or None,
        valid_from=row["valid_from"],
        # The register keeps the day after the last one.
        valid_to=None if until is None else until - timedelta(days=1),
        owner_order=row["owner_order"],
        attributes={
            name: value_of_plain(known[name], value)
            for name, value in row["attributes"].items()
            if name in known and value is not None
        },
    )


def _attributes(dictionary: FactDictionary, kind: str) -> Mapping[str, Any]:
    return {one.id: one for one in dictionary.holdings_by_id[kind].attributes}
