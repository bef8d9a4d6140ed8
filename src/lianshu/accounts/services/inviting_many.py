"""Many invitations at once, as a sheet of people brings them.

Nobody sees their first secrets: those with an address get a link by mail, which a job makes when it
sends it; for the others links are made in the list of invitations.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from lianshu.accounts.models import Invitation, Membership, MembershipRole
from lianshu.accounts.queries import token_digest
from lianshu.accounts.queries_joining import (
    InvitationState,
    open_invitations,
    organisations_with_owner,
    state_of,
)
from lianshu.accounts.rules import can_invite
from lianshu.accounts.services.invitations import check_days, inviter_of, renew_invitations
from lianshu.accounts.services.mailing import mail_invitation
from lianshu.audit.services import record_many
from lianshu.authority import Actor, Refusal
from lianshu.jobs.services import enqueue
from lianshu.registry.models import Organisation

MAIL_JOB: Final = "accounts.mail_invitations"


@dataclass(frozen=True, slots=True)
class Invitee:
    """Somebody a sheet names, with where and as what; by telephone or e-mail we know them again."""

    organisation: Organisation
    role: str
    name: str
    email: str
    phone: str

    @property
    def keys(self) -> frozenset[tuple[int, str]]:
        """What makes two rows the same person in the same organisation."""
        return _keys(self.organisation.pk, self.email, self.phone)


def _keys(organisation_id: int, email: str, phone: str) -> frozenset[tuple[int, str]]:
    digits = "".join(one for one in phone if one.isdigit())
    return frozenset(
        (organisation_id, value) for value in (email.strip().casefold(), digits) if value
    )


def why_not(*, actor: Actor, people: Sequence[Invitee], now: datetime) -> list[tuple[bool, str]]:
    """For each: whether they are a member or invited already, and why they may not be invited."""
    ids = {person.organisation.pk for person in people}
    known: set[tuple[int, str]] = set()
    members = Membership.objects.active_at(now).filter(organisation_id__in=ids)
    for row in members.values_list("organisation_id", "user__email", "user__phone"):
        known |= _keys(*row)
    invited = open_invitations(Invitation.objects.filter(organisation_id__in=ids), now=now)
    for row in invited.values_list("organisation_id", "email", "phone"):
        known |= _keys(*row)
    owned = organisations_with_owner(ids, now=now)
    verdicts: dict[tuple[int, str], str] = {}
    found = []
    for person in people:
        place = (person.organisation.pk, person.role)
        if place not in verdicts:
            verdicts[place] = can_invite(
                actor, person.organisation, role=person.role, has_owner=place[0] in owned
            ).reason
            if person.organisation.ended_on is not None:
                verdicts[place] = _("“%(name)s”已终止，不能再邀请人员。") % {
                    "name": person.organisation.name
                }
        found.append((not person.keys.isdisjoint(known), verdicts[place]))
    return found


@transaction.atomic
def invite_many(
    *, actor: Actor, people: Sequence[Invitee], days: int, mail: bool, now: datetime
) -> list[Invitation]:
    """One invitation for each, all or none; with `mail` a job sends the links to those who have an
    address. Raises `Refusal` for whoever may not be invited (any more)."""
    check_days(days)
    for person, (_known, refusal) in zip(
        people, why_not(actor=actor, people=people, now=now), strict=True
    ):
        if refusal:
            raise Refusal(f"{person.name}：{refusal}")
    made = Invitation.objects.bulk_create(
        Invitation(
            organisation=person.organisation,
            role=MembershipRole(person.role),
            name=person.name,
            email=person.email,
            phone=person.phone,
            digest=token_digest(secrets.token_urlsafe(24)),
            invited_by_id=inviter_of(actor),
            created_at=now,
            expires_at=now + timedelta(days=days),
        )
        for person in people
    )
    record_many(
        actor=actor, action="invitation.made", objects=made, changes=[{}] * len(made), now=now
    )
    addressed = [each.public_id for each in made if each.email]
    if mail and addressed:
        enqueue(
            actor=actor,
            kind=MAIL_JOB,
            title=_("发送邀请邮件：%(count)d 封") % {"count": len(addressed)},
            params={"invitations": addressed, "days": days},
            link="/invitations/",
            now=now,
        )
    return made


def send_invitation(*, actor: Actor, invitation: Invitation, days: int, now: datetime) -> bool:
    """Make a link and mail it; False when the mail did not leave. A link that was made before
    opens nothing any more, so this is for invitations whose link nobody has."""
    if not invitation.email or state_of(invitation, now=now) is not InvitationState.OPEN:
        return False
    [(renewed, secret)] = renew_invitations(
        actor=actor, invitations=[invitation], days=days, now=now
    )
    return mail_invitation(invitation=renewed, secret=secret)
