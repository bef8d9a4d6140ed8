"""Loops as published, cases, what happened in them and how they were rated."""

from lianshu.casework.models.callbacks import CallBack, CallBackOutcome
from lianshu.casework.models.cases import Case, CaseParty, Colour, EndKindChoices, Task
from lianshu.casework.models.consultations import Consultation, Stance
from lianshu.casework.models.events import (
    Anchor,
    CaseEvent,
    CaseEventPayload,
    Channel,
    EventKind,
    Rating,
)
from lianshu.casework.models.links import AnswerLink
from lianshu.casework.models.loops import CalendarYear, LoopVersion
from lianshu.casework.models.schedules import (
    RecurredCase,
    RecurredOutcome,
    Recurrence,
    ScheduleVersion,
)
from lianshu.casework.models.seals import SealedBox

__all__ = [
    "Anchor",
    "AnswerLink",
    "CalendarYear",
    "CallBack",
    "CallBackOutcome",
    "Case",
    "CaseEvent",
    "CaseEventPayload",
    "CaseParty",
    "Channel",
    "Colour",
    "Consultation",
    "EndKindChoices",
    "EventKind",
    "LoopVersion",
    "Rating",
    "RecurredCase",
    "RecurredOutcome",
    "Recurrence",
    "ScheduleVersion",
    "SealedBox",
    "Stance",
    "Task",
]
