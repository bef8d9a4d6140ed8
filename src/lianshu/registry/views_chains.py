"""Pages of chains: the board, editing, segments and members. One chain's page stands in web."""

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
from lianshu.registry.forms_chains import ChainForm, ChainMemberForm, NewChainForm, SegmentForm
from lianshu.registry.lists_chains import chain_page, relations_page
from lianshu.registry.models import Chain, ChainRole, Segment
from lianshu.registry.queries.chains import (
    chain_by_code,
    chain_columns,
    chain_member_by_id,
    chains_by_tier,
    groups_on_chain,
    holders_of,
    members_on,
    pairings_for,
    segment_by_id,
)
from lianshu.registry.queries.relations import liaisons_on_chain
from lianshu.registry.rules_chains import can_add_chain, can_edit_chain, cares_anywhere
from lianshu.registry.services import (
    add_chain,
    add_chain_member,
    add_segment,
    edit_chain,
    edit_segment,
    end_chain_member,
    remove_segment,
)
from lianshu.ui.feedback import say
from lianshu.ui.requests import PageRequest, page

MEMBER_LINES = 12


def get_chain(actor: Actor, code: str) -> Chain:
    """The chain, or `NotFound`."""
    chain = chain_by_code(actor, code, today=timezone.localdate())
    if chain is None:
        raise NotFound(_("没有这条产业链，链接可能不完整。请在产业链目录里查找。"))
    return chain


def _get_segment(actor: Actor, public_id: str) -> Segment:
    segment = segment_by_id(actor, public_id)
    if segment is None:
        raise NotFound(_("没有这个环节，可能已被删除。请回到产业链页面查看。"))
    return segment


def chain_context(actor: Actor, chain: Chain) -> dict[str, Any]:
    """What the register knows of a chain, for its page."""
    today = timezone.localdate()
    members = members_on(actor, chain, today=today).filter(role=ChainRole.MEMBER)
    listed = f"{reverse('chain-members')}?over=0&chain={chain.public_id}"
    return {
        "chain": chain,
        "firms": chain.firms,  # type: ignore[attr-defined]
        "columns": chain_columns(actor, chain, today=today),
        "lead_firms": holders_of(actor, chain, ChainRole.LEAD_FIRM, today=today),
        "innovators": holders_of(actor, chain, ChainRole.INNOVATOR, today=today),
        "members": members[:MEMBER_LINES],
        "listed": listed,
        "groups": groups_on_chain(actor, chain, today=today),
        "pairings": [
            each
            for each in pairings_for(actor, today=today).filter(chain=chain)[:MEMBER_LINES]
            if each.valid_to is None or each.valid_to > today
        ],
        "liaisons": liaisons_on_chain(actor, chain, today=today),
        "can_edit": can_edit_chain(actor, chain),
        "may_place": cares_anywhere(actor),
        "today": today,
    }


@page()
def chain_board(request: PageRequest) -> HttpResponse:
    """Every chain of the city by tier."""
    tiers = chains_by_tier(request.actor, today=timezone.localdate())
    return render(
        request,
        "registry/chain_board.html",
        {
            "tiers": tiers,
            "total": sum(len(tier.chains) for tier in tiers),
            "may_add": cares_anywhere(request.actor) and can_add_chain(request.actor).allowed,
        },
    )


@page("GET", "POST")
def chain_new(request: PageRequest) -> HttpResponse:
    """Add a chain to the catalogue."""
    require(can_add_chain(request.actor))
    form = NewChainForm(request.actor, request.POST or None)

    def act() -> tuple[str, str]:
        chain = add_chain(actor=request.actor, now=timezone.now(), **form.cleaned_data)
        return _("已添加“%(name)s”。") % {"name": chain.name}, chain_page(chain)

    trail = [(_("产业链"), reverse("chains"))]
    return ask(request, form, act, heading=_("添加产业链"), trail=trail)


@page("GET", "POST")
def chain_edit(request: PageRequest, code: str) -> HttpResponse:
    """Change a chain's tier, office, chief and so on."""
    chain = get_chain(request.actor, code)
    require(can_edit_chain(request.actor, chain))
    form = ChainForm(request.actor, request.POST or None, initial=ChainForm.values_of(chain))

    def act() -> tuple[str, str]:
        edit_chain(actor=request.actor, chain=chain, changes=form.cleaned_data, now=timezone.now())
        return _("已保存。"), chain_page(chain)

    return ask(request, form, act, heading=_("修改产业链"), trail=_trail(chain))


def _trail(chain: Chain) -> list[tuple[str, str]]:
    return [(_("产业链"), reverse("chains")), (chain.name, chain_page(chain))]


@page("GET", "POST")
def segment_new(request: PageRequest, code: str) -> HttpResponse:
    """Add a segment to a chain."""
    chain = get_chain(request.actor, code)
    require(can_edit_chain(request.actor, chain))
    form = SegmentForm(
        request.actor, chain, request.POST or None, initial={"parent": request.GET.get("parent")}
    )

    def act() -> tuple[str, str]:
        segment = add_segment(
            actor=request.actor, chain=chain, now=timezone.now(), **form.changes()
        )
        return _("已添加环节“%(name)s”。") % {"name": segment.name}, chain_page(chain)

    return ask(request, form, act, heading=_("添加环节"), trail=_trail(chain))


@page("GET", "POST")
def segment_edit(request: PageRequest, public_id: str) -> HttpResponse:
    """Change a segment, or take it out."""
    segment = _get_segment(request.actor, public_id)
    chain = segment.chain
    require(can_edit_chain(request.actor, chain))
    if "remove" in request.POST:
        remove_segment(actor=request.actor, segment=segment, now=timezone.now())
        say(request, _("已删除环节“%(name)s”。") % {"name": segment.name})
        return HttpResponseRedirect(chain_page(chain))
    form = SegmentForm(request.actor, chain, request.POST or None, segment=segment)

    def act() -> tuple[str, str]:
        edit_segment(
            actor=request.actor, segment=segment, changes=form.changes(), now=timezone.now()
        )
        return _("已保存。"), chain_page(chain)

    remove = _("删除环节“%(name)s”？") % {"name": segment.name}
    heading = _("修改环节“%(name)s”") % {"name": segment.name}
    return ask(request, form, act, heading=heading, trail=_trail(chain), remove=remove)


@page("GET", "POST")
def chain_member_new(request: PageRequest, code: str) -> HttpResponse:
    """Say what an organisation is to a chain."""
    chain = get_chain(request.actor, code)
    if not cares_anywhere(request.actor):
        raise Refusal(_("链上单位由负责这条产业链的链办登记，请联系它。"))
    initial = {"segment": request.GET.get("segment"), "role": request.GET.get("role", "member")}
    form = ChainMemberForm(request.actor, chain, request.POST or None, initial=initial)

    def act() -> tuple[str, str]:
        data = form.cleaned_data
        member = add_chain_member(
            actor=request.actor,
            chain=chain,
            organisation=data["organisation"],
            role=data["role"],
            segment=form.chosen_segment(),
            valid_from=data["valid_from"],
            now=timezone.now(),
        )
        said = _("已把“%(name)s”登记为%(role)s。") % {
            "name": member.organisation.name,
            "role": member.get_role_display(),
        }
        return said, chain_page(chain)

    return ask(request, form, act, heading=_("登记链上单位"), trail=_trail(chain))


@page("POST")
def chain_member_end(request: PageRequest, pk: int) -> HttpResponse:
    """End what an organisation is to a chain."""
    member = chain_member_by_id(request.actor, pk)
    if member is None:
        raise NotFound(_("没有这条链上角色，可能已被删除。"))
    end_chain_member(actor=request.actor, member=member, on=asked_day(request), now=timezone.now())
    said = _("“%(name)s”不再是“%(chain)s”的%(role)s。") % {
        "name": member.organisation.name,
        "chain": member.chain.name,
        "role": member.get_role_display(),
    }
    say(request, said)
    return HttpResponseRedirect(relations_page(member.organisation))
