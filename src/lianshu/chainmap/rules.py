"""Who may read and change what of the chain map, and why not."""

from __future__ import annotations

from django.utils.translation import gettext as _

from lianshu.authority import Actor, Capability, Matter, Verdict
from lianshu.registry.models import Chain, Organisation, Region
from lianshu.registry.rules import holds_at
from lianshu.registry.rules_chains import can_edit_chain, cares_anywhere


def can_edit_map(actor: Actor) -> Verdict:
    """Products belong to every chain: whoever keeps chains somewhere adds to them."""
    if actor.is_system or cares_anywhere(actor):
        return Verdict.yes()
    return Verdict.no(_("产品关系和生产关系由链办维护。您的单位生产什么，请在“我的上下游”里说明。"))


def can_set_chain(actor: Actor, chain: Chain) -> Verdict:
    """As the chain's own data."""
    return can_edit_chain(actor, chain)


def can_state(actor: Actor, organisation: Organisation) -> Verdict:
    """Its own people who may act; nobody else speaks for a firm."""
    if actor.is_system or organisation.pk in actor.acting_in(Matter.RECORDS):
        return Verdict.yes()
    return Verdict.no(
        _("“%(name)s”生产什么，只能由这家单位自己的经办人说明。") % {"name": organisation.name}
    )


def can_see_supply(actor: Actor, organisation: Organisation) -> Verdict:
    """Its own people, and who may read sources where it is."""
    if actor.is_system or organisation.pk in actor.reading_in(Matter.RECORDS):
        return Verdict.yes()
    if holds_at(
        actor,
        Capability.READ_SOURCES,
        region_id=organisation.region_id,
        chain_id=organisation.chain_id,
    ):
        return Verdict.yes()
    return Verdict.no(
        _("“%(name)s”的上下游只向这家单位自己的人，和有“查看单一来源”授权的链办开放。")
        % {"name": organisation.name}
    )


def can_plan_meeting(actor: Actor) -> Verdict:
    """Chain offices hold cross-chain meetings."""
    if actor.has(Capability.COORDINATE):
        return Verdict.yes()
    return Verdict.no(_("跨链对接会由链办组织，只向链办开放。"))


def reads_sources(actor: Actor) -> bool:
    """Whether the actor may know few makers anywhere at all."""
    return actor.has(Capability.READ_SOURCES)


def can_read_sources(actor: Actor) -> Verdict:
    """Single sources and impact: a capability of their own."""
    if reads_sources(actor):
        return Verdict.yes()
    return Verdict.no(
        _(
            "单一来源和影响清单只向有“查看单一来源”授权的人开放，打开和导出都有记录。请联系平台管理员。"
        )
    )


def can_read_sources_at(actor: Actor, chain: Chain, region: Region) -> Verdict:
    """As `can_read_sources`, for one chain in one place."""
    if holds_at(actor, Capability.READ_SOURCES, region_id=region.pk, chain_id=chain.pk):
        return Verdict.yes()
    anywhere = can_read_sources(actor)
    if not anywhere.allowed:
        return anywhere
    return Verdict.no(
        _("您没有在%(region)s查看“%(chain)s”单一来源的授权。")
        % {"region": region.name, "chain": chain.name}
    )


def can_act(actor: Actor, chain: Chain, region: Region) -> Verdict:
    """The chain office there."""
    if holds_at(actor, Capability.COORDINATE, region_id=region.pk, chain_id=chain.pk):
        return Verdict.yes()
    return Verdict.no(
        _("您没有在%(region)s负责“%(chain)s”的授权，不能为它的断点发起行动。")
        % {"region": region.name, "chain": chain.name}
    )
