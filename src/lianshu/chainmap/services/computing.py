"""Required inputs of every chain, computed anew from the whole map and kept as rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lianshu.chainmap.disclosure import publish
from lianshu.chainmap.models import ChainInput, MapRevision, Product
from lianshu.chainmap.queries import (
    WHOLE,
    CurrentMap,
    cities,
    current_graph,
    districts_of,
    roots_by_chain,
)
from lianshu.chainmap.services.closing import close_acts
from lianshu.engine.chains import Reached, status_of
from lianshu.registry.models import Chain, Region

DEPTH: Final = 8
BATCH: Final = 500
_FIELDS: Final = (
    *("depth", "path", "makers", "elsewhere", "status", "shown", "required"),
    *("gap_since", "closed_on", "closed_note", "computed_at", "whole"),
)


@dataclass(frozen=True, slots=True)
class Count:
    """How many firms make a product: in a place, elsewhere, and what everybody may know."""

    makers: int
    elsewhere: int
    shown: int
    named: tuple[str, ...] = ()


def refresh_inputs(*, now: datetime, force: bool = False) -> int:
    """Compute every chain's inputs for its city and districts; how many rows changed.

    Nothing is done when the map has not changed since, unless `force`. Where nobody made an input
    and somebody does now, the row says so and what was being done about it is closed.
    """
    with transaction.atomic():
        mark = MapRevision.objects.select_for_update().filter(pk=1).first()
        if mark is None or (mark.computed == mark.number and not force):
            return 0
        current = current_graph(WHOLE)
        changed = _refresh(current, now)
        mark.computed = mark.number
        mark.save(update_fields=["computed"])
    return changed


def _refresh(current: CurrentMap, now: datetime) -> int:
    needed = {
        chain: current.graph.required_inputs(roots, depth=DEPTH)
        for chain, roots in roots_by_chain().items()
    }
    names = {one.product for inputs in needed.values() for one in inputs}
    products = {each.name: each for each in Product.objects.all() if each.name in names}
    changed = 0
    for city in cities():
        places = [city, *districts_of(city)]
        counts = _counts(current, names, places)
        for place in places:
            changed += _write_place(needed, products, place, counts[place.pk], city, now)
    return changed


def _counts(
    current: CurrentMap, names: set[str], places: list[Region]
) -> dict[int, dict[str, Count]]:
    city, *districts = places
    everyone = current.everyone()
    makers = {place.pk: current.makers(place) for place in places}
    found: dict[int, dict[str, Count]] = {place.pk: {} for place in places}
    for name in names:
        local = {key: each.of(name) for key, each in makers.items()}
        anywhere = everyone.of(name)
        parts = {each.pk: len(local[each.pk]) for each in districts}
        bound, shown = publish(len(local[city.pk]), parts)
        shown[city.pk] = bound
        for place in places:
            codes = local[place.pk]
            firms = tuple(current.firms[code].name for code in sorted(codes)) if codes else ()
            found[place.pk][name] = Count(
                len(codes), len(anywhere - codes), shown[place.pk], firms[:3]
            )
    return found


def _write_place(
    needed: Mapping[Chain, list[Reached]],
    products: Mapping[str, Product],
    place: Region,
    counts: Mapping[str, Count],
    city: Region,
    now: datetime,
) -> int:
    there = {(row.chain_id, row.product_id): row for row in ChainInput.objects.filter(region=place)}
    fresh, changed, closed = [], [], []
    for chain, inputs in needed.items():
        for one in inputs:
            product = products[one.product]
            row = there.pop((chain.pk, product.pk), None)
            count = counts[one.product]
            if row is None:
                row = ChainInput(chain=chain, region=place, product=product)
                row.whole = place.pk == city.pk
                _fill(row, one, count, now)
                fresh.append(row)
                continue
            if _fill(row, one, count, now):
                closed.append(row)
                changed.append(row)
            elif row.computed_at == now:
                changed.append(row)
    for row in there.values():
        if row.required:
            row.required, row.computed_at = False, now
            changed.append(row)
    ChainInput.objects.bulk_create(fresh, batch_size=BATCH)
    ChainInput.objects.bulk_update(changed, _FIELDS, batch_size=BATCH)
    close_acts(closed, now=now)
    return len(fresh) + len(changed)


def _fill(row: ChainInput, one: Reached, count: Count, now: datetime) -> bool:
    """Put in what was computed; whether a gap has ended."""
    was_gap = row.gap_since is not None
    said = (
        *(one.depth, list(one.path), count.makers, count.elsewhere),
        *(status_of(count.makers).value, count.shown, True),
    )
    names = ("depth", "path", "makers", "elsewhere", "status", "shown", "required")
    if tuple(getattr(row, name) for name in names) == said and row.pk:
        return False
    for name, value in zip(names, said, strict=True):
        setattr(row, name, value)
    row.computed_at = now
    today = timezone.localdate(now)
    if count.makers == 0:
        row.gap_since = row.gap_since or today
        row.closed_on, row.closed_note = None, ""
        return False
    row.gap_since = None
    if not was_gap:
        return False
    row.closed_on = today
    row.closed_note = _("现在生产它的有：%(names)s。") % {"names": "、".join(count.named)}
    return True
