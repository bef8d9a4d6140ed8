"""Giving and taking grants."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from lianshu.accounts.models import Grant, Membership
from lianshu.accounts.rules import can_manage_members
from lianshu.audit.services import record
from lianshu.authority import EVERY_CHAIN, Actor, Capability, Refusal, require
from lianshu.records.errors import DomainError
from lianshu.registry.models import Chain, Region
from lianshu.registry.rules import holds_at


@transaction.atomic
def give_grant(
    *,
    actor: Actor,
    membership: Membership,
    capability: Capability,
    region: Region,
    chain: Chain | None = None,
    every_chain: bool = False,
    now: datetime,
) -> Grant:
    """Grant `capability` within `region` and either `chain` or, said so, every chain.

    Nobody gives what they do not hold there, nor more account power than their own.
    """
    require(can_manage_members(actor, membership.organisation))
    if (chain is None) == (not every_chain):
        raise DomainError(_("请选定一条产业链，或明确选择“全部产业链”。"), field="chain")
    if not actor.is_system:
        _require_scope_within(actor, region=region, chain=chain)
    grant = Grant.objects.create(
        membership=membership,
        capability=capability,
        region=region,
        chain=chain,
        every_chain=every_chain,
    )
    record(
        actor=actor,
        action="grant.given",
        obj=grant,
        now=now,
        changes={"capability": [None, capability.value], "region": [None, region.name]},
    )
    return grant


def _require_scope_within(actor: Actor, *, region: Region, chain: Chain | None) -> None:
    scopes = [s for s in actor.scopes(Capability.MANAGE_ACCOUNTS) if s.chain_id == EVERY_CHAIN]
    if chain is None and not scopes:
        raise Refusal(_("您的授权限于个别产业链，不能授予“全部产业链”。"))
    if not holds_at(
        actor,
        Capability.MANAGE_ACCOUNTS,
        region_id=region.pk,
        chain_id=None if chain is None else chain.pk,
    ):
        raise Refusal(_("不能授予超出您自己管理范围的授权。"))
