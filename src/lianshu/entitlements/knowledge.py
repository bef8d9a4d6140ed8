"""What is known of an organisation, as the evaluator reads it: by the order of sources, only what
may decide."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from lianshu.authority import Actor
from lianshu.engine.expressions import Firm, Holding
from lianshu.engine.tables import Absent, FactDictionary, PeriodKind, Use, Value, value_of_plain
from lianshu.registry.dictionary import fact_dictionary
from lianshu.registry.models import Fact, ListTold, Organisation
from lianshu.registry.models import Holding as HoldingRow

Key = tuple[str, str]


@dataclass(frozen=True)
class Known:
    """A firm with where each of its figures is from: (fact, label) → source, and those of which
    there is a value that may not decide."""

    firm: Firm
    sources: Mapping[Key, str]
    withheld: frozenset[Key]


def known_of(
    actor: Actor, organisation: Organisation, *, known_at: datetime | None = None
) -> Known:
    """Four queries, however much is known."""
    dictionary = fact_dictionary()
    rows = Fact.objects.visible_to(actor).known_at(known_at).filter(organisation=organisation)
    facts, sources, withheld = _chosen(rows, dictionary)
    # Kept apart for the page: "supply your own figure".
    firm = Firm(
        organisation.public_id,
        facts,
        holdings_of_firm(actor, organisation, dictionary, known_at=known_at),
        frozenset(withheld),
    )
    return Known(firm, sources, frozenset(withheld))


def _chosen(
    rows: Iterable[Fact], dictionary: FactDictionary
) -> tuple[dict[Key, Value | Absent], dict[Key, str], set[Key]]:
    best: dict[Key, tuple[int, Fact]] = {}
    seen: set[Key] = set()
    for row in rows:
        definition = dictionary.facts_by_id.get(row.fact)
        if definition is None:
            continue
        key = (row.fact, label_of_row(row))
        seen.add(key)
        if not row.permitted & Use.DECISION:
            continue
        rank = definition.rank(row.source)
        if key not in best or (rank, row.pk) < (best[key][0], best[key][1].pk):
            best[key] = (rank, row)
    facts = {key: row.value for key, (_rank, row) in best.items()}
    sources = {key: row.source for key, (_rank, row) in best.items()}
    return facts, sources, seen - best.keys()


def label_of_row(row: Fact) -> str:
    """The label of a fact's period; of an instant its day."""
    if row.period_kind == PeriodKind.INSTANT.value:
        return row.period_start.isoformat()
    return row.period.label


def holdings_of_firm(
    actor: Actor,
    organisation: Organisation,
    dictionary: FactDictionary,
    *,
    known_at: datetime | None = None,
) -> dict[str, tuple[Holding, ...]]:
    """By kind; a kind of which nothing is known is not there, one whose list was told whole and is
    empty is an empty tuple."""
    told = ListTold.objects.filter(organisation=organisation)
    if known_at is not None:
        told = told.filter(recorded_at__lte=known_at)
    found: dict[str, list[Holding]] = {kind: [] for kind in told.values_list("kind", flat=True)}
    best: dict[tuple[str, str], tuple[int, HoldingRow]] = {}
    rows = (
        HoldingRow.objects.visible_to(actor)
        .for_use(Use.DECISION)
        .known_at(known_at)
        .filter(organisation=organisation)
        .order_by("pk")
    )
    for row in rows:
        definition = dictionary.holdings_by_id.get(row.kind)
        if definition is None:
            continue
        key = (row.kind, row.number or f"#{row.pk}")
        rank = definition.rank(row.source)
        if key not in best or rank < best[key][0]:
            best[key] = (rank, row)
    for (kind, _number), (_rank, row) in best.items():
        found.setdefault(kind, []).append(_holding(row, dictionary))
    return {kind: tuple(items) for kind, items in found.items()}


def _holding(row: HoldingRow, dictionary: FactDictionary) -> Holding:
    attributes = {one.id: one for one in dictionary.holdings_by_id[row.kind].attributes}
    values: dict[str, Any] = {
        name: value_of_plain(attributes[name], value)
        for name, value in row.attributes.items()
        if name in attributes and value is not None
    }
    return Holding(
        number=row.number or None,
        valid_from=row.valid_from,
        # The register keeps the day after the last one.
        valid_to=None if row.valid_to is None else row.valid_to - timedelta(days=1),
        owner_order=row.owner_order,
        attributes=values,
    )
