"""Telling whoever is asked for an opinion, and whoever asked once all is in."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from django.urls import reverse
from django.utils import timezone

from lianshu.accounts.queries import people_acting_for
from lianshu.casework.models import CaseEvent, Consultation, EventKind
from lianshu.notices.services import notify

CONSULTING: Final = frozenset({EventKind.CONSULTED, EventKind.OPINION, EventKind.SILENT})


def tell_consultation(event: CaseEvent, now: datetime) -> None:
    """What this event of a consultation means to whom, in the caller's transaction."""
    if event.kind == EventKind.CONSULTED:
        _tell_asked(event, now)
    elif event.facts.get("opinion", ("", "", "first"))[2] != "first":
        _tell_after(event, now)
    elif _is_last(event):
        _tell_all_in(event, now)


def _tell_asked(event: CaseEvent, now: datetime) -> None:
    """Those who have not answered in the meantime; together, so that who acts for two of them is
    told once, and other systems learn of the question once and not whom it went to."""
    asked = event.case.consultations.open().filter(asked_seq=event.seq)
    people: dict[datetime, list[int]] = {}
    for row in asked.order_by("place"):
        people.setdefault(row.due_at, []).extend(people_acting_for(row.organisation_id, now=now))
    for due, those in people.items():
        words = {"by": event.actor_name, "due": f"{timezone.localtime(due):%Y-%m-%d %H:%M}"}
        when = {"due": due.astimezone(UTC).isoformat(timespec="seconds")}
        _notify(event, those, "casework.consulted", words, now, page="case-opinion", outside=when)


def _tell_after(event: CaseEvent, now: datetime) -> None:
    """A correction, or an answer after the silence, changes what whoever asked has read."""
    row = event.case.consultations.select_related("organisation").get(
        asked_seq=event.facts["opinion"][0], place=event.facts["opinion"][1]
    )
    words = {"by": row.organisation.name}
    _notify(event, _who_asked(event, row.asked_seq, now), "casework.opinion_after", words, now)


def _is_last(event: CaseEvent) -> bool:
    """Whether nobody is waited for since this event. Told once: of two that came together, the
    later one says it."""
    asked_seq = _asked_seq(event)
    if event.case.consultations.open().filter(asked_seq=asked_seq).exists():
        return False
    later = event.case.events.filter(
        seq__gt=event.seq, kind__in=(EventKind.OPINION, EventKind.SILENT)
    )
    return not any(
        _asked_seq(each) == asked_seq and each.facts.get("opinion", ("", "", "first"))[2] == "first"
        for each in later
    )


def _tell_all_in(event: CaseEvent, now: datetime) -> None:
    rows = Consultation.objects.filter(case=event.case_id, asked_seq=_asked_seq(event))
    words = {
        "answered": rows.filter(answered_at__isnull=False).count(),
        "silent": rows.filter(answered_at__isnull=True, silent_at__isnull=False).count(),
    }
    people = _who_asked(event, _asked_seq(event), now)
    _notify(event, people, "casework.opinions_in", words, now)


def _asked_seq(event: CaseEvent) -> int:
    facts = event.facts.get("opinion") or event.facts["silent"]
    return int(facts[0])


def _who_asked(event: CaseEvent, asked_seq: int, now: datetime) -> list[int]:
    """The person; who is gone leaves it to the colleagues."""
    asked = event.case.events.get(seq=asked_seq)
    kind, _colon, number = asked.actor_key.partition(":")
    user = int(number) if kind == "user" else None
    if asked.organisation_id is None:
        return [] if user is None else [user]
    people = people_acting_for(asked.organisation_id, now=now)
    return [user] if user in people and user is not None else people


def _notify(
    event: CaseEvent,
    people: Collection[int],
    kind: str,
    words: dict[str, Any],
    now: datetime,
    *,
    page: str = "case",
    outside: Mapping[str, str] | None = None,
) -> None:
    """Nobody is told of what they did themselves. Other systems are, with the particulars of
    `outside` besides."""
    case = event.case
    notify(
        recipients=[each for each in people if f"user:{each}" != event.actor_key],
        kind=kind,
        params={"subject": case.subject, **words},
        link=reverse(page, args=[case.public_id]),
        now=now,
        about={
            "case": case.public_id,
            "loop": case.loop_version.loop,
            "seq": event.seq,
            **(outside or {}),
        },
    )
