"""What each possible pair of a round weighs, and which are ruled out by themselves.

Posts: the matcher's score in points of 100. Liaisons and pairings: 10 for whoever may be paired
at all, 45 for the same chain, 45 for the same district. Nothing counts how famous, large or busy
a participant is. What staff have set stays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from lianshu.authority import Actor
from lianshu.exchange.matching import ranked_partners
from lianshu.exchange.models import Recommendation, RecommendationStatus
from lianshu.exchange.partnering import bars_between
from lianshu.exchange.wording import LEFT_OUT
from lianshu.registry.queries.links import related_parties
from lianshu.rounds.models import Participant, Round, SideChoices, WeightSource
from lianshu.rounds.queries import participants_of
from lianshu.rounds.sides import OF_POSTS

POINTS: Final = Decimal("0.01")
ALWAYS, SAME_CHAIN, SAME_REGION = Decimal(10), Decimal(45), Decimal(45)
RANKED: Final = 20_000
"""So many partners of a demand are scored: a score is a place among everybody who is published, so
that points of different demands can be added, and nobody in the round may fall below the cut."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """A possible pair; with a `reason` it is forbidden by itself."""

    left: int
    right: int
    weight: Decimal
    source: str
    reason: str = ""


def weigh(
    actor: Actor,
    found: Round,
    *,
    now: datetime,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> list[Weighed]:
    """Every possible pair, by the keys of participants. Reasons are in the language of the source,
    so that each reader is told in their own (`RoundPair.why`)."""
    with translation.override(settings.LANGUAGE_CODE):
        return _weighed(actor, found, now, progress)


def _weighed(
    actor: Actor, found: Round, now: datetime, progress: Callable[[int, int], None]
) -> list[Weighed]:
    everyone = list(participants_of(actor, found))
    lefts = [one for one in everyone if one.side == SideChoices.LEFT]
    rights = [one for one in everyone if one.side == SideChoices.RIGHT]
    related = related_parties({one.organisation_id for one in everyone}, on=timezone.localdate(now))
    if found.kind not in OF_POSTS:
        return [_near(left, right, related) for left in lefts for right in rights]
    declined = _declined(actor, lefts)
    weighed: list[Weighed] = []
    for number, left in enumerate(lefts, start=1):
        weighed += _scored(actor, left, rights, related, declined, now)
        progress(number, len(lefts))
    return weighed


def _near(left: Participant, right: Participant, related: dict[int, frozenset[int]]) -> Weighed:
    mine, theirs = left.organisation, right.organisation
    # A liaison works in a region and chain of its own, whoever sends it.
    where = right.liaison or theirs
    weight = ALWAYS
    if mine.chain_id is not None and mine.chain_id == where.chain_id:
        weight += SAME_CHAIN
    if mine.region_id == where.region_id:
        weight += SAME_REGION
    reason = _interest(left, right, related)
    return Weighed(left.pk, right.pk, weight, WeightSource.NEARNESS, reason)


def _scored(
    actor: Actor,
    left: Participant,
    rights: Sequence[Participant],
    related: dict[int, frozenset[int]],
    declined: set[tuple[int, int]],
    now: datetime,
) -> Iterable[Weighed]:
    demand = left.demand
    if demand is None:
        return
    offered = [right for right in rights if right.resource is not None]
    keys = [right.resource_id for right in offered if right.resource_id is not None]
    scores = {
        pk: candidate.score for pk, candidate in ranked_partners(actor, demand, top=RANKED, now=now)
    }
    bars = bars_between(actor, demand, keys, now=now)
    for right in offered:
        key = right.resource_id
        assert key is not None
        reason = _interest(left, right, related)
        if not reason and key in bars:
            reason = str(LEFT_OUT.get(bars[key], _("一方已不在发布中。")))
        if not reason and (demand.pk, key) in declined:
            reason = _("双方以前谢绝过这一对。")
        score = scores.get(key, 0.0)
        if reason or score > 0:
            weight = Decimal(repr(float(score) * 100)).quantize(POINTS)
            yield Weighed(left.pk, right.pk, weight, WeightSource.MATCHER, reason)


def _interest(left: Participant, right: Participant, related: dict[int, frozenset[int]]) -> str:
    """Why the two must not be paired, as the register shows it."""
    if left.organisation_id == right.organisation_id:
        return _("双方是同一家单位。")
    if right.organisation_id in related.get(left.organisation_id, frozenset()):
        return _("利益关系：两家单位有上级、控股或实际控制关系。")
    return ""


def _declined(actor: Actor, lefts: Sequence[Participant]) -> set[tuple[int, int]]:
    demands = [one.demand_id for one in lefts if one.demand_id is not None]
    rows = Recommendation.objects.visible_to(actor).filter(
        demand__in=demands, status=RecommendationStatus.DECLINED
    )
    return set(rows.values_list("demand_id", "resource_id"))
