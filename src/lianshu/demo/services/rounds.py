"""Rounds of the demo city: one secondment that is planned and waits to be confirmed, and one whose
quota cannot be kept, so that a visitor sees how that is told."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Final

from lianshu.authority import Actor
from lianshu.demo.services.gathered import City
from lianshu.exchange.matching import ranked_partners
from lianshu.exchange.models import Demand, DemandKind, Resource, ResourceKind
from lianshu.exchange.queries import demands_for, resources_for
from lianshu.registry.models import Chain, Region
from lianshu.rounds.models import Participant, Round, RoundKind
from lianshu.rounds.services.computing import compute_plan
from lianshu.rounds.services.rounds import (
    Setting,
    add_participants,
    create_round,
    set_limits,
    set_quota,
)
from lianshu.rounds.weighing import RANKED

CITY: Final = "3302"
DEMANDS: Final = 9
EACH: Final = 2
"""An expert serves so many firms at most."""


def load_rounds(city: City, officer: Actor, now: datetime) -> None:
    """Hold both with the services people use; nothing where the city has too few posts."""
    demands, experts = _both_sides(officer)
    if len(demands) < 4 or len(experts) < 2:
        return
    planned = _round(city, officer, "秋季科技副总选派", demands, experts, now - timedelta(days=2))
    _compute(officer, planned, now - timedelta(days=2))
    strict = _round(
        city, officer, "冬季科技副总选派（名额待定）", demands, experts, now - timedelta(days=1)
    )
    people = list(
        Participant.objects.filter(round=strict, side="left").select_related("organisation")
    )
    set_limits(
        actor=officer,
        found=strict,
        limits={one.pk: (1, 1) for one in people},
        now=now - timedelta(days=1),
    )
    group, count = _crowded(city, people)
    set_quota(
        actor=officer,
        found=strict,
        side="left",
        group=group,
        low=0,
        high=count - 1,
        now=now - timedelta(days=1),
    )
    _compute(officer, strict, now - timedelta(days=1))


def _crowded(city: City, people: list[Participant]) -> tuple[Region | Chain, int]:
    """The district or chain that most of them are of, and how many."""
    places: dict[tuple[str, int], Region | Chain] = {
        ("region", each.pk): each for each in city.regions.values()
    } | {("chain", each.pk): each for each in city.chains.values()}
    counts: Counter[tuple[str, int]] = Counter()
    for one in people:
        counts["region", one.organisation.region_id] += 1
        if one.organisation.chain_id is not None:
            counts["chain", one.organisation.chain_id] += 1
    [(place, count)] = counts.most_common(1)
    return places[place], count


def _both_sides(officer: Actor) -> tuple[list[Demand], list[Resource]]:
    """Demands of one firm each that some expert fits, and the experts that fit each best."""
    rows = resources_for(officer).live().filter(kind__in=(ResourceKind.EXPERT, ResourceKind.TEAM))
    possible = {one.pk: one for one in rows}
    wanted = demands_for(officer).live().filter(kind__in=(DemandKind.TALENT, DemandKind.TECHNOLOGY))
    demands: dict[int, Demand] = {}
    experts: dict[int, Resource] = {}
    # By district, so that several of one compete for its quota.
    for demand in wanted.order_by("region__code", "published_at", "external_id", "title_key"):
        if demand.owner_id in demands:
            continue
        found = [pk for pk, _one in ranked_partners(officer, demand, top=RANKED) if pk in possible]
        if found:
            demands[demand.owner_id] = demand
            experts |= {pk: possible[pk] for pk in found[:1]}
        if len(demands) == DEMANDS:
            break
    return list(demands.values()), list(experts.values())


def _round(
    city: City,
    officer: Actor,
    title: str,
    demands: list[Demand],
    experts: list[Resource],
    now: datetime,
) -> Round:
    found = create_round(
        actor=officer,
        kind=RoundKind.SECONDMENT,
        setting=Setting(title, city.regions[CITY]),
        now=now,
    )
    add_participants(actor=officer, found=found, side="left", subjects=demands, now=now)
    made = add_participants(actor=officer, found=found, side="right", subjects=experts, now=now)
    set_limits(actor=officer, found=found, limits={one.pk: (0, EACH) for one in made}, now=now)
    return found


def _compute(officer: Actor, found: Round, now: datetime) -> None:
    compute_plan(actor=officer, found=Round.objects.get(pk=found.pk), now=now)
