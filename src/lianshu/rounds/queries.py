"""Reading rounds, scoped by the actor; posts carry the reader's `level`."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Prefetch, Q, QuerySet

from lianshu.authority import Actor
from lianshu.exchange.queries import demands_for, resources_for
from lianshu.registry.models import Liaison
from lianshu.rounds.models import Participant, Quota, Round, RoundPair, RoundPlan
from lianshu.rounds.querysets import RoundQuerySet


def rounds_for(actor: Actor) -> RoundQuerySet:
    """Rounds of the actor's places, with how many take part on each side and are paired."""
    return (
        Round.objects.visible_to(actor)
        .select_related("region", "chain")
        .annotate(
            lefts=Count("participants", filter=Q(participants__side="left"), distinct=True),
            rights=Count("participants", filter=Q(participants__side="right"), distinct=True),
            paired=Count("pairs", filter=Q(pairs__chosen=True), distinct=True),
        )
    )


def round_by_id(actor: Actor, public_id: str) -> Round | None:
    """One round, or None when there is none for this actor."""
    found = Round.objects.visible_to(actor).select_related("region", "chain")
    return found.filter(public_id=public_id).first()


def _subjects(actor: Actor, prefix: str = "") -> list[Prefetch[Any]]:
    liaisons = Liaison.objects.visible_to(actor).select_related("organisation")
    return [
        Prefetch(f"{prefix}demand", queryset=demands_for(actor)),
        Prefetch(f"{prefix}resource", queryset=resources_for(actor)),
        Prefetch(f"{prefix}liaison", queryset=liaisons),
    ]


def participants_of(actor: Actor, found: Round, side: str = "") -> QuerySet[Participant]:
    """Who takes part, in the order they were added."""
    rows = Participant.objects.filter(round=found)
    if side:
        rows = rows.filter(side=side)
    return (
        rows.select_related("organisation__region", "organisation__chain")
        .prefetch_related(*_subjects(actor))
        .order_by("pk")
    )


def pairs_of(found: Round) -> QuerySet[RoundPair]:
    """Possible pairs of a round the actor was let see."""
    return RoundPair.objects.filter(round=found).order_by("pk")


def quotas_of(found: Round) -> QuerySet[Quota]:
    """Quotas of a round the actor was let see."""
    rows = Quota.objects.filter(round=found)
    return rows.select_related("region", "chain", "organisation").order_by("side", "pk")


def plans_of(found: Round) -> QuerySet[RoundPlan]:
    """Computations of a round the actor was let see, the latest first."""
    return RoundPlan.objects.filter(round=found).order_by("-number")


def pairs_for(actor: Actor) -> QuerySet[RoundPair]:
    """Possible pairs of all rounds that the actor may see, for the list and its export."""
    sides = ("left", "right")
    return (
        RoundPair.objects.filter(round__in=Round.objects.visible_to(actor))
        .select_related(
            "round",
            *(f"{side}__organisation__region" for side in sides),
            *(f"{side}__organisation__chain" for side in sides),
        )
        .prefetch_related(*(each for side in sides for each in _subjects(actor, f"{side}__")))
    )


def pair_in(actor: Actor, found: Round, pk: int) -> RoundPair | None:
    """One possible pair of a round."""
    return pairs_for(actor).filter(round=found, pk=pk).first()
