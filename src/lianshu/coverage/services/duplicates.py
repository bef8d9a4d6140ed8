"""Records of the register that may be one firm: found by comparing, merged by a person."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from lianshu.audit.services import signature
from lianshu.authority import Actor, require
from lianshu.coverage.models import DuplicatePair, PairState
from lianshu.coverage.rules import can_see_duplicates
from lianshu.coverage.services.linking import exact, plain_reasons
from lianshu.engine.linkage import Candidate, Index, Link, Record, doubles, take_apart
from lianshu.jobs.models import Job
from lianshu.jobs.services import enqueue
from lianshu.records.errors import Conflict, DomainError
from lianshu.registry.comparing import Cities, registry_index
from lianshu.registry.models import MAY_LACK_CODE, Organisation, SuccessionKind
from lianshu.registry.services import merge_organisation, undo_merge

FIND_JOB: Final = "coverage.duplicates"
CHUNK: Final = 2_000
LEAST: Final = Decimal("0.4")
"""A pair as probable as this is worth a look. Probabilities of all candidates of a record add up
to 1 at most, so that each of three records of one firm can be no likelier than a half."""
REASON_MOST: Final = 300


def request_search(*, actor: Actor, link_to: str, now: datetime) -> Job:
    """Have the worker compare the register with itself."""
    require(can_see_duplicates(actor))
    return enqueue(
        actor=actor, kind=FIND_JOB, title=_("查找重复单位"), params={}, link=link_to, now=now
    )


def find_duplicates(
    *,
    now: datetime,
    only: Collection[int] | None = None,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> int:
    """Compare each organisation of today (or those of `only`) with all others; how many pairs are
    new. What people said of a pair stays, and a pair that is known is not found again."""
    cities = Cities()
    kinds = dict(Organisation.objects.current().values_list("pk", "kind"))
    index = registry_index(cities, Organisation.objects.current())
    wanted = kinds.keys() if only is None else kinds.keys() & set(only)
    records = [each for each in map(index.get, map(str, sorted(wanted))) if each is not None]
    known = set(DuplicatePair.objects.values_list("first_id", "second_id"))
    fresh: dict[tuple[int, int], DuplicatePair] = {}
    for start in range(0, len(records), CHUNK):
        part = records[start : start + CHUNK]
        for own, found in zip(part, doubles(part, index), strict=True):
            for each in _others(own, found, index, kinds):
                first, second = sorted((int(own.id), int(each.entity_id)))
                best = fresh.get((first, second))
                probability = exact(each.probability)
                if (first, second) in known or (best and best.probability >= probability):
                    continue
                fresh[first, second] = DuplicatePair(
                    first_id=first,
                    second_id=second,
                    probability=probability,
                    reasons=plain_reasons(each.reasons),
                    found_at=now,
                )
        progress(start + len(part), len(records))
    DuplicatePair.objects.bulk_create(fresh.values(), batch_size=500)
    return len(fresh)


def _others(
    own: Record, found: Link, index: Index, kinds: Mapping[int, str]
) -> tuple[Candidate, ...]:
    """Whom a record may be besides itself."""
    if found.decision == "new":
        return ()
    return tuple(
        each
        for each in found.candidates
        if exact(each.probability) >= LEAST and _may_be(own, each, index, kinds)
    )


def _may_be(own: Record, other: Candidate, index: Index, kinds: Mapping[int, str]) -> bool:
    """Only of one kind. A credit code each makes two firms of them, unless one was written down
    wrongly, which only a name that differs at most in its legal form suggests; so does it where
    there are no codes: offices and societies of many places and trades are called alike."""
    record, kind = index.get(other.entity_id), kinds[int(own.id)]
    if record is None or kind != kinds.get(int(other.entity_id)):
        return False
    coded = bool(own.uscc and record.uscc)
    if coded and own.uscc == record.uscc:
        return True
    if not coded and kind not in MAY_LACK_CODE:
        return True
    return take_apart(own.name).core == take_apart(record.name).core


def _locked(pair: DuplicatePair) -> DuplicatePair:
    rows = DuplicatePair.objects.select_for_update(of=("self",))
    return rows.select_related("first", "second", "succession").get(pk=pair.pk)


@transaction.atomic
def merge_pair(
    *,
    actor: Actor,
    pair: DuplicatePair,
    stays: Organisation,
    reason: str,
    on: date,
    now: datetime,
) -> DuplicatePair:
    """One record stands for both: the register's own merge, so that it can be undone."""
    row = _locked(pair)
    if row.state == PairState.MERGED:
        raise Conflict(_("这两条登记已经合并。"))
    if stays.pk not in (row.first_id, row.second_id):
        raise DomainError(_("请选择保留哪一条登记。"), field="stays")
    gone = row.second if stays.pk == row.first_id else row.first
    row.succession = merge_organisation(
        actor=actor,
        predecessor=gone,
        successor=stays,
        kind=SuccessionKind.DUPLICATE,
        reason=reason,
        on=on,
        now=now,
    )
    return _decided(row, PairState.MERGED, reason, actor, now)


@transaction.atomic
def keep_apart(*, actor: Actor, pair: DuplicatePair, note: str, now: datetime) -> DuplicatePair:
    """They are two firms; the pair is not proposed again."""
    require(can_see_duplicates(actor))
    row = _locked(pair)
    if row.state == PairState.MERGED:
        raise Conflict(_("这两条登记已经合并，请先撤销合并。"))
    if not note.strip():
        raise DomainError(_("请写明为什么是两家，例如“母公司与子公司”。"), field="note")
    return _decided(row, PairState.DISTINCT, note, actor, now)


@transaction.atomic
def reopen_pair(*, actor: Actor, pair: DuplicatePair, now: datetime) -> DuplicatePair:
    """Take back what was said of the pair: a merge with everything that moved by it."""
    require(can_see_duplicates(actor))
    row = _locked(pair)
    if row.state == PairState.OPEN:
        raise Conflict(_("这一对还没有判断，没有可以撤销的。"))
    if row.succession is not None and row.succession.undone_at is None:
        undo_merge(actor=actor, succession=row.succession, now=now)
    row.succession = None
    return _decided(row, PairState.OPEN, "", actor, now)


def _decided(
    row: DuplicatePair, state: PairState, note: str, actor: Actor, now: datetime
) -> DuplicatePair:
    row.state, row.note = state, note.strip()[:REASON_MOST]
    row.decided_at = None if state == PairState.OPEN else now
    row.decided_by_name = "" if state == PairState.OPEN else signature(actor)
    row.save(update_fields=["state", "note", "decided_at", "decided_by_name", "succession"])
    return row
