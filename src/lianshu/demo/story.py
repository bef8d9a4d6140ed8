"""What has happened in the demo city before the visitor comes: some demands are matched, some
proposals sent, a few accepted and declined, one contract signed; the rest waits for the visitor."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from lianshu.authority import Actor
from lianshu.exchange.models import DeclineReason, Demand, DemandKind, ProjectStatus, Recommendation
from lianshu.exchange.queries import demands_for, open_recommendations_of
from lianshu.exchange.services.matching import match_post
from lianshu.exchange.services.projects import update_project
from lianshu.exchange.services.recommendations import (
    accept_recommendation,
    decline_recommendation,
    send_recommendation,
)

UNMATCHED: Final = 8
"""The newest demands are left without recommendations: the officer's first work."""
MATCHED: Final = 60
"""Not more: each ranking costs a moment, and what is left is work to do."""
SENT: Final = 12
ACCEPTED: Final = 4
DECLINED: Final[tuple[str, ...]] = (
    DeclineReason.TOO_EARLY,
    DeclineReason.PRICE,
    DeclineReason.WRONG_FIELD,
    DeclineReason.TOO_EARLY,
)


def tell_story(*, officer: Actor, first: Collection[int], now: datetime) -> None:
    """Play it with the services people use, the same at every load; demands of the organisations
    `first` before others."""
    demands = list(
        demands_for(officer)
        .live()
        .filter(kind=DemandKind.TECHNOLOGY)
        .order_by("published_at", "external_id", "title_key")
    )[:-UNMATCHED]
    demands = sorted(demands, key=lambda demand: demand.owner_id not in first)[:MATCHED]
    for number, demand in enumerate(demands):
        match_post(actor=officer, post=demand, now=_before(now, days=20, minutes=number))
    for number, demand in enumerate(demands[:SENT]):
        _handle(officer, demand, number, _before(now, days=10, minutes=-number * 40))


def _before(now: datetime, *, days: int, minutes: int) -> datetime:
    return now - timedelta(days=days) + timedelta(minutes=minutes)


def _handle(officer: Actor, demand: Demand, number: int, now: datetime) -> None:
    best = list(open_recommendations_of(officer, demand)[:2])
    if not best:
        return
    first = send_recommendation(actor=officer, recommendation=best[0], now=now)
    if number < ACCEPTED:
        _accept(officer, first, now, signed=number == 0)
    elif number - ACCEPTED < len(DECLINED):
        decline_recommendation(
            actor=officer,
            recommendation=first,
            reason=DECLINED[number - ACCEPTED],
            now=now + timedelta(days=1),
        )
    for second in best[1:]:
        send_recommendation(actor=officer, recommendation=second, now=now)


def _accept(officer: Actor, first: Recommendation, now: datetime, *, signed: bool) -> None:
    project = accept_recommendation(
        actor=officer, recommendation=first, now=now + timedelta(days=1)
    )
    if signed:
        update_project(
            actor=officer,
            project=project,
            status=ProjectStatus.SIGNED,
            note="双方签订技术开发合同",
            version=project.version,
            now=now + timedelta(days=6),
        )
