"""Giving and taking grants."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from lianshu.accounts.models import Grant, Membership
from lianshu.accounts.rules import can_manage_accounts
from lianshu.audit.services import record
from lianshu.authority import EVERY_CHAIN, Actor, Capability, Refusal, require
from lianshu.records.errors import Conflict, DomainError
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
    require(can_manage_accounts(actor, membership.organisation))
    if actor.behalf is not None and membership.user_id in actor.stands_for:
        raise Refusal(_("代别人办理时不能给自己授权。请本人或另一位管理员办理。"))
    if (chain is None) == (not every_chain):
        raise DomainError(_("请选定一条产业链，或明确选择“全部产业链”。"), field="chain")
    require_scope_within(actor, region=region, chain=chain)
    if Grant.objects.filter(
        membership=membership,
        capability=capability,
        region=region,
        chain=chain,
        every_chain=every_chain,
    ).exists():
        raise DomainError(_("已经有这项授权了。"), field="capability")
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


@transaction.atomic
def take_grant(*, actor: Actor, grant: Grant, now: datetime) -> None:
    """Take a grant back; as with giving, only within the actor's own scope."""
    require(can_manage_accounts(actor, grant.membership.organisation))
    if grant.region is not None:
        require_scope_within(actor, region=grant.region, chain=grant.chain)
    record(
        actor=actor,
        action="grant.taken",
        obj=grant,
        now=now,
        changes={
            "capability": [grant.capability, None],
            "region": [None if grant.region is None else grant.region.name, None],
        },
    )
    deleted, _counts = Grant.objects.filter(pk=grant.pk).delete()
    if not deleted:
        raise Conflict(_("这项授权已经收回了。"))


def require_scope_within(actor: Actor, *, region: Region, chain: Chain | None) -> None:
    """Refuse what reaches beyond where the actor manages accounts."""
    if actor.is_system:
        return
    scopes = [s for s in actor.scopes(Capability.MANAGE_ACCOUNTS) if s.chain_id == EVERY_CHAIN]
    if chain is None and not scopes:
        raise Refusal(_("您的授权限于个别产业链，不能授予或收回“全部产业链”。"))
    if not holds_at(
        actor,
        Capability.MANAGE_ACCOUNTS,
        region_id=region.pk,
        chain_id=None if chain is None else chain.pk,
    ):
        raise Refusal(_("不能授予或收回超出您自己管理范围的授权。"))
