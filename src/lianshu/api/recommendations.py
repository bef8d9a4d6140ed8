"""Recommendations: pairs of a demand and a resource that may fit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from django.db.models import F
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from lianshu.api.auth import ApiRequest
from lianshu.api.errors import READS, READS_ONE, WRITES
from lianshu.api.posts import LEVELS
from lianshu.api.reading import found, once, page_of
from lianshu.api.schemas import Body, LevelName, Listing, Once, Page, PostLine, PublicId, Text
from lianshu.exchange.matching import reason_text, reasons_for
from lianshu.exchange.models import DeclineReason, Recommendation, RecommendationStatus
from lianshu.exchange.queries import recommendation_by_id, recommendations_for
from lianshu.exchange.querysets import RecommendationQuerySet
from lianshu.exchange.reading import read_post
from lianshu.exchange.services.confidentiality import log_reasons
from lianshu.exchange.services.recommendations import (
    accept_recommendation,
    decline_recommendation,
    send_recommendation,
    undo_decline,
)

router = Router(tags=["recommendations"])


class RecommendationFilter(Listing):
    """What the list of recommendations can be asked; it has no words to search."""

    q: Literal[""] = ""
    status: list[RecommendationStatus] = Field([])
    demand: PublicId | None = None
    resource: PublicId | None = None
    sort: Literal["rank", "-score", "-updated"] = "rank"

    def narrow(self, rows: RecommendationQuerySet) -> RecommendationQuerySet:
        """`rows` as asked, in a total order."""
        if self.status:
            rows = rows.filter(status__in=self.status)
        if self.demand:
            rows = rows.filter(demand__public_id=self.demand)
        if self.resource:
            rows = rows.filter(resource__public_id=self.resource)
        order = {
            "rank": F("rank").asc(),
            "-score": F("score").desc(),
            "-updated": F("updated_at").desc(),
        }
        return rows.order_by(order[self.sort], "pk")


class RecommendationLine(Schema):
    """A pair, each side as far as the caller may read it."""

    id: str
    status: RecommendationStatus
    demand: PostLine
    resource: PostLine
    rank: int = Field(description="1-based place in the demand's list")
    resource_rank: int | None = Field(description="place in the resource's list")
    score: float
    demand_shown_at: datetime | None
    resource_shown_at: datetime | None
    decided_at: datetime | None
    decline_reason: DeclineReason | None
    decline_text: str
    updated_at: datetime


def lines(rows: Sequence[Recommendation]) -> list[RecommendationLine]:
    """Rows whose posts carry the caller's level."""
    return [RecommendationLine(**_fields(row)) for row in rows]


def _fields(row: Recommendation) -> dict[str, Any]:
    # Who decided is not told: a person's name says which organisation it was.
    return {
        "id": row.public_id,
        "status": row.status,
        "demand": PostLine.of(read_post(row.demand)),
        "resource": PostLine.of(read_post(row.resource)),
        "rank": row.rank,
        "resource_rank": row.resource_rank,
        "score": row.score,
        "demand_shown_at": row.demand_shown_at,
        "resource_shown_at": row.resource_shown_at,
        "decided_at": row.decided_at,
        "decline_reason": row.decline_reason or None,
        "decline_text": row.decline_text,
        "updated_at": row.updated_at,
    }


class ReasonOut(Schema):
    """One reason for or against: a code for programs, a sentence for people."""

    code: str
    text: str


class RecommendationOut(RecommendationLine):
    """A pair with the reasons why it may fit."""

    reasons: list[ReasonOut] = Field(description="from the texts the caller may read")


class RecommendationState(Schema):
    """What a decision answers with."""

    id: str
    status: RecommendationStatus
    project: str | None = Field(description="id of the project that an acceptance opened")


class AcceptIn(Body):
    """How much the accepting side lets the other read from now on."""

    disclose: LevelName = "summary"


class DeclineIn(Body):
    """Why not; `other` needs words."""

    reason: DeclineReason
    text: Text = Field("", max_length=300)


@router.get("/recommendations", response={200: Page[RecommendationLine], **READS})
def list_recommendations(
    request: ApiRequest, query: Query[RecommendationFilter]
) -> Page[RecommendationLine]:
    """Pairs the caller may see, without reasons: those may quote what was disclosed."""
    return page_of(request, query, query.narrow(recommendations_for(request.auth)), lines)


@router.get("/recommendations/{recommendation_id}", response={200: RecommendationOut, **READS_ONE})
def get_recommendation(request: ApiRequest, recommendation_id: str) -> RecommendationOut:
    """One pair with its reasons. Where these use another organisation's detail, its owner is
    shown that it was read."""
    row = found(recommendation_by_id, request, recommendation_id)
    log_reasons(actor=request.auth, pairs=[row], channel="api", now=timezone.now())
    reasons = [
        ReasonOut(code=each.code, text=reason_text(each)) for each in reasons_for([row])[row.pk]
    ]
    return RecommendationOut(**_fields(row), reasons=reasons)


def _decided(row: Recommendation, *, project: str | None = None) -> RecommendationState:
    return RecommendationState(
        id=row.public_id, status=RecommendationStatus(row.status), project=project
    )


@router.post(
    "/recommendations/{recommendation_id}/send", response={200: RecommendationState, **WRITES}
)
def send(request: ApiRequest, recommendation_id: str, key: Once) -> dict[str, Any]:
    """Show it to both sides."""
    row = found(recommendation_by_id, request, recommendation_id)
    return once(
        request,
        key,
        "recommendation.send",
        {"id": recommendation_id},
        lambda: _decided(
            send_recommendation(actor=request.auth, recommendation=row, now=timezone.now())
        ),
    )


@router.post(
    "/recommendations/{recommendation_id}/accept", response={200: RecommendationState, **WRITES}
)
def accept(
    request: ApiRequest, recommendation_id: str, body: AcceptIn, key: Once
) -> dict[str, Any]:
    """Take it up as a project."""
    row = found(recommendation_by_id, request, recommendation_id)

    def perform() -> Schema:
        project = accept_recommendation(
            actor=request.auth,
            recommendation=row,
            disclose=LEVELS[body.disclose],
            now=timezone.now(),
        )
        return _decided(project.recommendation, project=project.public_id)

    payload = {"id": recommendation_id, **body.model_dump(mode="json")}
    return once(request, key, "recommendation.accept", payload, perform)


@router.post(
    "/recommendations/{recommendation_id}/decline", response={200: RecommendationState, **WRITES}
)
def decline(
    request: ApiRequest, recommendation_id: str, body: DeclineIn, key: Once
) -> dict[str, Any]:
    """Say no, with a coded reason."""
    row = found(recommendation_by_id, request, recommendation_id)
    payload = {"id": recommendation_id, **body.model_dump(mode="json")}
    return once(
        request,
        key,
        "recommendation.decline",
        payload,
        lambda: _decided(
            decline_recommendation(
                actor=request.auth,
                recommendation=row,
                reason=body.reason,
                text=body.text,
                now=timezone.now(),
            )
        ),
    )


@router.post(
    "/recommendations/{recommendation_id}/undo", response={200: RecommendationState, **WRITES}
)
def undo(request: ApiRequest, recommendation_id: str, key: Once) -> dict[str, Any]:
    """Take a decline back."""
    row = found(recommendation_by_id, request, recommendation_id)
    return once(
        request,
        key,
        "recommendation.undo",
        {"id": recommendation_id},
        lambda: _decided(undo_decline(actor=request.auth, recommendation=row, now=timezone.now())),
    )
