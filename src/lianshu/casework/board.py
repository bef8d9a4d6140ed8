"""Where the cases of one loop stand, step by step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Count, F, OuterRef, Prefetch, Q, Subquery, Window
from django.db.models.functions import RowNumber

from lianshu.authority import Actor
from lianshu.casework.colours import task_badge, time_left
from lianshu.casework.models import Case, Task
from lianshu.casework.queries import cases_for
from lianshu.casework.reading import said
from lianshu.casework.runtime import Running, working_calendar
from lianshu.ui.badges import Badge

CARDS: Final = 20
"""So many of each step are shown; the list has all."""


@dataclass(frozen=True, slots=True)
class Card:
    """A case on the board."""

    case: Case
    badge: Badge | None
    left: str
    who: str


@dataclass(frozen=True, slots=True)
class Column:
    """A step with the first of its cases."""

    step: str
    name: str
    stage: str
    count: int
    cards: Sequence[Card]


def open_by_loop(actor: Actor) -> dict[str, int]:
    """How many cases the actor sees on their way, by loop."""
    mine = Case.objects.visible_to(actor, consulted=False).open().order_by()
    return dict(mine.values_list("loop_version__loop").annotate(Count("pk")))


def board_columns(
    actor: Actor, loop: str, running: Running, *, narrowed: Q, now: datetime
) -> list[Column]:
    """The steps in the order of their stages, each with its first cases, those due first in
    front; three queries however many there are."""
    cases = Case.objects.visible_to(actor, consulted=False).open().order_by()
    cases = cases.filter(narrowed, loop_version__loop=loop)
    counts = dict(cases.values_list("step").annotate(Count("pk")))
    tasks = Task.objects.open().select_related("organisation").order_by("due_at", "pk")
    due = Subquery(
        Task.objects.open().filter(case=OuterRef("pk")).order_by("due_at").values("due_at")[:1]
    )
    # Only ids and moments are sorted; whole rows are read of those that are shown.
    shown = (
        cases.annotate(due=due)
        .annotate(place=Window(RowNumber(), partition_by="step", order_by=[F("due"), F("pk")]))
        .filter(place__lte=CARDS)
        .values("pk")
    )
    first = (
        cases_for(actor)
        .filter(pk__in=shown)
        .annotate(due=due)
        .order_by("due", "pk")
        .prefetch_related(Prefetch("tasks", tasks, to_attr="open_tasks"))
    )
    by_step: dict[str, list[Card]] = {}
    for case in first:
        by_step.setdefault(case.step, []).append(_card(case, running, now))
    order = [stage.id for stage in running.loop.stages]
    steps = sorted(running.loop.steps, key=lambda step: order.index(step.stage))
    stages = {stage.id: said(stage.name) for stage in running.loop.stages}
    return [
        Column(
            step.id,
            said(step.name),
            stages[step.stage],
            counts.get(step.id, 0),
            by_step.get(step.id, ()),
        )
        for step in steps
    ]


def _card(case: Case, running: Running, now: datetime) -> Card:
    tasks: list[Task] = case.open_tasks  # type: ignore[attr-defined]
    if not tasks:
        return Card(case, None, "", "")
    task = tasks[0]
    role = running.roles.get(task.role)
    who = task.organisation.name if task.organisation else said(role.name) if role else ""
    return Card(case, task_badge(task, now), time_left(task, now, working_calendar()), who)
