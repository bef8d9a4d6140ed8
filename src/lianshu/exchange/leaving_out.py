"""Hard filters: who must not be proposed, asked before anything is ranked or cut.

Each has a reason. What was left out is counted among what would have been proposed otherwise, for
the chain office only: that somebody is on a list of exclusions is nobody else's business.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from django.db.models import Q
from django.utils import timezone
from numpy.typing import NDArray

from lianshu.exchange.indexing import View, not_expired
from lianshu.exchange.models import Demand, Resource
from lianshu.registry.models import RegionAncestry
from lianshu.registry.queries.links import related_parties

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Barred:
    """Places that must not be proposed: what is no candidate at all, and by reason."""

    never: Mask
    because: Mapping[str, Mask]

    @property
    def keep(self) -> Mask:
        """The places that may be proposed."""
        kept: Mask = ~self.never
        for mask in self.because.values():
            kept &= ~mask
        return kept


def barred(view: View, post: Demand | Resource, now: datetime) -> Barred:
    """The places of the other side that may not be proposed for `post`, a constant number of
    queries. Own posts and expired ones are no candidates; the rest has its reason."""
    columns = view.columns
    never = ~view.present | (columns.owner == post.owner_id) | ~not_expired(view, now)
    related = related_parties([post.owner_id], on=timezone.localdate(now))[post.owner_id]
    excluded = set(post.exclusions.values_list("organisation_id", flat=True))
    return Barred(
        never,
        {
            "conflict": np.isin(columns.owner, list(related)),
            "excluded": np.isin(columns.owner, list(excluded))
            | np.isin(columns.pk, _excluding(post)),
            "region": _outside(view, post),
        },
    )


def _excluding(post: Demand | Resource) -> list[int]:
    """Posts of the other side whose owners named this owner."""
    other: type[Demand] | type[Resource] = Resource if isinstance(post, Demand) else Demand
    rows: Any = other._meta.get_field("exclusions").related_model
    return list(
        rows._default_manager.filter(organisation=post.owner_id).values_list("post_id", flat=True)
    )


def _outside(view: View, post: Demand | Resource) -> Mask:
    """Outside the region that one of the two wants its partners to be in."""
    columns = view.columns
    outside: Mask = np.zeros(len(columns.pk), dtype=np.bool_)
    above = RegionAncestry.objects.filter(
        Q(descendant=post.region_id) | Q(ancestor=post.partner_region_id or 0)
    )
    pairs = list(above.values_list("ancestor_id", "descendant_id"))
    if post.partner_region_id is not None:
        inside = [low for high, low in pairs if high == post.partner_region_id]
        outside |= ~np.isin(columns.region, inside)
    mine = [high for high, low in pairs if low == post.region_id]
    asked = columns.partner_region > 0
    if asked.any():
        outside |= asked & ~np.isin(columns.partner_region, mine)
    return outside
