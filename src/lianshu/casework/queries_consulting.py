"""Questions about consultations."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q

from lianshu.authority import Actor
from lianshu.casework.models import Case, CaseEvent, Consultation, EventKind
from lianshu.casework.querysets_consulting import ConsultationQuerySet
from lianshu.registry.models import Organisation


def consultations_for(actor: Actor) -> ConsultationQuerySet:
    """What the actor's organisation was asked."""
    return Consultation.objects.visible_to(actor).select_related(
        "case__loop_version", "case__asker", "organisation"
    )


def questions_to(actor: Actor, case: Case) -> list[Consultation]:
    """What the actor's organisations were asked in one case, the latest first."""
    rows = Consultation.objects.visible_to(actor).filter(case=case)
    return list(rows.select_related("organisation", "case").order_by("-asked_seq", "place"))


def open_questions_to(actor: Actor, case: Case) -> list[Consultation]:
    """Of these, the latest to each of the organisations: older ones are no longer answered."""
    if actor.is_system:
        return []
    latest: dict[int, Consultation] = {}
    for row in questions_to(actor, case):
        latest.setdefault(row.organisation_id, row)
    return list(latest.values())


def asked_by(rows: Sequence[Consultation], actor: Actor) -> dict[tuple[int, int], tuple[str, str]]:
    """Who asked, a person and an organisation, by case and event of `rows`, which the caller has
    found through `visible_to`: two queries however many."""
    wanted = Q(pk__in=())
    for row in rows:
        wanted |= Q(case=row.case_id, seq=row.asked_seq)
    events = list(CaseEvent.objects.filter(wanted, kind=EventKind.CONSULTED))
    names = dict(
        Organisation.objects.visible_to(actor)
        .filter(pk__in={event.organisation_id for event in events if event.organisation_id})
        .values_list("pk", "name")
    )
    return {
        (event.case_id, event.seq): (event.actor_name, names.get(event.organisation_id or 0, ""))
        for event in events
    }
