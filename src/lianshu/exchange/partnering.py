"""Whether certain pairs may be proposed at all: for those that somebody else than the ranking
settles on."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from lianshu.authority import Actor
from lianshu.exchange.indexing import view_for
from lianshu.exchange.leaving_out import barred
from lianshu.exchange.matching import engine_post
from lianshu.exchange.models import Demand, Resource


def bars_between(
    actor: Actor, demand: Demand, resources: Collection[int], *, now: datetime
) -> dict[int, str]:
    """For each of these resources that must not be proposed for `demand` (fetched with its
    level), why: a key of `wording.LEFT_OUT`, or `never` for what is no candidate at all, such as
    one that left the list or has the same owner."""
    view = view_for(actor, Resource, engine_post)
    bars = barred(view, demand, now)
    place = {int(pk): at for at, pk in enumerate(view.columns.pk)}
    found = {}
    for pk in resources:
        at = place.get(pk)
        if at is None or bars.never[at]:
            found[pk] = "never"
            continue
        reason = next((name for name, mask in bars.because.items() if mask[at]), None)
        if reason is not None:
            found[pk] = reason
    return found
