"""What people decided about pairs, as levels that ranking learns from.

4 strong, 3 fair, 2 weak, 1 none. A judgement says its level itself. Of events: rated four stars or
more and signed are 4, accepted 3; declined for the field is 1, because it was too early, too dear
or too far is 2: the matter fits, the offer does not. Declined because the need is unclear, nobody
is free or for other reasons says nothing about the pair and teaches nothing.
"""

from __future__ import annotations

from typing import Final

from lianshu.exchange.models import (
    DeclineReason,
    Judgement,
    Project,
    ProjectStatus,
    Recommendation,
    RecommendationStatus,
)
from lianshu.exchange.surroundings import READER, SIGNED, stars_of

DECLINED: Final[dict[str, int]] = {
    DeclineReason.WRONG_FIELD: 1,
    DeclineReason.TOO_EARLY: 2,
    DeclineReason.PRICE: 2,
    DeclineReason.LOCATION: 2,
    DeclineReason.IP: 2,
}
ACCEPTED: Final = 3
WORKED: Final = 4
Pair = tuple[int, int]


def levels_by_pair() -> dict[Pair, list[int]]:
    """(demand, resource) → the levels people gave the pair; contradictions stay side by side.

    Read as the exchange itself, for learning from public summaries; nothing of it is shown.
    """
    found: dict[Pair, list[int]] = {}
    for demand, resource, level in _decided():
        found.setdefault((demand, resource), []).append(level)
    judged = Judgement.objects.order_by("pk").values_list("demand_id", "resource_id", "level")
    for demand, resource, level in judged:
        found.setdefault((demand, resource), []).append(level)
    return found


def _decided() -> list[tuple[int, int, int]]:
    rows = Recommendation.objects.visible_to(READER).order_by("pk")
    declined = rows.filter(
        status=RecommendationStatus.DECLINED, decline_reason__in=list(DECLINED)
    ).values_list("demand_id", "resource_id", "decline_reason")
    found = [(demand, resource, DECLINED[reason]) for demand, resource, reason in declined]
    projects = list(
        Project.objects.visible_to(READER)
        .exclude(status=ProjectStatus.ENDED)
        .order_by("pk")
        .values_list("demand_id", "resource_id", "status", "recommendation_id")
    )
    stars = stars_of(pair for *_rest, pair in projects)
    for demand, resource, status, pair in projects:
        found.append((demand, resource, _level(status, stars.get(pair))))
    return found


def _level(status: str, stars: int | None) -> int:
    """How a project that was taken up speaks for its pair; a rating has the last word."""
    if stars is not None:
        return {5: WORKED, 4: WORKED, 3: ACCEPTED}.get(stars, 2)
    return WORKED if status in SIGNED else ACCEPTED
