"""Who may hold rounds, and why not."""

from __future__ import annotations

from django.utils.translation import gettext as _

from lianshu.authority import Actor, Capability, Verdict
from lianshu.exchange.rules import can_write
from lianshu.registry.models import Chain, Region
from lianshu.registry.rules import holds_at
from lianshu.rounds.models import Round, RoundStatus


def can_see_rounds(actor: Actor) -> Verdict:
    """Chain offices."""
    if actor.has(Capability.COORDINATE):
        return Verdict.yes()
    return Verdict.no(_("轮次由链办组织，只向链办开放。要参加，请联系负责本区域、本产业链的链办。"))


def can_hold_round(actor: Actor, region: Region, chain: Chain | None) -> Verdict:
    """The office whose grant covers the place."""
    if not can_write(actor).allowed:
        return can_write(actor)
    if holds_at(
        actor,
        Capability.COORDINATE,
        region_id=region.pk,
        chain_id=None if chain is None else chain.pk,
    ):
        return Verdict.yes()
    where = region.name if chain is None else f"{region.name} · {chain.name}"
    return Verdict.no(
        _("您没有在“%(where)s”组织轮次的授权，请另选范围或联系那里的链办。") % {"where": where}
    )


def can_edit_round(actor: Actor, found: Round) -> Verdict:
    """The office, until the plan is published or the round cancelled."""
    place = can_hold_round(actor, found.region, found.chain)
    if not place.allowed:
        return place
    if found.status in {RoundStatus.PUBLISHED, RoundStatus.CANCELLED}:
        return Verdict.no(
            _("“%(title)s”%(status)s，不能再改。要调整，请新建一轮。")
            % {"title": found.title, "status": found.get_status_display()}
        )
    return Verdict.yes()


def can_publish_round(actor: Actor, found: Round) -> Verdict:
    """The office, once there is a plan."""
    editable = can_edit_round(actor, found)
    if not editable.allowed:
        return editable
    if found.status != RoundStatus.PLANNED:
        return Verdict.no(_("还没有可以发布的方案，请先计算。"))
    return Verdict.yes()
