"""How good our matching is: figures with their charts, each as a file too."""

from __future__ import annotations

import tempfile
from typing import cast, get_args

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from lianshu.authority import Actor, Capability, Refusal
from lianshu.engine.sheets import Format, write_table
from lianshu.exchange.quality import PERIODS, quality_of
from lianshu.records.errors import NotFound
from lianshu.registry.queries import all_chains
from lianshu.ui.lists.export import download_of
from lianshu.ui.requests import PageRequest, page


def _months(request: PageRequest) -> int:
    given = request.GET.get("months", "")
    return int(given) if given in {str(each) for each in PERIODS} else 12


def _require(actor: Actor) -> None:
    if not actor.has(Capability.COORDINATE):
        raise Refusal(_("匹配效果只向链办开放。"))


@page()
def matching_quality(request: PageRequest) -> HttpResponse:
    """The funnel and what it says, for the actor's scope."""
    _require(request.actor)
    months, chain = _months(request), request.GET.get("chain", "")
    figures = quality_of(request.actor, now=timezone.now(), months=months, chain=chain)
    return render(
        request,
        "exchange/quality.html",
        {
            "figures": figures,
            "posted": figures[0].rows[0][1],
            "months": months,
            "periods": PERIODS,
            "chains": all_chains(),
            "chain": chain,
            "query": f"months={months}&chain={chain}" if chain else f"months={months}",
        },
    )


@page()
def matching_quality_export(request: PageRequest, table: str, format: str) -> HttpResponseBase:
    """One of the tables as a file."""
    _require(request.actor)
    if format not in get_args(Format):
        raise NotFound(_("没有这种文件格式。"))
    figures = quality_of(
        request.actor,
        now=timezone.now(),
        months=_months(request),
        chain=request.GET.get("chain", ""),
    )
    found = next((each for each in figures if each.id == table), None)
    if found is None:
        raise NotFound(_("没有这张表。"))
    kind = cast(Format, format)
    file = tempfile.TemporaryFile()  # noqa: SIM115 (the response closes it)
    write_table(file, list(found.header), (list(row) for row in found.rows), format=kind)
    file.seek(0)
    return download_of(file, found.id, found.title, kind)
