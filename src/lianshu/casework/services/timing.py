"""Dated facts that move due moments: the clock stands still, more time is granted, the official
dates of a year become known. Each is an event that says the new moments."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from lianshu.authority import Actor, require
from lianshu.casework.colours import colour_of
from lianshu.casework.models import Case, CaseEvent, Channel, Colour, EventKind, Task
from lianshu.casework.rules_time import can_extend, can_resume, can_suspend
from lianshu.casework.runtime import Running, running_loop
from lianshu.casework.services.events import Happening, append_event
from lianshu.casework.services.moving import lock_case
from lianshu.casework.services.tasks import Moments, moments_of
from lianshu.engine.loops import Step
from lianshu.engine.worktime import Limit, OutOfCalendarError, Suspension, parse_limit
from lianshu.records.errors import DomainError

REASON_MOST: Final = 1_000
_SEVERITY: Final = {Colour.GREEN: 0, Colour.AMBER: 1, Colour.RED: 2}


@dataclass(frozen=True, slots=True)
class Clock:
    """What has happened to the clock of the step at which a case is."""

    suspensions: tuple[Suspension, ...] = ()
    extensions: tuple[tuple[datetime, Limit], ...] = ()


@transaction.atomic
def suspend(*, actor: Actor, case: Case, reason: str, now: datetime) -> CaseEvent:
    """Stop the clock of the present step until it is resumed."""
    case, running, tasks = _prepare(actor, case)
    require(can_suspend(actor, case, running, tasks, now=now))
    clock = clock_of(case)
    clock = Clock((*clock.suspensions, (now, None)), clock.extensions)
    facts = {"moved": move_tasks(case, running.step(case.step), tasks, clock, now)}
    what = Happening(EventKind.SUSPENDED, case.step, data=_said(reason), facts=facts)
    return append_event(
        actor=actor, case=case, what=what, now=now, changes={"suspended_since": now}
    )


@transaction.atomic
def resume(*, actor: Actor, case: Case, reason: str = "", now: datetime) -> CaseEvent:
    """Let the clock run again: what was left before is left now."""
    case, running, tasks = _prepare(actor, case)
    require(can_resume(actor, case, running, tasks))
    clock = clock_of(case)
    stopped = tuple((since, until or now) for since, until in clock.suspensions)
    clock = Clock(stopped, clock.extensions)
    facts = {"moved": move_tasks(case, running.step(case.step), tasks, clock, now)}
    data = {"note": reason.strip()[:REASON_MOST]} if reason.strip() else {}
    what = Happening(EventKind.RESUMED, case.step, data=data, facts=facts)
    return append_event(
        actor=actor, case=case, what=what, now=now, changes={"suspended_since": None}
    )


@transaction.atomic
def extend(*, actor: Actor, case: Case, limit: str, reason: str, now: datetime) -> CaseEvent:
    """Grant the present step more time, counted on from its end. What was promised stays on
    record beside it."""
    case, running, tasks = _prepare(actor, case)
    require(can_extend(actor, case, running))
    try:
        extra = parse_limit(limit)
    except ValueError as error:
        raise DomainError(str(error), field="limit") from error
    clock = clock_of(case)
    clock = Clock(clock.suspensions, (*clock.extensions, (now, extra)))
    try:
        moved = move_tasks(case, running.step(case.step), tasks, clock, now)
    except OutOfCalendarError as error:
        raise DomainError(_("延期太长了，超出了工作日历，请改短。"), field="limit") from error
    facts = {"extension": str(extra), "moved": moved}
    what = Happening(
        EventKind.EXTENDED,
        case.step,
        data={**_said(reason), "limit": str(extra)},
        facts=facts,
        channel=Channel.WEB,
    )
    return append_event(actor=actor, case=case, what=what, now=now, changes={})


def _prepare(actor: Actor, case: Case) -> tuple[Case, Running, list[Task]]:
    held = lock_case(actor, case.pk)
    return held, running_loop(held.loop_version), list(held.tasks.filter(done_at__isnull=True))


def _said(reason: str) -> dict[str, str]:
    reason = reason.strip()
    if not reason:
        raise DomainError(_("请写明原因。"), field="reason")
    if len(reason) > REASON_MOST:
        raise DomainError(_("原因请不要超过 %(most)d 字。") % {"most": REASON_MOST}, field="reason")
    return {"note": reason}


def clock_of(case: Case) -> Clock:
    """Suspensions and extensions since the case came to the step at which it is."""
    if not case.step:
        return Clock()
    kinds = (EventKind.SUSPENDED, EventKind.RESUMED, EventKind.EXTENDED)
    rows = case.events.filter(kind__in=kinds, at__gte=case.step_since).order_by("seq")
    suspensions: list[Suspension] = []
    extensions = []
    for event in rows:
        if event.kind == EventKind.SUSPENDED:
            suspensions.append((event.at, None))
        elif event.kind == EventKind.RESUMED and suspensions:
            suspensions[-1] = (suspensions[-1][0], event.at)
        elif event.kind == EventKind.EXTENDED:
            extensions.append((event.at, parse_limit(event.facts["extension"])))
    return Clock(tuple(suspensions), tuple(extensions))


def move_tasks(
    case: Case, step: Step, tasks: list[Task], clock: Clock, now: datetime
) -> dict[str, dict[str, Any]]:
    """Set the open tasks' moments anew, in the caller's transaction, and return them by role as
    the event keeps them. A colour falls back where there is time again; it rises by the alerts
    only, which tell people."""
    moved: dict[str, dict[str, Any]] = {}
    for task in tasks:
        moments = moments_under(case, step, task, clock)
        for name, value in asdict(moments).items():
            setattr(task, name, value)
        found = colour_of(task, now)
        if _SEVERITY[found] < _SEVERITY[Colour(task.colour)]:
            task.colour = found.value
        moved[task.role] = {**moments.as_facts(), "colour": str(task.colour)}
    Task.objects.bulk_update(
        tasks, ["promised_at", "amber_at", "due_at", "remind_at", "provisional", "colour"]
    )
    return moved


def moments_under(case: Case, step: Step, task: Task, clock: Clock) -> Moments:
    """The task's moments by the calendar as it is now."""
    return moments_of(
        step,
        urgent=case.urgent,
        opened_at=task.opened_at,
        reminded=task.reminded,
        suspensions=clock.suspensions,
        extensions=[limit for at, limit in clock.extensions if at >= task.opened_at],
    )
