"""Gaps: the marked and logged list, one input, local sourcing, the words."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import URLPattern
from django.utils import timezone
from django.utils.translation import gettext as _
from django_htmx.http import push_url

from lianshu.audit.queries import entries_about
from lianshu.authority import Actor, Capability, require
from lianshu.chainmap.lists import GAPS, act_badge, cover_badge, status_badge, watermark
from lianshu.chainmap.models import ActKind, ChainInput
from lianshu.chainmap.queries import acts_of_inputs, cities, districts_of, input_by_id, map_mark
from lianshu.chainmap.reading import percent, promotion_targets, read_input, sourcing_of
from lianshu.chainmap.rules import can_act, can_read_sources
from lianshu.chainmap.services.reading_log import log_input, log_sources
from lianshu.records.errors import NotFound
from lianshu.ui.lists.paging import fetch_page
from lianshu.ui.lists.state import read_state
from lianshu.ui.lists.views import list_context, list_urls
from lianshu.ui.requests import PageRequest, page

RECORD_LINES = 30


def get_input(actor: Actor, public_id: str) -> ChainInput:
    """The input, or `NotFound`."""
    found = input_by_id(actor, public_id)
    if found is None:
        raise NotFound(_("没有这项投入，或者产业链已不再需要它。请回到必需投入列表查找。"))
    return found


@page()
def gaps_list(request: PageRequest) -> HttpResponse:
    """The list of sources: needs its capability, says who reads it when, and is logged."""
    require(can_read_sources(request.actor))
    state = read_state(GAPS, request.GET, request.actor)
    context = list_context(request, GAPS) | {
        "page": fetch_page(GAPS, state, request.actor),
        "state": state,
        "mark": watermark(request.actor),
    }
    log_sources(actor=request.actor, query=state.query()[1:], exported=False, now=timezone.now())
    if request.htmx and not request.htmx.history_restore_request:
        response = render(request, "ui/lists/body.html", context | {"swapped": True})
        response = push_url(response, request.path + state.query(page=state.page))
    else:
        context["record"] = _record(request.actor)
        response = render(request, "chainmap/gaps.html", context)
    response.headers["Vary"] = "HX-Request, Cookie, Accept-Language"
    response.headers["Cache-Control"] = "no-store"
    return response


def _record(actor: Actor) -> Any:
    mark = map_mark()
    if mark is None or not actor.has(Capability.READ_AUDIT):
        return None
    return entries_about(mark)[:RECORD_LINES]


def gaps_urls(prefix: str) -> list[URLPattern]:
    """The addresses of the list of sources, each refused without the capability; what is exported
    is logged before it is written."""
    patterns = list_urls(prefix, GAPS)
    for each in patterns:
        each.callback = gaps_list if each.name == GAPS.id else _guarded(each.callback)
    return patterns


def _guarded(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    @wraps(view)
    def wrapped(request: PageRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.actor.is_known:
            require(can_read_sources(request.actor))
            if "format" in kwargs:
                log_sources(
                    actor=request.actor,
                    query=request.GET.urlencode(),
                    exported=True,
                    now=timezone.now(),
                )
        return view(request, *args, **kwargs)

    return wrapped


@page()
def chain_input(request: PageRequest, public_id: str) -> HttpResponse:
    """Why it is needed, who makes it, what could take its place, what is being done."""
    row = get_input(request.actor, public_id)
    seen = read_input(request.actor, row)
    if seen.exact:
        log_input(actor=request.actor, row=row, now=timezone.now())
    acts = acts_of_inputs(request.actor, [row]).get(row.pk, ())
    doing = can_act(request.actor, row.chain, row.region)
    targets = promotion_targets(seen) if doing.allowed else []
    kinds = [(kind.value, kind.label) for kind in ActKind if kind != ActKind.PROMOTION or targets]
    badge = status_badge(row) if seen.exact else cover_badge(row)
    context = {
        "row": row,
        "seen": seen,
        "badge": badge.__html__(),
        "mark": watermark(request.actor) if seen.exact else "",
        "acts": [(act, act_badge(act).__html__()) for act in acts],
        "doing": doing,
        "kinds": kinds if doing.allowed else (),
    }
    return render(request, "chainmap/input.html", context)


@page()
def chain_sourcing(request: PageRequest) -> HttpResponse:
    """How much of what each chain needs is made in the city or a district."""
    places = [each for city in cities() for each in (city, *districts_of(city))]
    by_id = {each.public_id: each for each in places}
    chosen = by_id.get(request.GET.get("place", "")) or (places[0] if places else None)
    rows = [] if chosen is None else sourcing_of(request.actor, chosen)
    exact = any(row.statuses is not None for row in rows)
    if exact:
        now = timezone.now()
        log_sources(actor=request.actor, query=request.GET.urlencode(), exported=False, now=now)
    context = {
        "places": places,
        "chosen": chosen,
        "rows": [(row, percent(row.by_count), percent(row.by_value)) for row in rows],
        "exact": exact,
        "mark": watermark(request.actor) if exact else "",
    }
    return render(request, "chainmap/sourcing.html", context)


@page()
def chain_words(request: PageRequest) -> HttpResponse:
    """What every word of the chain map means."""
    return render(request, "chainmap/words.html", {})
