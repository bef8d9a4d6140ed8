"""Demands: what enterprises need."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from ninja import Query, Router, Status
from pydantic import Field

from lianshu.api.auth import ApiRequest
from lianshu.api.errors import READS, READS_ONE, WRITES
from lianshu.api.posts import (
    PostContent,
    PostFilter,
    acted,
    created,
    disclosed,
    excluded,
    lines,
    matched,
    state_of,
)
from lianshu.api.reading import found, page_of
from lianshu.api.schemas import (
    Day,
    DemandOut,
    DisclosureIn,
    DisclosureOut,
    Exclusions,
    ExclusionsIn,
    Fen,
    Flag,
    Matched,
    Once,
    Page,
    PostLine,
    PostState,
    PublicId,
    Text,
    Version,
)
from lianshu.exchange.models import Demand, DemandKind
from lianshu.exchange.queries import demand_by_id, demands_for
from lianshu.exchange.services.confidentiality import open_detail
from lianshu.exchange.services.posts import edit_post, publish_post, renew_post, withdraw_post

router = Router(tags=["demands"])


class DemandFilter(PostFilter):
    """What the list of demands can be asked."""

    kind: list[DemandKind] = Field([])


class DemandContent(PostContent):
    """The contents of a demand."""

    kind: DemandKind | None = None
    indicators: Text | None = Field(None, max_length=20_000, description="level detail")
    budget_min: Fen | None = Field(None, description="fen; level detail")
    budget_max: Fen | None = Field(None, description="fen; level detail")
    deadline: Day | None = None


class DemandIn(DemandContent):
    """A new demand: a draft, or published at once."""

    owner: PublicId = Field(description="the organisation that needs it")
    title: Text = Field(max_length=200)
    kind: DemandKind
    publish: Flag = False


class DemandPatch(DemandContent):
    """Changes to a demand; `version` is the one that was read."""

    version: Version


@router.get("/demands", response={200: Page[PostLine], **READS})
def list_demands(request: ApiRequest, query: Query[DemandFilter]) -> Page[PostLine]:
    """Demands the caller may see: summary, and identity where it was disclosed."""
    rows = query.narrow(request, demands_for(request.auth))
    if query.kind:
        rows = rows.filter(kind__in=query.kind)
    return page_of(request, query, rows, lines)


@router.post("/demands", response={201: PostState, **WRITES})
def create_demand(request: ApiRequest, body: DemandIn, key: Once) -> Status[Any]:
    """A new demand."""
    return Status(201, created(request, key, Demand, body, owner=body.owner, publish=body.publish))


@router.get("/demands/{demand_id}", response={200: DemandOut, **READS_ONE})
def get_demand(request: ApiRequest, demand_id: str) -> DemandOut:
    """One demand. Reading the detail of another organisation's demand is shown to its owner."""
    row = found(demand_by_id, request, demand_id)
    return DemandOut.of(
        open_detail(actor=request.auth, post=row, channel="api", now=timezone.now())
    )


@router.patch("/demands/{demand_id}", response={200: PostState, **WRITES})
def edit_demand(request: ApiRequest, demand_id: str, body: DemandPatch) -> PostState:
    """Change contents; 409 when somebody else changed it since `version`."""
    row = found(demand_by_id, request, demand_id)
    return state_of(
        edit_post(
            actor=request.auth,
            post=row,
            values=body.values(),
            version=body.version,
            now=timezone.now(),
        )
    )


@router.post("/demands/{demand_id}/publish", response={200: PostState, **WRITES})
def publish_demand(request: ApiRequest, demand_id: str, key: Once) -> dict[str, Any]:
    """Publish a draft, or again what expired or was withdrawn."""
    return acted(request, key, publish_post, found(demand_by_id, request, demand_id))


@router.post("/demands/{demand_id}/renew", response={200: PostState, **WRITES})
def renew_demand(request: ApiRequest, demand_id: str, key: Once) -> dict[str, Any]:
    """Say that it still holds."""
    return acted(request, key, renew_post, found(demand_by_id, request, demand_id))


@router.post("/demands/{demand_id}/withdraw", response={200: PostState, **WRITES})
def withdraw_demand(request: ApiRequest, demand_id: str, key: Once) -> dict[str, Any]:
    """Take it out of lists and matching."""
    return acted(request, key, withdraw_post, found(demand_by_id, request, demand_id))


@router.post("/demands/{demand_id}/match", response={200: Matched, **WRITES})
def match_demand(request: ApiRequest, demand_id: str) -> Matched:
    """Rank partners for it now; they are listed by /recommendations?demand=…"""
    return matched(request, found(demand_by_id, request, demand_id))


@router.put("/demands/{demand_id}/exclusions", response={200: Exclusions, **WRITES})
def set_demand_exclusions(request: ApiRequest, demand_id: str, body: ExclusionsIn) -> Exclusions:
    """Name all organisations that must never see it or be proposed for it."""
    return excluded(request, found(demand_by_id, request, demand_id), body)


@router.put(
    "/demands/{demand_id}/disclosures/{organisation_id}", response={200: DisclosureOut, **WRITES}
)
def disclose_demand(
    request: ApiRequest, demand_id: str, organisation_id: str, body: DisclosureIn
) -> DisclosureOut:
    """Let one organisation read it up to a level."""
    return disclosed(request, found(demand_by_id, request, demand_id), organisation_id, body)
