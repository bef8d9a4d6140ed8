"""Who may do what with organisations, and why not."""

from __future__ import annotations

from collections.abc import Collection

from django.utils.translation import gettext as _

from lianshu.authority import EVERY_CHAIN, Actor, Capability, Matter, Verdict
from lianshu.registry.covering import refused
from lianshu.registry.dictionary import OWN_SOURCE
from lianshu.registry.models import Organisation, Region, RegionAncestry


def holds_at(actor: Actor, capability: Capability, *, region_id: int, chain_id: int | None) -> bool:
    """Whether one of the actor's grants of `capability` covers this region and chain."""
    if actor.is_system:
        return True
    regions = [
        scope.region_id
        for scope in actor.scopes(capability)
        if scope.chain_id == EVERY_CHAIN or scope.chain_id == chain_id
    ]
    return (
        bool(regions)
        and RegionAncestry.objects.filter(ancestor__in=regions, descendant=region_id).exists()
    )


def can_create_organisation(
    actor: Actor, *, region_id: int, chain_id: int | None = None
) -> Verdict:
    """Needs the capability to manage organisations in that region and chain."""
    if holds_at(actor, Capability.MANAGE_ORGANISATIONS, region_id=region_id, chain_id=chain_id):
        return Verdict.yes()
    return Verdict.no(_("您没有在这个区域和产业链登记单位的授权，请联系平台管理员。"))


def manageable_regions(actor: Actor, region_ids: Collection[int]) -> set[int]:
    """Those among `region_ids` that the actor keeps, whatever the chain. One query."""
    if actor.is_system:
        return set(region_ids)
    granted = [
        scope.region_id
        for scope in actor.scopes(Capability.MANAGE_ORGANISATIONS)
        if scope.chain_id == EVERY_CHAIN
    ]
    if not granted:
        return set()
    rows = RegionAncestry.objects.filter(ancestor__in=granted, descendant__in=region_ids)
    return set(rows.values_list("descendant_id", flat=True))


def can_manage_region(actor: Actor, region: Region) -> Verdict:
    """Those who manage the organisations of every chain there."""
    if manageable_regions(actor, [region.pk]):
        return Verdict.yes()
    return Verdict.no(
        _("只有管“%(name)s”全部产业链单位的管理员可以维护它，请联系平台管理员。")
        % {"name": region.name}
    )


def can_edit_organisation(actor: Actor, organisation: Organisation) -> Verdict:
    """Its own people who may act, and managers within their scope."""
    if organisation.pk in actor.acting_in(Matter.RECORDS):
        return Verdict.yes()
    if holds_at(
        actor,
        Capability.MANAGE_ORGANISATIONS,
        region_id=organisation.region_id,
        chain_id=organisation.chain_id,
    ):
        return Verdict.yes()
    return refused(
        actor,
        Matter.RECORDS,
        [organisation.pk],
        _("只有“%(name)s”的经办人或有授权的管理员可以修改它的资料。") % {"name": organisation.name},
    )


def can_manage_organisation(actor: Actor, organisation: Organisation) -> Verdict:
    """Codes, links, region and merging: managers within their scope, not its own people."""
    if holds_at(
        actor,
        Capability.MANAGE_ORGANISATIONS,
        region_id=organisation.region_id,
        chain_id=organisation.chain_id,
    ):
        return Verdict.yes()
    return Verdict.no(
        _("只有管“%(name)s”所在区域和产业链的单位管理员可以改它的代码、关系和归属。")
        % {"name": organisation.name}
    )


def can_read_organisation_record(actor: Actor, organisation: Organisation) -> Verdict:
    """What was done to it: its own people, its managers and auditors within their scope."""
    if organisation.pk in actor.reading_in(Matter.RECORDS):
        return Verdict.yes()
    for capability in (Capability.READ_AUDIT, Capability.MANAGE_ORGANISATIONS):
        if holds_at(
            actor, capability, region_id=organisation.region_id, chain_id=organisation.chain_id
        ):
            return Verdict.yes()
    return Verdict.no(_("操作记录只向本单位和有授权的管理、审计人员开放。"))


def can_read_figures(actor: Actor, organisation: Organisation) -> Verdict:
    """What is computed from its figures: who may read all that service may use of them."""
    if organisation.pk in actor.reading_in(Matter.RECORDS):
        return Verdict.yes()
    for capability in (Capability.COORDINATE, Capability.MANAGE_ORGANISATIONS):
        if holds_at(
            actor, capability, region_id=organisation.region_id, chain_id=organisation.chain_id
        ):
            return Verdict.yes()
    return Verdict.no(_("划型等由单位数据算出的结果只向本单位和它的链办、管理员开放。"))


def can_record_about(actor: Actor, organisation: Organisation, *, source: str) -> Verdict:
    """Facts and holdings: its own people under its own name, importers and managers in scope under
    the name of whoever sent them."""
    if source == OWN_SOURCE and organisation.pk in actor.acting_in(Matter.RECORDS):
        return Verdict.yes()
    for capability in (Capability.IMPORT, Capability.MANAGE_ORGANISATIONS):
        if holds_at(
            actor, capability, region_id=organisation.region_id, chain_id=organisation.chain_id
        ):
            return Verdict.yes()
    return refused(
        actor,
        Matter.RECORDS,
        [organisation.pk],
        _("只有“%(name)s”的经办人（以单位自报的名义）或有授权的管理员可以记录它的数据。")
        % {"name": organisation.name},
    )


def can_take_snapshot(actor: Actor) -> Verdict:
    """Operators: a snapshot holds the figures of every organisation."""
    if actor.is_system:
        return Verdict.yes()
    return Verdict.no(_("数据快照由系统管理员在命令行制作：lianshu snapshot。"))
