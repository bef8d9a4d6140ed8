"""Comparing rows with the register: a new edition whole, later only what a change touches."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from django.db import transaction

from lianshu.audit.services import record
from lianshu.authority import Actor, require
from lianshu.coverage.models import Edition, ListRow, RowCandidate
from lianshu.coverage.rules import can_edit_list
from lianshu.coverage.services.campaigns import note_covered
from lianshu.coverage.services.register import anything_since, changed_since
from lianshu.coverage.services.settling import (
    SETTLED,
    heirs,
    place_rows,
    settle,
    standing_decisions,
    write_rows,
)
from lianshu.engine.linkage import Index, Link, Record, link
from lianshu.engine.linkage import Reason as LinkReason
from lianshu.registry.comparing import Cities, registry_index
from lianshu.registry.models import Organisation

CHUNK: Final = 1_000
LEAST: Final = Decimal("0.01")
"""Less likely candidates are not shown to anybody, except where there is no other."""
SAID: Final = ("said", "probability", "gap", "reasons")
Progress = Callable[[int, int], None]


def _quiet(_done: int, _total: int) -> None:
    """Tell nobody."""


def link_edition(
    *, actor: Actor, edition: Edition, now: datetime, progress: Progress = _quiet
) -> int:
    """Compare every row of a new edition; how many are known. Run again, it compares again."""
    require(can_edit_list(actor, edition.firm_list))
    cities = Cities()
    rows = list(ListRow.objects.filter(edition=edition).order_by("number"))
    matched = _compare(
        edition, rows, registry_index(cities, Organisation.objects.all()), cities, progress
    )
    with transaction.atomic():
        Edition.objects.filter(pk=edition.pk).update(linked_at=now)
        record(
            actor=actor,
            action="coverage.linked",
            obj=edition.firm_list,
            now=now,
            changes={"rows": [None, len(rows)], "matched": [None, matched]},
        )
        note_covered(edition.firm_list)
    return matched


def registry_moved() -> bool:
    """Whether something was done to an organisation since an edition was compared."""
    oldest = Edition.objects.filter(linked_at__isnull=False).order_by("linked_at").first()
    return oldest is not None and oldest.linked_at is not None and anything_since(oldest.linked_at)


def relink_changed(*, now: datetime, progress: Progress = _quiet) -> int:
    """Compare anew the rows that changes of the register touch; how many.

    A row is touched when it names, or might mean, a record that was made, renamed, merged or ended
    since. Nothing else moves.
    """
    editions = list(Edition.objects.filter(linked_at__isnull=False).select_related("firm_list"))
    if not editions:
        return 0
    since = min(each.linked_at for each in editions if each.linked_at is not None)
    changed = changed_since(since)
    if not changed:
        Edition.objects.filter(pk__in=[each.pk for each in editions]).update(linked_at=now)
        return 0
    cities = Cities()
    small = registry_index(cities, Organisation.objects.filter(pk__in=changed))
    whole: Index | None = None
    done = 0
    for at, edition in enumerate(editions):
        everyone = list(ListRow.objects.filter(edition=edition).order_by("number"))
        rows = _touched(edition, everyone, changed, small, cities)
        if rows:
            whole = whole or registry_index(cities, Organisation.objects.all())
            _compare(edition, rows, whole, cities, _quiet, among=everyone)
            note_covered(edition.firm_list)
        Edition.objects.filter(pk=edition.pk).update(linked_at=now)
        done += len(rows)
        progress(at + 1, len(editions))
    return done


def _touched(
    edition: Edition,
    rows: Sequence[ListRow],
    changed: Collection[int],
    small: Index,
    cities: Cities,
) -> list[ListRow]:
    named = RowCandidate.objects.filter(row__edition=edition, organisation__in=changed)
    known = set(named.values_list("row_id", flat=True))
    links = link([_record(row, cities) for row in rows], small)
    return [
        row
        for row, found in zip(rows, links, strict=True)
        if row.pk in known or row.entity_id in changed or found.decision != "new"
    ]


def _compare(
    edition: Edition,
    rows: Sequence[ListRow],
    index: Index,
    cities: Cities,
    progress: Progress,
    among: Sequence[ListRow] | None = None,
) -> int:
    """Compare rows among all of their list (`among`, else `rows`), for whom a row means depends on
    who else is in it; store the answers of `rows`, chunk by chunk."""
    matched = 0
    whole = rows if among is None else among
    found = link([_record(row, cities) for row in whole], index)
    answers = {row.pk: each for row, each in zip(whole, found, strict=True)}
    links = [answers[row.pk] for row in rows]
    for start in range(0, len(rows), CHUNK):
        chunk = rows[start : start + CHUNK]
        with transaction.atomic():
            _store(edition, chunk, links[start : start + CHUNK])
        matched += sum(row.entity_id is not None for row in chunk)
        progress(min(start + CHUNK, len(rows)), len(rows))
    return matched


def _record(row: ListRow, cities: Cities) -> Record:
    return Record(
        id=str(row.pk),
        name=row.name,
        uscc=row.uscc,
        city=cities.meant(row.city) if row.city else "",
        aliases=tuple(row.aliases),
        former_names=tuple(row.former_names),
    )


def exact(value: float) -> Decimal:
    """A probability as it is kept and compared with: to four places."""
    return Decimal(str(value)).quantize(Decimal("0.0001"))


def plain_reasons(reasons: Sequence[LinkReason]) -> list[dict[str, Any]]:
    """Reasons as they are stored."""
    return [{"field": each.field, "kind": each.kind, "detail": each.detail} for each in reasons]


def _store(edition: Edition, rows: Sequence[ListRow], links: Sequence[Link]) -> None:
    before = {row.pk: row.entity_id for row in rows}
    best: dict[int, int] = {}
    candidates = []
    for row, found in zip(rows, links, strict=True):
        row.said = found.decision
        row.probability = exact(found.probability) if found.candidates else None
        row.gap = exact(found.gap) if found.candidates else None
        row.reasons = plain_reasons(found.reasons)
        likely = [each for each in found.candidates if exact(each.probability) >= LEAST]
        for rank, each in enumerate(likely or found.candidates[:1], start=1):
            candidates.append(
                RowCandidate(
                    row=row,
                    organisation_id=int(each.entity_id),
                    rank=rank,
                    probability=exact(each.probability),
                    reasons=plain_reasons(each.reasons),
                )
            )
        if found.candidates:
            best[row.pk] = int(found.candidates[0].entity_id)
    standing = standing_decisions(edition.firm_list, (row.key for row in rows))
    known = {pk for pk in before.values() if pk is not None}
    known |= {each.entity_id for each in standing.values() if each.entity_id is not None}
    settle(rows, best, standing, heirs(known))
    place_rows(rows, before)
    RowCandidate.objects.filter(row__in=rows).delete()
    RowCandidate.objects.bulk_create(candidates, batch_size=500)
    write_rows(rows, (*SAID, *SETTLED))
