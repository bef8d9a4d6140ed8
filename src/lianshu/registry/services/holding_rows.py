"""Holdings of a list, one to a row: what writing would do, and writing them in bulk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final, Literal

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from lianshu.audit.services import record_many
from lianshu.authority import Actor
from lianshu.engine.tables import FactDictionary, HoldingDefinition, Value, value_of_plain
from lianshu.records.bulk import insert_rows, stored_names
from lianshu.records.errors import Conflict, DomainError
from lianshu.records.fields import opaque_id
from lianshu.registry.dictionary import fact_dictionary
from lianshu.registry.models import Holding, Organisation
from lianshu.registry.services.entries import HoldingEntry, RecordingRights, check_holding

PLACED: Final = ("name", "valid_from", "valid_to", "owner_order")
Key = tuple[Any, ...]
_IN_LIST = 500


@dataclass(frozen=True, slots=True)
class HoldingRow:
    """One row. `stated` are the fields and attributes that the list has a column for: what it has
    none for stays as it was known."""

    number: int
    entry: HoldingEntry
    stated: frozenset[str]


@dataclass(frozen=True, slots=True)
class HoldingRowPlan:
    """What writing the row would do: the whole entry with its attributes as stored, and the
    holding of this source that it corrects."""

    number: int
    action: Literal["create", "change", "same", "refused"]
    reason: str = ""
    entry: HoldingEntry | None = None
    attributes: Mapping[str, object] | None = None
    before: Holding | None = None


def plan_holding_rows(
    *, actor: Actor, rows: Sequence[HoldingRow], now: datetime
) -> list[HoldingRowPlan]:
    """What `save_holding_rows` would do with each row; writes nothing."""
    rights = RecordingRights(actor)
    dictionary, today = fact_dictionary(), timezone.localdate(now)
    known = _current([row.entry for row in rows])
    plans = []
    for row in rows:
        given = row.entry
        verdict = rights.record_about(given.organisation, source=given.provenance.source)
        if not verdict.allowed:
            plans.append(HoldingRowPlan(row.number, "refused", verdict.reason))
            continue
        before = known.get(holding_key(given))
        try:
            plans.append(_planned(row, before, dictionary, today))
        except DomainError as error:
            plans.append(HoldingRowPlan(row.number, "refused", error.message))
    return plans


def _planned(
    row: HoldingRow, before: Holding | None, dictionary: FactDictionary, today: date
) -> HoldingRowPlan:
    entry = row.entry
    if before is not None:
        entry = _completed(row, before, dictionary.holdings_by_id[before.kind])
    _definition, attributes = check_holding(entry, dictionary, today=today)
    if before is None:
        return HoldingRowPlan(row.number, "create", entry=entry, attributes=attributes)
    if _told(before) == _columns(entry, attributes):
        return HoldingRowPlan(row.number, "same")
    return HoldingRowPlan(row.number, "change", entry=entry, attributes=attributes, before=before)


def _completed(row: HoldingRow, before: Holding, definition: HoldingDefinition) -> HoldingEntry:
    """The entry with what the list has no column for as it was known."""
    kept: dict[str, Any] = {
        name: getattr(before, name) for name in PLACED if name not in row.stated
    }
    attributes: dict[str, Value | None] = {
        attribute.id: value_of_plain(attribute, before.attributes[attribute.id])
        for attribute in definition.attributes
        if attribute.id in before.attributes and attribute.id not in row.stated
    }
    return replace(row.entry, **kept, attributes={**attributes, **row.entry.attributes})


def holding_key(entry: HoldingEntry) -> Key:
    """What one source names a holding by: its number, or without one everything but figures."""
    if number := entry.number.strip():
        return (entry.organisation.pk, entry.kind, entry.provenance.source, number)
    names = _naming(entry.kind)
    words = tuple(str(entry.attributes.get(name) or "") for name in names)
    return (
        *(entry.organisation.pk, entry.kind, entry.provenance.source),
        *(entry.name.strip(), entry.valid_from, words),
    )


def _key_of(row: Holding) -> Key:
    if row.number:
        return (row.organisation_id, row.kind, row.source, row.number)
    words = tuple(str(row.attributes.get(name) or "") for name in _naming(row.kind))
    return (row.organisation_id, row.kind, row.source, row.name, row.valid_from, words)


def _naming(kind: str) -> tuple[str, ...]:
    """Attributes that say which one it is rather than how much."""
    definition = fact_dictionary().holdings_by_id.get(kind)
    if definition is None:
        return ()
    return tuple(one.id for one in definition.attributes if one.type in ("text", "code"))


def _current(entries: Sequence[HoldingEntry]) -> dict[Key, Holding]:
    """What is known now of these organisations, kinds and sources."""
    organisations = sorted({entry.organisation.pk for entry in entries})
    kinds = {entry.kind for entry in entries}
    sources = {entry.provenance.source for entry in entries}
    found: dict[Key, Holding] = {}
    for start in range(0, len(organisations), _IN_LIST):
        rows = Holding.objects.current().filter(
            organisation__in=organisations[start : start + _IN_LIST],
            kind__in=kinds,
            source__in=sources,
        )
        found.update((_key_of(row), row) for row in rows)
    return found


_TOLD: Final = (
    *("source", "uses", "consent_on", "consent_scope", "number"),
    *(*PLACED, "attributes"),
)


def _told(row: Holding) -> dict[str, Any]:
    return {name: getattr(row, name) for name in _TOLD}


def _columns(entry: HoldingEntry, attributes: Mapping[str, object]) -> dict[str, Any]:
    given = entry.provenance
    return {
        "source": given.source,
        "uses": int(given.uses),
        "consent_on": given.consent_on,
        "consent_scope": given.consent_scope.strip(),
        "number": entry.number.strip(),
        "name": entry.name.strip(),
        "valid_from": entry.valid_from,
        "valid_to": entry.valid_to,
        "owner_order": entry.owner_order,
        "attributes": dict(attributes),
    }


@transaction.atomic
def save_holding_rows(*, actor: Actor, plans: Sequence[HoldingRowPlan], now: datetime) -> None:
    """Write what was planned, in bulk, all or none, with one audit entry for each organisation.

    Raises Conflict where a holding was recorded or corrected since the plan.
    """
    news = [(plan, plan.entry) for plan in plans if plan.entry is not None]
    entries = [entry for _plan, entry in news]
    known = _current(entries)
    revisions = _revisions(entries)
    rows, corrected = [], {}
    touched: dict[int, Organisation] = {}
    for plan, entry in news:
        key = holding_key(entry)
        current = known.get(key)
        if (current and current.pk) != (plan.before and plan.before.pk):
            raise Conflict(
                _("“%(organisation)s”的资质在检查之后刚刚被记录或更正，请重新检查后再导入。")
                % {"organisation": entry.organisation.name}
            )
        public_id = opaque_id()
        if plan.before is not None:
            corrected[public_id] = plan.before
        least = 1 if plan.before is None else plan.before.revision + 1
        touched[entry.organisation.pk] = entry.organisation
        rows.append(
            _columns(entry, plan.attributes or {})
            | _record(entry, actor=actor, now=now)
            | {"public_id": public_id, "revision": max(least, revisions.get(key, 0) + 1)}
        )
    _write(rows, corrected, now=now)
    counts = Counter(entry.organisation.pk for entry in entries)
    record_many(
        actor=actor,
        action="holding.recorded_many",
        objects=list(touched.values()),
        changes=[{"holdings": [None, counts[key]]} for key in touched],
        now=now,
    )


def _record(entry: HoldingEntry, *, actor: Actor, now: datetime) -> dict[str, Any]:
    organisation, given = entry.organisation, entry.provenance
    return {
        "organisation_id": organisation.pk,
        "region_id": organisation.region_id,
        "chain_id": organisation.chain_id,
        "kind": entry.kind,
        "evidence_id": given.evidence.pk if given.evidence else None,
        "evidence_note": given.evidence_note.strip(),
        "recorded_at": now,
        "recorded_by_id": actor.user_id,
    }


def _revisions(entries: Sequence[HoldingEntry]) -> dict[Key, int]:
    """The latest revision of each number, corrected ones included."""
    numbered = [entry for entry in entries if entry.number.strip()]
    organisations = sorted({entry.organisation.pk for entry in numbered})
    found: dict[Key, int] = {}
    names = ("organisation", "kind", "source", "number")
    for start in range(0, len(organisations), _IN_LIST):
        rows = Holding.objects.filter(
            organisation__in=organisations[start : start + _IN_LIST],
            kind__in={entry.kind for entry in numbered},
            source__in={entry.provenance.source for entry in numbered},
        ).exclude(number="")
        for *key, latest in rows.values_list(*names).annotate(latest=Max("revision")).order_by():
            found[tuple(key)] = latest
    return found


def _write(
    rows: Sequence[Mapping[str, Any]], corrected: Mapping[str, Holding], *, now: datetime
) -> None:
    names = stored_names(Holding)
    empty = dict.fromkeys(names)
    try:
        insert_rows(Holding, names, (list((empty | dict(row)).values()) for row in rows))
    except IntegrityError as error:
        raise Conflict(_("有几项刚刚被别人记录或更正，全部没有写入，请再试一次。")) from error
    public_ids = sorted(corrected)
    for start in range(0, len(public_ids), _IN_LIST):
        part = public_ids[start : start + _IN_LIST]
        for row in Holding.objects.filter(public_id__in=part).only("pk", "public_id"):
            old = Holding.objects.current().filter(pk=corrected[row.public_id].pk)
            if old.supersede(by=row, at=now) != 1:
                raise Conflict(_("有几项刚刚被别人更正过，请看过最新的内容再导入。"))
