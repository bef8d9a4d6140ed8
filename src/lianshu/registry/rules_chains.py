"""Who may say who belongs to a chain, a group or a pairing, and who serves whom; and why not."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from django.utils.translation import gettext as _

from lianshu.authority import Actor, Capability, Matter, Verdict
from lianshu.registry.models import Chain, Liaison, Organisation, Region
from lianshu.registry.rules import holds_at

CARE = (Capability.COORDINATE, Capability.MANAGE_ORGANISATIONS)
"""Either of these lets its holder keep chains, groups, pairings and liaisons within its scope."""


def cares_for(actor: Actor, *, region_id: int, chain_id: int | None) -> bool:
    """Whether the actor coordinates, or manages organisations, in this region and chain."""
    return any(holds_at(actor, each, region_id=region_id, chain_id=chain_id) for each in CARE)


def care_of(actor: Actor) -> Callable[[int, int | None], bool]:
    """`cares_for` of one actor for many rows: each region and chain is asked about once."""

    @cache
    def cares(region_id: int, chain_id: int | None) -> bool:
        return cares_for(actor, region_id=region_id, chain_id=chain_id)

    return cares


def cares_anywhere(actor: Actor) -> bool:
    """Whether to offer what only keepers of chains and groups can do."""
    return any(actor.has(each) for each in CARE)


def can_add_chain(actor: Actor) -> Verdict:
    """The catalogue is the whole city's: needs a grant there for every chain."""
    roots = Region.objects.filter(parent__isnull=True).values_list("pk", flat=True)
    if actor.is_system or any(cares_for(actor, region_id=pk, chain_id=None) for pk in roots):
        return Verdict.yes()
    return Verdict.no(
        _("产业链目录由全市的链办或平台管理员维护，您的授权只到部分区域或产业链，请联系他们。")
    )


def can_edit_chain(actor: Actor, chain: Chain) -> Verdict:
    """A grant for the chain in the whole city, or where the chain's office is."""
    if actor.is_system:
        return Verdict.yes()
    places = set(Region.objects.filter(parent__isnull=True).values_list("pk", flat=True))
    if chain.office is not None:
        places.add(chain.office.region_id)
    if any(cares_for(actor, region_id=pk, chain_id=chain.pk) for pk in places):
        return Verdict.yes()
    return Verdict.no(
        _("“%(chain)s”的资料和环节由全市或链办所在地负责这条链的人维护，请联系它的链办。")
        % {"chain": chain.name}
    )


def no_place_in_chain(organisation: Organisation, chain: Chain) -> str:
    """Why somebody may not say that the organisation belongs to the chain."""
    return _("您没有在%(region)s负责“%(chain)s”的授权，不能登记“%(name)s”在链上的角色。") % {
        "region": organisation.region.name,
        "chain": chain.name,
        "name": organisation.name,
    }


def can_place_in_chain(actor: Actor, organisation: Organisation, chain: Chain) -> Verdict:
    """Whoever cares for the chain where the organisation is."""
    if cares_for(actor, region_id=organisation.region_id, chain_id=chain.pk):
        return Verdict.yes()
    return Verdict.no(no_place_in_chain(organisation, chain))


def can_keep_group(actor: Actor, group: Organisation) -> Verdict:
    """Its own people who may act, and whoever cares for its region and chain."""
    if group.pk in actor.acting_organisation_ids and actor.covers(Matter.RECORDS):
        return Verdict.yes()
    if cares_for(actor, region_id=group.region_id, chain_id=group.chain_id):
        return Verdict.yes()
    return Verdict.no(
        _("“%(group)s”的成员由它自己的经办人或负责这个区域和产业链的链办登记。")
        % {"group": group.name}
    )


def no_pairing(region: Region, chain: Chain | None) -> str:
    """Why somebody may not keep pairings there."""
    where = region.name if chain is None else f"{region.name} · {chain.name}"
    return _("您没有在“%(where)s”登记结对的授权，请联系那里的链办。") % {"where": where}


def can_pair(actor: Actor, *, region: Region, chain: Chain | None) -> Verdict:
    """Whoever cares for the pairing's region and chain."""
    if cares_for(actor, region_id=region.pk, chain_id=None if chain is None else chain.pk):
        return Verdict.yes()
    return Verdict.no(no_pairing(region, chain))


def no_liaisons(region: Region, chain: Chain | None) -> str:
    """Why somebody may not keep liaisons there."""
    where = region.name if chain is None else f"{region.name} · {chain.name}"
    return _("您没有管理“%(where)s”专员的授权，请联系那里的链办。") % {"where": where}


def can_keep_liaisons(actor: Actor, *, region: Region, chain: Chain | None) -> Verdict:
    """Whoever cares for the region and chain that the liaison works in."""
    if cares_for(actor, region_id=region.pk, chain_id=None if chain is None else chain.pk):
        return Verdict.yes()
    return Verdict.no(no_liaisons(region, chain))


def can_edit_liaison(actor: Actor, liaison: Liaison) -> Verdict:
    """As where the liaison works."""
    return can_keep_liaisons(actor, region=liaison.region, chain=liaison.chain)


def no_assignment(organisation: Organisation) -> str:
    """Why somebody may not say who serves the organisation."""
    return _("您没有为“%(name)s”安排专员的授权：它不在您负责的区域或产业链内。") % {
        "name": organisation.name
    }


def can_assign_to(actor: Actor, organisation: Organisation) -> Verdict:
    """Whoever cares for the region and chain of the organisation that is served."""
    if cares_for(actor, region_id=organisation.region_id, chain_id=organisation.chain_id):
        return Verdict.yes()
    return Verdict.no(no_assignment(organisation))


def can_see_who_serves(actor: Actor, organisation: Organisation) -> Verdict:
    """The organisation itself, and whoever may assign. A liaison sees its own service anyway."""
    if actor.is_system or organisation.pk in actor.organisation_ids:
        return Verdict.yes()
    if can_assign_to(actor, organisation).allowed:
        return Verdict.yes()
    return Verdict.no(
        _("谁在服务“%(name)s”，只向它本单位、派出单位和负责它的链办开放。")
        % {"name": organisation.name}
    )
