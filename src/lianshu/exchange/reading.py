"""A post as one reader may read it. Pages, exports, the API and matching use nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from lianshu.exchange.disclosure import Disclosure
from lianshu.exchange.models import Demand, Post, Resource
from lianshu.registry.models import Chain, Organisation, Region


@dataclass(frozen=True, slots=True)
class PostReading:
    """What a reader at `level` knows of a demand or resource. Hidden things are None or absent:
    None never means empty, so that a page can say "not disclosed to you"."""

    pk: int
    public_id: str
    level: Disclosure
    side: str
    """`demand` or `resource`."""
    # summary
    title: str
    summary: str
    kind: str
    region: Region
    chain: Chain | None
    trl_scale: str
    trl_level: int | None
    status: str
    published_at: datetime | None
    expires_at: datetime | None
    updated_at: datetime
    version: int
    deadline: date | None
    # identity
    owner: Organisation | None
    contact_name: str | None
    contact: str | None
    # detail
    detail: str | None
    indicators: str | None
    budget_min: int | None
    budget_max: int | None
    facets: dict[str, Any] | None

    @property
    def kind_label(self) -> str:
        """The kind in the reader's language; looked up when asked, since matching reads many."""
        return self._label("kind", self.kind)

    @property
    def status_label(self) -> str:
        """The status in the reader's language."""
        return self._label("status", self.status)

    def _label(self, field: str, value: str) -> str:
        model = Demand if self.side == "demand" else Resource
        known: Any = model._meta.get_field(field)
        return str(dict(known.flatchoices).get(value, value))

    @property
    def shows_identity(self) -> bool:
        """Whether the reader may know who stands behind the post."""
        return self.level >= Disclosure.IDENTITY

    @property
    def shows_detail(self) -> bool:
        """Whether the reader may read the detail."""
        return self.level >= Disclosure.DETAIL

    def content_text(self) -> str:
        """The body that matching may use at this level: summary, then detail and indicators."""
        parts = [self.summary, self.detail, self.indicators]
        return "\n".join(part for part in parts if part)


def read_post(post: Post, level: int | None = None) -> PostReading:
    """`post` redacted to `level`, by default the `level` that `with_level` put on the row.

    Raises `ValueError` for a level below summary: such a row must not have been fetched.
    """
    known = Disclosure(post.level if level is None else level)  # type: ignore[attr-defined]
    if known < Disclosure.SUMMARY:
        raise ValueError("a row the reader may not see was fetched")
    identity = known >= Disclosure.IDENTITY
    detail = known >= Disclosure.DETAIL
    demand = post if isinstance(post, Demand) else None
    resource = post if isinstance(post, Resource) else None
    return PostReading(
        pk=post.pk,
        public_id=post.public_id,
        level=known,
        side="resource" if demand is None else "demand",
        title=post.title,
        summary=post.summary,
        kind=post.kind,  # type: ignore[attr-defined]
        region=post.region,
        chain=post.chain,
        trl_scale=post.trl_scale,
        trl_level=post.trl_level,
        status=post.status,
        published_at=post.published_at,
        expires_at=post.expires_at,
        updated_at=post.updated_at,
        version=post.version,
        deadline=demand.deadline if demand else None,
        owner=post.owner if identity else None,
        contact_name=post.contact_name if identity else None,
        contact=post.contact if identity else None,
        detail=post.detail if detail else None,
        indicators=demand.indicators if demand and detail else None,
        budget_min=demand.budget_min if demand and detail else None,
        budget_max=demand.budget_max if demand and detail else None,
        facets=dict(resource.facets) if resource and detail else None,
    )
