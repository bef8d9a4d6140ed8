"""Teaching the order: eight candidates in two minutes, learning, the models and going back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from lianshu.authority import Actor, require
from lianshu.exchange.asking import ASKED, gain_of, to_ask
from lianshu.exchange.matching import reasons_between, uses_detail
from lianshu.exchange.models import Demand, RankerModel, Resource
from lianshu.exchange.queries import (
    demands_to_judge,
    judgements_by,
    ranker_models,
    resource_by_id,
)
from lianshu.exchange.reading import PostReading, read_post
from lianshu.exchange.rows import ReasonLine, reason_lines
from lianshu.exchange.rules import can_judge, can_teach_ranker
from lianshu.exchange.services.confidentiality import log_readings, open_detail
from lianshu.exchange.services.ranking import judge_pair, request_learning, use_ranker
from lianshu.exchange.sides import DEMAND
from lianshu.exchange.wording import FIT
from lianshu.records.errors import DomainError, NotFound
from lianshu.ui.feedback import say
from lianshu.ui.requests import PageRequest, page

LINES = 30


@dataclass(frozen=True, slots=True)
class Question:
    """One candidate to judge."""

    resource: PostReading
    reasons: list[ReasonLine]
    level: int | None = None


def _demand(request: PageRequest, public_id: str) -> Demand:
    demand: Demand = DEMAND.find(request.actor, public_id)
    require(can_judge(request.actor, demand))
    return demand


def _questions(actor: Actor, demand: Demand) -> list[Question]:
    now = timezone.now()
    rows = to_ask(actor, demand, now=now)
    # Reasons are made of details where the reader may read them: their owners see that.
    log_readings(
        actor=actor, posts=[row for row in rows if uses_detail(row)], channel="page", now=now
    )
    return [
        Question(read_post(row), reason_lines(reasons))
        for row, reasons in zip(rows, reasons_between(demand, rows), strict=True)
    ]


@page()
def demand_judge(request: PageRequest, public_id: str) -> HttpResponse:
    """The candidates whose judgement helps most."""
    demand = _demand(request, public_id)
    reading = open_detail(actor=request.actor, post=demand, channel="page", now=timezone.now())
    done = judgements_by(request.actor, demand)
    response = render(
        request,
        "exchange/demand_judge.html",
        {
            "post": reading,
            "questions": _questions(request.actor, demand),
            "done": [(each.resource, FIT[each.level]) for each in done],
            "asked": ASKED,
            "levels": sorted(FIT.items()),
        },
    )
    response.headers["Cache-Control"] = "no-store"
    return response


@page("POST")
def demand_judge_one(request: PageRequest, public_id: str, resource_id: str) -> HttpResponse:
    """One answer; by HTMX only its line comes back."""
    demand = _demand(request, public_id)
    resource: Resource | None = resource_by_id(request.actor, resource_id)
    if resource is None:
        raise NotFound(_("这条资源已不在，或者不向您开放。"))
    given = request.POST.get("level", "")
    level = int(given) if given in {"1", "2", "3", "4"} else 0
    judge_pair(
        actor=request.actor, demand=demand, resource=resource, level=level, now=timezone.now()
    )
    if request.htmx:
        return render(
            request,
            "exchange/judged_item.html",
            {"resource": read_post(resource), "fit": FIT[level]},
        )
    return HttpResponseRedirect(DEMAND.address("judge", demand))


@page("POST")
def demand_gain(request: PageRequest, public_id: str) -> HttpResponse:
    """What the answers changed."""
    demand = _demand(request, public_id)
    gain = gain_of(request.actor, demand, now=timezone.now())
    if gain is None:
        raise DomainError(_("还没有判断，先判断几条再看变化。"))
    response = render(
        request, "exchange/demand_gain.html", {"post": read_post(demand), "gain": gain}
    )
    response.headers["Cache-Control"] = "no-store"
    return response


@page()
def ranker_list(request: PageRequest) -> HttpResponse:
    """What was learned, with its figures, and demands to judge candidates of."""
    require(can_teach_ranker(request.actor))
    models = list(ranker_models(request.actor)[:LINES])
    return render(
        request,
        "exchange/ranker_models.html",
        {
            "models": [(row, _score(row)) for row in models],
            "current": next((row for row in models if row.current), None),
            "demands": [
                (read_post(row), row.judged)  # type: ignore[attr-defined]
                for row in demands_to_judge(request.actor)[:10]
            ],
            "asked": ASKED,
        },
    )


def _score(row: RankerModel) -> list[tuple[str, str]]:
    """The held-out scores that came with the model, as people read them."""
    found: Any = row.figures.get("held_out_score") or {}
    names = {"warm": _("判断过的需求"), "cold": _("新需求"), "fast": _("只看文字")}
    return [(names[key], f"{found[key]:.3f}") for key in names if key in found]


@page("POST")
def ranker_learn(request: PageRequest) -> HttpResponse:
    """Learn now."""
    job = request_learning(actor=request.actor, now=timezone.now())
    say(request, _("已开始学习，完成后推荐会按新的模型排序。"))
    return HttpResponseRedirect(reverse("jobs:detail", args=[job.public_id]))


@page("POST")
def ranker_use(request: PageRequest, public_id: str) -> HttpResponse:
    """Go back to a model, or on to it; `words` is the order before anything was learned."""
    require(can_teach_ranker(request.actor))
    model = None
    if public_id != "words":
        model = ranker_models(request.actor).filter(public_id=public_id).first()
        if model is None:
            raise NotFound(_("这个模型已经不在了。"))
    use_ranker(actor=request.actor, model=model, now=timezone.now())
    say(request, _("已改用这个模型。") if model else _("已改为按词语排序。"))
    return HttpResponseRedirect(reverse("ranker-models"))
