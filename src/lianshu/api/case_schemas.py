"""Cases and tasks as they go out, and what comes in for them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final, Literal

from django.db.models import F, Q
from django.utils import timezone
from ninja import Schema
from pydantic import Field, StrictInt, StrictStr

from lianshu.api.schemas import (
    MOST_EXACT,
    Body,
    Code,
    Flag,
    Listing,
    Named,
    OrganisationRef,
    PublicId,
    Text,
)
from lianshu.casework.colours import colour_of
from lianshu.casework.models import Case, Channel, Colour, EndKindChoices, EventKind, Task
from lianshu.casework.querysets import CaseQuerySet, TaskQuerySet
from lianshu.casework.reading import CaseReading, Line, Waiting, said
from lianshu.casework.runtime import Running, running_loop
from lianshu.casework.services.forms import TEXT_MOST, Stars
from lianshu.engine.loops import Action, Step

LoopId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,39}$", examples=["order"])]
PartId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$", examples=["send"])]
Value = Annotated[
    Annotated[StrictStr, Field(max_length=TEXT_MOST)]
    | Annotated[StrictInt, Field(ge=-MOST_EXACT, le=MOST_EXACT)],
    Field(description="money in fen, days as 2026-11-30, files by the id of POST …/files"),
]
Score = Annotated[int, Field(strict=True, ge=1, le=5)]
_ORDERS: Final = {"opened": F("opened_at").asc(), "-opened": F("opened_at").desc()}


class CaseFilter(Listing):
    """What the list of cases can be asked; words are looked for in the subject."""

    loop: list[LoopId] = Field([])
    open: bool | None = Field(None, description="true: still on their way")
    end: list[EndKindChoices] = Field([])
    urgent: bool | None = None
    region: Code | None = Field(None, description="code; includes what lies below it")
    chain: Code | None = Field(None, description="code")
    asker: PublicId | None = None
    sort: Literal["-opened", "opened"] = "-opened"

    def narrow(self, rows: CaseQuerySet) -> CaseQuerySet:
        """`rows` as asked, in a total order."""
        condition = Q(subject__icontains=self.q) if self.q else Q()
        if self.loop:
            condition &= Q(loop_version__loop__in=self.loop)
        if self.open is not None:
            condition &= Q(ended_at__isnull=self.open)
        if self.end:
            condition &= Q(end_kind__in=self.end)
        if self.urgent is not None:
            condition &= Q(urgent=self.urgent)
        if self.region:
            condition &= Q(region__ancestry__ancestor__code=self.region)
        if self.chain:
            condition &= Q(chain__code=self.chain)
        if self.asker:
            condition &= Q(asker__public_id=self.asker)
        return rows.filter(condition).order_by(_ORDERS[self.sort], "pk")


class TaskFilter(Listing):
    """What the list of one's tasks can be asked; words are looked for in the subject."""

    loop: list[LoopId] = Field([])
    red: bool | None = Field(None, description="true: past their limit")

    def narrow(self, rows: TaskQuerySet) -> TaskQuerySet:
        """`rows` as asked, first what is due first; where the clock stands still comes last."""
        if self.q:
            rows = rows.filter(case__subject__icontains=self.q)
        if self.loop:
            rows = rows.filter(case__loop_version__loop__in=self.loop)
        if self.red is not None:
            late = Q(due_at__lt=timezone.now())
            rows = rows.filter(late) if self.red else rows.filter(~late | Q(due_at__isnull=True))
        return rows.order_by(F("due_at").asc(nulls_last=True), "pk")


class LoopOut(Schema):
    """A loop that takes new cases."""

    id: str
    version: int
    title: str
    sequence: str | None
    first_step: str = Field(description="what whoever asks is to do first")


class CaseLine(Schema):
    """A case in a list."""

    id: str
    loop: str
    loop_version: int
    loop_title: str
    subject: str
    urgent: bool
    asker: OrganisationRef
    region: Named
    chain: Named | None
    step: str | None = Field(
        description="null once it is over, and for who was only asked for an opinion"
    )
    step_name: str | None
    end: str | None = Field(description="null while it is on its way")
    end_kind: EndKindChoices | None
    opened_at: datetime
    ended_at: datetime | None
    suspended_since: datetime | None
    reopened: int | None = Field(description="how often; null for who was only asked")
    seq: int = Field(description="number of the last event; grows with whatever happens")


class TaskOut(Schema):
    """A step of a case that waits for the caller."""

    case: str = Field(description="id of the case")
    subject: str
    loop: str
    loop_title: str
    asker: OrganisationRef
    urgent: bool
    step: str
    step_name: str
    role: str
    organisation: OrganisationRef | None = Field(description="null: the office as a whole")
    opened_at: datetime
    amber_at: datetime | None
    due_at: datetime | None = Field(description="null while the clock stands still")
    provisional: bool = Field(description="the official dates of that year are not published yet")
    colour: Colour


class WaitingOut(Schema):
    """Whom the case waits for."""

    role: str
    who: str
    due_at: datetime | None
    colour: Colour


class FieldOut(Schema):
    """Something a step asks for."""

    id: str
    title: str
    type: str
    choices: dict[str, str] = Field(description="id → title")
    sealed_until: str | None


class ActionOut(Schema):
    """What the caller may do now."""

    id: str
    name: str
    requires: list[str] = Field(description="ids of fields")
    reasons: dict[str, str] = Field(description="id → title; where there are any, give one")
    assigns: list[str] = Field(description="roles to appoint organisations to")
    rating: Literal["accept", "rework"] | None


class WrittenOut(Schema):
    """One thing that somebody wrote, chose or attached, as the caller may read it."""

    label: str
    text: str


class EventOut(Schema):
    """One thing that happened."""

    seq: int
    at: datetime
    kind: EventKind
    step: str | None
    action: str | None
    title: str
    by: str
    on_behalf_of: str
    organisation: str
    reason: str | None
    channel: Channel
    written: list[WrittenOut]
    note: str


class CaseOut(CaseLine):
    """A case as the caller may read it: what is sealed or held back says so in its place."""

    waiting: list[WaitingOut]
    if_nothing: str = Field(description="what happens when nobody acts in time")
    fields: list[FieldOut] = Field(description="what the present step asks for")
    actions: list[ActionOut]
    events: list[EventOut] = Field(description="latest first")


class CaseState(Schema):
    """What a write answers with: where the case stands after it, not what was written."""

    id: str
    seq: int = Field(description="number of the event that was added")
    step: str | None
    end: str | None


class FileOut(Schema):
    """A stored file; its id is the value of a field of type file or photo."""

    id: str
    name: str


class CaseIn(Body):
    """A new case."""

    loop: LoopId
    asker: PublicId = Field(description="the organisation it is opened for")
    subject: Text = Field(max_length=200)
    urgent: Flag = False


class StarsIn(Body):
    """A rating of the result."""

    stars: Score
    speed: Score | None = None
    quality: Score | None = None
    attitude: Score | None = None

    def stars_given(self) -> Stars:
        """As the services take it."""
        return Stars(self.stars, self.speed, self.quality, self.attitude)


class ActIn(Body):
    """One action at the case's present step, with what it asks for."""

    action: PartId
    values: dict[PartId, Value] = Field({}, max_length=50, description="by id of the field")
    reason: Text = Field("", max_length=40)
    note: Text = Field("", max_length=TEXT_MOST)
    stars: StarsIn | None = None
    appointed: dict[PartId, Annotated[list[PublicId], Field(max_length=100)]] = Field(
        {}, max_length=10, description="role → ids of organisations"
    )


class CommentIn(Body):
    """Something to be read by everybody who has a part in the case."""

    text: Text = Field(max_length=TEXT_MOST)


def case_fields(case: Case, running: Running) -> dict[str, Any]:
    """What a list tells of a case."""
    step = running.steps.get(case.step)
    return {
        "id": case.public_id,
        "loop": case.loop_version.loop,
        "loop_version": case.loop_version.version,
        "loop_title": said(running.loop.title),
        "subject": case.subject,
        "urgent": case.urgent,
        "asker": OrganisationRef.of(case.asker),
        "region": Named.of(case.region),
        "chain": None if case.chain is None else Named.of(case.chain),
        "step": case.step or None,
        "step_name": said(step.name) if step else None,
        "end": case.end or None,
        "end_kind": case.end_kind or None,
        "opened_at": case.opened_at,
        "ended_at": case.ended_at,
        "suspended_since": case.suspended_since,
        "reopened": case.reopened,
        "seq": case.head_seq,
    }


def case_line(case: Case) -> CaseLine:
    """From a row."""
    return CaseLine(**case_fields(case, running_loop(case.loop_version)))


def task_out(task: Task, now: datetime) -> TaskOut:
    """From a row; its colour is the one of `now`, whatever was announced so far."""
    case = task.case
    running = running_loop(case.loop_version)
    return TaskOut(
        case=case.public_id,
        subject=case.subject,
        loop=case.loop_version.loop,
        loop_title=said(running.loop.title),
        asker=OrganisationRef.of(case.asker),
        urgent=case.urgent,
        step=task.step,
        step_name=said(running.step(task.step).name),
        role=task.role,
        organisation=None if task.organisation is None else OrganisationRef.of(task.organisation),
        opened_at=task.opened_at,
        amber_at=task.amber_at,
        due_at=task.due_at,
        provisional=task.provisional,
        colour=colour_of(task, now),
    )


def case_out(reading: CaseReading, now: datetime) -> CaseOut:
    """From what the caller may read."""
    return CaseOut(
        **case_fields(reading.case, reading.running)
        | (_narrow(reading) if reading.narrowed else {}),
        waiting=[_waiting_out(each, now) for each in reading.waiting],
        if_nothing=reading.if_nothing,
        fields=_fields_out(reading.step),
        actions=[_action_out(each) for each in reading.actions],
        events=[_event_out(each) for each in reading.lines],
    )


def _narrow(reading: CaseReading) -> dict[str, Any]:
    """What is told instead to a reader who was only asked for its opinion, as on the page."""
    return {
        "step": None,
        "step_name": reading.step_name,
        "end": None,
        "end_kind": None,
        "suspended_since": None,
        "reopened": None,
        "seq": max(line.event.seq for line in reading.lines),
    }


def _waiting_out(waiting: Waiting, now: datetime) -> WaitingOut:
    return WaitingOut(
        role=waiting.task.role,
        who=waiting.who,
        due_at=waiting.due_at,
        colour=colour_of(waiting.task, now),
    )


def _fields_out(step: Step | None) -> list[FieldOut]:
    return [
        FieldOut(
            id=field.id,
            title=said(field.title),
            type=field.type,
            choices={choice.id: said(choice.title) for choice in field.choices},
            sealed_until=field.sealed_until,
        )
        for field in (step.fields if step else ())
    ]


def _action_out(action: Action) -> ActionOut:
    return ActionOut(
        id=action.id,
        name=said(action.name),
        requires=list(action.requires),
        reasons={reason.id: said(reason.title) for reason in action.reasons},
        assigns=list(action.assigns),
        rating=action.rating,
    )


def _event_out(line: Line) -> EventOut:
    event = line.event
    return EventOut(
        seq=event.seq,
        at=event.at,
        kind=EventKind(event.kind),
        step=event.step or None,
        action=event.action or None,
        title=line.title,
        by=line.by,
        on_behalf_of=line.behalf,
        organisation=line.organisation,
        reason=event.reason or None,
        channel=Channel(event.channel),
        written=[WrittenOut(label=each.label, text=each.text) for each in line.written],
        note=line.note,
    )
