"""A case goes on: the one way for what people do and for what happens by itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from django.db import models
from django.utils.translation import gettext as _

from lianshu.authority import Actor, Capability
from lianshu.casework.models import Case, CaseEvent, CaseParty, Consultation, EventKind, Task
from lianshu.casework.runtime import Running, action_of
from lianshu.casework.services.events import Happening, append_event
from lianshu.casework.services.forms import Given
from lianshu.casework.services.tasks import Opening, create_tasks, plan_tasks, tasks_of
from lianshu.engine.loops import Action, Step
from lianshu.records.errors import NotFound
from lianshu.records.prepared import Prepared, Statement, change, insertion

NOTHING_GIVEN = Given()


def _held(actor: Actor, case_id: int) -> models.QuerySet[Case]:
    return (
        Case.objects.with_care(actor)
        .select_for_update(of=("self",))
        .select_related("loop_version")
        .defer("loop_version__definition")
        .filter(pk=case_id)
        .order_by()
    )


_HELD: Final = Prepared(_held)


def lock_case(actor: Actor, case_id: int) -> Case:
    """The case with whether it lies in the actor's care, held until the transaction ends."""
    grants = tuple(each for each in actor.grants if each.capability == Capability.COORDINATE)
    case = _HELD.first(case_id, shape=Actor(system=actor.system, grants=grants))
    if case is None:
        raise NotFound(_("没有这个办件。"))
    return case


def go_on(
    *,
    actor: Actor,
    case: Case,
    running: Running,
    action: Action,
    what: Happening,
    now: datetime,
    given: Given = NOTHING_GIVEN,
) -> CaseEvent:
    """Move the case where `action` leads: the event, who was appointed, what waits next.

    In the caller's transaction, which holds the case.
    """
    end = running.ends.get(action.to)
    facts: dict[str, Any] = {}
    changes: dict[str, Any] = {
        "step": "" if end else action.to,
        "step_since": now,
        "suspended_since": None,
    }
    opening = None
    if end:
        changes |= {"end": end.id, "end_kind": end.kind.value, "ended_at": now}
        facts["end_kind"] = end.kind.value
    else:
        opening = plan_tasks(
            case=case,
            running=running,
            step=running.step(action.to),
            now=now,
            appointed=given.appointed,
        )
        facts["opened"] = [opening.as_facts()]
    if given.appointed:
        facts["appointed"] = {
            role: [organisation.pk for organisation in found]
            for role, found in given.appointed.items()
        }
    what = replace(what, to=action.to, facts={**what.facts, **facts})
    also = [change(Task, {"done_at": now}, case_id=case.pk, done_at=None)]
    if end and case.has_open_consultations:  # type: ignore[attr-defined]
        also.append(_consultations_closed(case, now))
    also += _appointed(case, given, now)
    if opening is not None and opening.who:
        also.append(insertion(*tasks_of(case=case, opening=opening)))
    return append_event(actor=actor, case=case, what=what, now=now, changes=changes, also=also)


def _consultations_closed(case: Case, now: datetime) -> Statement:
    """Whoever has not answered need not any more, and did not stay silent either."""
    open_ones = {"answered_at": None, "silent_at": None, "closed_at": None}
    return change(Consultation, {"closed_at": now}, case_id=case.pk, **open_ones)


def _appointed(case: Case, given: Given, now: datetime) -> Iterator[Statement]:
    for role, organisations in given.appointed.items():
        if case.has_parties:  # type: ignore[attr-defined]
            yield change(CaseParty, {"until": now}, case_id=case.pk, role=role, until=None)
        yield insertion(
            *(
                CaseParty(case=case, role=role, organisation=organisation, since=now)
                for organisation in organisations
            )
        )


def go_overdue(
    *, actor: Actor, case: Case, running: Running, step: Step, now: datetime
) -> CaseEvent | None:
    """What the loop says happens when nobody acted in time, or no agreement can be reached any
    more: an action by itself, or another role takes over; who was to act still may.

    None when that role has the task already. In the caller's transaction, which holds the case.
    """
    due = step.overdue
    if due is None:
        return None
    if due.do is not None:
        action = action_of(step, due.do)
        if action is None:
            raise ValueError(f"step {step.id!r} has no action {due.do!r}; it is never published")
        what = Happening(EventKind.AUTOMATIC, step.id, action=action.id)
        return go_on(actor=actor, case=case, running=running, action=action, what=what, now=now)
    role = due.hand_to or ""
    visit = case.tasks.filter(step=step.id, role=role, opened_at__gte=case.step_since)
    if not role or visit.exists():
        return None
    opening: Opening = plan_tasks(case=case, running=running, step=step, now=now, role=role)
    facts = {"opened": [opening.as_facts()]}
    what = Happening(EventKind.TAKEN_OVER, step.id, facts=facts)
    event = append_event(actor=actor, case=case, what=what, now=now, changes={})
    create_tasks(case=case, opening=opening)
    return event
