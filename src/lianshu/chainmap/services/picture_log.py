"""Who read few makers or the wave of a loss from a picture: kept, as the care for firms asks."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from django.db import transaction

from lianshu.audit.services import record
from lianshu.authority import Actor
from lianshu.chainmap.models import MapRevision
from lianshu.registry.models import Chain, Region

Reading = Literal["chainmap.sources_read", "chainmap.sources_exported", "chainmap.impact_read"]


@transaction.atomic
def note_reading(
    *, actor: Actor, action: Reading, chain: Chain, region: Region, query: str, now: datetime
) -> None:
    """One entry about the map, with the chain, the place and what was asked. About the map and not
    the chain: the record on a chain's page tells what was changed of it."""
    revision = MapRevision.objects.filter(pk=1).first()
    if revision is None:  # an empty map tells nothing
        return
    told = {"chain": [None, chain.name], "region": [None, region.name]}
    if query:
        told["query"] = [None, query]
    record(actor=actor, action=action, obj=revision, now=now, changes=told)
