"""How a loop is doing: per step how long it takes, how often too late, what goes round twice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from statistics import median, quantiles
from typing import Final

from django.db.models import Count, Q

from lianshu.authority import Actor
from lianshu.casework.models import Case, Rating, Task
from lianshu.casework.runtime import working_calendar
from lianshu.engine.worktime import Calendar, used

LATEST: Final = 4_000
"""Figures of steps are of so many of the latest tasks, which keeps the page quick."""


@dataclass(frozen=True, slots=True)
class StepFigures:
    """One step. Times are working minutes; None where nothing was finished yet."""

    waiting: int = 0
    red: int = 0
    passed: int = 0
    median: int | None = None
    slow: int | None = None
    """Nine in ten took no longer."""
    late: int = 0
    counted: int = 0
    redone: int = 0

    @property
    def late_share(self) -> int | None:
        """Of a hundred that came to the step, those that were or are too late."""
        return None if not self.counted else round(100 * self.late / self.counted)


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Closed, accepted and rated are three figures."""

    opened: int = 0
    open: int = 0
    closed: int = 0
    accepted: int = 0
    rated: int = 0
    reopened: int = 0


@dataclass(slots=True)
class _Gathered:
    minutes: list[int] = field(default_factory=list)
    late: int = 0
    counted: int = 0
    visits: dict[int, set[datetime]] = field(default_factory=dict)


def outcomes_of_loops(actor: Actor, loops: Iterable[str]) -> dict[str, Outcomes]:
    """By loop, of the cases the actor may see: one query however many loops."""
    rated = Q(pk__in=Rating.objects.values("case"))
    rows = (
        Case.objects.visible_to(actor, consulted=False)
        .filter(loop_version__loop__in=list(loops))
        .order_by()
        .values_list("loop_version__loop")
        .annotate(
            all=Count("pk"),
            open=Count("pk", filter=Q(ended_at__isnull=True)),
            closed=Count("pk", filter=Q(ended_at__isnull=False)),
            accepted=Count("pk", filter=Q(end_kind="done")),
            rated=Count("pk", filter=rated),
            again=Count("pk", filter=Q(reopened__gt=0)),
        )
    )
    return {loop: Outcomes(*counts) for loop, *counts in rows}


def step_figures(actor: Actor, loop: str, *, now: datetime) -> dict[str, StepFigures]:
    """By step, of the cases of a loop that the actor may see: two queries."""
    mine = Task.objects.filter(
        case__in=Case.objects.visible_to(actor, consulted=False).filter(loop_version__loop=loop)
    )
    waiting = {
        step: (cases, red)
        for step, cases, red in mine.open()
        .order_by()
        .values_list("step")
        .annotate(
            cases=Count("case", distinct=True),
            red=Count("case", distinct=True, filter=Q(due_at__lt=now)),
        )
    }
    rows = mine.order_by("-pk").values_list("step", "case_id", "opened_at", "done_at", "due_at")
    gathered = _gather(rows[:LATEST], now)
    return {
        step: _figures(gathered.get(step, _Gathered()), waiting.get(step, (0, 0)))
        for step in {*gathered, *waiting}
    }


def _gather(
    rows: Iterable[tuple[str, int, datetime, datetime | None, datetime | None]], now: datetime
) -> Mapping[str, _Gathered]:
    calendar: Calendar = working_calendar()
    found: dict[str, _Gathered] = {}
    for step, case, opened, done, due in rows:
        one = found.setdefault(step, _Gathered())
        one.counted += 1
        one.late += due is not None and (done or now) > due
        one.visits.setdefault(case, set()).add(opened)
        if done is not None:
            one.minutes.append(used(calendar, opened, done))
    return found


def _figures(one: _Gathered, waiting: tuple[int, int]) -> StepFigures:
    return StepFigures(
        waiting=waiting[0],
        red=waiting[1],
        passed=len(one.minutes),
        median=round(median(one.minutes)) if one.minutes else None,
        slow=_ninth(one.minutes),
        late=one.late,
        counted=one.counted,
        redone=sum(len(times) > 1 for times in one.visits.values()),
    )


def _ninth(minutes: Sequence[int]) -> int | None:
    if len(minutes) < 2:
        return minutes[0] if minutes else None
    return round(quantiles(minutes, n=10, method="inclusive")[-1])
