"""The first page after log-in: what waits for this person, by what the person is here."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from lianshu.authority import Actor, Capability, Matter
from lianshu.casework.lists import waiting_first
from lianshu.exchange.lists import read_posts
from lianshu.exchange.models import DeclineReason
from lianshu.exchange.queries import (
    EXPIRING_WITHIN,
    decline_reasons_of,
    demands_for,
    demands_without_recommendation,
    funnel_of,
    posts_expiring_soon,
    projects_for,
    proposals_to_decide,
    resources_for,
)
from lianshu.exchange.rows import pair_rows, project_rows
from lianshu.jobs.queries import job_board
from lianshu.registry.queries.relations import serving_mine
from lianshu.ui.formats import day
from lianshu.ui.requests import PageRequest, page

LINES = 6


@page()
def home(request: PageRequest) -> HttpResponse:
    """Officers see what the chain waits for, members their own posts, administrators the house."""
    actor = request.actor
    now = timezone.now()
    context: dict[str, Any] = {"now": now, "todo": waiting_first(actor, LINES, now=now)}
    if actor.has(Capability.COORDINATE):
        context |= {"officer": True} | _officer(actor, now)
    elif actor.memberships:
        context |= {"member": True} | _member(actor, now)
        context["serving"] = serving_mine(actor, today=timezone.localdate(now))
    if actor.has(Capability.MANAGE_ACCOUNTS) or actor.has(Capability.OPERATE):
        context["admin"] = _admin(actor)
    return render(request, "web/home.html", context)


def _tile(label: str, count: int, href: str, icon: str, tone: str = "") -> dict[str, Any]:
    return {"label": label, "count": count, "href": href, "icon": icon, "tone": tone}


def _officer(actor: Actor, now: datetime) -> dict[str, Any]:
    unmatched = demands_without_recommendation(actor)
    proposals = proposals_to_decide(actor)
    expiring = posts_expiring_soon(actor, now=now)
    projects = projects_for(actor).order_by("-opened_at")
    funnel = funnel_of(actor)
    ends = day(now + EXPIRING_WITHIN)
    demands, resources = reverse("demands"), reverse("resources")
    expiring_demands = expiring[0].count()
    expiring_resources = expiring[1].count()
    return {
        "tiles": [
            _tile(
                _("待匹配的需求"),
                unmatched.count(),
                f"{demands}?status=published&recommended=0",
                "bulb",
                "wait",
            ),
            _tile(
                _("待处理的推荐"),
                proposals.count(),
                reverse("recommendations") + "?status=proposed",
                "arrows-exchange",
                "wait",
            ),
            _tile(
                _("14 天内到期的需求"),
                expiring_demands,
                f"{demands}?status=published&expires_to={ends}",
                "calendar-due",
                "bad" if expiring_demands else "",
            ),
            _tile(
                _("14 天内到期的资源"),
                expiring_resources,
                f"{resources}?status=published&expires_to={ends}",
                "calendar-due",
                "bad" if expiring_resources else "",
            ),
            _tile(pgettext("list", "项目"), projects.count(), reverse("projects"), "briefcase"),
        ],
        "unmatched": read_posts(actor, unmatched[:LINES], "page"),
        "proposals": pair_rows(actor, proposals[:LINES], now=timezone.now()),
        "projects": project_rows(actor, projects[:LINES], now=timezone.now()),
        "funnel": _funnel(funnel),
        "declines": decline_lines(actor),
    }


def decline_lines(actor: Actor) -> list[tuple[str, int]]:
    """Coded reasons in words, most frequent first."""
    words = dict(DeclineReason.choices)
    return [(str(words.get(code, code)), count) for code, count in decline_reasons_of(actor)]


def _funnel(counts: dict[str, int]) -> dict[str, Any]:
    """The way of demands, as lines of a table and as the chart that says the same."""
    lines = [
        (_("已发布需求"), counts["published"]),
        (_("有推荐"), counts["recommended"]),
        (_("已立项"), counts["accepted"]),
        (_("已签约"), counts["signed"]),
    ]
    labels = [label for label, _count in lines]
    return {
        "lines": lines,
        "option": {
            "grid": {"left": 8, "right": 40, "top": 4, "bottom": 4, "containLabel": True},
            "xAxis": {"type": "value", "show": False},
            "yAxis": {
                "type": "category",
                "inverse": True,
                "data": labels,
                "axisTick": {"show": False},
                "axisLine": {"show": False},
            },
            "series": [
                {
                    "type": "bar",
                    "data": [count for _label, count in lines],
                    "barWidth": "58%",
                    "itemStyle": {"color": "#0f6a67", "borderRadius": [0, 5, 5, 0]},
                    "label": {"show": True, "position": "right"},
                }
            ],
        },
    }


def _member(actor: Actor, now: datetime) -> dict[str, Any]:
    own = {"owner__in": actor.organisation_ids}
    demands = demands_for(actor).filter(**own).order_by("-updated_at")
    resources = resources_for(actor).filter(**own).order_by("-updated_at")
    waiting = proposals_to_decide(actor)
    projects = projects_for(actor).order_by("-opened_at")
    expiring = posts_expiring_soon(actor, now=now)
    soon = [*expiring[0][:LINES], *expiring[1][:LINES]]
    own_count = {"demands": demands.count(), "resources": resources.count()}
    mine = next(iter(actor.organisation_ids))
    return {
        "tiles": [
            _tile(
                _("等我处理的推荐"),
                waiting.count(),
                reverse("recommendations") + "?status=proposed",
                "arrows-exchange",
                "wait",
            ),
            _tile(_("我的需求"), own_count["demands"], f"{reverse('demands')}?mine={mine}", "bulb"),
            _tile(
                _("我的资源"),
                own_count["resources"],
                f"{reverse('resources')}?mine={mine}",
                "package",
            ),
            _tile(_("我的项目"), projects.count(), reverse("projects"), "briefcase"),
        ],
        "proposals": pair_rows(actor, waiting[:LINES], now=timezone.now()),
        "own_demands": read_posts(actor, demands[:LINES], "page"),
        "own_resources": read_posts(actor, resources[:LINES], "page"),
        "projects": project_rows(actor, projects[:LINES], now=timezone.now()),
        "expiring": read_posts(actor, soon, "page"),
        "resources_first": own_count["resources"] > own_count["demands"],
        "may_act": bool(actor.acting_in(Matter.POSTS)),
    }


def _admin(actor: Actor) -> dict[str, Any]:
    board = job_board(actor)
    week = timezone.now() - timedelta(days=7)
    return {
        "failed": [job for job in board.failed if job.created_at >= week][:LINES],
        "running": len(board.running),
        "queued": board.queued_count,
        "accounts": actor.has(Capability.MANAGE_ACCOUNTS),
        "organisations": actor.has(Capability.MANAGE_ORGANISATIONS),
    }
