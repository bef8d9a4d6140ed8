"""Reading the tree of regions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count

from lianshu.authority import Actor
from lianshu.registry.models import Organisation, Region, RegionSuccession


@dataclass(frozen=True, slots=True)
class RegionReading:
    """A place in the tree: how deep it lies, how many organisations of today are in it or below,
    what it came from and what it became."""

    region: Region
    depth: int
    count: int
    came_from: Sequence[RegionSuccession]
    became: Sequence[RegionSuccession]


def region_tree(actor: Actor) -> list[RegionReading]:
    """Every region below its parent, by code. Four queries."""
    regions = list(Region.objects.order_by("code"))
    below: dict[int | None, list[Region]] = {}
    for region in regions:
        below.setdefault(region.parent_id, []).append(region)
    counted = (
        Organisation.objects.visible_to(actor)
        .current()
        .order_by()
        .values_list("region__ancestry__ancestor")
        .annotate(Count("pk"))
    )
    counts: dict[int, int] = dict(counted)
    came_from: dict[int, list[RegionSuccession]] = {}
    became: dict[int, list[RegionSuccession]] = {}
    for row in RegionSuccession.objects.select_related("predecessor", "successor"):
        came_from.setdefault(row.successor_id, []).append(row)
        became.setdefault(row.predecessor_id, []).append(row)
    found: list[RegionReading] = []

    def walk(parent: int | None, depth: int) -> None:
        for region in below.get(parent, ()):
            pk = region.pk
            found.append(
                RegionReading(
                    region, depth, counts.get(pk, 0), came_from.get(pk, ()), became.get(pk, ())
                )
            )
            walk(pk, depth + 1)

    walk(None, 0)
    return found


def region_by_id(public_id: str) -> Region | None:
    """One region; public reference data."""
    return Region.objects.select_related("parent").filter(public_id=public_id).first()
