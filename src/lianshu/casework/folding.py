"""What a case is, read from its events alone.

Only the events' columns and facts are used, never what people wrote, so that a case can be rebuilt
after every payload is erased; and never the loop's definition or the calendar, so that what was
promised stays what was promised.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from lianshu.casework.models import CaseEvent, Colour, EventKind


@dataclass(slots=True)
class FoldedTask:
    """A task as the events have it."""

    step: str
    role: str
    organisation_id: int | None
    user_id: int | None
    opened_at: datetime
    promised_at: datetime | None = None
    amber_at: datetime | None = None
    due_at: datetime | None = None
    remind_at: datetime | None = None
    provisional: bool = False
    colour: str = Colour.GREEN.value
    reminded: int = 0
    done_at: datetime | None = None


@dataclass(slots=True)
class FoldedParty:
    """A part in the case as the events have it."""

    role: str
    organisation_id: int
    user_id: int | None
    since: datetime
    until: datetime | None = None


@dataclass(slots=True)
class FoldedConsultation:
    """An organisation asked for its opinion, as the events have it."""

    asked_seq: int
    place: int
    organisation_id: int
    asked_at: datetime
    due_at: datetime
    provisional: bool
    answered_at: datetime | None = None
    answer_seq: int | None = None
    stance: str = ""
    silent_at: datetime | None = None
    closed_at: datetime | None = None


@dataclass(slots=True)
class Folded:
    """The case as the events have it."""

    loop: tuple[str, int] = ("", 0)
    step: str = ""
    end: str = ""
    end_kind: str = ""
    step_since: datetime | None = None
    suspended_since: datetime | None = None
    ended_at: datetime | None = None
    reopened: int = 0
    head_seq: int = 0
    head_hash: str = ""
    tasks: list[FoldedTask] = field(default_factory=list)
    parties: list[FoldedParty] = field(default_factory=list)
    consultations: list[FoldedConsultation] = field(default_factory=list)

    def open_tasks(self, role: str) -> list[FoldedTask]:
        """The role's tasks that are not done."""
        return [task for task in self.tasks if task.role == role and task.done_at is None]


MOVES: Final = frozenset(
    {EventKind.OPENED, EventKind.ACTED, EventKind.AUTOMATIC, EventKind.REOPENED, EventKind.MIGRATED}
)


def fold(events: Iterable[CaseEvent]) -> Folded:
    """The case after these events, in their order."""
    case = Folded()
    for event in events:
        facts = event.facts
        if event.kind in MOVES:
            _move(case, event, facts)
        for opened in facts.get("opened", ()):
            _open(case, opened)
        _change(case, facts, event.at)
        _consult(case, event, facts)
        if event.kind == EventKind.SUSPENDED:
            case.suspended_since = event.at
        elif event.kind == EventKind.RESUMED:
            case.suspended_since = None
        case.head_seq, case.head_hash = event.seq, event.hash
    return case


def _move(case: Folded, event: CaseEvent, facts: Mapping[str, Any]) -> None:
    for task in case.tasks:
        task.done_at = task.done_at or event.at
    if "loop" in facts:
        name, version = facts["loop"]
        case.loop = (name, version)
    is_over = "end_kind" in facts
    if event.kind == EventKind.REOPENED:
        case.reopened += 1
    case.end = event.to if is_over else ""
    case.end_kind = facts.get("end_kind", "")
    case.ended_at = event.at if is_over else None
    case.step = "" if is_over else event.to
    for asked in case.consultations if is_over else ():
        if asked.answered_at is None and asked.silent_at is None and asked.closed_at is None:
            asked.closed_at = event.at
    if event.kind != EventKind.MIGRATED:
        # A case that changes its version goes on where it was: its clock is not set back.
        case.step_since = event.at
    case.suspended_since = None
    for role, organisations in facts.get("appointed", {}).items():
        for party in case.parties:
            if party.role == role and party.until is None:
                party.until = event.at
        case.parties += [FoldedParty(role, each, None, event.at) for each in organisations]


def _open(case: Folded, opened: Mapping[str, Any]) -> None:
    since = datetime.fromisoformat(opened["since"])
    for organisation, user in opened["who"]:
        task = FoldedTask(opened["step"], opened["role"], organisation, user, since)
        _set(task, opened)
        case.tasks.append(task)


def _set(task: FoldedTask, moments: Mapping[str, Any]) -> None:
    for name in ("promised_at", "amber_at", "due_at", "remind_at"):
        said = moments[name]
        setattr(task, name, None if said is None else datetime.fromisoformat(said))
    task.provisional = moments["provisional"]
    task.colour = moments.get("colour", task.colour)


def _change(case: Folded, facts: Mapping[str, Any], at: datetime) -> None:
    for role, colour in facts.get("coloured", {}).items():
        for task in case.open_tasks(role):
            task.colour = colour
            if colour == Colour.RED:
                task.remind_at = None
    for role, (reminded, following) in facts.get("reminded", {}).items():
        for task in case.open_tasks(role):
            task.reminded = reminded
            task.remind_at = None if following is None else datetime.fromisoformat(following)
    for role, moments in facts.get("moved", {}).items():
        for task in case.open_tasks(role):
            _set(task, moments)
    if done := facts.get("done"):
        _named(case, *done).done_at = at
    if handed := facts.get("handed"):
        role, organisation, before, after = handed
        _named(case, role, organisation, before).user_id = after


def _named(case: Folded, role: str, organisation: int | None, user: int | None) -> FoldedTask:
    return next(
        task
        for task in case.open_tasks(role)
        if (task.organisation_id, task.user_id) == (organisation, user)
    )


def _consult(case: Folded, event: CaseEvent, facts: Mapping[str, Any]) -> None:
    if asked := facts.get("consulted"):
        due_at = datetime.fromisoformat(asked["due_at"])
        case.consultations += [
            FoldedConsultation(
                event.seq, place, organisation, event.at, due_at, asked["provisional"]
            )
            for place, organisation in enumerate(asked["organisations"])
        ]
    if opinion := facts.get("opinion"):
        row = _asked(case, *opinion[:2])
        row.answered_at = row.answered_at or event.at
        row.answer_seq, row.stance = event.seq, event.reason
    if silent := facts.get("silent"):
        _asked(case, *silent).silent_at = event.at
    for seq, place, due, provisional in facts.get("consulted_due", ()):
        row = _asked(case, seq, place)
        row.due_at, row.provisional = datetime.fromisoformat(due), provisional


def _asked(case: Folded, seq: int, place: int) -> FoldedConsultation:
    return next(row for row in case.consultations if (row.asked_seq, row.place) == (seq, place))
