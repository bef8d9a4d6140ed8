"""Inviting people, and what becomes of an invitation. Its secret is shown once and never kept."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from lianshu.accounts.models import Invitation, Membership, MembershipRole, User
from lianshu.accounts.queries import token_digest
from lianshu.accounts.queries_joining import InvitationState, has_owner, state_of
from lianshu.accounts.rules import can_invite, can_manage_members
from lianshu.accounts.services.people import admit, open_account, person_of
from lianshu.audit.queries import entries_about
from lianshu.audit.services import record
from lianshu.authority import Actor, Refusal, require
from lianshu.notices.services import notify
from lianshu.records.errors import Conflict, DomainError
from lianshu.registry.models import Organisation

DAYS_MOST: Final = 30
DAYS_USUAL: Final = 14
SHEET_MOST: Final = 60
"""Links made anew at once: what one prints and hands out."""


@transaction.atomic
def invite(
    *,
    actor: Actor,
    organisation: Organisation,
    role: str,
    days: int,
    now: datetime,
    name: str = "",
    email: str = "",
    phone: str = "",
) -> tuple[Invitation, str]:
    """An invitation, and the secret of its link, which is known only now."""
    _require_invite(actor, organisation, role, now)
    check_days(days)
    if organisation.ended_on is not None:
        raise DomainError(_("“%(name)s”已终止，不能再邀请人员。") % {"name": organisation.name})
    secret = secrets.token_urlsafe(24)
    invitation = Invitation.objects.create(
        organisation=organisation,
        role=role,
        name=name.strip(),
        email=email.strip(),
        phone=phone.strip(),
        digest=token_digest(secret),
        invited_by_id=inviter_of(actor),
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    record(actor=actor, action="invitation.made", obj=invitation, now=now)
    return invitation, secret


def inviter_of(actor: Actor) -> int | None:
    """An invitation lasts as long as its inviter's right, and a substitute has none of its own."""
    absent = actor.behalf.user_id if actor.behalf else None
    return absent or actor.user_id


def _require_invite(actor: Actor, organisation: Organisation, role: str, now: datetime) -> None:
    if role not in MembershipRole.values:
        raise DomainError(_("不认识的成员身份“%(role)s”。") % {"role": role}, field="role")
    owned = has_owner(organisation.pk, now=now)
    require(can_invite(actor, organisation, role=role, has_owner=owned))


def check_days(days: int) -> None:
    """Raise unless an invitation may last so long."""
    if not 1 <= days <= DAYS_MOST:
        raise DomainError(
            _("邀请的有效期应在 1 到 %(most)d 天之间。") % {"most": DAYS_MOST}, field="days"
        )


@transaction.atomic
def renew_invitations(
    *, actor: Actor, invitations: Sequence[Invitation], days: int, now: datetime
) -> list[tuple[Invitation, str]]:
    """New links for invitations nobody has used; the old links open nothing any more."""
    check_days(days)
    if len(invitations) > SHEET_MOST:
        raise DomainError(
            _("一次最多为 %(most)d 份邀请生成链接，请分几次办理。") % {"most": SHEET_MOST}
        )
    renewed = []
    for invitation in invitations:
        _require_invite(actor, invitation.organisation, invitation.role, now)
        secret = secrets.token_urlsafe(24)
        invitation.digest = token_digest(secret)
        invitation.expires_at = now + timedelta(days=days)
        invitation.invited_by_id = inviter_of(actor)
        changed = _unused(invitation).update(
            digest=invitation.digest,
            expires_at=invitation.expires_at,
            invited_by_id=invitation.invited_by_id,
        )
        if not changed:
            raise Conflict(
                _("给%(name)s的邀请已经使用或撤销，不能再生成链接。请刷新页面。")
                % {"name": invitation.name or _("这位人员")}
            )
        record(actor=actor, action="invitation.renewed", obj=invitation, now=now)
        renewed.append((invitation, secret))
    return renewed


@transaction.atomic
def revoke_invitation(*, actor: Actor, invitation: Invitation, now: datetime) -> None:
    """Its link opens nothing any more."""
    own = invitation.invited_by_id is not None and invitation.invited_by_id in actor.stands_for
    if not own:
        require(can_manage_members(actor, invitation.organisation))
    if not _unused(invitation).update(revoked_at=now):
        raise Conflict(_("这份邀请已经使用或撤销，请刷新页面。"))
    record(actor=actor, action="invitation.revoked", obj=invitation, now=now)


def _unused(invitation: Invitation) -> QuerySet[Invitation]:
    return Invitation.objects.filter(
        pk=invitation.pk, accepted_at__isnull=True, revoked_at__isnull=True
    )


@transaction.atomic
def accept_invitation(*, actor: Actor, invitation: Invitation, now: datetime) -> Membership:
    """The actor becomes a member. One of two who try at once wins; `Conflict` for the other."""
    user = User.objects.get(pk=person_of(actor))
    return _accept(actor, user, invitation, now)


@transaction.atomic
def accept_as_new_user(
    *,
    invitation: Invitation,
    username: str,
    name: str,
    password: str,
    now: datetime,
    email: str = "",
    phone: str = "",
) -> tuple[User, Membership]:
    """An account and its first membership by one invitation; nothing of it when that is used."""
    user = open_account(
        username=username, name=name, password=password, email=email, phone=phone, active=True
    )
    actor = Actor(user_id=user.pk, name=user.name)
    membership = _accept(actor, user, invitation, now)
    record(actor=actor, action="user.created", obj=user, now=now)
    return user, membership


def _accept(actor: Actor, user: User, invitation: Invitation, now: datetime) -> Membership:
    state = state_of(invitation, now=now)
    if state is not InvitationState.OPEN:
        raise Conflict(str(state.label))
    made = entries_about(invitation).filter(action__in=("invitation.made", "invitation.renewed"))
    if made.filter(actor_user_id=user.pk).exclude(behalf="").exists():
        raise Refusal(_("这份邀请是您自己代同事发出的，不能自己接受。请另一位负责人邀请您。"))
    won = _unused(invitation).filter(expires_at__gt=now, digest=invitation.digest)
    if not won.update(accepted_at=now, accepted_by=user):
        raise Conflict(str(InvitationState.USED.label))
    membership = admit(
        actor=actor,
        user=user,
        organisation=invitation.organisation,
        role=invitation.role,
        now=now,
    )
    if membership is None:
        raise Refusal(
            _("您已经是“%(name)s”的成员，不需要接受这份邀请。请把链接转给要邀请的人。")
            % {"name": invitation.organisation.name}
        )
    record(actor=actor, action="invitation.accepted", obj=invitation, now=now)
    if invitation.invited_by_id is not None:
        notify(
            recipients=[invitation.invited_by_id],
            kind="accounts.invitation_accepted",
            params={"name": user.name, "organisation": invitation.organisation.name},
            link=f"/organisations/{invitation.organisation.public_id}/people/",
            now=now,
            mail=False,
        )
    return membership
