"""Pages of the policy library: one policy as a person reads it, and what it came to for whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from lianshu.authority import Actor
from lianshu.entitlements.diagnosis import PolicyReading, read_one
from lianshu.entitlements.marks import (
    BENEFITS,
    confidence_badge,
    missing_words,
    outcome_badge_of,
    pack_name,
)
from lianshu.entitlements.models import PolicyVersion
from lianshu.entitlements.published import published
from lianshu.entitlements.queries import (
    PolicyFigures,
    Slice,
    covers,
    own_enterprises,
    policy_figures,
    run_in_force,
    version_for,
    versions_of_policy,
)
from lianshu.entitlements.reading_rule import compared, read_rule
from lianshu.entitlements.rules import can_give_feedback, can_run_policies
from lianshu.entitlements.services.running import request_run
from lianshu.records.errors import NotFound
from lianshu.registry.models import Organisation
from lianshu.ui.feedback import say
from lianshu.ui.lists import Tile
from lianshu.ui.requests import PageRequest, page

CHARTED = 12
"""More bars than this are not drawn; the table has all of them."""


@dataclass(frozen=True, slots=True)
class Own:
    """What a policy comes to for one's own firm, with where more is said."""

    organisation: Organisation
    reading: PolicyReading
    may_speak: bool

    @property
    def badge(self) -> str:
        """The outcome in its colour."""
        return outcome_badge_of(self.reading.outcome.value).__html__()


def _versions(policy: str) -> list[PolicyVersion]:
    found = versions_of_policy(policy)
    if not found:
        raise NotFound(_("没有这项政策，它可能还没有发布或已停用。请在政策库里查找。"))
    return found


def _asked(request: PageRequest, versions: Sequence[PolicyVersion]) -> PolicyVersion:
    asked = request.GET.get("version", "")
    known = next((each for each in versions if each.version == asked), None)
    return known or version_for(versions, timezone.localdate())


@page()
def policy(request: PageRequest, policy: str) -> HttpResponse:
    """The rule, its versions, one's own verdict, and for an office the figures of its firms."""
    versions = _versions(policy)
    version = _asked(request, versions)
    found, today = published(), timezone.localdate()
    rule = read_rule(found, version, today=today)
    at = versions.index(version)
    earlier = versions[at + 1] if at + 1 < len(versions) else None
    figures = policy_figures(request.actor, version)
    return render(
        request,
        "entitlements/policy.html",
        {
            "rule": rule,
            "version": version,
            "versions": versions,
            "today": today,
            "confidence": confidence_badge(version.confidence).__html__(),
            "benefit": BENEFITS.get(version.benefit, ""),
            "pack": pack_name(version.pack),
            "compared": None if earlier is None else compared(found, earlier, version, today=today),
            "own": _own(request.actor, version),
            "may_run": can_run_policies(request.actor).allowed,
            "not_counted": _not_counted(version),
            **({} if figures is None else _figures(version, figures)),
        },
    )


def _not_counted(version: PolicyVersion) -> str:
    """Why there are no figures, for those who could have some."""
    run, today = run_in_force(), timezone.localdate()
    if run is None:
        return _("政策还没有计算过。")
    if not covers(run, version):
        policy = published().of(version)
        if not policy.in_force(today) and not policy.open_transitions(today):
            return _("这个版本今天不施行，不计算。")
        return _("最近一次计算（%(day)s）没有包括这个版本。") % {"day": run.on}
    return _("最近一次按 %(day)s 申报算。") % {"day": run.on}


def _own(actor: Actor, version: PolicyVersion) -> list[Own]:
    today = timezone.localdate()
    return [
        Own(
            each,
            read_one(actor, each, version, on=today),
            can_give_feedback(actor, each).allowed,
        )
        for each in own_enterprises(actor)
    ]


def firms_address(version: PolicyVersion, **more: str) -> str:
    """The list of firms of a version, filtered."""
    asked = {"policy": f"{version.policy}.{version.version}", **more}
    return f"{reverse('policy-firms')}?{urlencode(asked)}"


def _figures(version: PolicyVersion, figures: PolicyFigures) -> dict[str, Any]:
    def tile(label: str, count: int, icon: str, tone: str = "", **more: str) -> Tile:
        return Tile(label, count, firms_address(version, **more), icon, tone)

    return {
        "figures": figures,
        "tiles": [
            tile(_("符合"), figures.met, "circle-check", outcome="met"),
            tile(_("差一两条"), figures.near, "target", near="1"),
            tile(_("缺数据"), figures.unknown, "help", outcome="unknown"),
            tile(_("待人工判断"), figures.manual, "user-check", outcome="manual"),
            tile(_("不符合"), figures.not_met, "circle-x", outcome="not_met"),
        ],
        "missing": [
            (
                missing_words(each.key),
                each.count,
                firms_address(version, outcome="unknown", missing=each.key),
            )
            for each in figures.missing
        ],
        "tables": [
            _table(version, "region", _("按区域"), figures.by_region),
            _table(version, "chain", _("按产业链"), figures.by_chain),
        ],
        "firms_link": firms_address(version),
    }


def _table(
    version: PolicyVersion, filter_id: str, title: str, slices: Sequence[Slice]
) -> dict[str, Any]:
    rows = []
    for each in slices:
        here = {filter_id: each.key}
        cells = [
            (count, firms_address(version, **here, **{name: value}) if each.key and count else "")
            for count, name, value in (
                (each.met, "outcome", "met"),
                (each.near, "near", "1"),
                (each.unknown, "outcome", "unknown"),
                (each.manual, "outcome", "manual"),
            )
        ]
        rows.append((each.label or _("未归入"), cells))
    return {
        "id": f"by-{filter_id}",
        "title": title,
        "rows": rows,
        "option": _chart(slices[:CHARTED]),
        "height": min(len(slices), CHARTED),
    }


def _chart(slices: Sequence[Slice]) -> dict[str, Any]:
    series = (
        (_("符合"), "#1f8a5b", [each.met for each in slices]),
        (_("差一两条"), "#d99a2b", [each.near for each in slices]),
        (_("缺数据"), "#9aa9ad", [each.unknown for each in slices]),
        (_("待人工判断"), "#5b8fb9", [each.manual for each in slices]),
    )
    return {
        "grid": {"left": 4, "right": 14, "top": 28, "bottom": 4, "containLabel": True},
        "legend": {"top": 0, "left": 0, "itemWidth": 12, "itemHeight": 10},
        "tooltip": {"trigger": "axis"},
        "xAxis": {"type": "value", "minInterval": 1, "splitLine": {"show": False}},
        "yAxis": {
            "type": "category",
            "inverse": True,
            "data": [each.label or _("未归入") for each in slices],
            "axisTick": {"show": False},
        },
        "series": [
            {
                "name": name,
                "type": "bar",
                "stack": "all",
                "barMaxWidth": 18,
                "itemStyle": {"color": colour},
                "data": data,
            }
            for name, colour, data in series
        ],
    }


@page()
def policy_spec(request: PageRequest, policy: str) -> HttpResponse:
    """The whole rule on paper: conditions, thresholds with their sources, tables of scores."""
    versions = _versions(policy)
    version = _asked(request, versions)
    rule = read_rule(published(), version, today=timezone.localdate())
    return render(
        request,
        "entitlements/policy_spec.html",
        {
            "rule": rule,
            "version": version,
            "confidence": confidence_badge(version.confidence).__html__(),
            "benefit": BENEFITS.get(version.benefit, ""),
        },
    )


@page()
def policy_firms(request: PageRequest, policy: str) -> HttpResponse:
    """The firms of a policy: the one list, narrowed to the version asked for."""
    version = _asked(request, _versions(policy))
    kept = {
        key: str(value) for key, value in request.GET.items() if key not in ("version", "policy")
    }
    return HttpResponseRedirect(firms_address(version, **kept))


@page("POST")
def run_request(request: PageRequest) -> HttpResponse:
    """Have every policy evaluated again; leads to the job."""
    job = request_run(actor=request.actor, now=timezone.now())
    say(request, _("已开始计算全部政策，完成后各页的数字会换成新的。"))
    return HttpResponseRedirect(reverse("jobs:detail", args=[job.public_id]))
