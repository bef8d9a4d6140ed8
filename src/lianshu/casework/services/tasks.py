"""Whom a step waits for, and until when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from django.utils import timezone

from lianshu.casework.models import Case, CaseParty, Task
from lianshu.casework.runtime import Running, working_calendar
from lianshu.engine.loops import Step
from lianshu.engine.worktime import Calendar, Limit, Suspension, plan
from lianshu.records.prepared import Prepared, insert
from lianshu.registry.models import LiaisonAssignment, Organisation

_PARTIES: Final = Prepared(
    lambda role, case: CaseParty.objects.filter(case=case, role=role, until__isnull=True)
)

Waiter = tuple[int | None, int | None]
"""An organisation and, where one is named, a person; neither: whoever holds the role."""


@dataclass(frozen=True, slots=True)
class Moments:
    """The moments of a task. `due_at` is None while the clock stands still."""

    promised_at: datetime | None
    amber_at: datetime | None
    due_at: datetime | None
    remind_at: datetime | None
    provisional: bool

    def as_facts(self) -> dict[str, Any]:
        """What the event keeps."""
        return {
            "promised_at": said_at(self.promised_at),
            "amber_at": said_at(self.amber_at),
            "due_at": said_at(self.due_at),
            "remind_at": said_at(self.remind_at),
            "provisional": self.provisional,
        }


@dataclass(frozen=True, slots=True)
class Opening:
    """Tasks about to be opened: at which step, for whom, since when, until when."""

    step: str
    role: str
    since: datetime
    who: tuple[Waiter, ...]
    moments: Moments

    def as_facts(self) -> dict[str, Any]:
        """What the event keeps."""
        return {
            "step": self.step,
            "role": self.role,
            "since": said_at(self.since),
            "who": [list(each) for each in self.who],
            **self.moments.as_facts(),
        }


def said_at(moment: datetime | None) -> str | None:
    """A moment as the facts of an event write it."""
    return None if moment is None else moment.astimezone(UTC).isoformat(timespec="microseconds")


def plan_tasks(
    *,
    case: Case,
    running: Running,
    step: Step,
    now: datetime,
    role: str = "",
    appointed: Mapping[str, Sequence[Organisation]] | None = None,
) -> Opening:
    """The tasks of a step that the case comes to: one for each holder of the acting role, or of
    `role` when another takes over. `appointed` are those whom the same act has just named."""
    name = role or step.actor or ""
    who = _who_waits(case, running, name, now, appointed or {})
    return Opening(step.id, name, now, who, moments_of(step, urgent=case.urgent, opened_at=now))


def _who_waits(
    case: Case,
    running: Running,
    role: str,
    now: datetime,
    appointed: Mapping[str, Sequence[Organisation]],
) -> tuple[Waiter, ...]:
    bind = running.roles[role].bind
    if bind == "asker":
        return ((case.asker_id, None),)
    if bind == "assigned":
        if role in appointed:
            return tuple((organisation.pk, None) for organisation in appointed[role])
        parties = _PARTIES.rows(case.pk, shape=role)
        return tuple((party.organisation_id, party.user_id) for party in parties)
    if bind == "liaison":
        serving = LiaisonAssignment.objects.filter(
            organisation_id=case.asker_id, liaison__user_id__isnull=False
        ).on(timezone.localdate(now))
        people = serving.values_list("liaison__organisation_id", "liaison__user_id")
        return tuple(people) or ((None, None),)
    return ((None, None),)


def create_tasks(*, case: Case, opening: Opening) -> list[Task]:
    """Write the tasks, in the caller's transaction."""
    tasks = tasks_of(case=case, opening=opening)
    insert(*tasks)
    return tasks


def tasks_of(*, case: Case, opening: Opening) -> list[Task]:
    """The tasks, not yet written."""
    moments = opening.moments
    return [
        Task(
            case=case,
            step=opening.step,
            role=opening.role,
            organisation_id=organisation,
            user_id=user,
            region_id=case.region_id,
            chain_id=case.chain_id,
            opened_at=opening.since,
            promised_at=moments.promised_at,
            amber_at=moments.amber_at,
            due_at=moments.due_at,
            remind_at=moments.remind_at,
            provisional=moments.provisional,
        )
        for organisation, user in opening.who
    ]


def moments_of(
    step: Step,
    *,
    urgent: bool,
    opened_at: datetime,
    reminded: int = 0,
    suspensions: Sequence[Suspension] = (),
    extensions: Sequence[Limit] = (),
) -> Moments:
    """When a task turns amber, is due and is to be reminded of, by the working calendar."""
    limit = step.urgent if urgent and step.urgent else step.limit
    if limit is None:
        raise ValueError(f"step {step.id!r} has no limit; such a loop is never published")
    # A warning that would come before the start of an urgent, shorter limit has no place in it.
    before = step.amber
    if before is not None and before.rough_minutes >= limit.rough_minutes:
        before = None
    calendar = working_calendar()
    found = plan(
        calendar,
        opened_at,
        limit,
        before=before,
        suspensions=suspensions,
        extensions=extensions,
    )
    due = found.due.at
    remind = None if due is None else reminder_at(calendar, step, opened_at, due, reminded)
    return Moments(found.promised.at, found.amber_at, due, remind, found.due.provisional)


def reminder_at(
    calendar: Calendar, step: Step, opened_at: datetime, due: datetime, reminded: int
) -> datetime | None:
    """When to remind the next time: so many times, spread evenly over the working time."""
    times = step.overdue.remind if step.overdue else 0
    if reminded >= times:
        return None
    first, last = calendar.position(opened_at), calendar.position(due)
    moment = calendar.start_at(first + (last - first) * (reminded + 1) // (times + 1))
    return moment if moment < due else None
