"""Which rows of the exchange an actor sees, and how much of each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from operator import and_, or_
from typing import TYPE_CHECKING, Any, Self, TypeVar

from django.db import models
from django.db.models import Case, Exists, IntegerField, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce

from lianshu.authority import Actor, Capability, Matter
from lianshu.exchange.disclosure import Disclosure
from lianshu.records.search import matches
from lianshu.registry.scoping import NOTHING, within

if TYPE_CHECKING:
    from lianshu.exchange.models import (  # noqa: F401 (named in strings below)
        Demand,
        Project,
        Recommendation,
        Resource,
    )

PostT = TypeVar("PostT", bound=models.Model)

LEVELS = (
    ("search_summary", Disclosure.SUMMARY),
    ("search_identity", Disclosure.IDENTITY),
    ("search_detail", Disclosure.DETAIL),
)


def coordinated(actor: Actor, *, prefix: str = "") -> Q:
    """Posts the chain office works on: within its grant, and past the draft unless it wrote it."""
    if actor.is_system:
        return Q()
    begun = ~Q(**{f"{prefix}status": "draft"})
    if actor.user_id is not None:
        begun |= Q(**{f"{prefix}created_by_id": actor.user_id})
    return within(actor, Capability.COORDINATE, prefix=prefix) & begun


def own(actor: Actor, *, prefix: str = "") -> Q:
    """Posts of the actor's organisations, as far as a mandate reaches."""
    organisations = reading(actor)
    return Q(**{f"{prefix}owner__in": organisations}) if organisations else NOTHING


def reading(actor: Actor) -> frozenset[int]:
    """Organisations as whose people the actor reads the exchange: an agent for their records
    alone has no business with their demands."""
    return actor.reading_in(Matter.POSTS, Matter.ANSWERS)


class PostQuerySet(models.QuerySet[PostT]):
    """Demands or resources."""

    def _rows_for(self, relation: str, organisations: frozenset[int]) -> models.QuerySet[Any]:
        """Rows of a related table (`exclusions`, `disclosures`) about these organisations."""
        related = self.model._meta.get_field(relation).related_model
        assert isinstance(related, type)
        return related._default_manager.filter(organisation__in=organisations)

    def visible_to(self, actor: Actor) -> Self:
        """Own posts, those in a coordinating grant, those disclosed to the actor's organisation,
        and everything published, except what names one of its organisations as excluded."""
        if actor.is_system:
            return self
        if not actor.is_known:
            return self.none()
        disclosed = Q(pk__in=self._rows_for("disclosures", reading(actor)).values("post"))
        excluded = Q(pk__in=self._rows_for("exclusions", actor.organisation_ids).values("post"))
        readable = own(actor) | coordinated(actor) | disclosed | Q(status="published")
        return self.filter(readable & (own(actor) | ~excluded))

    def with_level(self, actor: Actor) -> Self:
        """Adds `level`, the `Disclosure` at which this actor may read each visible row."""
        if actor.is_system:
            return self.annotate(level=Value(int(Disclosure.DETAIL)))
        given = (
            self._rows_for("disclosures", reading(actor))
            .filter(post=OuterRef("pk"))
            .order_by("-level")
            .values("level")[:1]
        )
        return self.annotate(
            level=Case(
                When(own(actor) | coordinated(actor), then=Value(int(Disclosure.DETAIL))),
                default=Coalesce(Subquery(given), Value(int(Disclosure.SUMMARY))),
                output_field=IntegerField(),
            )
        )

    def found_by(
        self, query: str, *, alternatives: Callable[[str], Sequence[str]] = lambda word: (word,)
    ) -> Self:
        """Rows that hold every word typed, each word in a text the actor may read, or one of its
        `alternatives`. Needs `with_level`.
        """
        words = query.split()
        if not words:
            return self
        return self.filter(
            reduce(
                and_,
                (
                    reduce(
                        or_,
                        (
                            matches(field, one) & Q(level__gte=level)
                            for one in alternatives(word)
                            for field, level in LEVELS
                        ),
                    )
                    for word in words
                ),
            )
        )

    def live(self) -> Self:
        """Published ones: what is matched."""
        return self.filter(status="published")

    def not_excluding(self, organisation_id: int) -> Self:
        """Without those that must never be proposed to this organisation."""
        return self.exclude(exclusions__organisation=organisation_id)


class DemandQuerySet(PostQuerySet["Demand"]):
    """Demands."""


class ResourceQuerySet(PostQuerySet["Resource"]):
    """Resources."""


class RecommendationQuerySet(models.QuerySet["Recommendation"]):
    """Proposed pairs."""

    def visible_to(self, actor: Actor) -> Self:
        """Within a coordinating grant; and for each side what was shown to it."""
        if actor.is_system:
            return self
        orgs = reading(actor)
        shown = Q(demand__owner__in=orgs, demand_shown_at__isnull=False) | Q(
            resource__owner__in=orgs, resource_shown_at__isnull=False
        )
        excluded = _excluded(self.model, actor)
        return self.filter((within(actor, Capability.COORDINATE) | shown) & ~excluded)

    def of_live_posts(self) -> Self:
        """Both posts are published: a stale one leaves matching."""
        return self.filter(demand__status="published", resource__status="published")


class ProjectQuerySet(models.QuerySet["Project"]):
    """The project list."""

    def visible_to(self, actor: Actor) -> Self:
        """Within a coordinating grant, and for both parties."""
        if actor.is_system:
            return self
        orgs = reading(actor)
        party = Q(demand__owner__in=orgs) | Q(resource__owner__in=orgs)
        return self.filter(within(actor, Capability.COORDINATE) | party)


def _excluded(model: type[models.Model], actor: Actor) -> Q:
    """Pairs of which one post excludes the actor's organisation (and is not its own)."""
    conditions = NOTHING
    for side in ("demand", "resource"):
        post = model._meta.get_field(side).related_model
        assert isinstance(post, type)
        exclusion = post._meta.get_field("exclusions").related_model
        assert isinstance(exclusion, type)
        rows = exclusion._default_manager.filter(organisation__in=actor.organisation_ids)
        conditions |= Q(**{f"{side}__in": rows.values("post")}) & ~own(actor, prefix=f"{side}__")
    return conditions


def recommended(model: type[models.Model]) -> Q:
    """Rows of `model` (demands or resources) that were proposed to somebody; to be asked only of
    rows in the actor's own care."""
    pairs = model._meta.get_field("recommendations").related_model
    assert isinstance(pairs, type)
    return Q(Exists(pairs._default_manager.filter(**{str(model._meta.model_name): OuterRef("pk")})))
