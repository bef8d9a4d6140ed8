"""That a recommendation was seen: the step of the funnel between proposed and decided."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from lianshu.authority import Actor
from lianshu.exchange.models import PairView, Recommendation
from lianshu.exchange.rules import coordinates, sides_of


def note_views(*, actor: Actor, pairs: Iterable[Recommendation], now: datetime) -> int:
    """Record the first time this person sees each pair, with the side they stand on; returns how
    many were new. One question and at most one insert, however many pairs."""
    if actor.user_id is None:
        return 0
    rows = list(pairs)
    seen = set(
        PairView.objects.filter(
            user_id=actor.user_id, recommendation__in=[row.pk for row in rows]
        ).values_list("recommendation_id", flat=True)
    )
    fresh = [row for row in rows if row.pk not in seen]
    if fresh:
        PairView.objects.bulk_create(
            [
                PairView(recommendation=row, user_id=actor.user_id, side=_side(actor, row), at=now)
                for row in fresh
            ],
            ignore_conflicts=True,
        )
    return len(fresh)


def _side(actor: Actor, row: Recommendation) -> str:
    sides = sides_of(actor, row)
    if sides:
        return sides[0]
    if coordinates(actor, row):
        return "office"
    # A colleague who only reads: the side whose organisation they belong to.
    return "demand" if row.demand.owner_id in actor.organisation_ids else "resource"
