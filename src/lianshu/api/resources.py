"""Resources: what members can offer."""

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
    ResourceOut,
    Text,
    Version,
)
from lianshu.exchange.models import Resource, ResourceKind
from lianshu.exchange.queries import resource_by_id, resources_for
from lianshu.exchange.services.confidentiality import open_detail
from lianshu.exchange.services.posts import edit_post, publish_post, renew_post, withdraw_post

router = Router(tags=["resources"])


class ResourceFilter(PostFilter):
    """What the list of resources can be asked."""

    kind: list[ResourceKind] = Field([])


class ResourceContent(PostContent):
    """The contents of a resource."""

    kind: ResourceKind | None = None
    facets: dict[Text, Text | Fen | None] = Field(
        {}, max_length=20, description="typed properties of the kind (docs/api.md); level detail"
    )


class ResourceIn(ResourceContent):
    """A new resource: a draft, or published at once."""

    owner: PublicId = Field(description="the organisation that offers it")
    title: Text = Field(max_length=200)
    kind: ResourceKind
    publish: Flag = False


class ResourcePatch(ResourceContent):
    """Changes to a resource; `version` is the one that was read."""

    version: Version


@router.get("/resources", response={200: Page[PostLine], **READS})
def list_resources(request: ApiRequest, query: Query[ResourceFilter]) -> Page[PostLine]:
    """Resources the caller may see: summary, and identity where it was disclosed."""
    rows = query.narrow(request, resources_for(request.auth))
    if query.kind:
        rows = rows.filter(kind__in=query.kind)
    return page_of(request, query, rows, lines)


@router.post("/resources", response={201: PostState, **WRITES})
def create_resource(request: ApiRequest, body: ResourceIn, key: Once) -> Status[Any]:
    """A new resource."""
    return Status(
        201, created(request, key, Resource, body, owner=body.owner, publish=body.publish)
    )


@router.get("/resources/{resource_id}", response={200: ResourceOut, **READS_ONE})
def get_resource(request: ApiRequest, resource_id: str) -> ResourceOut:
    """One resource. Reading the detail of another organisation's resource is shown to its owner."""
    row = found(resource_by_id, request, resource_id)
    return ResourceOut.of(
        open_detail(actor=request.auth, post=row, channel="api", now=timezone.now())
    )


@router.patch("/resources/{resource_id}", response={200: PostState, **WRITES})
def edit_resource(request: ApiRequest, resource_id: str, body: ResourcePatch) -> PostState:
    """Change contents; 409 when somebody else changed it since `version`."""
    row = found(resource_by_id, request, resource_id)
    return state_of(
        edit_post(
            actor=request.auth,
            post=row,
            values=body.values(),
            version=body.version,
            now=timezone.now(),
        )
    )


@router.post("/resources/{resource_id}/publish", response={200: PostState, **WRITES})
def publish_resource(request: ApiRequest, resource_id: str, key: Once) -> dict[str, Any]:
    """Publish a draft, or again what expired or was withdrawn."""
    return acted(request, key, publish_post, found(resource_by_id, request, resource_id))


@router.post("/resources/{resource_id}/renew", response={200: PostState, **WRITES})
def renew_resource(request: ApiRequest, resource_id: str, key: Once) -> dict[str, Any]:
    """Say that it still holds."""
    return acted(request, key, renew_post, found(resource_by_id, request, resource_id))


@router.post("/resources/{resource_id}/withdraw", response={200: PostState, **WRITES})
def withdraw_resource(request: ApiRequest, resource_id: str, key: Once) -> dict[str, Any]:
    """Take it out of lists and matching."""
    return acted(request, key, withdraw_post, found(resource_by_id, request, resource_id))


@router.post("/resources/{resource_id}/match", response={200: Matched, **WRITES})
def match_resource(request: ApiRequest, resource_id: str) -> Matched:
    """Rank partners for it now; they are listed by /recommendations?resource=…"""
    return matched(request, found(resource_by_id, request, resource_id))


@router.put("/resources/{resource_id}/exclusions", response={200: Exclusions, **WRITES})
def set_resource_exclusions(
    request: ApiRequest, resource_id: str, body: ExclusionsIn
) -> Exclusions:
    """Name all organisations that must never see it or be proposed for it."""
    return excluded(request, found(resource_by_id, request, resource_id), body)


@router.put(
    "/resources/{resource_id}/disclosures/{organisation_id}",
    response={200: DisclosureOut, **WRITES},
)
def disclose_resource(
    request: ApiRequest, resource_id: str, organisation_id: str, body: DisclosureIn
) -> DisclosureOut:
    """Let one organisation read it up to a level."""
    return disclosed(request, found(resource_by_id, request, resource_id), organisation_id, body)
