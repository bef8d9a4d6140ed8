"""Accepting many rows at once: a sample is judged first, then the rest, and it can be undone."""

from __future__ import annotations

import secrets
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from lianshu.authority import Actor, require
from lianshu.coverage.forms import BulkForm
from lianshu.coverage.models import BulkCheck
from lianshu.coverage.queries.firm_lists import bulk_by_id, rest_of, sample_of
from lianshu.coverage.rules import can_edit_list, can_see_lists
from lianshu.coverage.sampling import estimate
from lianshu.coverage.services.bulk import accept_check, begin_check, judge_sample, undo_check
from lianshu.coverage.views import get_list
from lianshu.coverage.views_rows import offer_of
from lianshu.records.errors import DomainError, NotFound
from lianshu.ui.feedback import say
from lianshu.ui.requests import PageRequest, page

SEEDS = 1_000_000


@page("GET", "POST")
def bulk_new(request: PageRequest, public_id: str) -> HttpResponse:
    """From which probability; a sample is drawn and asked for."""
    firm_list = get_list(request.actor, public_id)
    require(can_edit_list(request.actor, firm_list))
    form = BulkForm(request.POST or None)
    if form.is_valid():
        try:
            made = begin_check(
                actor=request.actor,
                firm_list=firm_list,
                threshold=form.cleaned_data["threshold"],
                seed=secrets.randbelow(SEEDS),
                now=timezone.now(),
            )
            return HttpResponseRedirect(reverse("coverage-bulk", args=[made.public_id]))
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
    status = 422 if form.is_bound else 200
    context = {"form": form, "list": firm_list}
    return render(request, "coverage/bulk_new.html", context, status=status)


def _check(actor: Actor, public_id: str) -> BulkCheck:
    require(can_see_lists(actor))
    found = bulk_by_id(actor, public_id)
    if found is None:
        raise NotFound(_("没有这一批，或者它不在您负责的区域和产业链。"))
    return found


@page()
def bulk(request: PageRequest, public_id: str) -> HttpResponse:
    """The sample to be judged; once all are, the estimate and the button."""
    check = _check(request.actor, public_id)
    sample = sample_of(check)
    judged = [one for one in sample if one.right is not None]
    context: dict[str, Any] = {
        "check": check,
        "list": check.firm_list,
        "sample": [
            (one, [offer_of(1, each, one.row) for each in one.row.candidates.all()])
            for one in sample
        ],
        "judged": len(judged),
        "rest": rest_of(check),
        "editable": can_edit_list(request.actor, check.firm_list),
    }
    if sample and len(judged) == len(sample):
        context["estimate"] = estimate(len(sample), sum(not one.right for one in sample))
    return render(request, "coverage/bulk.html", context)


@page("POST")
def bulk_judge(request: PageRequest, public_id: str, pk: int) -> HttpResponse:
    """Whether a sampled row is that firm."""
    check = _check(request.actor, public_id)
    one = next((each for each in sample_of(check) if each.pk == pk), None)
    answer = request.POST.get("right", "")
    if one is None or answer not in {"yes", "no"}:
        raise NotFound(_("没有这一条，请从抽样页面回答“是”或“不是”。"))
    judge_sample(
        actor=request.actor, check=check, one=one, right=answer == "yes", now=timezone.now()
    )
    return HttpResponseRedirect(f"{reverse('coverage-bulk', args=[check.public_id])}#next")


@page("POST")
def bulk_accept(request: PageRequest, public_id: str) -> HttpResponse:
    """Accept the rest."""
    check = _check(request.actor, public_id)
    count = accept_check(actor=request.actor, check=check, now=timezone.now())
    undo = reverse("coverage-bulk-undo", args=[check.public_id])
    say(request, _("已采纳 %(n)d 行。") % {"n": count}, undo=undo)
    return HttpResponseRedirect(reverse("coverage-bulk", args=[check.public_id]))


@page("POST")
def bulk_undo(request: PageRequest, public_id: str) -> HttpResponse:
    """Back to the queue with them."""
    check = _check(request.actor, public_id)
    count = undo_check(actor=request.actor, check=check, now=timezone.now())
    say(request, _("已撤销，%(n)d 行回到待认定。") % {"n": count})
    return HttpResponseRedirect(reverse("coverage-bulk", args=[check.public_id]))
