"""Pages of a campaign."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from lianshu.audit.queries import entries_about
from lianshu.authority import Actor, require
from lianshu.coverage.forms import CampaignForm, NarrowForm
from lianshu.coverage.lists import firm_badge
from lianshu.coverage.models import Campaign
from lianshu.coverage.queries.campaigns import (
    campaign_by_id,
    campaign_firms_for,
    campaign_progress,
)
from lianshu.coverage.queries.figures import uncovered
from lianshu.coverage.queries.firm_lists import editions_of
from lianshu.coverage.rules import can_begin_campaign, can_see_lists
from lianshu.coverage.services.campaigns import begin_campaign, request_cases
from lianshu.coverage.views import get_list
from lianshu.records.errors import DomainError, NotFound
from lianshu.ui.requests import PageRequest, page

SHOWN = 50


def get_campaign(actor: Actor, public_id: str) -> Campaign:
    """The campaign, or `Refusal`, `NotFound`."""
    require(can_see_lists(actor))
    found = campaign_by_id(actor, public_id)
    if found is None:
        raise NotFound(_("没有这个行动，或者它不在您负责的区域和产业链。"))
    return found


@page("GET", "POST")
def campaign_new(request: PageRequest, public_id: str) -> HttpResponse:
    """A case for each firm that is not covered, as narrowed on the list's page."""
    actor = request.actor
    firm_list = get_list(actor, public_id)
    require(can_begin_campaign(actor, firm_list))
    narrow = NarrowForm(actor, editions_of(firm_list), request.GET)
    edition, _before = narrow.dates()
    if edition is None:
        raise NotFound(_("这份名单还没有上传过文件。"))
    firms = uncovered(actor, edition, narrow.narrowing())
    initial = {"title": _("%(list)s清零") % {"list": firm_list.title}}
    form = CampaignForm(request.POST or None, initial=initial)
    if form.is_valid():
        now = timezone.now()
        try:
            made = begin_campaign(
                actor=actor, edition=edition, firms=firms, wish=form.wish(), now=now
            )
            job = request_cases(actor=actor, campaign=made, now=now)
            return HttpResponseRedirect(reverse("jobs:detail", args=[job.public_id]))
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
    context = {
        "form": form,
        "list": firm_list,
        "edition": edition,
        "count": len(firms),
        "firms": firms[:SHOWN],
    }
    status = 422 if form.is_bound else 200
    return render(request, "coverage/campaign_new.html", context, status=status)


@page()
def campaign(request: PageRequest, public_id: str) -> HttpResponse:
    """How far it is, and the firms that still wait."""
    found = get_campaign(request.actor, public_id)
    progress = campaign_progress(found)
    rows = campaign_firms_for(request.actor).filter(campaign=found).order_by("covered_on", "pk")
    context: dict[str, Any] = {
        "campaign": found,
        "progress": progress,
        "share": progress["done"] * 100 // progress["all"] if progress["all"] else 0,
        "firms": [(each, firm_badge(each).__html__()) for each in rows[:SHOWN]],
        "editable": can_begin_campaign(request.actor, found.firm_list),
        "record": entries_about(found)[:30],
    }
    return render(request, "coverage/campaign.html", context)


@page("POST")
def campaign_open(request: PageRequest, public_id: str) -> HttpResponse:
    """Open the cases that are missing."""
    found = get_campaign(request.actor, public_id)
    job = request_cases(actor=request.actor, campaign=found, now=timezone.now())
    return HttpResponseRedirect(reverse("jobs:detail", args=[job.public_id]))
