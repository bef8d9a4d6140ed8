"""What demands and resources have in common: filters, contents, states."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal, TypeVar

from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Schema
from pydantic import Field

from lianshu.api.auth import ApiRequest
from lianshu.api.reading import (
    chain_of,
    found,
    found_organisation,
    found_organisations,
    once,
    region_of,
)
from lianshu.api.schemas import (
    Body,
    Code,
    DisclosureIn,
    DisclosureOut,
    Exclusions,
    ExclusionsIn,
    LevelName,
    Listing,
    Matched,
    OrganisationRef,
    PostLine,
    PostState,
    Text,
    Trl,
)
from lianshu.exchange.disclosure import Disclosure
from lianshu.exchange.lexicon import search_posts
from lianshu.exchange.models import Demand, PostStatus, Resource
from lianshu.exchange.querysets import DemandQuerySet, ResourceQuerySet, own
from lianshu.exchange.reading import read_post
from lianshu.exchange.services.confidentiality import disclose_to, set_exclusions
from lianshu.exchange.services.matching import match_post
from lianshu.exchange.services.posts import create_post
from lianshu.records.errors import DomainError
from lianshu.registry.queries import organisation_by_id

PostT = TypeVar("PostT", bound=Demand | Resource)
RowsT = TypeVar("RowsT", DemandQuerySet, ResourceQuerySet)
LEVELS: dict[LevelName, Disclosure] = {
    "summary": Disclosure.SUMMARY,
    "identity": Disclosure.IDENTITY,
    "detail": Disclosure.DETAIL,
}


class PostFilter(Listing):
    """Filters by public properties only, so that a count gives nothing away."""

    status: list[PostStatus] = Field([])
    region: Code | None = Field(None, description="code; includes what lies below it")
    chain: Code | None = Field(None, description="code")
    trl_least: int | None = Field(None, ge=1, le=9)
    trl_most: int | None = Field(None, ge=1, le=9)
    mine: bool | None = Field(None, description="true: those of the caller's organisations")
    sort: Literal[
        "updated", "-updated", "published", "-published", "expires", "-expires", "title", "-title"
    ] = "-updated"

    def conditions(self, request: ApiRequest) -> Q:
        """Everything but the words."""
        condition = Q()
        if self.status:
            condition &= Q(status__in=self.status)
        if self.region:
            condition &= Q(region__ancestry__ancestor__code=self.region)
        if self.chain:
            condition &= Q(chain__code=self.chain)
        if self.trl_least is not None:
            condition &= Q(trl_level__gte=self.trl_least)
        if self.trl_most is not None:
            condition &= Q(trl_level__lte=self.trl_most)
        if self.mine is not None:
            condition &= own(request.auth) if self.mine else ~own(request.auth)
        return condition

    def narrow(self, request: ApiRequest, rows: RowsT) -> RowsT:
        """`rows` (with their level) as asked, in a total order."""
        field = F(
            {
                "updated": "updated_at",
                "published": "published_at",
                "expires": "expires_at",
                "title": "title_key",
            }[self.sort.removeprefix("-")]
        )
        order = (
            field.desc(nulls_last=True) if self.sort.startswith("-") else field.asc(nulls_last=True)
        )
        found = rows.filter(self.conditions(request))
        if self.q:
            found = search_posts(found, self.q)
        return found.order_by(order, "pk")


class PostContent(Body):
    """The contents of a post; what is not named is left as it is, null empties."""

    title: Text | None = Field(None, max_length=200)
    summary: Text | None = Field(None, max_length=20_000, description="public")
    contact_name: Text | None = Field(None, max_length=60, description="level identity")
    contact: Text | None = Field(None, max_length=200, description="level identity")
    detail: Text | None = Field(None, max_length=100_000, description="level detail")
    region: Code | None = Field(None, description="code; the owner's region when left out")
    chain: Code | None = Field(None, description="code")
    trl_level: Trl | None = None

    def values(self) -> dict[str, Any]:
        """What was named, for the services; `DomainError` for unknown codes."""
        values = self.model_dump(exclude_unset=True, exclude={"owner", "publish", "version"})
        if "region" in values:
            if values["region"] is None:
                raise DomainError(_("区域不能为空；不填时用单位所在的区域。"), field="region")
            values["region"] = region_of(values["region"])
        if "chain" in values:
            values["chain"] = chain_of(values["chain"])
        return values


def lines(rows: Sequence[Demand | Resource]) -> list[PostLine]:
    """Posts (with their level) as a list shows them."""
    return [PostLine.of(read_post(row)) for row in rows]


def state_of(post: Demand | Resource) -> PostState:
    """The state of a post that was just written."""
    return PostState(
        id=post.public_id,
        status=PostStatus(post.status),
        version=post.version,
        published_at=post.published_at,
        expires_at=post.expires_at,
    )


def created(
    request: ApiRequest,
    key: str | None,
    model: type[Demand] | type[Resource],
    content: PostContent,
    *,
    owner: str,
    publish: bool,
) -> dict[str, Any]:
    """A new post of the organisation whose id is `owner`."""

    def perform() -> Schema:
        return state_of(
            create_post(
                actor=request.auth,
                model=model,
                owner=found_organisation(request, owner, field="owner"),
                values=content.values(),
                publish=publish,
                now=timezone.now(),
            )
        )

    name = model._meta.model_name
    return once(request, key, f"{name}.create", content.model_dump(mode="json"), perform)


def acted(
    request: ApiRequest,
    key: str | None,
    action: Callable[..., Demand | Resource],
    post: Demand | Resource,
) -> dict[str, Any]:
    """`action` (a service that takes only the post) done once."""
    payload = {"post": f"{post._meta.model_name} {post.public_id}"}
    return once(
        request,
        key,
        action.__name__,
        payload,
        lambda: state_of(action(actor=request.auth, post=post, now=timezone.now())),
    )


def excluded(request: ApiRequest, post: Demand | Resource, body: ExclusionsIn) -> Exclusions:
    """Set who must never see the post."""
    rows = found_organisations(request, body.organisations, field="organisations")
    set_exclusions(actor=request.auth, post=post, organisations=rows, now=timezone.now())
    return Exclusions(organisations=[OrganisationRef.of(row) for row in rows])


def disclosed(
    request: ApiRequest, post: Demand | Resource, organisation_id: str, body: DisclosureIn
) -> DisclosureOut:
    """Set how much one organisation may read."""
    row = found(organisation_by_id, request, organisation_id)
    disclose_to(
        actor=request.auth,
        post=post,
        organisation=row,
        level=LEVELS[body.level],
        now=timezone.now(),
    )
    return DisclosureOut(organisation=OrganisationRef.of(row), level=body.level)


def matched(request: ApiRequest, post: Demand | Resource) -> Matched:
    """Rank the partners of a post (with its level) and store them as proposals."""
    return Matched(proposals=match_post(actor=request.auth, post=post, now=timezone.now()))
