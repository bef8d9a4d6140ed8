"""The page of a ladder: its rungs by date, one's own place, and how many firms are on each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from lianshu.authority import Actor
from lianshu.entitlements.diagnosis import LadderReading, read_ladders
from lianshu.entitlements.lists_ladders import NO_RUNG
from lianshu.entitlements.marks import confidence_badge
from lianshu.entitlements.models import PolicyLadder
from lianshu.entitlements.published import published, published_ladders
from lianshu.entitlements.queries import own_enterprises, run_in_force
from lianshu.entitlements.queries_ladders import (
    LadderFigures,
    RungFigures,
    ladder_figures,
    ladder_in_use,
)
from lianshu.entitlements.reading_ladder import RungReading, read_ladder, time_asked
from lianshu.entitlements.rules import can_run_policies
from lianshu.records.errors import NotFound
from lianshu.registry.models import Organisation
from lianshu.ui.lists import Tile
from lianshu.ui.requests import PageRequest, page


@dataclass(frozen=True, slots=True)
class Own:
    """Where one's own firm stands."""

    organisation: Organisation
    reading: LadderReading


@dataclass(frozen=True, slots=True)
class Step:
    """A rung with how many firms are on it, and links to them."""

    rung: RungReading
    figures: RungFigures | None
    held_link: str
    cells: tuple[tuple[str, int, str, str], ...]


def firms_on(row: PolicyLadder, **more: str) -> str:
    """The list of firms on a ladder, filtered."""
    return f"{reverse('ladder-firms')}?{urlencode({'ladder': row.ladder, **more})}"


@page()
def ladder(request: PageRequest, ladder: str) -> HttpResponse:
    """The rungs of one time, with the rule of each; figures for those in whose care firms are."""
    row = ladder_in_use(ladder)
    if row is None:
        raise NotFound(_("没有这个梯度，它可能还没有发布。请在梯度列表里查找。"))
    found, today = published_ladders()[row.pk], timezone.localdate()
    at = time_asked(found, request.GET.get("from", ""), today)
    read = read_ladder(published(), found, at, today=today)
    figures = None
    if found.on(today) is at:
        figures = ladder_figures(request.actor, row, [one.id for one in read.rungs])
    return render(
        request,
        "entitlements/ladder.html",
        {
            "row": row,
            "read": read,
            "at": at,
            "source": at.definition.source,
            "confidence": confidence_badge(read.confidence).__html__(),
            "times": found.versions,
            "today": today,
            "steps": [_step(row, one, figures) for one in read.rungs],
            "own": _own(request.actor, ladder),
            "may_run": can_run_policies(request.actor).allowed,
            **_figures(row, figures),
        },
    )


def _own(actor: Actor, ladder: str) -> list[Own]:
    today = timezone.localdate()
    return [
        Own(firm, reading)
        for firm in own_enterprises(actor)
        for reading in read_ladders(actor, firm, on=today)
        if reading.climb.words.id == ladder
    ]


def _step(row: PolicyLadder, rung: RungReading, figures: LadderFigures | None) -> Step:
    if figures is None:
        return Step(rung, None, "", ())
    counts = figures.rungs[rung.id]
    ahead = {"next": rung.id}
    cells = (
        (_("各项都符合"), counts.met, "good", firms_on(row, **ahead, outcome="met")),
        (_("差一两条"), counts.near, "wait", firms_on(row, **ahead, near="1")),
        (_("缺数据"), counts.unknown, "info", firms_on(row, **ahead, outcome="unknown")),
        (_("待人工判断"), counts.manual, "info", firms_on(row, **ahead, outcome="manual")),
        (_("不符合"), counts.not_met, "neutral", firms_on(row, **ahead, outcome="not_met")),
    )
    held = firms_on(row, held=rung.id) if counts.held else ""
    return Step(rung, counts, held, tuple(each for each in cells if each[1]))


def _figures(row: PolicyLadder, figures: LadderFigures | None) -> dict[str, Any]:
    if figures is None:
        run = run_in_force()
        return {"not_counted": _("政策还没有计算过。") if run is None else ""}
    none = firms_on(row, held=NO_RUNG)
    return {
        "figures": figures,
        "firms_link": firms_on(row),
        "tiles": [
            Tile(_("适用的企业"), figures.firms, firms_on(row), "building", ""),
            Tile(_("还没有称号"), figures.without, none, "circle", ""),
            Tile(
                _("其中不知道有没有"),
                figures.perhaps,
                firms_on(row, held=NO_RUNG, perhaps="1"),
                "help",
                "",
            ),
        ],
    }
