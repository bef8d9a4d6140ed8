"""Proposed pairs: stored rankings, sending, accepting, declining."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from lianshu.accounts.queries import people_acting_for
from lianshu.audit.services import record, signature
from lianshu.authority import Actor, Matter, Refusal, require
from lianshu.exchange.disclosure import Disclosure
from lianshu.exchange.models import (
    DeclineReason,
    Demand,
    Project,
    Recommendation,
    RecommendationStatus,
    Resource,
)
from lianshu.exchange.ranker import PairScore
from lianshu.exchange.rules import (
    can_decide_recommendation,
    can_send_recommendation,
    can_undo_decision,
    sides_of,
)
from lianshu.exchange.services.confidentiality import disclose_to
from lianshu.notices.services import notify
from lianshu.records.errors import Conflict, DomainError, NotFound


@dataclass(frozen=True, slots=True)
class Ranked:
    """One line of a ranking: the other post, its 1-based place, the score, and what the model in
    use expects of the pair (None: ranked by words)."""

    demand_id: int
    resource_id: int
    rank: int
    score: float
    expected: PairScore | None = None


@transaction.atomic
def store_ranking(
    *,
    actor: Actor,
    post: Demand | Resource,
    ranking: Sequence[Ranked],
    now: datetime,
) -> int:
    """Replace the open proposals of `post` by `ranking`; returns how many there are.

    Decided pairs and those already shown to somebody stay. When the owner looked for itself, the
    proposals are shown to it at once; what the chain office finds, it sends first.
    """
    side = "demand" if isinstance(post, Demand) else "resource"
    place = "rank" if side == "demand" else "resource_rank"
    shown = now if post.owner_id in actor.reading_in(Matter.POSTS) else None
    others = {r.resource_id if side == "demand" else r.demand_id: r for r in ranking}
    known = {
        (row.resource_id if side == "demand" else row.demand_id): row
        for row in Recommendation.objects.select_for_update().filter(**{side: post})
    }
    _drop_outdated(known, keep=set(others), side=side)
    demands = {post.pk: post} if isinstance(post, Demand) else _demands(others)
    fresh, changed = [], []
    for other, line in others.items():
        row = known.get(other)
        if row is None:
            demand = demands.get(line.demand_id)
            if demand is None:
                continue
            row = Recommendation(
                demand_id=line.demand_id,
                resource_id=line.resource_id,
                region_id=demand.region_id,
                chain_id=demand.chain_id,
                created_at=now,
                rank=line.rank,
            )
            fresh.append(row)
        elif row.status != RecommendationStatus.PROPOSED:
            continue
        else:
            changed.append(row)
        setattr(row, place, line.rank)
        row.score, row.updated_at = line.score, now
        if side == "demand":
            _expect(row, line.expected)
        if shown and getattr(row, f"{side}_shown_at") is None:
            setattr(row, f"{side}_shown_at", shown)
    Recommendation.objects.bulk_create(fresh, batch_size=1_000)
    Recommendation.objects.bulk_update(
        changed,
        [place, "score", "updated_at", f"{side}_shown_at", "level", "confidence", "chances"],
        batch_size=500,
    )
    record(
        actor=actor,
        action=f"{side}.matched",
        obj=post,
        now=now,
        changes={"recommendations": [len(known), len(others)]},
    )
    return len(others)


def _expect(row: Recommendation, expected: PairScore | None) -> None:
    """What the model said of the pair when it was ranked, for the calibration to be checked."""
    row.level = None if expected is None else expected.level
    row.confidence = None if expected is None else expected.confidence
    row.chances = None if expected is None else list(expected.chances)


def _demands(ids: Iterable[int]) -> dict[int, Demand]:
    return Demand.objects.in_bulk(list(ids))


def _drop_outdated(known: dict[int, Recommendation], *, keep: set[int], side: str) -> None:
    """Open proposals that nobody was shown and that the new ranking no longer holds.

    From the resource's side only the place is forgotten: the pair belongs to the demand's list.
    """
    gone = [
        row.pk
        for other, row in known.items()
        if other not in keep
        and row.status == RecommendationStatus.PROPOSED
        and row.demand_shown_at is None
        and row.resource_shown_at is None
    ]
    rows = Recommendation.objects.filter(pk__in=gone)
    if side == "demand":
        rows.delete()
    else:
        rows.update(resource_rank=None)


def _locked(recommendation: Recommendation) -> Recommendation:
    row = (
        Recommendation.objects.select_for_update(of=("self",))
        .select_related("demand__owner", "resource__owner")
        .filter(pk=recommendation.pk)
        .first()
    )
    if row is None:
        raise NotFound(_("这条推荐已被撤下，请刷新列表。"))
    return row


@transaction.atomic
def send_recommendation(
    *, actor: Actor, recommendation: Recommendation, now: datetime
) -> Recommendation:
    """Show a proposal to both sides and tell them."""
    row = _locked(recommendation)
    require(can_send_recommendation(actor, row))
    for side, post in (("demand", row.demand), ("resource", row.resource)):
        if getattr(row, f"{side}_shown_at") is None:
            setattr(row, f"{side}_shown_at", now)
            notify(
                recipients=people_acting_for(post.owner_id, now=now),
                kind="exchange.recommended",
                params={"title": post.title},
                link=f"/recommendations/{row.public_id}/",
                now=now,
            )
    row.updated_at = now
    row.save(update_fields=["demand_shown_at", "resource_shown_at", "updated_at"])
    record(actor=actor, action="recommendation.sent", obj=row, now=now)
    return row


@transaction.atomic
def accept_recommendation(
    *,
    actor: Actor,
    recommendation: Recommendation,
    now: datetime,
    disclose: Disclosure = Disclosure.SUMMARY,
) -> Project:
    """Take the pair up as a project, and tell both sides.

    `disclose` is how much the accepting side lets the other read from now on; nothing is disclosed
    for a side that did not say so itself, so the chain office can only pass SUMMARY.
    """
    row = _locked(recommendation)
    require(can_decide_recommendation(actor, row))
    sides = sides_of(actor, row)
    if disclose > Disclosure.SUMMARY and not sides:
        raise Refusal(_("链办采纳推荐时不能替双方披露；请由双方自己在项目页面选择。"))
    _decide(row, RecommendationStatus.ACCEPTED, actor=actor, now=now)
    project = Project.objects.create(
        recommendation=row,
        demand=row.demand,
        resource=row.resource,
        region_id=row.region_id,
        chain_id=row.chain_id,
        title=row.demand.title,
        opened_at=now,
        opened_by_name=signature(actor),
        updated_at=now,
    )
    if disclose > Disclosure.SUMMARY:
        for side in sides:
            mine, other = (
                (row.demand, row.resource) if side == "demand" else (row.resource, row.demand)
            )
            if mine.owner_id != other.owner_id:
                disclose_to(
                    actor=actor, post=mine, organisation=other.owner, level=disclose, now=now
                )
    record(actor=actor, action="recommendation.accepted", obj=row, now=now)
    record(actor=actor, action="project.opened", obj=project, now=now)
    people = {
        *people_acting_for(row.demand.owner_id, now=now),
        *people_acting_for(row.resource.owner_id, now=now),
    } - {actor.user_id}
    notify(
        recipients=sorted(person for person in people if person is not None),
        kind="exchange.project_opened",
        params={"title": project.title},
        link=f"/projects/{project.public_id}/",
        now=now,
    )
    return project


@transaction.atomic
def decline_recommendation(
    *,
    actor: Actor,
    recommendation: Recommendation,
    reason: str,
    now: datetime,
    text: str = "",
) -> Recommendation:
    """Say no, with a coded reason (and words when it is `other`): matching learns from it."""
    row = _locked(recommendation)
    require(can_decide_recommendation(actor, row))
    text = text.strip()
    if reason not in DeclineReason.values:
        raise DomainError(_("请选择谢绝的原因。"), field="reason")
    if reason == DeclineReason.OTHER and not text:
        raise DomainError(_("选择“其他”时请写明原因。"), field="text")
    if len(text) > 300:
        raise DomainError(_("说明请不要超过 300 字。"), field="text")
    row.decline_reason, row.decline_text = reason, text
    _decide(row, RecommendationStatus.DECLINED, actor=actor, now=now)
    record(
        actor=actor,
        action="recommendation.declined",
        obj=row,
        now=now,
        changes={"decline_reason": [None, reason]},
    )
    return row


@transaction.atomic
def undo_decline(*, actor: Actor, recommendation: Recommendation, now: datetime) -> Recommendation:
    """Back to an open proposal."""
    row = _locked(recommendation)
    require(can_undo_decision(actor, row))
    row.decline_reason, row.decline_text = "", ""
    _decide(row, RecommendationStatus.PROPOSED, actor=actor, now=now)
    row.decided_at, row.decided_by_name = None, ""
    row.save(update_fields=["decided_at", "decided_by_name"])
    record(actor=actor, action="recommendation.decline_undone", obj=row, now=now)
    return row


def _decide(
    row: Recommendation, status: RecommendationStatus, *, actor: Actor, now: datetime
) -> None:
    # The lock holds on PostgreSQL; on SQLite the write lock does. The condition makes the loser of
    # a race visible instead of silent on both.
    won = Recommendation.objects.filter(pk=row.pk, status=row.status).update(
        status=status,
        decided_at=now,
        decided_by_name=signature(actor),
        decline_reason=row.decline_reason,
        decline_text=row.decline_text,
        updated_at=now,
    )
    if not won:
        raise Conflict(_("这条推荐刚刚被别人处理了，请刷新查看结果。"))
    row.refresh_from_db(
        fields=[
            "status",
            "decided_at",
            "decided_by_name",
            "decline_reason",
            "decline_text",
            "updated_at",
        ]
    )
