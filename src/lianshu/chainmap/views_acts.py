"""From an input to an act, and the page of an act."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from lianshu.audit.queries import entries_about
from lianshu.authority import Actor, require
from lianshu.casework.queries import case_by_id
from lianshu.chainmap.forms import ActForm, EndActForm
from lianshu.chainmap.lists import act_badge, act_page
from lianshu.chainmap.models import ActKind, ActStatus, GapAct
from lianshu.chainmap.queries import act_by_id, input_of_act
from lianshu.chainmap.reading import promotion_targets, read_input
from lianshu.chainmap.rules import can_act
from lianshu.chainmap.services.acting import begin_act, end_act, evidence_of
from lianshu.chainmap.views_gaps import get_input
from lianshu.exchange.queries import demands_for
from lianshu.records.errors import DomainError, NotFound
from lianshu.ui.feedback import say
from lianshu.ui.requests import PageRequest, page


def get_act(actor: Actor, public_id: str) -> GapAct:
    """The act, or `NotFound`."""
    found = act_by_id(actor, public_id)
    if found is None:
        raise NotFound(_("没有这个行动，或者它不在您负责的区域和产业链。"))
    return found


@page("GET", "POST")
def act_new(request: PageRequest, public_id: str, kind: str) -> HttpResponse:
    """Everything is filled in with its evidence; one more click does it."""
    row = get_input(request.actor, public_id)
    require(can_act(request.actor, row.chain, row.region))
    if kind not in ActKind.values:
        raise NotFound(_("没有这种行动。"))
    chosen = ActKind(kind)
    targets = []
    if chosen == ActKind.PROMOTION:
        targets = promotion_targets(read_input(request.actor, row))
    posted = request.POST if request.method == "POST" else None
    form = ActForm(request.actor, row, chosen, targets, posted)
    if form.is_valid():
        try:
            act = begin_act(
                actor=request.actor, row=row, kind=chosen, wish=form.wish(), now=timezone.now()
            )
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            return _begun(request, act)
    context = {
        "row": row,
        "kind": chosen,
        "form": form,
        "evidence": evidence_of(row, timezone.now()),
    }
    status = 422 if form.is_bound else 200
    return render(request, "chainmap/act_new.html", context, status=status)


def _begun(request: PageRequest, act: GapAct) -> HttpResponse:
    if act.demand_key:
        say(request, _("已建需求草稿，核对后发布。"))
        return HttpResponseRedirect(reverse("demand", args=[act.demand_key]))
    if act.case_key:
        say(request, _("已开出办件。"))
        return HttpResponseRedirect(reverse("case", args=[act.case_key]))
    say(request, _("已记为招商目标。"))
    return HttpResponseRedirect(act_page(act))


@page("GET", "POST")
def act(request: PageRequest, public_id: str) -> HttpResponse:
    """What is being done, why, and what came of it; POST ends it."""
    found = get_act(request.actor, public_id)
    doing = can_act(request.actor, found.chain, found.region)
    form = EndActForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            end_act(
                actor=request.actor,
                act=found,
                result=form.cleaned_data["result"],
                now=timezone.now(),
            )
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            say(request, _("行动已结束。"))
            return HttpResponseRedirect(act_page(found))
    context = {
        "act": found,
        "badge": act_badge(found).__html__(),
        "input": input_of_act(request.actor, found),
        "demand": demands_for(request.actor).filter(public_id=found.demand_key).first(),
        "case": case_by_id(request.actor, found.case_key) if found.case_key else None,
        "form": form if doing.allowed and found.status == ActStatus.OPEN else None,
        "record": entries_about(found)[:30],
    }
    return render(request, "chainmap/act.html", context, status=422 if form.is_bound else 200)
