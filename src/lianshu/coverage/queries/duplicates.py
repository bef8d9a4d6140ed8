"""Reading pairs that may be one firm."""

from __future__ import annotations

from lianshu.authority import Actor
from lianshu.coverage.models import DuplicatePair
from lianshu.coverage.querysets import DuplicatePairQuerySet


def pairs_for(actor: Actor) -> DuplicatePairQuerySet:
    """Pairs of organisations the actor keeps."""
    return DuplicatePair.objects.visible_to(actor).select_related(
        "first__region", "first__chain", "second__region", "second__chain", "succession"
    )


def pair_by_id(actor: Actor, public_id: str) -> DuplicatePair | None:
    """One pair."""
    return pairs_for(actor).filter(public_id=public_id).first()
