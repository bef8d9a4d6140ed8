"""Proving afterwards what happened: every hash recomputed, every place filled, every head anchored.

Reading only, and independent of how events are written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from lianshu.casework.hashing import (
    GENESIS,
    algorithm_of,
    canonical,
    digest,
    event_hash,
    payload_digest,
)
from lianshu.casework.models import Anchor, Case, CaseEvent
from lianshu.casework.services.events import hashed_fields


@dataclass(frozen=True, slots=True)
class Break:
    """Where the record does not hold: the case, the event's place in it, and what is wrong."""

    case: str
    seq: int
    what: str


@dataclass(frozen=True, slots=True)
class Verified:
    """What was looked at; `erased` payloads whose digest stays, by the rule that erased them."""

    cases: int
    events: int
    erased: Mapping[str, int]
    breaks: tuple[Break, ...]


def verify_cases() -> Verified:
    """Recompute every case's chain and every anchor."""
    breaks: list[Break] = []
    erased: dict[str, int] = {}
    events = cases = 0
    heads: dict[str, tuple[int, str]] = {}
    rows = CaseEvent.objects.select_related("payload").order_by("case_id", "seq")
    known = {case.pk: case for case in Case.objects.only("public_id", "head_seq", "head_hash")}
    for case_id, group in _by_case(rows.iterator(2_000)):
        case = known.pop(case_id)
        cases += 1
        events += len(group)
        breaks += list(_breaks_of(case, group, erased))
        heads[case.public_id] = (case.head_seq, case.head_hash)
    breaks += [
        Break(case.public_id, 0, _("办件没有任何记录")) for case in known.values() if case.head_seq
    ]
    breaks += list(_broken_anchors(heads))
    return Verified(cases, events, erased, tuple(breaks))


def _by_case(rows: Iterator[CaseEvent]) -> Iterator[tuple[int, list[CaseEvent]]]:
    group: list[CaseEvent] = []
    for row in rows:
        if group and group[0].case_id != row.case_id:
            yield group[0].case_id, group
            group = []
        group.append(row)
    if group:
        yield group[0].case_id, group


def _breaks_of(case: Case, events: list[CaseEvent], erased: dict[str, int]) -> Iterator[Break]:
    """The first break only: what follows a break proves nothing."""
    previous = GENESIS
    for place, event in enumerate(events, start=1):
        if event.seq != place:
            yield Break(case.public_id, place, _("缺少第 %(seq)d 条记录") % {"seq": place})
            return
        if event.previous != previous:
            yield Break(case.public_id, place, _("与前一条记录接不上"))
            return
        fields = hashed_fields(event, case.public_id)
        if event_hash(fields, previous, algorithm=algorithm_of(event.hash)) != event.hash:
            yield Break(case.public_id, place, _("内容与散列不符，记录被改过"))
            return
        payload = getattr(event, "payload", None)
        if payload is None:
            yield Break(case.public_id, place, _("缺少正文"))
            return
        if payload.erased_at is not None:
            erased[payload.erased_by_rule] = erased.get(payload.erased_by_rule, 0) + 1
        else:
            algorithm = algorithm_of(event.payload_digest)
            found = payload_digest(payload.salt, payload.data, algorithm=algorithm)
            if found != event.payload_digest:
                yield Break(case.public_id, place, _("正文与摘要不符，正文被改过"))
                return
        previous = event.hash
    if (case.head_seq, case.head_hash) != (len(events), previous):
        yield Break(case.public_id, len(events), _("末尾的记录被删去，或办件状态被改过"))


def _broken_anchors(heads: Mapping[str, tuple[int, str]]) -> Iterator[Break]:
    """Anchors that were changed, and cases that are shorter than, or gone since, an anchor."""
    previous = ""
    for anchor in Anchor.objects.order_by("day"):
        name = f"anchor {anchor.day}"
        if anchor.previous != previous or anchor.hash != anchor_hash(anchor):
            yield Break(name, 0, _("锚定记录被改过"))
        previous = anchor.hash
        for case, (seq, _head) in anchor.heads.items():
            if case not in heads:
                yield Break(case, seq, _("%(day)s 锚定过的办件不见了") % {"day": anchor.day})
            elif heads[case][0] < seq:
                yield Break(case, seq, _("%(day)s 之后末尾的记录被删去") % {"day": anchor.day})


def anchor_hash(anchor: Anchor) -> str:
    """The hash of a day's heads and of the day before."""
    algorithm = algorithm_of(anchor.hash) or None
    text = canonical([anchor.day.isoformat(), anchor.heads, anchor.previous])
    return digest(text, algorithm=algorithm)


def anchors_as_data() -> list[dict[str, Any]]:
    """Every anchor, to be kept elsewhere: whoever has it can tell later what was cut off."""
    return [
        {
            "day": anchor.day.isoformat(),
            "made_at": anchor.made_at.isoformat(),
            "heads": anchor.heads,
            "previous": anchor.previous,
            "hash": anchor.hash,
        }
        for anchor in Anchor.objects.order_by("day")
    ]
