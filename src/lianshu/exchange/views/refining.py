"""Help for vague demands: what is missing while it is written, and a clearer wording to confirm."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from lianshu.authority import Refusal, require
from lianshu.exchange.forms import FEN_PER_WAN, TRL_CHOICES, MoneyInput
from lianshu.exchange.models import Demand, Refinement
from lianshu.exchange.queries import demand_by_id, refinements_of
from lianshu.exchange.rules import can_decide_refinement, can_read_refinements, can_refine
from lianshu.exchange.services.confidentiality import open_detail
from lianshu.exchange.services.refining import (
    REFINED,
    confirm_refinement,
    propose_refinement,
    reject_refinement,
)
from lianshu.exchange.sides import DEMAND
from lianshu.exchange.vagueness import Wording, gaps_in, near_demands
from lianshu.exchange.wording import field_label
from lianshu.records.errors import DomainError, NotFound
from lianshu.ui.feedback import say
from lianshu.ui.formats import money
from lianshu.ui.requests import PageRequest, page

LONGEST_TYPED = 20_000


class WordingForm(forms.Form):
    """The fields of a demand that can be put more clearly."""

    title = forms.CharField(label=lazy("一句话标题"), max_length=200)
    summary = forms.CharField(
        label=lazy("公开摘要"), required=False, widget=forms.Textarea({"rows": 4})
    )
    detail = forms.CharField(label=lazy("详情"), required=False, widget=forms.Textarea({"rows": 6}))
    indicators = forms.CharField(
        label=lazy("指标要求"),
        required=False,
        widget=forms.Textarea({"rows": 4}),
        help_text=lazy("一行一个：名称、不低于或不高于、数值、单位。"),
    )
    trl_level = forms.TypedChoiceField(
        label=lazy("技术成熟度"), choices=TRL_CHOICES, coerce=int, empty_value=None, required=False
    )
    budget_min = MoneyInput(label=lazy("预算下限（万元）"), fen_per_unit=FEN_PER_WAN)
    budget_max = MoneyInput(label=lazy("预算上限（万元）"), fen_per_unit=FEN_PER_WAN)
    note = forms.CharField(
        label=lazy("给企业的说明"), required=False, max_length=300,
        help_text=lazy("例如：请核对指标，我们按实验记录补了数值。"),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class RefinementLine:
    """One proposed wording with what it changes: (field, before, after)."""

    refinement: Refinement
    changes: list[tuple[str, Any, Any]]


@page("POST")
def demand_hints(request: PageRequest) -> HttpResponse:
    """What the demand being written lacks, and which are nearly the same already."""
    typed = request.POST
    post = None
    if typed.get("post"):
        post = demand_by_id(request.actor, typed["post"])
    wording = Wording(
        **{
            name: typed.get(name, "")[:LONGEST_TYPED]
            for name in ("title", "summary", "detail", "indicators", "kind")
        },
        trl_level=1 if typed.get("trl_level") else None,
        budget_max=1 if typed.get("budget_max") else None,
        budget_min=1 if typed.get("budget_min") else None,
    )
    near = near_demands(
        request.actor,
        wording,
        now=timezone.now(),
        besides=post.public_id if post else "",
    )
    response = render(
        request, "exchange/demand_hints.html", {"gaps": gaps_in(wording), "near": near}
    )
    response.headers["Cache-Control"] = "no-store"
    return response


@page("GET", "POST")
def demand_refine(request: PageRequest, public_id: str) -> HttpResponse:
    """The wordings proposed so far, and a form for a clearer one."""
    actor = request.actor
    demand = DEMAND.find(actor, public_id)
    require(can_read_refinements(actor, demand))
    reading = open_detail(actor=actor, post=demand, channel="page", now=timezone.now())
    if not reading.shows_detail:
        raise Refusal(_("您还不能阅读它的详情，所以不能凝练。请联系发布单位。"))
    may_refine = can_refine(actor, demand).allowed
    if request.method == "POST":
        require(can_refine(actor, demand))
    form = WordingForm(
        request.POST or None, initial={name: getattr(demand, name) for name in REFINED}
    )
    if form.is_valid():
        try:
            propose_refinement(
                actor=actor,
                demand=demand,
                values={name: form.cleaned_data[name] for name in REFINED},
                note=form.cleaned_data["note"],
                now=timezone.now(),
            )
            say(request, _("已提交，发布单位确认后才会采用。"))
            return HttpResponseRedirect(DEMAND.address("refine", demand))
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
    response = render(
        request,
        "exchange/demand_refine.html",
        {
            "post": reading,
            "form": form if may_refine else None,
            "gaps": gaps_in(Wording.of(reading)),
            "lines": [_line(demand, each) for each in refinements_of(actor, demand)],
            "may_decide": can_decide_refinement(actor, demand).allowed,
        },
        status=422 if form.is_bound else 200,
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def _line(demand: Demand, refinement: Refinement) -> RefinementLine:
    """Against the version it was based on."""
    base = demand.revisions.filter(number__lte=refinement.based_on).first()
    before = base.content if base else {}
    return RefinementLine(
        refinement,
        [
            (field_label(name), _shown(name, before.get(name)), _shown(name, value))
            for name, value in refinement.values.items()
        ],
    )


def _shown(name: str, value: Any) -> str:
    if value is None or value == "":
        return "—"
    return money(value) if name.startswith("budget_") else str(value)


@page("POST")
def refinement_decide(request: PageRequest, public_id: str, number: int) -> HttpResponse:
    """The owner takes a wording over, or keeps its own."""
    demand = DEMAND.find(request.actor, public_id)
    refinement = refinements_of(request.actor, demand).filter(number=number).first()
    if refinement is None:
        raise NotFound(_("没有这份凝练。"))
    if request.POST.get("then") == "confirm":
        confirm_refinement(actor=request.actor, refinement=refinement, now=timezone.now())
        say(request, _("已采用，需求更新为新的一版。"))
        return HttpResponseRedirect(DEMAND.page(demand))
    reject_refinement(actor=request.actor, refinement=refinement, now=timezone.now())
    say(request, _("已保留原来的写法。"))
    return HttpResponseRedirect(DEMAND.address("refine", demand))
