"""The scenario: take away firms or products and see the wave. Refused to who may not read few
makers there; what is read is logged and carries the reader's name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from lianshu.authority import Verdict, require
from lianshu.chainmap.picture_reading import Where
from lianshu.chainmap.picture_scenario import (
    Loss,
    Scenario,
    can_read_impact,
    firms_there,
    loss_asked,
    products_of,
    reads_every_chain,
    scenario_of,
)
from lianshu.chainmap.picture_specs import loss_table, wave_table, wave_word
from lianshu.chainmap.picture_tables import file_of, shown
from lianshu.chainmap.pictures_wave import WAVE_MARKS, wave_layers
from lianshu.chainmap.services.picture_log import note_reading
from lianshu.chainmap.views_pictures import (
    asked_of,
    frame,
    layer_words,
    unkept,
    watermark,
    where_or_404,
)
from lianshu.records.errors import NotFound
from lianshu.ui.requests import PageRequest, page

MOST = 20
"""Firms or products in one scenario."""


@dataclass(frozen=True, slots=True)
class Told:
    """A scenario with what it was asked about."""

    loss: Loss
    firms: dict[str, str]
    products: tuple[str, ...]
    scenario: Scenario | None


def _tell(request: PageRequest, where: Where) -> Told:
    firms = firms_there(request.actor, where)
    products = products_of(request.actor, where)
    loss = loss_asked(
        request.GET.getlist("firm")[:MOST],
        request.GET.getlist("product")[:MOST],
        there=firms,
        known=products,
    )
    if loss.empty:
        return Told(loss, firms, products, None)
    scenario = scenario_of(request.actor, where, loss, products)
    note_reading(
        actor=request.actor,
        action="chainmap.impact_read",
        chain=where.chain,
        region=where.region,
        query="、".join([*(name for name, _code in loss.firms), *loss.products])[:300],
        now=timezone.now(),
    )
    return Told(loss, firms, products, scenario)


@page()
def chain_scenario(request: PageRequest) -> HttpResponse:
    """What a loss does: new gaps, the wave downstream, the firms that are hit."""
    asked = asked_of(request)
    context = frame(request.actor, asked, "scenario")
    if asked.where is not None:
        verdict = can_read_impact(request.actor, asked.where)
        context["verdict"] = verdict
        if verdict.allowed:
            context |= _context(request, asked.where)
        elif _anything(request):
            require(verdict)
    return unkept(render(request, "chainmap/map_scenario.html", context))


def _anything(request: PageRequest) -> bool:
    return any(map(str.strip, request.GET.getlist("firm") + request.GET.getlist("product")))


def _context(request: PageRequest, where: Where) -> dict[str, Any]:
    told = _tell(request, where)
    context: dict[str, Any] = {
        "loss": told.loss,
        "firm_names": sorted(set(told.firms.values())),
        "product_names": told.products,
        "whole": reads_every_chain(request.actor, where),
        "removals": _removals(request.GET),
    }
    if told.scenario is None:
        return context
    picture = told.scenario.picture
    deepest = max((row.depth for row in picture.wave), default=0)
    hit = {
        told.scenario.names[row.product, code]
        for row in picture.wave
        for code in row.makers
        if (row.product, code) in told.scenario.names
    }
    words = [wave_word(depth) for depth in range(deepest + 1)]
    layers = wave_layers(picture, told.scenario.links, levels=words)
    counted = [dot.mark for dot in layers.dots]
    return context | {
        "picture": picture,
        "hit": sorted(hit),
        "layers": layers.data() | {"words": layer_words()} if layers.dots else None,
        "legend": [
            (mark, counted.count(mark.id)) for mark in WAVE_MARKS.values() if mark.id in counted
        ],
        "names": [dot.name for dot in layers.dots],
        "losses": shown(loss_table(told.scenario), picture.losses, request.GET),
        "wave": shown(wave_table(told.scenario), picture.wave, request.GET),
        "mark": watermark(request.actor),
        "export": "chain-scenario-export",
    }


def _removals(params: QueryDict) -> list[tuple[str, str, str]]:
    """What is taken away, each with the address that puts it back."""
    found = []
    for kind in ("firm", "product"):
        for value in dict.fromkeys(each.strip() for each in params.getlist(kind)):
            if value:
                left = params.copy()
                left.setlist(kind, [each for each in params.getlist(kind) if each != value])
                found.append((kind, value, f"{reverse('chain-scenario')}?{left.urlencode()}"))
    return found


@page()
def chain_scenario_export(request: PageRequest, table: str, format: str) -> HttpResponseBase:
    """One of the tables of a scenario as a file, with the reader's name in each row."""
    where = where_or_404(asked_of(request))
    verdict: Verdict = can_read_impact(request.actor, where)
    require(verdict)
    scenario = _tell(request, where).scenario
    if scenario is None:
        raise NotFound(_("没有选择要拿掉的企业或产品，没有可以导出的内容。"))
    mark = watermark(request.actor)
    if table == "losses":
        rows = scenario.picture.losses
        return file_of(loss_table(scenario), rows, request.GET, format, mark=mark)
    if table == "wave":
        return file_of(wave_table(scenario), scenario.picture.wave, request.GET, format, mark=mark)
    raise NotFound(_("没有这张表。"))
