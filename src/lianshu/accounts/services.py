"""Writing users, memberships, grants and tokens."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from lianshu.accounts.models import ApiToken, Grant, Membership, MembershipRole, User
from lianshu.accounts.queries import token_digest
from lianshu.accounts.rules import can_issue_token, can_manage_members
from lianshu.audit.services import record
from lianshu.authority import EVERY_CHAIN, Actor, Capability, Refusal, require
from lianshu.records.errors import DomainError, NotFound
from lianshu.registry.models import Chain, Organisation, Region
from lianshu.registry.rules import holds_at

TOKEN_DAYS_MOST = 366


@transaction.atomic
def create_user(
    *,
    actor: Actor,
    username: str,
    name: str,
    password: str,
    organisation: Organisation,
    role: str,
    now: datetime,
    email: str = "",
    phone: str = "",
) -> tuple[User, Membership]:
    """A person with an account and a first membership."""
    require(can_manage_members(actor, organisation))
    if User.objects.filter(username=username).exists():
        raise DomainError(_("用户名 %(name)s 已被使用。") % {"name": username}, field="username")
    user = User(username=username, name=name, email=email, phone=phone)
    user.set_password(password)
    user.save()
    membership = add_membership(
        actor=actor, user=user, organisation=organisation, role=role, now=now
    )
    record(actor=actor, action="user.created", obj=user, now=now)
    return user, membership


@transaction.atomic
def add_membership(
    *, actor: Actor, user: User, organisation: Organisation, role: str, now: datetime
) -> Membership:
    """Make `user` a member from `now`."""
    require(can_manage_members(actor, organisation))
    if role not in MembershipRole.values:
        raise DomainError(_("不认识的成员身份“%(role)s”。") % {"role": role}, field="role")
    membership = Membership.objects.create(
        user=user, organisation=organisation, role=role, valid_from=now
    )
    record(actor=actor, action="membership.added", obj=membership, now=now)
    return membership


@transaction.atomic
def end_membership(*, actor: Actor, membership: Membership, now: datetime) -> None:
    """End it at `now`; its grants end with it."""
    require(can_manage_members(actor, membership.organisation))
    membership.valid_to = now
    membership.save(update_fields=["valid_to"])
    record(actor=actor, action="membership.ended", obj=membership, now=now)


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


@transaction.atomic
def issue_token(
    *, actor: Actor, label: str, may_write: bool, days: int, now: datetime
) -> tuple[ApiToken, str]:
    """A new API token of the actor's own, and its secret, which is shown only now."""
    user_id = _token_owner(actor)
    if not 1 <= days <= TOKEN_DAYS_MOST:
        raise DomainError(
            _("有效期应在 1 到 %(most)d 天之间。") % {"most": TOKEN_DAYS_MOST}, field="days"
        )
    if not label.strip():
        raise DomainError(_("请写明令牌的用途。"), field="label")
    secret = f"lianshu_{secrets.token_urlsafe(32)}"
    token = ApiToken.objects.create(
        user_id=user_id,
        label=label.strip(),
        digest=token_digest(secret),
        may_write=may_write,
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    record(actor=actor, action="token.issued", obj=token, now=now)
    return token, secret


@transaction.atomic
def revoke_token(*, actor: Actor, token_id: int, now: datetime) -> None:
    """End one of the actor's own tokens."""
    token = ApiToken.objects.filter(pk=token_id, user_id=_token_owner(actor)).first()
    if token is None:
        raise NotFound(_("没有这个令牌。"))
    token.revoked_at = now
    token.save(update_fields=["revoked_at"])
    record(actor=actor, action="token.revoked", obj=token, now=now)


def _token_owner(actor: Actor) -> int:
    require(can_issue_token(actor))
    assert actor.user_id is not None  # can_issue_token refuses whoever has no user
    return actor.user_id


def note_token_use(*, token: ApiToken, now: datetime) -> None:
    """Remember the last use, at most once a minute so that reading stays cheap."""
    if token.last_used_at is None or now - token.last_used_at > timedelta(minutes=1):
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)


def set_language(*, user_id: int, language: str) -> None:
    """The language notices and mail are written in."""
    User.objects.filter(pk=user_id).update(language=language)
