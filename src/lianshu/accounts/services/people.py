"""Writing users and memberships."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from lianshu.accounts.models import Invitation, Membership, MembershipRole, User
from lianshu.accounts.queries_joining import has_owner
from lianshu.accounts.rules import can_join, can_manage_accounts, can_manage_members
from lianshu.accounts.services.grants import require_scope_within
from lianshu.audit.services import record
from lianshu.authority import Actor, Refusal, require
from lianshu.records.errors import Conflict, DomainError
from lianshu.registry.models import Organisation


@transaction.atomic
def create_user(
    *,
    actor: Actor,
    username: str,
    name: str,
    password: str | None,
    organisation: Organisation,
    role: str,
    now: datetime,
    email: str = "",
    phone: str = "",
) -> tuple[User, Membership]:
    """A person with an account and a first membership; without a password until one is set."""
    require(can_manage_accounts(actor, organisation))
    user = open_account(
        username=username, name=name, password=password, email=email, phone=phone, active=True
    )
    membership = add_membership(
        actor=actor, user=user, organisation=organisation, role=role, now=now
    )
    record(actor=actor, action="user.created", obj=user, now=now)
    return user, membership


def person_of(actor: Actor) -> int:
    """The user who comes in as themselves; refused for programs and for whoever acts for others."""
    require(can_join(actor))
    assert actor.user_id is not None  # can_join refuses whoever has no user
    return actor.user_id


def open_account(
    *, username: str, name: str, password: str | None, email: str, phone: str, active: bool
) -> User:
    """A user without memberships; for services whose rule has allowed it."""
    if User.objects.filter(username__iexact=username).exists():
        raise _taken(username)
    user = User(username=username, name=name, email=email, phone=phone, is_active=active)
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError as error:  # somebody took the name in this very moment
        raise _taken(username) from error
    return user


def _taken(username: str) -> DomainError:
    return DomainError(
        _("用户名 %(name)s 已被使用，请换一个。") % {"name": username}, field="username"
    )


@transaction.atomic
def add_membership(
    *, actor: Actor, user: User, organisation: Organisation, role: str, now: datetime
) -> Membership:
    """Make `user` a member from `now`."""
    require(can_manage_accounts(actor, organisation))
    return enter(actor=actor, user=user, organisation=organisation, role=role, now=now)


def enter(
    *, actor: Actor, user: User, organisation: Organisation, role: str, now: datetime
) -> Membership:
    """The membership itself; for services whose rule has allowed it."""
    _check_role(role)
    membership = Membership.objects.create(
        user=user, organisation=organisation, role=role, valid_from=now
    )
    record(actor=actor, action="membership.added", obj=membership, now=now)
    return membership


def admit(
    *, actor: Actor, user: User, organisation: Organisation, role: str, now: datetime
) -> Membership | None:
    """A membership of this role, or the one there is raised to it; None for whoever has as much
    already. For services whose rule has allowed it."""
    Organisation.objects.select_for_update().get(pk=organisation.pk)
    current = Membership.objects.active_at(now).filter(user=user, organisation=organisation).first()
    if current is None:
        return enter(actor=actor, user=user, organisation=organisation, role=role, now=now)
    ranks = [MembershipRole.VIEWER, MembershipRole.HANDLER, MembershipRole.OWNER]
    if ranks.index(MembershipRole(current.role)) >= ranks.index(MembershipRole(role)):
        return None
    return set_role(actor=actor, membership=current, role=role, now=now)


def _check_role(role: str) -> None:
    if role not in MembershipRole.values:
        raise DomainError(_("不认识的成员身份“%(role)s”。") % {"role": role}, field="role")


@transaction.atomic
def change_role(*, actor: Actor, membership: Membership, role: str, now: datetime) -> Membership:
    """Owner, handler or viewer from now on. The last owner stays one until there is another."""
    require(can_manage_members(actor, membership.organisation))
    if actor.behalf is not None and membership.user_id in actor.stands_for:
        raise Refusal(_("代别人办理时不能改自己的身份。请由另一位负责人办理。"))
    _check_role(role)
    locked = _active(membership, now)
    if role != MembershipRole.OWNER:
        _keep_an_owner(actor, locked, now)
    return set_role(actor=actor, membership=locked, role=role, now=now)


def set_role(*, actor: Actor, membership: Membership, role: str, now: datetime) -> Membership:
    """Write the role; for services whose rule has allowed it."""
    before = membership.role
    if before != role:
        membership.role = role
        membership.save(update_fields=["role"])
        record(
            actor=actor,
            action="membership.role_changed",
            obj=membership,
            now=now,
            changes={
                "role": [
                    str(MembershipRole(before).label),
                    str(MembershipRole(role).label),
                ]
            },
        )
    return membership


def close_membership(*, actor: Actor, membership: Membership, now: datetime) -> None:
    """The end of the membership itself, for `leaving.end_membership`, which sees to what rested
    on it; its grants and the invitations sent under it end with it."""
    require(can_manage_members(actor, membership.organisation))
    locked = _active(membership, now)
    _keep_an_owner(actor, locked, now)
    locked.valid_to = membership.valid_to = now
    locked.save(update_fields=["valid_to"])
    Invitation.objects.filter(
        organisation_id=locked.organisation_id,
        invited_by_id=locked.user_id,
        accepted_at__isnull=True,
        revoked_at__isnull=True,
    ).update(revoked_at=now)
    record(actor=actor, action="membership.ended", obj=locked, now=now)


def _active(membership: Membership, now: datetime) -> Membership:
    """The membership as it is now. Its organisation is locked: two owners who remove each other
    at once would leave nobody."""
    Organisation.objects.select_for_update().get(pk=membership.organisation_id)
    locked = (
        Membership.objects.active_at(now)
        .select_related("organisation", "user")
        .filter(pk=membership.pk)
        .first()
    )
    if locked is None:
        raise Conflict(_("这个成员身份已经结束，请刷新页面。"))
    return locked


def _keep_an_owner(actor: Actor, membership: Membership, now: datetime) -> None:
    if (
        membership.role != MembershipRole.OWNER
        or has_owner(membership.organisation_id, now=now, other_than=membership.pk)
        or can_manage_accounts(actor, membership.organisation).allowed
    ):
        return
    raise DomainError(
        _("“%(name)s”只有一位负责人。请先把另一位成员设为负责人，再办理。")
        % {"name": membership.organisation.name}
    )


@transaction.atomic
def block_user(*, actor: Actor, user: User, now: datetime) -> None:
    """Nothing of the user's opens any more: password, sessions, tokens, invitations."""
    _require_whole_account(actor, user, now)
    if not User.objects.filter(pk=user.pk, is_active=True).update(is_active=False):
        raise Conflict(_("这个账号已经停用了。"))
    user.is_active = False
    Invitation.objects.filter(
        invited_by=user, accepted_at__isnull=True, revoked_at__isnull=True
    ).update(revoked_at=now)
    record(actor=actor, action="user.blocked", obj=user, now=now)


@transaction.atomic
def unblock_user(*, actor: Actor, user: User, now: datetime) -> None:
    """The user may log in again, with what memberships and grants are left."""
    _require_whole_account(actor, user, now)
    if not User.objects.filter(pk=user.pk, is_active=False).update(is_active=True):
        raise Conflict(_("这个账号没有停用。"))
    user.is_active = True
    record(actor=actor, action="user.unblocked", obj=user, now=now)


@transaction.atomic
def note_reset_mail(*, actor: Actor, membership: Membership, now: datetime) -> None:
    """Whether the actor may have a password reset sent to the member, and that it was."""
    require(can_manage_accounts(actor, membership.organisation))
    if not membership.user.email:
        raise DomainError(
            _("%(name)s没有登记邮箱，不能用邮件重设密码。") % {"name": membership.user.name}
        )
    if not membership.user.is_active:
        raise DomainError(_("这个账号已停用，请先恢复再重设密码。"))
    record(actor=actor, action="user.reset_sent", obj=membership.user, now=now)


def _require_whole_account(actor: Actor, user: User, now: datetime) -> None:
    """Blocking reaches everything the person is here, so all of it must be in the actor's care."""
    if user.pk in actor.stands_for:
        raise Refusal(_("不能停用或恢复自己的账号，请由另一位管理员办理。"))
    memberships = list(
        Membership.objects.active_at(now).filter(user=user).select_related("organisation")
    )
    if not memberships:
        raise Refusal(_("这个账号不属于您管理的任何单位。"))
    for membership in memberships:
        if not can_manage_accounts(actor, membership.organisation).allowed:
            raise Refusal(
                _(
                    "%(name)s还属于您管理范围以外的单位，请联系上级平台管理员，或只结束在本单位的身份。"
                )
                % {"name": user.name}
            )
        for grant in membership.grants.select_related("region", "chain"):
            if grant.region is not None:
                require_scope_within(actor, region=grant.region, chain=grant.chain)


def set_language(*, user_id: int, language: str) -> None:
    """The language notices and mail are written in."""
    User.objects.filter(pk=user_id).update(language=language)
