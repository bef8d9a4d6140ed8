"""Whom a step waits for, and until when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone

from lianshu.casework.models import Case, CaseParty, Task
from lianshu.casework.runtime import Running, working_calendar
from lianshu.engine.loops import Step
from lianshu.engine.worktime import Limit, Suspension, plan
from lianshu.registry.models import LiaisonAssignment


def open_tasks(
    *,
    case: Case,
    running: Running,
    step: Step,
    now: datetime,
    parties: Sequence[CaseParty] | None = None,
) -> list[Task]:
    """The tasks of a step that the case now comes to: one for each party of the acting role.

    `parties` are those of that role when the caller has just appointed them; else they are read.
    """
    role = step.actor or ""
    task = Task(
        case=case,
        step=step.id,
        role=role,
        region_id=case.region_id,
        chain_id=case.chain_id,
        opened_at=now,
    )
    set_moments(task, step=step, urgent=case.urgent)
    bind = running.roles[role].bind
    if bind == "asker":
        task.organisation_id = case.asker_id
        tasks = [task]
    elif bind == "assigned":
        found = case.parties.filter(role=role, until__isnull=True) if parties is None else parties
        tasks = [_for(task, each.organisation_id, each.user_id) for each in found]
    elif bind == "liaison":
        serving = LiaisonAssignment.objects.filter(
            organisation_id=case.asker_id, liaison__user_id__isnull=False
        ).on(timezone.localdate(now))
        people = serving.values_list("liaison__organisation_id", "liaison__user_id")
        tasks = [_for(task, organisation, user) for organisation, user in people] or [task]
    else:
        tasks = [task]
    return Task.objects.bulk_create(tasks)


def _for(task: Task, organisation_id: int, user_id: int | None) -> Task:
    own = Task(**{f.attname: getattr(task, f.attname) for f in Task._meta.concrete_fields})
    own.organisation_id, own.user_id = organisation_id, user_id
    return own


def set_moments(
    task: Task,
    *,
    step: Step,
    urgent: bool,
    suspensions: Sequence[Suspension] = (),
    extensions: Sequence[Limit] = (),
) -> None:
    """When the task turns amber and is due, by the working calendar."""
    limit = step.urgent if urgent and step.urgent else step.limit
    if limit is None:
        raise ValueError(f"step {step.id!r} has no limit; such a loop is never published")
    # A warning that would come before the start of an urgent, shorter limit comes at half time.
    before = step.amber
    if before is not None and before.rough_minutes >= limit.rough_minutes:
        before = None
    found = plan(
        working_calendar(),
        task.opened_at,
        limit,
        before=before,
        suspensions=suspensions,
        extensions=extensions,
    )
    task.promised_at = found.promised.at
    task.due_at = found.due.at
    task.amber_at = found.amber_at
    task.provisional = found.due.provisional
