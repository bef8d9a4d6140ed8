"""The three colours of a task, and how much working time it has left, in words."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _

from lianshu.casework.models import Case, Colour, EndKindChoices, Task
from lianshu.casework.times import hours_said, minutes_said, workdays_said
from lianshu.engine.worktime import Calendar, left
from lianshu.ui.badges import Badge, Tone

_TONES: Final[dict[str, tuple[Tone, str]]] = {
    Colour.GREEN: ("good", "circle-check"),
    Colour.AMBER: ("wait", "clock"),
    Colour.RED: ("bad", "alert-triangle"),
}
_ENDS: Final[dict[str, Tone]] = {
    EndKindChoices.DONE: "good",
    EndKindChoices.UNRATED: "wait",
    EndKindChoices.DECLINED: "neutral",
    EndKindChoices.WITHDRAWN: "neutral",
    EndKindChoices.EXPIRED: "neutral",
    EndKindChoices.FAILED: "bad",
}


def colour_of(task: Task, now: datetime) -> Colour:
    """What follows from the task's moments at `now`, whatever was announced so far."""
    if task.due_at is not None and now > task.due_at:
        return Colour.RED
    if task.amber_at is not None and now >= task.amber_at:
        return Colour.AMBER
    return Colour.GREEN


def task_badge(task: Task, now: datetime) -> Badge:
    """Its colour with a symbol, so that nobody needs to tell red from green."""
    colour = colour_of(task, now)
    tone, icon = _TONES[colour]
    return Badge(colour.label, tone, icon)


def end_badge(case: Case) -> Badge:
    """How a case ended."""
    return Badge(EndKindChoices(case.end_kind).label, _ENDS[case.end_kind])


def time_left(task: Task, now: datetime, calendar: Calendar) -> str:
    """“还有 1 个工作日 3 小时”, “已超 2 小时”, or why no time runs."""
    if task.due_at is None:
        return _("计时中止")
    found = left(calendar, now, task.due_at)
    parts = []
    if found.workdays:
        parts.append(workdays_said(found.workdays))
    if found.hours:
        parts.append(hours_said(found.hours))
    if found.rest and not found.workdays:
        parts.append(minutes_said(found.rest))
    words = " ".join(parts)
    if found.overdue:
        return _("已超 %(time)s") % {"time": words} if words else _("刚刚到期")
    said = _("还有 %(time)s") % {"time": words} if words else _("即将到期")
    return _("%(said)s（暂定）") % {"said": said} if task.provisional else said
