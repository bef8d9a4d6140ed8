"""Who may keep lists, decide about their rows and hold campaigns, and why not."""

from __future__ import annotations

from django.utils.translation import gettext as _

from lianshu.authority import Actor, Capability, Verdict
from lianshu.coverage.models import FirmList
from lianshu.registry.models import Chain, Region
from lianshu.registry.rules import holds_at


def can_see_lists(actor: Actor) -> Verdict:
    """Chain offices."""
    if actor.is_system or actor.has(Capability.COORDINATE):
        return Verdict.yes()
    return Verdict.no(_("名单和覆盖情况由链办维护，只向链办开放。"))


def can_keep_list(actor: Actor, region: Region, chain: Chain | None) -> Verdict:
    """The office whose grant covers the place."""
    chain_id = None if chain is None else chain.pk
    if holds_at(actor, Capability.COORDINATE, region_id=region.pk, chain_id=chain_id):
        return Verdict.yes()
    where = region.name if chain is None else f"{region.name} · {chain.name}"
    return Verdict.no(
        _("您没有在“%(where)s”维护名单的授权，请另选范围或联系那里的链办。") % {"where": where}
    )


def can_edit_list(actor: Actor, firm_list: FirmList) -> Verdict:
    """As for keeping one there."""
    return can_keep_list(actor, firm_list.region, firm_list.chain)


def can_begin_campaign(actor: Actor, firm_list: FirmList) -> Verdict:
    """The office there; never from a list that is for information only."""
    if firm_list.for_information:
        return Verdict.no(
            _("“%(title)s”仅供了解，不能据此发起行动、排序或办件。") % {"title": firm_list.title}
        )
    return can_edit_list(actor, firm_list)


def can_see_duplicates(actor: Actor) -> Verdict:
    """Who keeps organisations somewhere."""
    if actor.is_system or actor.has(Capability.MANAGE_ORGANISATIONS):
        return Verdict.yes()
    return Verdict.no(_("疑似重复的单位由单位管理员处理，请联系平台管理员。"))
