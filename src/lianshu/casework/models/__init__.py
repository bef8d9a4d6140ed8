"""Loops as published, cases, what happened in them and how they were rated."""

from lianshu.casework.models.cases import Case, CaseParty, Colour, EndKindChoices, Task
from lianshu.casework.models.events import (
    Anchor,
    CaseEvent,
    CaseEventPayload,
    Channel,
    EventKind,
    Rating,
)
from lianshu.casework.models.loops import CalendarYear, LoopVersion

__all__ = [
    "Anchor",
    "CalendarYear",
    "Case",
    "CaseEvent",
    "CaseEventPayload",
    "CaseParty",
    "Channel",
    "Colour",
    "EndKindChoices",
    "EventKind",
    "LoopVersion",
    "Rating",
    "Task",
]
