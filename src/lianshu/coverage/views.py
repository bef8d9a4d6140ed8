"""Pages of a list: upload, how far it covers the firms of its place, what changed."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO, Final, cast, get_args
from urllib.parse import urlencode

from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from lianshu.audit.queries import entries_about
from lianshu.authority import Actor, require
from lianshu.coverage.filters import WORDS
from lianshu.coverage.forms import EditionForm, ListForm, NarrowForm
from lianshu.coverage.lists import list_page
from lianshu.coverage.models import Edition, FirmList
from lianshu.coverage.queries.campaigns import campaigns_for
from lianshu.coverage.queries.covering import Cover
from lianshu.coverage.queries.figures import (
    Figures,
    Line,
    Narrowing,
    changes_between,
    figures_of,
)
from lianshu.coverage.queries.firm_lists import checks_of, editions_of, list_by_id
from lianshu.coverage.queries.sources import registered_list
from lianshu.coverage.reading import read_list
from lianshu.coverage.rules import can_begin_campaign, can_edit_list, can_see_lists
from lianshu.coverage.services.firm_lists import add_edition, create_list, request_link
from lianshu.engine.sheets import Format, write_table
from lianshu.records.errors import Conflict, DomainError, NotFound
from lianshu.ui.lists.export import download_of
from lianshu.ui.requests import PageRequest, page

SHOWN: Final = ("covered", "open", "doubtful", "lost")
COLOURS: Final = {"covered": "#2f8f6b", "open": "#c2571a", "doubtful": "#c79a2b", "lost": "#8a94a0"}


def get_list(actor: Actor, public_id: str) -> FirmList:
    """The list, or `Refusal` for whoever is no chain office, `NotFound` for another's."""
    require(can_see_lists(actor))
    found = list_by_id(actor, public_id)
    if found is None:
        raise NotFound(_("没有这份名单，或者它不在您负责的区域和产业链。"))
    return found


@page("GET", "POST")
def list_new(request: PageRequest) -> HttpResponse:
    """A new list with its first file; the page of the job shows how far comparing is."""
    require(can_see_lists(request.actor))
    posted = request.method == "POST"
    form = ListForm(
        request.actor, request.POST if posted else None, request.FILES if posted else None
    )
    if form.is_valid():
        now = timezone.now()
        try:
            with transaction.atomic():
                made = create_list(actor=request.actor, setting=form.setting(), now=now)
                return _added(request, made, form, now)
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
    context = {"form": form, "heading": _("上传名单"), "back": reverse("coverage-lists")}
    return render(request, "coverage/upload.html", context, status=422 if posted else 200)


def _added(
    request: PageRequest, firm_list: FirmList, form: EditionForm, now: datetime
) -> HttpResponse:
    """An edition from the file or the register; to the page of the job that compares it."""
    given = form.cleaned_data
    if given["source"]:
        read = registered_list(request.actor, firm_list, given["source"], given["on"])
        name = _("登记数据")
    else:
        name = given["file"].name
        read = read_list(given["file"].file, name=name)
    edition = add_edition(
        actor=request.actor,
        firm_list=firm_list,
        on=given["on"],
        read=read,
        file_name=name,
        now=now,
    )
    job = request_link(actor=request.actor, edition=edition, now=now)
    return HttpResponseRedirect(reverse("jobs:detail", args=[job.public_id]))


@page("GET", "POST")
def edition_new(request: PageRequest, public_id: str) -> HttpResponse:
    """The list as it was on another day."""
    firm_list = get_list(request.actor, public_id)
    require(can_edit_list(request.actor, firm_list))
    posted = request.method == "POST"
    form = EditionForm(
        request.actor, request.POST if posted else None, request.FILES if posted else None
    )
    if form.is_valid():
        try:
            return _added(request, firm_list, form, timezone.now())
        except (DomainError, Conflict) as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
    context = {
        "form": form,
        "firm_list": firm_list,
        "heading": _("上传新的一份"),
        "back": list_page(firm_list),
    }
    return render(request, "coverage/upload.html", context, status=422 if posted else 200)


@dataclass(frozen=True, slots=True)
class Number:
    """A figure and where it opens to its rows."""

    status: str
    label: str
    count: int
    href: str


def _firms(cover: Cover, narrowing: Narrowing, more: tuple[str, str] | None = None) -> str:
    lost = cover.status in {"lost", "closed", "merged", "moved", "gone"}
    params = dict(narrowing.params(placed=not lost))
    if more is not None:
        params[more[0]] = more[1]
    return f"{reverse('coverage-firms')}?{urlencode([('cover', str(cover)), *params.items()])}"


def _counts(line: Line) -> dict[str, int]:
    gone = {"lost": sum(line.counts[how] for how in ("closed", "merged", "moved"))}
    return {"all": line.total, **{s: line.counts[s] for s in SHOWN if s != "lost"}, **gone}


def _numbers(edition: Edition, narrowing: Narrowing, line: Line) -> list[Number]:
    found = []
    for status, count in _counts(line).items():
        place = narrowing.district if status == "lost" else None
        cover = Cover(edition, status, place=place)
        href = _firms(cover, narrowing, line.param)
        found.append(Number(status, str(WORDS[status]), count, href))
    return found


def percent(part: int, whole: int) -> str:
    """A share in whole per cent, never 100 while one is missing; a dash of nothing."""
    return "—" if whole == 0 else f"{part * 100 // whole}%"


def _option(lines: Sequence[Line]) -> dict[str, Any]:
    """A bar for each line, its firms of today by group."""
    shown = list(lines)[::-1]
    series = [
        {
            "type": "bar",
            "stack": "all",
            "name": str(WORDS[status]),
            "itemStyle": {"color": COLOURS[status]},
            "data": [_counts(line)[status] for line in shown],
        }
        for status in SHOWN
    ]
    return {
        "tooltip": {"trigger": "axis", "axisPointer": {"type": "shadow"}},
        "legend": {"top": 0},
        "grid": {"left": 8, "right": 24, "top": 36, "bottom": 8, "containLabel": True},
        "xAxis": {"type": "value"},
        "yAxis": {"type": "category", "data": [line.label for line in shown]},
        "series": series,
    }


def _tables(figures: Figures, edition: Edition, narrowing: Narrowing) -> list[dict[str, Any]]:
    groups = (
        ("chain", _("按产业链"), figures.by_chain),
        ("district", _("按区县"), figures.by_district),
        ("size", _("按规模"), figures.by_size),
    )
    return [
        {
            "id": key,
            "title": title,
            "option": _option(lines),
            "height": "tall" if len(lines) > 8 else "low",
            "lines": [
                (
                    line,
                    percent(line.counts["covered"], line.total),
                    _numbers(edition, narrowing, line) if line.param else _plain(line),
                )
                for line in lines
            ],
        }
        for key, title, lines in groups
    ]


def _plain(line: Line) -> list[Number]:
    """Figures of what no filter can name: firms without a chain."""
    return [Number(s, str(WORDS[s]), count, "") for s, count in _counts(line).items()]


@page()
def list_detail(request: PageRequest, public_id: str) -> HttpResponse:
    """How far the list covers the firms, by chain, district and size, and what changed."""
    actor = request.actor
    firm_list = get_list(actor, public_id)
    editions = editions_of(firm_list)
    form = NarrowForm(actor, editions, request.GET)
    narrowing = form.narrowing()
    edition, before = form.dates()
    context: dict[str, Any] = {
        "list": firm_list,
        "form": form,
        "editions": editions,
        "edition": edition,
        "before": before,
        "editable": can_edit_list(actor, firm_list),
        "campaignable": can_begin_campaign(actor, firm_list),
        "campaigns": list(campaigns_for(actor).filter(firm_list=firm_list)),
        "checks": checks_of(firm_list),
        "record": entries_about(firm_list)[:30],
        "query": urlencode(
            [*narrowing.params(), *([("edition", edition.public_id)] if edition else [])]
        ),
    }
    if edition is not None:
        figures = figures_of(actor, edition, narrowing)
        whole = figures.whole
        context |= {
            "figures": figures,
            "numbers": _numbers(edition, narrowing, whole),
            "share": percent(whole.counts["covered"], whole.total),
            "gone": [
                Number(
                    how,
                    str(WORDS[how]),
                    whole.counts[how],
                    _firms(Cover(edition, how, place=narrowing.district), narrowing),
                )
                for how in ("closed", "merged", "moved")
            ],
            "tables": _tables(figures, edition, narrowing),
        }
        if before is not None:
            changed = changes_between(actor, before, edition, narrowing)
            context["changes"] = [
                Number(
                    each,
                    str(WORDS[each]),
                    count,
                    _firms(Cover(edition, each, before), narrowing),
                )
                for each, count in changed.items()
            ]
    return render(request, "coverage/list.html", context)


@page()
def figures_export(request: PageRequest, public_id: str, format: str) -> HttpResponseBase:
    """The tables of the page as a file."""
    firm_list = get_list(request.actor, public_id)
    if format not in get_args(Format):
        raise NotFound(
            _("不能导出为“%(format)s”。可用的格式：xlsx、csv、json。") % {"format": format[:20]}
        )
    form = NarrowForm(request.actor, editions_of(firm_list), request.GET)
    narrowing = form.narrowing()
    edition, _before = form.dates()
    if edition is None:
        raise NotFound(_("这份名单还没有上传过文件。"))
    figures = figures_of(request.actor, edition, narrowing)
    file = cast(BinaryIO, tempfile.TemporaryFile())  # noqa: SIM115  FileResponse closes it
    header = [_("分组"), _("名称"), *(str(WORDS[each]) for each in ("all", *SHOWN)), _("覆盖率")]
    write_table(file, header, _sheet(figures), format=cast(Format, format))
    title = f"{firm_list.title}-{_('覆盖')}-{edition.on}"
    return download_of(file, "coverage", title, cast(Format, format))


def _sheet(figures: Figures) -> Iterator[list[Any]]:
    groups = (
        (_("全部"), [figures.whole]),
        (_("产业链"), figures.by_chain),
        (_("区县"), figures.by_district),
        (_("规模"), figures.by_size),
    )
    for name, lines in groups:
        for line in lines:
            share = percent(line.counts["covered"], line.total)
            yield [name, line.label, *_counts(line).values(), share]
