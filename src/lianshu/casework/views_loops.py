"""A loop with its picture and figures, and the board of its cases."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lianshu.authority import Actor, Capability
from lianshu.casework.board import board_columns, open_by_loop
from lianshu.casework.figures import Outcomes, StepFigures, outcomes_of_loops, step_figures
from lianshu.casework.models import LoopVersion
from lianshu.casework.queries import loops_in_use, versions_of
from lianshu.casework.runtime import Running, running_loop, working_calendar
from lianshu.casework.times import limit_said, listed
from lianshu.casework.written import loop_title, said
from lianshu.engine.loops import Step, draw
from lianshu.records.errors import NotFound
from lianshu.registry.lists import chain_filter, region_filter
from lianshu.ui.lists import Tile
from lianshu.ui.requests import PageRequest, page

FITS: Final = 1_500
"""Up to so many units of width a picture is made smaller to fit the page and can still be read."""


@dataclass(frozen=True, slots=True)
class StepLine:
    """A step in words, with its figures and where they lead."""

    id: str
    name: str
    stage: str
    who: str
    limit: str
    added: str
    if_nothing: str
    figures: StepFigures
    links: Mapping[str, str]


def _cases(**parameters: str) -> str:
    return f"{reverse('cases')}?{urlencode(parameters)}"


@page()
def loop(request: PageRequest, loop: str) -> HttpResponse:
    """The loop as it was published, drawn, and how its cases go."""
    versions = versions_of(loop)
    if not versions:
        raise NotFound(_("没有这个流程，它可能还没有发布。"))
    version, now = versions[0], timezone.now()
    running = running_loop(version)
    figures = step_figures(request.actor, loop, now=now)
    outcomes = outcomes_of_loops(request.actor, [loop]).get(loop, Outcomes())
    waiting = {step: found.waiting for step, found in figures.items() if found.waiting}
    language = "zh" if (get_language() or "zh").startswith("zh") else "en"
    picture = draw(running.loop, language=language, counts=waiting)
    width = re.search(r'width="(\d+)"', picture)
    return render(
        request,
        "casework/loop.html",
        {
            "version": version,
            "versions": versions,
            "may_migrate": len(versions) > 1 and may_coordinate(request.actor),
            "loop": running.loop,
            "title": said(running.loop.title),
            # The drawing escapes every text of the definition and has no script and no style.
            "picture": mark_safe(picture),  # noqa: S308
            "fits": width is not None and int(width[1]) <= FITS,
            "lines": [_line(running, step, figures) for step in _in_order(running)],
            "tiles": _tiles(loop, outcomes),
            "ends": listed([said(end.name) for end in running.loop.ends]),
            "confirmer": said(running.roles[running.loop.confirmer].name),
            "day_minutes": working_calendar().day_minutes,
        },
    )


def may_coordinate(actor: Actor) -> bool:
    """Whether cases lie in the actor's care anywhere."""
    return actor.has(Capability.COORDINATE) or actor.has(Capability.OPERATE)


def _tiles(loop: str, outcomes: Outcomes) -> list[Tile]:
    return [
        Tile(_("在办"), outcomes.open, _cases(loop=loop, open="1"), "hourglass"),
        Tile(_("已结束"), outcomes.closed, _cases(loop=loop, open="0"), "checks"),
        Tile(_("已认可"), outcomes.accepted, _cases(loop=loop, end="done"), "circle-check"),
        Tile(_("已评价"), outcomes.rated, _cases(loop=loop, rated="1"), "star"),
    ]


def _in_order(running: Running) -> list[Step]:
    order = [stage.id for stage in running.loop.stages]
    return sorted(running.loop.steps, key=lambda step: order.index(step.stage))


def _line(running: Running, step: Step, figures: Mapping[str, StepFigures]) -> StepLine:
    stages = {stage.id: stage for stage in running.loop.stages}
    role = running.roles.get(step.actor or "")
    here = f"{running.loop.id}.{step.id}"
    links = {name: _cases(**{name: here}) for name in ("at", "passed", "late", "redone")}
    links["red"] = _cases(at=here, red="1")
    return StepLine(
        id=step.id,
        name=said(step.name),
        stage=said(stages[step.stage].name),
        who=said(role.name) if role else "",
        limit=limit_said(str(step.limit or "")),
        added=said(step.added.reason) if step.added else "",
        if_nothing=_overdue(running, step),
        figures=figures.get(step.id, StepFigures()),
        links=links,
    )


def _overdue(running: Running, step: Step) -> str:
    due = step.overdue
    if due is None:
        return ""
    if due.hand_to:
        return _("转交%(role)s") % {"role": said(running.roles[due.hand_to].name)}
    action = next(each for each in step.actions if each.id == due.do)
    return _("自动%(action)s") % {"action": said(action.name)}


@page()
def case_board(request: PageRequest) -> HttpResponse:
    """The open cases of one loop by step."""
    versions = loops_in_use()
    counts = open_by_loop(request.actor)
    asked = request.GET.get("loop", "")
    version = next((each for each in versions if each.loop == asked), None)
    if version is None and versions:
        version = max(versions, key=lambda each: (counts.get(each.loop, 0), each.loop == "order"))
    problems: list[str] = []
    context: dict[str, Any] = {
        "versions": [(each, loop_title(each), counts.get(each.loop, 0)) for each in versions],
        "version": version,
        "narrowing": [],
        "problems": problems,
    }
    if version is not None:
        context |= _board(request, version, problems)
    return render(request, "casework/board.html", context)


def _board(request: PageRequest, version: LoopVersion, problems: list[str]) -> dict[str, Any]:
    narrowed, kept = Q(), {}
    narrowing = []
    for each in (chain_filter(), region_filter()):
        value = each.read(request.GET, request.actor, problems)
        narrowing.append((each, each.choices(request.actor), value[0] if value else ""))
        if value:
            narrowed &= each.condition(value[:1])
            kept[each.id] = value[0]
    running = running_loop(version)
    columns = board_columns(
        request.actor, version.loop, running, narrowed=narrowed, now=timezone.now()
    )
    return {
        "narrowing": narrowing,
        "title": said(running.loop.title),
        "columns": [
            (column, _cases(at=f"{version.loop}.{column.step}", **kept)) for column in columns
        ],
        "total": sum(column.count for column in columns),
    }
