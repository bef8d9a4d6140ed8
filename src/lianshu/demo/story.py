"""What has happened in the demo city before the visitor comes: some demands are matched, some
proposals sent, a few accepted and declined, one contract signed; the rest waits for the visitor."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from lianshu.authority import Actor
from lianshu.exchange.matching import TOP
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


@dataclass(frozen=True, slots=True)
class Story:
    """How far things have gone: of the demands `matched`, so many were `sent`; of those the first
    `accepted`, of those the first `signed`."""

    matched: int
    sent: int
    accepted: int
    signed: int
    top: int = TOP
    """How many partners are proposed for each."""
    judged: int = 14
    """Of so many demands the candidates were judged, for the order to learn from."""


SMALL: Final = Story(matched=60, sent=12, accepted=4, signed=1)
LARGE: Final = Story(matched=90, sent=32, accepted=14, signed=5, top=8, judged=24)
"""Not more: each ranking costs a moment, and what is left is work to do."""
DECLINED: Final[tuple[str, ...]] = (
    DeclineReason.TOO_EARLY,
    DeclineReason.PRICE,
    DeclineReason.WRONG_FIELD,
    DeclineReason.TOO_EARLY,
)


def tell_story(*, officer: Actor, story: Story, first: Collection[int], now: datetime) -> None:
    """Play it with the services people use, the same at every load; demands of the organisations
    `first` before others."""
    demands = list(
        demands_for(officer)
        .live()
        .filter(kind=DemandKind.TECHNOLOGY)
        .order_by("published_at", "external_id", "title_key")
    )[:-UNMATCHED]
    demands = sorted(demands, key=lambda demand: demand.owner_id not in first)[: story.matched]
    for number, demand in enumerate(demands):
        match_post(
            actor=officer, post=demand, now=_before(now, days=20, minutes=number), top=story.top
        )
    for number, demand in enumerate(demands[: story.sent]):
        # Spread over ten days, so that a week's list has something in it.
        at = _before(now, days=12, minutes=-number * 5 * 60 * 48 // story.sent)
        _handle(officer, story, demand, number, at)


def _before(now: datetime, *, days: int, minutes: int) -> datetime:
    return now - timedelta(days=days) + timedelta(minutes=minutes)


def _handle(officer: Actor, story: Story, demand: Demand, number: int, now: datetime) -> None:
    best = list(open_recommendations_of(officer, demand)[:2])
    if not best:
        return
    first = send_recommendation(actor=officer, recommendation=best[0], now=now)
    if number < story.accepted:
        _accept(officer, first, now, signed=number < story.signed)
    elif number - story.accepted < len(DECLINED) * story.signed:
        decline_recommendation(
            actor=officer,
            recommendation=first,
            reason=DECLINED[(number - story.accepted) % len(DECLINED)],
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
            now=now + timedelta(days=1, hours=20),
        )
