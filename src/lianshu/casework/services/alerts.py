"""What time does to tasks: reminders, amber, red, and what the loop says happens when nobody acts.

Every transition is its own short transaction: compare-and-set on the tasks, one event in the
case. Killed anywhere, a run leaves each transition done with its event or not begun, and the next
run goes on from there. The event is also what is announced (`announcing`).
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import Q

from lianshu.authority import Actor
from lianshu.casework.models import Case, Colour, EventKind, Task
from lianshu.casework.querysets import TaskQuerySet
from lianshu.casework.runtime import running_loop, working_calendar
from lianshu.casework.services.events import Happening, append_event
from lianshu.casework.services.moving import go_overdue, lock_case
from lianshu.casework.services.tasks import reminder_at, said_at
from lianshu.records.errors import DomainError

logger = logging.getLogger(__name__)

BATCH: Final = 2_000
"""Transitions of one kind in one run; the next run, a minute later, goes on."""


@dataclass(frozen=True, slots=True)
class Turned:
    """What one run has done. `failed` cases are logged and tried again by the next run."""

    red: int = 0
    amber: int = 0
    reminded: int = 0
    failed: int = 0


def turning_red(now: datetime) -> TaskQuerySet:
    """Open tasks past their due moment that nobody was told of. By index."""
    return Task.objects.open().exclude(colour=Colour.RED).filter(due_at__lt=now)


def turning_amber(now: datetime) -> TaskQuerySet:
    """Open tasks whose warning has come, and whose end has not. By index."""
    return (
        Task.objects.open()
        .filter(colour=Colour.GREEN, amber_at__lte=now)
        .filter(Q(due_at__gte=now) | Q(due_at__isnull=True))
    )


def to_be_reminded(now: datetime) -> TaskQuerySet:
    """Open tasks whose next reminder has come, and whose end has not: of that people are told
    instead. By index."""
    return (
        Task.objects.open()
        .filter(remind_at__lte=now)
        .filter(Q(due_at__gte=now) | Q(due_at__isnull=True))
    )


def time_has_come(now: datetime) -> bool:
    """Whether there is anything to do."""
    return any(find(now).exists() for find in (turning_red, turning_amber, to_be_reminded))


def turn_due(
    *, actor: Actor, now: datetime, progress: Callable[[int], None] = lambda _done: None
) -> Turned:
    """Everything that time has brought about up to `now`, red first."""
    counts = {"red": 0, "amber": 0, "reminded": 0, "failed": 0}
    steps: tuple[tuple[str, TaskQuerySet, _Turn], ...] = (
        ("red", turning_red(now).order_by("due_at"), _turn_red),
        ("amber", turning_amber(now).order_by("amber_at"), _turn_amber),
        ("reminded", to_be_reminded(now).order_by("remind_at"), _remind),
    )
    for name, tasks, turn in steps:
        found = tasks.values_list("case_id", "role")[:BATCH]
        for case_id, role in dict.fromkeys(found):
            try:
                counts[name] += turn(actor, case_id, role, now)
            except DomainError:
                pass  # somebody acted just now; what is left to do is found again
            except Exception:
                # One case that cannot go on must not keep every other from being told.
                logger.exception("case %s: what was due for %s failed", case_id, role)
                counts["failed"] += 1
            progress(sum(counts.values()))
    return Turned(**counts)


_Turn = Callable[[Actor, int, str, datetime], int]


@transaction.atomic
def _turn_red(actor: Actor, case_id: int, role: str, now: datetime) -> int:
    case = lock_case(actor, case_id)
    tasks = turning_red(now).filter(case=case, role=role)
    if not tasks.update(colour=Colour.RED, remind_at=None):
        return 0
    _note(actor, case, EventKind.RED, now, {"coloured": {role: Colour.RED.value}})
    running = running_loop(case.loop_version)
    step = running.step(case.step)
    if role == step.actor:
        go_overdue(actor=actor, case=case, running=running, step=step, now=now)
    return 1


@transaction.atomic
def _turn_amber(actor: Actor, case_id: int, role: str, now: datetime) -> int:
    case = lock_case(actor, case_id)
    if not turning_amber(now).filter(case=case, role=role).update(colour=Colour.AMBER):
        return 0
    _note(actor, case, EventKind.AMBER, now, {"coloured": {role: Colour.AMBER.value}})
    return 1


@transaction.atomic
def _remind(actor: Actor, case_id: int, role: str, now: datetime) -> int:
    case = lock_case(actor, case_id)
    tasks = to_be_reminded(now).filter(case=case, role=role)
    first = tasks.first()
    if first is None or first.due_at is None:
        return 0
    step = running_loop(case.loop_version).step(case.step)
    reminded, calendar = first.reminded + 1, working_calendar()
    following = reminder_at(calendar, step, first.opened_at, first.due_at, reminded)
    # Reminders that came due while nobody ran this are given as one.
    while following is not None and following <= now:
        reminded += 1
        following = reminder_at(calendar, step, first.opened_at, first.due_at, reminded)
    if not tasks.update(reminded=reminded, remind_at=following):
        return 0
    _note(
        actor, case, EventKind.REMINDED, now, {"reminded": {role: [reminded, said_at(following)]}}
    )
    return 1


def _note(actor: Actor, case: Case, kind: EventKind, now: datetime, facts: dict[str, Any]) -> None:
    append_event(
        actor=actor, case=case, what=Happening(kind, case.step, facts=facts), now=now, changes={}
    )
