"""Questions about what recurs, each within what the actor may see or may open."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import models
from django.db.models import Max, Q

from lianshu.authority import EVERY_CHAIN, Actor, Capability
from lianshu.casework.models import RecurredCase, RecurredOutcome, Recurrence, ScheduleVersion
from lianshu.casework.querysets_schedules import RecurrenceQuerySet
from lianshu.casework.recurring import running_schedule
from lianshu.engine.loops import Opening
from lianshu.registry.models import Chain, Organisation, OrganisationKind, Region, RegionKind
from lianshu.registry.queries import all_chains


def recurrences_for(actor: Actor) -> RecurrenceQuerySet:
    """Recurrences that the actor may see, each with when it last opened a case (`last_at`)."""
    opened = Q(history__outcome=RecurredOutcome.OPENED)
    return (
        Recurrence.objects.visible_to(actor)
        .select_related("version", "region", "chain", "organisation")
        .annotate(last_at=Max("history__at", filter=opened))
    )


def recurrence_by_id(actor: Actor, public_id: str) -> Recurrence | None:
    """One of them."""
    return recurrences_for(actor).filter(public_id=public_id).first()


def history_of(recurrence: Recurrence, most: int) -> list[RecurredCase]:
    """Its latest times with the cases; the caller has found it through `visible_to`."""
    rows = recurrence.history.select_related("case__loop_version").order_by("-day")
    return list(rows[:most])


def schedules_in_use() -> list[ScheduleVersion]:
    """The latest version of each published schedule."""
    latest: dict[str, ScheduleVersion] = {}
    for version in ScheduleVersion.objects.order_by("schedule", "version"):
        latest[version.schedule] = version
    return sorted(latest.values(), key=lambda each: each.title)


def schedule_in_use(schedule: str) -> ScheduleVersion | None:
    """The latest version of one."""
    return ScheduleVersion.objects.filter(schedule=schedule).order_by("-version").first()


@dataclass(frozen=True, slots=True)
class Spot:
    """A place where an opening can be switched on; `proposed` is the one chain office there."""

    region: Region
    chain: Chain | None
    proposed: Organisation | None

    @property
    def key(self) -> str:
        """As a form names it."""
        return self.region.code if self.chain is None else f"{self.region.code}-{self.chain.code}"

    def __str__(self) -> str:
        return self.region.name if self.chain is None else f"{self.region} · {self.chain}"


def free_spots(actor: Actor, version: ScheduleVersion, opening: Opening) -> list[Spot]:
    """The places in the actor's care where this opening has never been switched on."""
    taken = set(
        Recurrence.objects.visible_to(actor)
        .filter(schedule=version.schedule, opening=opening.id)
        .values_list("region_id", "chain_id")
    )
    found = [spot for spot in _spots(actor, opening) if (spot[0].pk, _pk(spot[1])) not in taken]
    offices = _offices(actor, {region.pk for region, _chain in found})
    return [
        Spot(region, chain, offices.get((region.pk, _pk(chain))) or offices.get((region.pk, None)))
        for region, chain in found
    ]


def _pk(chain: Chain | None) -> int | None:
    return None if chain is None else chain.pk


def _spots(actor: Actor, opening: Opening) -> Iterator[tuple[Region, Chain | None]]:
    kind = RegionKind.COUNTY if opening.per == "region" else RegionKind.CITY
    regions = Region.objects.filter(kind=kind).order_by("code")
    wide = list(regions.filter(_in_care(actor, EVERY_CHAIN)).distinct())
    if opening.per != "chain":
        yield from ((region, None) for region in wide)
        return
    for chain in all_chains():
        narrow = regions.filter(_in_care(actor, chain.pk)).distinct()
        known = {region.pk for region in wide}
        for region in [*wide, *(each for each in narrow if each.pk not in known)]:
            yield region, chain


def _in_care(actor: Actor, chain_id: object) -> Q:
    if actor.is_system:
        return Q()
    regions = [
        scope.region_id
        for scope in actor.scopes(Capability.COORDINATE)
        if scope.chain_id == chain_id
    ]
    return Q(ancestry__ancestor__in=regions)


def _offices(actor: Actor, regions: set[int]) -> dict[tuple[int, int | None], Organisation]:
    """The chain office of each region and chain, where there is exactly one."""
    rows = Organisation.objects.visible_to(actor).filter(
        kind=OrganisationKind.CHAIN_OFFICE, ended_on__isnull=True, region__in=regions
    )
    found: dict[tuple[int, int | None], list[Organisation]] = {}
    for row in rows:
        found.setdefault((row.region_id, row.chain_id), []).append(row)
    return {place: some[0] for place, some in found.items() if len(some) == 1}


def openings_with_counts(actor: Actor) -> list[tuple[ScheduleVersion, Opening, int]]:
    """Every opening of the published schedules, and in how many places the actor sees it on."""
    counts: dict[tuple[str, str], int] = {
        (schedule, opening): count
        for schedule, opening, count in Recurrence.objects.visible_to(actor)
        .filter(active=True)
        .values_list("schedule", "opening")
        .annotate(n=models.Count("pk"))
        .order_by()
    }
    return [
        (version, opening, counts.get((version.schedule, opening.id), 0))
        for version in schedules_in_use()
        for opening in running_schedule(version).openings
    ]
