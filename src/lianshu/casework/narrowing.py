"""What is left of a case for a reader whose organisation was only asked for its opinion."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from lianshu.authority import Actor, Matter
from lianshu.casework.models import Case, CaseEvent, Consultation, EventKind
from lianshu.casework.queries import takes_part
from lianshu.casework.runtime import Running

WROTE: Final = frozenset({EventKind.OPENED, EventKind.ACTED, EventKind.JOINED})
"""What is done at a step, unlike what is said beside it."""


def narrowed_to(
    actor: Actor, case: Case, consultations: Sequence[Consultation]
) -> tuple[Consultation, ...] | None:
    """Those of the case's `consultations` to which the reader is narrowed; None where it reads
    the whole case."""
    if actor.is_system:
        return None
    mine = actor.reading_in(Matter.ANSWERS)
    own = tuple(each for each in consultations if each.organisation_id in mine)
    return None if not own or takes_part(actor, case.pk) else own


def readable(
    case: Case, running: Running, events: Sequence[CaseEvent], own: Sequence[Consultation]
) -> Iterator[CaseEvent]:
    """What the asker wrote at the steps before the latest question to this reader, without what it
    said of the result; the question; what came of it. Nothing of anybody else's."""
    seqs = {each.asked_seq for each in own}
    places = {(each.asked_seq, each.place) for each in own}
    poses = _step_where_an_office_asks(running)
    for event in events:
        if event.kind == EventKind.CONSULTED:
            mine = event.seq in seqs
        elif event.kind in {EventKind.OPINION, EventKind.SILENT}:
            facts = event.facts.get("opinion") or event.facts["silent"]
            mine = (facts[0], facts[1]) in places
        else:
            mine = (
                event.kind in WROTE
                and event.seq < max(seqs)
                and "stars" not in event.payload.data
                and (event.organisation_id == case.asker_id or event.step == poses)
            )
        if mine:
            yield event


def _step_where_an_office_asks(running: Running) -> str:
    """The first step, where whoever asks acts for an office and not for an organisation."""
    start = running.step(running.loop.start)
    role = running.roles.get(start.actor or "")
    return "" if role is None or role.bind == "asker" else start.id
