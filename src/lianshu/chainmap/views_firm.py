"""A firm's own view of the map, and what it says of itself."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from lianshu.authority import Actor, require
from lianshu.chainmap.forms import DenialForm, StatementForm
from lianshu.chainmap.models import RelationSource
from lianshu.chainmap.queries import product_names, statement_by_id
from lianshu.chainmap.rules import can_see_supply, can_state
from lianshu.chainmap.services.computing import refresh_inputs
from lianshu.chainmap.services.makers import MakerRow, state_maker
from lianshu.chainmap.services.reading_log import log_firm
from lianshu.chainmap.supply import SAME_CITY, SAME_DISTRICT, SAME_PLACE, supply_of
from lianshu.records.errors import DomainError, NotFound
from lianshu.registry.models import Organisation
from lianshu.registry.queries import organisation_by_id, organisations_for
from lianshu.ui.feedback import say
from lianshu.ui.requests import PageRequest, page

SUGGESTED = 300


def _firm(actor: Actor, public_id: str) -> Organisation:
    found = organisation_by_id(actor, public_id)
    if found is None:
        raise NotFound(_("没有这家单位，链接可能不完整。"))
    require(can_see_supply(actor, found))
    return found


def _page(organisation: Organisation) -> str:
    return reverse("organisation-supply", args=[organisation.public_id])


@page()
def my_supply(request: PageRequest) -> HttpResponse:
    """To one's own firm; to choose where there are several."""
    own = list(organisations_for(request.actor).filter(pk__in=request.actor.organisation_ids))
    if len(own) == 1:
        return HttpResponseRedirect(_page(own[0]))
    return render(request, "chainmap/my_firms.html", {"own": own})


@page()
def organisation_supply(request: PageRequest, public_id: str) -> HttpResponse:
    """What it makes, what it needs, who is near."""
    found = _firm(request.actor, public_id)
    if found.pk not in request.actor.organisation_ids:
        log_firm(actor=request.actor, organisation=found, now=timezone.now())
    stating = can_state(request.actor, found)
    context = {
        "organisation": found,
        "tab": "supply",
        "supply": supply_of(request.actor, found),
        "stating": stating,
        "near": {
            SAME_PLACE: _("同一街道"),
            SAME_DISTRICT: _("同一区县"),
            SAME_CITY: _("同城"),
        },
    }
    return render(request, "chainmap/firm.html", context)


@page("GET", "POST")
def supply_state(request: PageRequest, public_id: str) -> HttpResponse:
    """Say what the firm makes."""
    found = _firm(request.actor, public_id)
    require(can_state(request.actor, found))
    posted = request.POST if request.method == "POST" else None
    form = StatementForm(posted, initial={"product": request.GET.get("product", "")})
    if form.is_valid():
        given = form.cleaned_data
        row = MakerRow(
            found,
            given["product"],
            form.share(),
            RelationSource.STATED,
            given["visibility"],
            timezone.localdate(),
            given["note"],
        )
        if _state(request, form, row):
            say(request, _("已记下，以您的说明为准；原来的说法留在历史里。"))
            return HttpResponseRedirect(_page(found))
    names = product_names()[:SUGGESTED]
    context = {"organisation": found, "form": form, "products": names}
    status = 422 if form.is_bound else 200
    return render(request, "chainmap/state.html", context, status=status)


@page("GET", "POST")
def supply_deny(request: PageRequest, public_id: str, pk: int) -> HttpResponse:
    """Say that the firm does not make what the map says."""
    found = _firm(request.actor, public_id)
    require(can_state(request.actor, found))
    relation = statement_by_id(request.actor, found, pk)
    if relation is None:
        raise NotFound(_("没有这条生产关系，可能已经更正过。"))
    form = DenialForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        row = MakerRow(
            found,
            relation.product.name,
            None,
            RelationSource.STATED,
            relation.visibility,
            timezone.localdate(),
            form.cleaned_data["note"],
            makes=False,
        )
        if _state(request, form, row):
            say(request, _("已更正：不再说您的单位生产“%(name)s”。") % {"name": relation.product})
            return HttpResponseRedirect(_page(found))
    context = {"organisation": found, "relation": relation, "form": form}
    status = 422 if form.is_bound else 200
    return render(request, "chainmap/deny.html", context, status=status)


def _state(request: PageRequest, form: StatementForm | DenialForm, row: MakerRow) -> bool:
    now = timezone.now()
    try:
        state_maker(actor=request.actor, row=row, now=now)
    except DomainError as error:
        form.add_error(error.field if error.field in form.fields else None, error.message)
        return False
    refresh_inputs(now=now)
    return True
