"""The page of a cross-chain meeting and its list of whom to invite."""

from __future__ import annotations

import tempfile
from typing import BinaryIO, cast, get_args

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from lianshu.authority import Actor, require
from lianshu.chainmap.lists import watermark
from lianshu.chainmap.meetings import MeetingPlan, plan_meeting
from lianshu.chainmap.queries import roots_by_chain
from lianshu.chainmap.rules import can_plan_meeting, reads_sources
from lianshu.chainmap.services.reading_log import log_sources
from lianshu.engine.sheets import Format, write_table
from lianshu.records.errors import NotFound
from lianshu.registry.models import Chain
from lianshu.ui.lists.export import download_of
from lianshu.ui.requests import PageRequest, page


def _asked(request: PageRequest) -> tuple[list[Chain], MeetingPlan | None]:
    require(can_plan_meeting(request.actor))
    chains = list(roots_by_chain())
    by_id = {each.public_id: each for each in chains}
    a, b = by_id.get(request.GET.get("a", "")), by_id.get(request.GET.get("b", ""))
    if a is None or b is None or a == b:
        return chains, None
    return chains, plan_meeting(request.actor, a, b)


@page()
def chain_meeting(request: PageRequest) -> HttpResponse:
    """Choose two chains; see what connects them, what one can fill for the other, whom to ask."""
    chains, plan = _asked(request)
    _log(request, plan, exported=False)
    context = {
        "chains": chains,
        "plan": plan,
        "a": request.GET.get("a", ""),
        "b": request.GET.get("b", ""),
        "same": bool(request.GET.get("a")) and request.GET.get("a") == request.GET.get("b"),
        "query": request.GET.urlencode(),
        "bridges": [] if plan is None else _bridges(plan),
        "fillings": [] if plan is None else _fillings(plan),
        "mark": watermark(request.actor) if plan and reads_sources(request.actor) else "",
    }
    return render(request, "chainmap/meeting.html", context)


def _log(request: PageRequest, plan: MeetingPlan | None, *, exported: bool) -> None:
    if plan is None or not reads_sources(request.actor):
        return
    query = f"{plan.a.name} ⇄ {plan.b.name}"
    log_sources(actor=request.actor, query=query, exported=exported, now=timezone.now())


def _bridges(plan: MeetingPlan) -> list[tuple[str, str, str, list[str]]]:
    words = {
        "a_to_b": _("%(a)s供给%(b)s") % {"a": plan.a.name, "b": plan.b.name},
        "b_to_a": _("%(b)s供给%(a)s") % {"a": plan.a.name, "b": plan.b.name},
        "both": _("两条链都要用"),
    }
    return [
        (
            each.product,
            words[each.kind],
            " > ".join(each.path_a or each.path_b),
            sorted(plan.names[code] for code in each.makers),
        )
        for each in plan.bridges
    ]


def _fillings(plan: MeetingPlan) -> list[tuple[str, str, str, list[str]]]:
    return [
        (
            each.product,
            each.needed_by,
            " > ".join(each.path),
            sorted(plan.names[code] for code in each.makers),
        )
        for each in plan.fillings
    ]


@page()
def meeting_export(request: PageRequest, format: str) -> HttpResponseBase:
    """Whom to invite and why, as a file; marked where it holds what needs the capability."""
    if format not in get_args(Format):
        raise NotFound(_("不能导出为“%(format)s”。") % {"format": format[:20]})
    _chains, plan = _asked(request)
    if plan is None:
        raise NotFound(_("请先选两条不同的产业链。"))
    _log(request, plan, exported=True)
    mark = _mark(request.actor)
    header = [_("单位"), _("区域"), _("产业链"), _("为什么邀请"), *([_("水印")] if mark else ())]
    rows = [
        [each.firm.name, each.firm.place, each.chain, "、".join(each.reasons), *mark]
        for each in plan.invite
    ]
    file = cast(BinaryIO, tempfile.TemporaryFile())  # noqa: SIM115  FileResponse closes it
    chosen = cast(Format, format)
    write_table(file, header, rows, format=chosen)
    title = _("跨链对接会邀请名单")
    return download_of(file, "chain-meeting", title, chosen)


def _mark(actor: Actor) -> list[str]:
    return [watermark(actor)] if reads_sources(actor) else []
