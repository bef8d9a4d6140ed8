"""Pages of what organisations are to each other: groups, pairings, and one organisation's part."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from lianshu.authority import Actor, Refusal, require
from lianshu.records.errors import NotFound
from lianshu.registry.asking import ask, asked_day
from lianshu.registry.forms_chains import AffiliationForm, JoinForm, PairingForm
from lianshu.registry.lists_chains import relations_page
from lianshu.registry.models import GROUP_KINDS, Pairing
from lianshu.registry.queries.chains import pairing_by_id
from lianshu.registry.queries.relations import affiliation_by_id, part_of, serving
from lianshu.registry.rules_chains import (
    can_assign_to,
    can_keep_group,
    can_pair,
    can_see_who_serves,
    care_of,
    cares_anywhere,
)
from lianshu.registry.services import (
    add_affiliation,
    add_pairing_member,
    create_pairing,
    end_affiliation,
    end_pairing,
    end_pairing_member,
)
from lianshu.registry.views import get_organisation
from lianshu.ui.feedback import say
from lianshu.ui.requests import PageRequest, page


@page()
def organisation_chains(request: PageRequest, public_id: str) -> HttpResponse:
    """What the organisation is to chains, groups and pairings, and who serves it."""
    actor, today = request.actor, timezone.localdate()
    organisation = get_organisation(actor, public_id)
    part = part_of(actor, organisation, today=today)
    cares = care_of(actor) if cares_anywhere(actor) else (lambda _region, _chain: False)
    region = organisation.region_id
    is_group = organisation.kind in GROUP_KINDS
    served = serving(actor, organisation, today=today)
    may_see = can_see_who_serves(actor, organisation)
    return render(
        request,
        "registry/organisation_chains.html",
        {
            "organisation": organisation,
            "tab": "chains",
            "part": part,
            "roles": [(each, cares(region, each.chain_id)) for each in part.roles],
            "is_group": is_group,
            "can_keep": can_keep_group(actor, organisation) if is_group else None,
            "serving": served,
            "may_assign": can_assign_to(actor, organisation).allowed,
            "closed": "" if may_see.allowed or served else may_see.reason,
            "today": today,
        },
    )


@page("GET", "POST")
def affiliation_new(request: PageRequest, public_id: str) -> HttpResponse:
    """Say that an organisation belongs to a group."""
    group = get_organisation(request.actor, public_id)
    require(can_keep_group(request.actor, group))
    form = AffiliationForm(request.actor, request.POST or None)

    def act() -> tuple[str, str]:
        data = form.cleaned_data
        added = add_affiliation(actor=request.actor, group=group, now=timezone.now(), **data)
        said = _("已把“%(name)s”登记为%(role)s。") % {
            "name": added.organisation.name,
            "role": added.get_role_display(),
        }
        return said, relations_page(group)

    trail = [(_("产业社区与联盟"), reverse("groups")), (group.name, relations_page(group))]
    return ask(request, form, act, heading=_("添加成员单位"), trail=trail)


@page("POST")
def affiliation_end(request: PageRequest, pk: int) -> HttpResponse:
    """End an organisation's place in a group."""
    affiliation = affiliation_by_id(request.actor, pk)
    if affiliation is None:
        raise NotFound(_("没有这条成员关系，可能已被删除。"))
    end_affiliation(
        actor=request.actor, affiliation=affiliation, on=asked_day(request), now=timezone.now()
    )
    said = _("“%(name)s”不再是“%(group)s”的%(role)s。") % {
        "name": affiliation.organisation.name,
        "group": affiliation.group.name,
        "role": affiliation.get_role_display(),
    }
    say(request, said)
    return HttpResponseRedirect(relations_page(affiliation.group))


def _get_pairing(actor: Actor, public_id: str) -> Pairing:
    pairing = pairing_by_id(actor, public_id, today=timezone.localdate())
    if pairing is None:
        raise NotFound(_("没有这个结对，链接可能不完整。请在结对列表里查找。"))
    return pairing


def _pairing_page(pairing: Pairing) -> str:
    return reverse("pairing", args=[pairing.public_id])


@page()
def pairing(request: PageRequest, public_id: str) -> HttpResponse:
    """The one and the N around it."""
    found = _get_pairing(request.actor, public_id)
    today = timezone.localdate()
    # After a merge the one may stand among the N; a firm is not paired with itself.
    members = [each for each in found.members.all() if each.organisation_id != found.lead_id]
    left = [
        each
        for each in members
        if (each.valid_to is not None and each.valid_to <= today) or each.organisation.ended_on
    ]
    return render(
        request,
        "registry/pairing.html",
        {
            "pairing": found,
            "over": found.valid_to is not None and found.valid_to <= today,
            "members": [each for each in members if each not in left],
            "left": left,
            "can_edit": can_pair(request.actor, region=found.region, chain=found.chain),
            "today": today,
        },
    )


@page("GET", "POST")
def pairing_new(request: PageRequest) -> HttpResponse:
    """Pair one large firm with others on a topic."""
    if not cares_anywhere(request.actor):
        raise Refusal(_("结对由链办登记，请联系您所在区域或产业链的链办。"))
    form = PairingForm(request.actor, request.POST or None)

    def act() -> tuple[str, str]:
        data: dict[str, Any] = form.cleaned_data
        made = create_pairing(
            actor=request.actor,
            lead=data["lead"],
            members=data["members"],
            topic=data["topic"],
            region=form.chosen_region(),
            chain=form.chosen_chain(),
            valid_from=data["valid_from"],
            now=timezone.now(),
        )
        return _("已建立结对。"), _pairing_page(made)

    trail = [(_("结对"), reverse("pairings"))]
    return ask(request, form, act, heading=_("建立结对"), trail=trail)


@page("GET", "POST")
def pairing_join(request: PageRequest, public_id: str) -> HttpResponse:
    """Add one of the N."""
    found = _get_pairing(request.actor, public_id)
    require(can_pair(request.actor, region=found.region, chain=found.chain))
    form = JoinForm(request.actor, request.POST or None)

    def act() -> tuple[str, str]:
        data = form.cleaned_data
        add_pairing_member(actor=request.actor, pairing=found, now=timezone.now(), **data)
        said = _("“%(name)s”已加入结对。") % {"name": data["organisation"].name}
        return said, _pairing_page(found)

    trail = [(_("结对"), reverse("pairings")), (found.topic, _pairing_page(found))]
    return ask(request, form, act, heading=_("加入结对单位"), trail=trail)


@page("POST")
def pairing_end(request: PageRequest, public_id: str) -> HttpResponse:
    """End the pairing, or with `member` the part of one of the N."""
    found = _get_pairing(request.actor, public_id)
    on, now = asked_day(request), timezone.now()
    chosen = request.POST.get("member", "")
    if chosen:
        member = next((each for each in found.members.all() if str(each.pk) == chosen), None)
        if member is None:
            raise NotFound(_("这个结对里没有这家单位，可能已被移出。"))
        end_pairing_member(actor=request.actor, member=member, on=on, now=now)
        say(request, _("“%(name)s”已退出结对。") % {"name": member.organisation.name})
    else:
        end_pairing(actor=request.actor, pairing=found, on=on, now=now)
        say(request, _("结对已结束。"))
    return HttpResponseRedirect(_pairing_page(found))
