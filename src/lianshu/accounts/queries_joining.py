"""Reading who belongs to an organisation, who is invited, and who claims it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet, TextChoices
from django.utils.translation import gettext_lazy as _

from lianshu.accounts.models import (
    Claim,
    ClaimStatus,
    Grant,
    Invitation,
    Membership,
    MembershipRole,
)
from lianshu.accounts.queries import actor_of, token_digest
from lianshu.accounts.rules import (
    OFFICER,
    can_follow_claim,
    can_invite,
    can_manage_accounts,
)
from lianshu.audit.models import AuditEntry
from lianshu.authority import Actor, Capability
from lianshu.registry.models import Identifier, IdentifierKind, Organisation
from lianshu.registry.scoping import NOTHING, within


def has_owner(organisation_id: int, *, now: datetime, other_than: int | None = None) -> bool:
    """Whether somebody who can log in is its owner; `other_than` leaves one membership out."""
    owners = _owners(now).filter(organisation_id=organisation_id)
    if other_than is not None:
        owners = owners.exclude(pk=other_than)
    return owners.exists()


def organisations_with_owner(ids: Collection[int], *, now: datetime) -> set[int]:
    """Those of `ids` that somebody who can log in owns."""
    owners = _owners(now).filter(organisation_id__in=ids)
    return set(owners.values_list("organisation_id", flat=True))


def _owners(now: datetime) -> QuerySet[Membership]:
    return Membership.objects.active_at(now).filter(role=MembershipRole.OWNER, user__is_active=True)


def members_of(organisation: Organisation, *, now: datetime) -> QuerySet[Membership]:
    """Active memberships, owners first; whoever shows them has asked `can_read_members`."""
    return (
        Membership.objects.active_at(now)
        .filter(organisation=organisation)
        .select_related("user", "organisation__region", "organisation__chain")
        .prefetch_related("grants__region", "grants__chain")
        .order_by("user__name", "pk")
    )


def membership_by_id(membership_id: int, *, now: datetime) -> Membership | None:
    """One active membership; the services that get it ask the rule for their actor."""
    return (
        Membership.objects.active_at(now)
        .filter(pk=membership_id)
        .select_related("user", "organisation__region", "organisation__chain")
        .first()
    )


def managed_membership(actor: Actor, membership_id: int, *, now: datetime) -> Membership | None:
    """One active membership with its grants, where the actor manages accounts."""
    found = membership_by_id(membership_id, now=now)
    if found is None or not can_manage_accounts(actor, found.organisation).allowed:
        return None
    return found


def grants_of(membership: Membership) -> QuerySet[Grant]:
    """Its grants, as they were given."""
    return Grant.objects.filter(membership=membership).select_related(
        "region", "chain", "membership__organisation"
    )


def holding(capabilities: Collection[str]) -> Q:
    """Memberships with a grant of one of these; a subquery, so that none comes twice."""
    held = Grant.objects.filter(capability__in=capabilities)
    return Q(pk__in=held.values("membership"))


def _in_care(actor: Actor) -> Q:
    """Rows of organisations the actor owns, or whose accounts it manages."""
    owned = [m.organisation_id for m in actor.memberships if m.role == "owner"]
    return Q(organisation_id__in=owned) | within(
        actor, Capability.MANAGE_ACCOUNTS, prefix="organisation__"
    )


def _as_officer(actor: Actor) -> Q:
    condition = NOTHING
    for capability in OFFICER:
        condition |= within(actor, capability, prefix="organisation__")
    return condition


def invitations_for(actor: Actor) -> QuerySet[Invitation]:
    """Those into organisations whose people the actor manages, and its own."""
    if not actor.is_known:
        return Invitation.objects.none()
    own = Q(invited_by_id__in=actor.stands_for) & _as_officer(actor)
    return Invitation.objects.filter(_in_care(actor) | own).select_related(
        "organisation__region", "organisation__chain", "invited_by", "accepted_by"
    )


def open_invitations(rows: QuerySet[Invitation], *, now: datetime) -> QuerySet[Invitation]:
    """Neither used, nor revoked, nor expired."""
    return rows.filter(accepted_at__isnull=True, revoked_at__isnull=True, expires_at__gt=now)


def unused_invitations(rows: QuerySet[Invitation]) -> QuerySet[Invitation]:
    """Neither used nor revoked: those that a new link can be made for, expired ones too."""
    return rows.filter(accepted_at__isnull=True, revoked_at__isnull=True)


def invitations_never_linked(rows: QuerySet[Invitation]) -> QuerySet[Invitation]:
    """Unused ones for which no link was made since they were written: the audit says."""
    linked = AuditEntry.objects.filter(
        object_type=Invitation._meta.label_lower,
        object_id=OuterRef("pk"),
        action="invitation.renewed",
    )
    return unused_invitations(rows).filter(~Exists(linked))


class InvitationState(TextChoices):
    """What became of an invitation, as its page says it."""

    OPEN = "open", _("这份邀请可以使用。")
    USED = "used", _("这份邀请已经用过了。")
    REVOKED = "revoked", _("这份邀请已被撤销。")
    EXPIRED = "expired", _("这份邀请已过有效期。")
    LAPSED = "lapsed", _("发出邀请的人现在不能再邀请（可能已离开，或单位已有负责人）。")


def state_of(invitation: Invitation, *, now: datetime) -> InvitationState:
    """Whether it can be used. It stands on its inviter's right to invite at that time."""
    if invitation.accepted_at is not None:
        return InvitationState.USED
    if invitation.revoked_at is not None:
        return InvitationState.REVOKED
    if invitation.expires_at <= now:
        return InvitationState.EXPIRED
    if invitation.organisation.ended_on is not None:
        return InvitationState.LAPSED
    if invitation.invited_by is None:  # the system's
        return InvitationState.OPEN
    allowed = can_invite(
        actor_of(invitation.invited_by, now=now),
        invitation.organisation,
        role=invitation.role,
        has_owner=has_owner(invitation.organisation_id, now=now),
    )
    return InvitationState.OPEN if allowed.allowed else InvitationState.LAPSED


def invitation_by_secret(secret: str) -> Invitation | None:
    """The invitation that the link opens, whatever became of it."""
    return (
        Invitation.objects.filter(digest=token_digest(secret))
        .select_related("organisation__region", "organisation__chain", "invited_by")
        .first()
    )


def claims_for(actor: Actor, *, now: datetime) -> QuerySet[Claim]:
    """Those the actor may decide or has decided.

    Officers get the claims of organisations in scope that have no owner.
    """
    if not actor.is_known:
        return Claim.objects.none()
    owned = Exists(_owners(now).filter(organisation=OuterRef("organisation")))
    condition = _in_care(actor) | (_as_officer(actor) & ~Q(owned))
    if actor.stands_for:
        condition |= Q(decided_by_id__in=actor.stands_for)
    return (
        Claim.objects.filter(condition)
        .exclude(user_id__in=actor.stands_for)
        .select_related("organisation__region", "organisation__chain", "user", "decided_by")
    )


def claims_waiting_at(
    actor: Actor, organisation: Organisation, *, now: datetime
) -> QuerySet[Claim]:
    """Claims of one organisation that wait for the actor."""
    return claims_for(actor, now=now).filter(organisation=organisation, status=ClaimStatus.PENDING)


def claim_to_follow(actor: Actor, public_id: str, *, now: datetime) -> Claim | None:
    """One claim, for whoever made it and whoever decides or decided it."""
    claim = _claims().filter(public_id=public_id).first()
    return claim if _may_follow(actor, claim, now) else None


def claim_with_proof(actor: Actor, claim_id: int, *, now: datetime) -> Claim | None:
    """As `claim_to_follow`, by the key that a stored file has."""
    claim = _claims().filter(pk=claim_id).first()
    return claim if _may_follow(actor, claim, now) else None


def _may_follow(actor: Actor, claim: Claim | None, now: datetime) -> bool:
    return (
        claim is not None
        and can_follow_claim(
            actor, claim, has_owner=has_owner(claim.organisation_id, now=now)
        ).allowed
    )


def _claims() -> QuerySet[Claim]:
    return Claim.objects.select_related(
        "organisation__region", "organisation__chain", "user", "decided_by"
    )


def claim_by_secret(secret: str) -> Claim | None:
    """The claim that a link follows."""
    return _claims().filter(digest=token_digest(secret)).first()


def own_claims(actor: Actor) -> QuerySet[Claim]:
    """What the actor has claimed, latest first."""
    if actor.user_id is None:
        return Claim.objects.none()
    return _claims().filter(user_id=actor.user_id)


def deciders_of(organisation: Organisation, *, now: datetime) -> list[int]:
    """Ids of the people a new claim is told to: its owners, else who looks after its place."""
    owners = _owners(now).filter(organisation=organisation).values_list("user_id", flat=True)
    if found := sorted(set(owners)):
        return found
    places = organisation.region.ancestry.values("ancestor")
    chains = Q(grants__every_chain=True)
    if organisation.chain_id is not None:
        chains |= Q(grants__chain_id=organisation.chain_id)
    able = [Capability.MANAGE_ACCOUNTS.value, *(each.value for each in OFFICER)]
    return list(
        Membership.objects.active_at(now)
        .filter(
            chains,
            grants__capability__in=able,
            grants__region__in=places,
            user__is_active=True,
        )
        .values_list("user_id", flat=True)
        .distinct()
        .order_by("user_id")
    )


def organisation_by_code(uscc: str) -> Organisation | None:
    """Whose current credit code it is. A stranger who types a whole code may learn the name that
    public registers give for it, and nothing else."""
    found = (
        Identifier.objects.filter(
            kind=IdentifierKind.USCC,
            value=uscc,
            valid_to__isnull=True,
            organisation__ended_on__isnull=True,
        )
        .select_related("organisation__region", "organisation__chain")
        .first()
    )
    return None if found is None else found.organisation
