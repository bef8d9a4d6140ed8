"""Rounds of the demo city: one secondment that is planned and waits to be confirmed, and one whose
quota cannot be kept, so that a visitor sees how that is told."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Final

from lianshu.authority import Actor
from lianshu.demo.services.gathered import City
from lianshu.exchange.models import Demand, DemandKind, Resource, ResourceKind
from lianshu.exchange.queries import demands_for, resources_for
from lianshu.rounds.models import Participant, Round, RoundKind
from lianshu.rounds.services.computing import compute_plan
from lianshu.rounds.services.rounds import (
    Setting,
    add_participants,
    create_round,
    set_limits,
    set_quota,
)

CITY: Final = "3302"
DEMANDS: Final = 9
EXPERTS: Final = 8
EACH: Final = 2
"""An expert serves so many firms at most."""


def load_rounds(city: City, officer: Actor, now: datetime) -> None:
    """Hold both with the services people use; nothing where the city has too few posts."""
    demands, experts = _demands(officer), _experts(officer)
    if len(demands) < 4 or len(experts) < 2:
        return
    planned = _round(city, officer, "秋季科技副总选派", demands, experts, now - timedelta(days=2))
    _compute(officer, planned, now - timedelta(days=2))
    strict = _round(
        city, officer, "冬季科技副总选派（名额待定）", demands, experts, now - timedelta(days=1)
    )
    people = list(Participant.objects.filter(round=strict, side="left").select_related("demand"))
    set_limits(
        actor=officer,
        found=strict,
        limits={one.pk: (1, 1) for one in people},
        now=now - timedelta(days=1),
    )
    regions = {each.pk: each for each in city.regions.values()}
    [(region, count)] = Counter(one.organisation.region_id for one in people).most_common(1)
    set_quota(
        actor=officer,
        found=strict,
        side="left",
        group=regions[region],
        low=0,
        high=count - 1,
        now=now - timedelta(days=1),
    )
    _compute(officer, strict, now - timedelta(days=1))


def _demands(officer: Actor) -> list[Demand]:
    """The longest published of one firm each."""
    rows = demands_for(officer).live().filter(kind__in=(DemandKind.TALENT, DemandKind.TECHNOLOGY))
    chosen: dict[int, Demand] = {}
    for demand in rows.order_by("published_at", "external_id", "title_key"):
        chosen.setdefault(demand.owner_id, demand)
        if len(chosen) == DEMANDS:
            break
    return list(chosen.values())


def _experts(officer: Actor) -> list[Resource]:
    rows = resources_for(officer).live().filter(kind__in=(ResourceKind.EXPERT, ResourceKind.TEAM))
    return list(rows.order_by("published_at", "external_id", "title_key")[:EXPERTS])


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
