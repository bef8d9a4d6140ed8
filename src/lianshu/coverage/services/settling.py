"""What holds of a row: what the comparison found, unless a person has decided."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from lianshu.coverage.models import FirmList, LinkDecision, ListRow, RowCandidate, RowState
from lianshu.registry.models import Organisation

SETTLED = ("state", "entity", "by_person", "conflict", "region")


def standing_decisions(firm_list: FirmList, keys: Iterable[str]) -> dict[str, LinkDecision]:
    """The newest decision of each key that was not undone."""
    rows = LinkDecision.objects.filter(
        firm_list=firm_list, key__in=set(keys), undone_at__isnull=True
    )
    # In order of time, so that the newest stays.
    return {row.key: row for row in rows.order_by("pk")}


def heirs(keys: Iterable[int]) -> dict[int, int]:
    """Merged organisation → the one that stands for it today."""
    found: dict[int, int] = {}
    wanted = set(keys)
    while wanted:
        rows = Organisation.objects.filter(pk__in=wanted, merged_into__isnull=False)
        step = dict(rows.values_list("pk", "merged_into_id"))
        fresh = {old: new for old, new in step.items() if old not in found and new is not None}
        found |= fresh
        wanted = set(fresh.values())
    for old in list(found):
        at, seen = found[old], {old}
        while at in found and at not in seen:
            seen.add(at)
            at = found[at]
        found[old] = at
    return found


def settle(
    rows: Sequence[ListRow],
    best: Mapping[int, int],
    standing: Mapping[str, LinkDecision],
    heir_of: Mapping[int, int],
) -> None:
    """Set what holds of each row; `best` is its best candidate. Writes nothing.

    A person's decision holds. It goes back to the queue when the comparison is sure of another
    firm, or finds one for a row said to be nobody's, which the person did not see then.
    """
    for row in rows:
        decision = standing.get(row.key)
        candidate = best.get(row.pk)
        row.conflict = False
        row.by_person = decision is not None
        if decision is None:
            before = row.entity_id
            row.state = row.said
            row.entity_id = candidate if row.said == RowState.MATCH else None
            # The id stays: a firm that was absorbed is lost, and neither its heir nor unknown.
            if (
                before is not None
                and before in heir_of
                and row.entity_id in (None, heir_of[before])
            ):
                row.state, row.entity_id = RowState.MATCH, before
        else:
            row.entity_id = decision.entity_id
            row.state = RowState.NEW if decision.entity_id is None else RowState.MATCH
            if _disagrees(row, decision, candidate, heir_of):
                row.state, row.conflict = RowState.REVIEW, True
        if row.state == RowState.MATCH and row.entity_id is None:
            row.state = RowState.REVIEW


def _disagrees(
    row: ListRow, decision: LinkDecision, candidate: int | None, heir_of: Mapping[int, int]
) -> bool:
    if candidate is None or candidate in decision.seen or candidate == decision.entity_id:
        return False
    if decision.entity_id is None:
        return row.said != RowState.NEW
    return row.said == RowState.MATCH and heir_of.get(decision.entity_id) != candidate


def resettle(firm_list: FirmList, rows: Sequence[ListRow]) -> None:
    """Settle stored rows of a list anew and write what holds, with where their firms lie."""
    first = RowCandidate.objects.filter(row__in=rows, rank=1)
    best = dict(first.values_list("row_id", "organisation_id"))
    known = {row.entity_id for row in rows if row.entity_id is not None}
    standing = standing_decisions(firm_list, (row.key for row in rows))
    known |= {each.entity_id for each in standing.values() if each.entity_id is not None}
    before = {row.pk: row.entity_id for row in rows}
    settle(rows, best, standing, heirs(known))
    place_rows(rows, before)
    write_rows(rows, SETTLED)


def place_rows(rows: Sequence[ListRow], before: Mapping[int, int | None]) -> None:
    """Where each newly linked firm lies now; a link that stays keeps where it lay."""
    fresh = [row for row in rows if row.entity_id != before.get(row.pk) or row.region_id is None]
    wanted = {row.entity_id for row in fresh if row.entity_id is not None}
    regions = dict(Organisation.objects.filter(pk__in=wanted).values_list("pk", "region_id"))
    for row in fresh:
        row.region_id = None if row.entity_id is None else regions.get(row.entity_id)


def write_rows(rows: Sequence[ListRow], fields: Sequence[str]) -> None:
    """Write these fields of stored rows. Inserting over them is one plain statement for a batch,
    where an update of many rows is a long case distinction that databases are slow at."""
    ListRow.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=fields,
        batch_size=500,
    )
