"""A grant's scope as one condition on rows that carry `region` and `chain`."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q

from lianshu.authority import EVERY_CHAIN, Actor, Capability
from lianshu.registry.models.organisations import RegionAncestry

NOTHING = Q(pk__in=())
EVERYTHING = Q()


def within(actor: Actor, capability: Capability, *, prefix: str = "") -> Q:
    """Rows in a region (or below one) and chain where the actor holds `capability`.

    `prefix` leads to the row that has both, such as `demand__`. A grant narrowed to one chain does
    not reach rows without a chain. No grant gives no row; the system actor gets every row.
    """
    if actor.is_system:
        return EVERYTHING
    regions_by_chain: dict[int | str, list[int]] = {}
    for scope in actor.scopes(capability):
        regions_by_chain.setdefault(scope.chain_id, []).append(scope.region_id)
    condition = NOTHING
    for chain_id, regions in regions_by_chain.items():
        # A subquery instead of a join, so that nested grants never give a row twice.
        below = RegionAncestry.objects.filter(ancestor__in=regions).values("descendant")
        part = Q(**{f"{prefix}region__in": below})
        if chain_id != EVERY_CHAIN:
            part &= Q(**{f"{prefix}chain": chain_id})
        condition |= part
    return condition


def lies_in(field: str, region_ids: Iterable[str]) -> Q:
    """Rows whose `field` is one of these regions (public ids) or below one."""
    below = RegionAncestry.objects.filter(ancestor__public_id__in=list(region_ids))
    return Q(**{f"{field}__in": below.values("descendant")})
