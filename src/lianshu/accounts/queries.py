"""From a user to the actor that services and queries take."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Literal, cast

from django.db.models import Q, QuerySet

from lianshu.accounts.models import (
    ApiToken,
    Mandate,
    Membership,
    Substitution,
    User,
)
from lianshu.accounts.models import Grant as GrantRow
from lianshu.accounts.queries_standing import standing_of
from lianshu.authority import (
    EVERY_CHAIN,
    Actor,
    ActorMembership,
    Behalf,
    Capability,
    Grant,
    Scope,
)
from lianshu.registry.models import RegionAncestry
from lianshu.registry.scoping import within

STRANGER = Actor()


def actor_of(user: User, *, now: datetime, standing: str = "") -> Actor:
    """The actor with the user's memberships active at `now` and their grants (two queries).

    `standing` names the mandate or substitution it acts under (`Behalf.reference`). Where that
    does not hold at `now` the actor is the user's own, without `behalf`: the caller looks.
    """
    if not user.is_active:
        return STRANGER
    row = standing_of(user.pk, standing, now=now) if standing else None
    if isinstance(row, Mandate):
        return _agent(user, row)
    memberships = list(
        Membership.objects.active_at(now)
        .filter(user_id=user.pk if row is None else row.absent_id)
        .select_related("organisation")
        .prefetch_related("grants")
        .order_by("valid_from", "id")
    )
    return Actor(
        user_id=user.pk,
        name=user.name or user.username,
        memberships=tuple(
            ActorMembership(
                organisation_id=m.organisation_id,
                organisation_name=m.organisation.name,
                role=cast(Literal["owner", "handler", "viewer"], m.role),
            )
            for m in memberships
        ),
        grants=tuple(
            grant for m in memberships for given in m.grants.all() for grant in _grants(given)
        ),
        behalf=None if row is None else _as_substitute(row),
    )


def _as_substitute(row: Substitution) -> Behalf:
    return Behalf(
        "substitution",
        row.pk,
        row.absent.name or row.absent.username,
        user_id=row.absent_id,
        until=row.last_day,
    )


def _agent(user: User, mandate: Mandate) -> Actor:
    """Somebody who acts for one organisation and nothing else, as far as the mandate goes."""
    organisation = mandate.organisation
    return Actor(
        user_id=user.pk,
        name=user.name or user.username,
        memberships=(ActorMembership(organisation.pk, organisation.name, "handler"),),
        behalf=Behalf(
            "mandate",
            mandate.pk,
            organisation.name,
            matters=mandate.matters,
            until=mandate.last_day,
        ),
    )


def _grants(row: GrantRow) -> list[Grant]:
    if row.region_id is None:
        return []
    if row.every_chain:
        return [Grant(Capability(row.capability), Scope(row.region_id, EVERY_CHAIN))]
    if row.chain_id is None:
        return []
    return [Grant(Capability(row.capability), Scope(row.region_id, row.chain_id))]


def actor_by_user_id(user_id: int, now: datetime, *, standing: str = "") -> Actor:
    """The actor of a job's requester; a user who is gone or blocked is a stranger."""
    user = User.objects.filter(pk=user_id).first()
    return STRANGER if user is None else actor_of(user, now=now, standing=standing)


def token_digest(secret: str) -> str:
    """What is stored of an API token. The secret is random, so a plain hash is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()


def live_token(secret: str, *, now: datetime) -> ApiToken | None:
    """The token that `secret` opens, unless expired, revoked or its user is blocked."""
    return (
        ApiToken.objects.filter(
            digest=token_digest(secret),
            revoked_at__isnull=True,
            expires_at__gt=now,
            user__is_active=True,
        )
        .select_related("user")
        .first()
    )


def people_acting_for(organisation_id: int, *, now: datetime) -> list[int]:
    """Ids of active users who may act for the organisation: whom a notice reaches."""
    return list(
        Membership.objects.active_at(now)
        .filter(organisation_id=organisation_id, user__is_active=True)
        .exclude(role="viewer")
        .values_list("user_id", flat=True)
        .distinct()
        .order_by("user_id")
    )


def names_acting_for(organisation_id: int, *, now: datetime) -> list[tuple[int, str]]:
    """The same people, each with the name."""
    people = people_acting_for(organisation_id, now=now)
    return [(user.pk, str(user)) for user in User.objects.filter(pk__in=people).order_by("name")]


def people_coordinating(
    *, region_id: int, chain_id: int | None, now: datetime, every_chain: bool = False
) -> list[int]:
    """Ids of active users who coordinate there: what waits for the office reaches them.

    With `every_chain` only those whose grant is not narrowed to a chain.
    """
    above = RegionAncestry.objects.filter(descendant=region_id).values("ancestor")
    chains = Q(every_chain=True)
    if chain_id is not None and not every_chain:
        chains |= Q(chain=chain_id)
    grants = GrantRow.objects.filter(chains, capability=Capability.COORDINATE, region__in=above)
    return list(
        Membership.objects.active_at(now)
        .filter(grants__in=grants, user__is_active=True)
        .values_list("user_id", flat=True)
        .distinct()
        .order_by("user_id")
    )


def memberships_managed_by(actor: Actor, *, now: datetime) -> QuerySet[Membership]:
    """Active memberships in organisations whose accounts the actor manages."""
    return (
        Membership.objects.active_at(now)
        .filter(within(actor, Capability.MANAGE_ACCOUNTS, prefix="organisation__"))
        .select_related("user", "organisation__region", "organisation__chain")
        .prefetch_related("grants__region", "grants__chain")
    )


def own_tokens(actor: Actor) -> QuerySet[ApiToken]:
    """The actor's API tokens that were not revoked, latest first."""
    if actor.user_id is None:
        return ApiToken.objects.none()
    return ApiToken.objects.filter(user_id=actor.user_id, revoked_at__isnull=True).order_by(
        "-created_at"
    )


def own_email(actor: Actor) -> str:
    """Where the actor gets mail; empty where there is no address."""
    user = None if actor.user_id is None else User.objects.filter(pk=actor.user_id).first()
    return "" if user is None else user.email


def own_contact(actor: Actor) -> str:
    """How the actor can be reached: telephone, else e-mail; empty for the system."""
    if actor.user_id is None:
        return ""
    user = User.objects.filter(pk=actor.user_id).first()
    return "" if user is None else user.phone or user.email
