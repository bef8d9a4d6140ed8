"""Writing users and memberships."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from lianshu.accounts.models import Membership, MembershipRole, User
from lianshu.accounts.rules import can_manage_members
from lianshu.audit.services import record
from lianshu.authority import Actor, require
from lianshu.records.errors import DomainError
from lianshu.registry.models import Organisation


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


def set_language(*, user_id: int, language: str) -> None:
    """The language notices and mail are written in."""
    User.objects.filter(pk=user_id).update(language=language)
