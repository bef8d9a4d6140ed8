"""Pages of liaisons: whom they serve, and who takes over."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from lianshu.authority import Actor, Refusal, require
from lianshu.records.errors import DomainError, NotFound
from lianshu.registry.asking import ask, asked_day
from lianshu.registry.forms_chains import JoinForm, LiaisonForm
from lianshu.registry.models import Liaison
from lianshu.registry.queries.relations import (
    assignment_by_id,
    liaison_by_id,
    served_by,
    successors_of,
)
from lianshu.registry.rules_chains import can_edit_liaison, care_of, cares_anywhere
from lianshu.registry.services import (
    assign_liaison,
    create_liaison,
    edit_liaison,
    end_assignment,
    end_liaison,
    hand_over_assignments,
)
from lianshu.ui.feedback import say
from lianshu.ui.requests import PageRequest, page


def _get_liaison(actor: Actor, public_id: str) -> Liaison:
    liaison = liaison_by_id(actor, public_id, today=timezone.localdate())
    if liaison is None:
        raise NotFound(_("没有这位专员，或者不向您开放。专员只向被服务的单位和负责的链办开放。"))
    return liaison


def _liaison_page(liaison: Liaison) -> str:
    return reverse("liaison", args=[liaison.public_id])


@page()
def liaison(request: PageRequest, public_id: str) -> HttpResponse:
    """Who the liaison is and whom it serves."""
    actor, today = request.actor, timezone.localdate()
    found = _get_liaison(actor, public_id)
    served = list(served_by(actor, found))
    over = [each for each in served if each.valid_to is not None and each.valid_to <= today]
    cares = care_of(actor) if cares_anywhere(actor) else (lambda _region, _chain: False)
    can_edit = can_edit_liaison(actor, found)
    return render(
        request,
        "registry/liaison.html",
        {
            "liaison": found,
            "over": found.valid_to is not None and found.valid_to <= today,
            "served": [
                (each, cares(each.region_id, each.chain_id)) for each in served if each not in over
            ],
            "former": over,
            "can_edit": can_edit,
            "may_assign": cares_anywhere(actor),
            "successors": successors_of(actor, found, today=today) if can_edit.allowed else (),
            "today": today,
        },
    )


@page("GET", "POST")
def liaison_new(request: PageRequest) -> HttpResponse:
    """Register a liaison."""
    if not cares_anywhere(request.actor):
        raise Refusal(_("您没有登记专员的授权，请联系负责的链办。"))
    form = LiaisonForm(request.actor, request.POST or None)

    def act() -> tuple[str, str]:
        data = form.cleaned_data
        made = create_liaison(
            actor=request.actor,
            kind=data["kind"],
            name=data["name"],
            phone=data["phone"],
            organisation=data["organisation"],
            region=form.chosen_region(),
            chain=form.chosen_chain(),
            valid_from=data["valid_from"],
            now=timezone.now(),
        )
        return _("已登记%(name)s。") % {"name": made.name}, _liaison_page(made)

    return ask(request, form, act, heading=_("登记专员"), trail=[(_("专员"), reverse("liaisons"))])


@page("GET", "POST")
def liaison_edit(request: PageRequest, public_id: str) -> HttpResponse:
    """Correct a liaison's data."""
    found = _get_liaison(request.actor, public_id)
    require(can_edit_liaison(request.actor, found))
    form = LiaisonForm(request.actor, request.POST or None, liaison=found)

    def act() -> tuple[str, str]:
        data = form.cleaned_data
        changes = {
            "name": data["name"],
            "phone": data["phone"],
            "organisation": data["organisation"],
            "region": form.chosen_region() or data["organisation"].region,
            "chain": form.chosen_chain(),
        }
        edit_liaison(actor=request.actor, liaison=found, changes=changes, now=timezone.now())
        return _("已保存。"), _liaison_page(found)

    return ask(request, form, act, heading=_("修改专员资料"), trail=_trail(found))


def _trail(found: Liaison) -> list[tuple[str, str]]:
    return [(_("专员"), reverse("liaisons")), (found.name, _liaison_page(found))]


@page("GET", "POST")
def liaison_assign(request: PageRequest, public_id: str) -> HttpResponse:
    """Say whom the liaison serves."""
    found = _get_liaison(request.actor, public_id)
    if not cares_anywhere(request.actor):
        raise Refusal(_("专员由负责的链办安排，请联系它。"))
    initial = {"organisation": request.GET.get("name", "")}
    form = JoinForm(request.actor, request.POST or None, initial=initial)

    def act() -> tuple[str, str]:
        data = form.cleaned_data
        assign_liaison(actor=request.actor, liaison=found, now=timezone.now(), **data)
        said = _("%(liaison)s现在服务“%(name)s”。") % {
            "liaison": found.name,
            "name": data["organisation"].name,
        }
        return said, _liaison_page(found)

    heading = _("安排%(name)s服务的单位") % {"name": found.name}
    return ask(request, form, act, heading=heading, trail=_trail(found))


@page("POST")
def liaison_hand_over(request: PageRequest, public_id: str) -> HttpResponse:
    """Give everybody the liaison serves to another one, from a day."""
    found = _get_liaison(request.actor, public_id)
    chosen = request.POST.get("successor", "")
    if not chosen:
        raise DomainError(_("请选择移交给哪位专员。"), field="successor")
    successor = _get_liaison(request.actor, chosen)
    moved = hand_over_assignments(
        actor=request.actor,
        source=found,
        successor=successor,
        on=asked_day(request),
        now=timezone.now(),
    )
    said = _("已把 %(count)d 家单位移交给%(name)s。") % {"count": moved, "name": successor.name}
    say(request, said)
    return HttpResponseRedirect(_liaison_page(found))


@page("POST")
def liaison_end(request: PageRequest, public_id: str) -> HttpResponse:
    """The person is a liaison no more."""
    found = _get_liaison(request.actor, public_id)
    end_liaison(actor=request.actor, liaison=found, on=asked_day(request), now=timezone.now())
    say(request, _("%(name)s已卸任。") % {"name": found.name})
    return HttpResponseRedirect(_liaison_page(found))


@page("POST")
def assignment_end(request: PageRequest, pk: int) -> HttpResponse:
    """The liaison no longer serves an organisation."""
    assignment = assignment_by_id(request.actor, pk)
    if assignment is None:
        raise NotFound(_("没有这条服务关系，或者不向您开放。"))
    end_assignment(
        actor=request.actor, assignment=assignment, on=asked_day(request), now=timezone.now()
    )
    said = _("%(liaison)s不再服务“%(name)s”。") % {
        "liaison": assignment.liaison.name,
        "name": assignment.organisation.name,
    }
    say(request, said)
    return HttpResponseRedirect(_liaison_page(assignment.liaison))
