"""Reading the exchange. Everything is scoped by the actor; posts carry the reader's `level`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Prefetch, QuerySet, Subquery
from django.db.models.functions import Coalesce

from lianshu.authority import Actor, Capability
from lianshu.exchange.disclosure import Disclosure
from lianshu.exchange.models import (
    Demand,
    Judgement,
    PostStatus,
    Project,
    RankerModel,
    Recommendation,
    RecommendationStatus,
    Refinement,
    Resource,
)
from lianshu.exchange.querysets import (
    DemandQuerySet,
    ProjectQuerySet,
    RecommendationQuerySet,
    ResourceQuerySet,
    coordinated,
    own,
)
from lianshu.exchange.rules import can_teach_ranker
from lianshu.exchange.wording import LEFT_OUT
from lianshu.registry.rules import holds_at
from lianshu.registry.scoping import within

EXPIRING_WITHIN = timedelta(days=14)


def demands_for(actor: Actor) -> DemandQuerySet:
    """Demands the actor may see, each with its `level`."""
    return (
        Demand.objects.visible_to(actor)
        .with_level(actor)
        .select_related("owner", "region__parent__parent", "chain")
    )


def resources_for(actor: Actor) -> ResourceQuerySet:
    """Resources the actor may see, each with its `level`."""
    return (
        Resource.objects.visible_to(actor)
        .with_level(actor)
        .select_related("owner", "region__parent__parent", "chain")
    )


def demand_by_id(actor: Actor, public_id: str) -> Demand | None:
    """One demand, or None when there is none for this actor."""
    return demands_for(actor).filter(public_id=public_id).first()


def resource_by_id(actor: Actor, public_id: str) -> Resource | None:
    """One resource, or None when there is none for this actor."""
    return resources_for(actor).filter(public_id=public_id).first()


def recommendations_for(actor: Actor) -> RecommendationQuerySet:
    """Pairs the actor may see, both posts carrying the actor's `level`.

    The posts are fetched through their own visibility, so that a pair never shows more of a post
    than the post's page would.
    """
    return (
        Recommendation.objects.visible_to(actor)
        .filter(
            demand__in=Demand.objects.visible_to(actor),
            resource__in=Resource.objects.visible_to(actor),
        )
        .prefetch_related(*_posts(actor))
    )


def projects_for(actor: Actor) -> ProjectQuerySet:
    """The project list, both posts carrying the actor's `level`."""
    return (
        Project.objects.visible_to(actor)
        .select_related("region", "chain")
        .prefetch_related(*_project_posts(actor))
    )


def _posts(actor: Actor) -> list[Prefetch[Any]]:
    return [
        Prefetch("demand", queryset=demands_for(actor)),
        Prefetch("resource", queryset=resources_for(actor)),
    ]


def _project_posts(actor: Actor) -> list[Prefetch[Any]]:
    return [
        Prefetch("demand", queryset=_party_posts(Demand.objects.all(), actor)),
        Prefetch("resource", queryset=_party_posts(Resource.objects.all(), actor)),
    ]


def _party_posts(posts: Any, actor: Actor) -> Any:
    """Both posts of a project stay readable to its parties after they left the lists."""
    return posts.with_level(actor).select_related("owner", "region__parent__parent", "chain")


def recommendation_by_id(actor: Actor, public_id: str) -> Recommendation | None:
    """One pair, or None when there is none for this actor."""
    return recommendations_for(actor).filter(public_id=public_id).first()


def project_by_id(actor: Actor, public_id: str) -> Project | None:
    """One project, or None when there is none for this actor."""
    return projects_for(actor).filter(public_id=public_id).first()


def open_recommendations_of(actor: Actor, post: Demand | Resource) -> RecommendationQuerySet:
    """The ranked proposals for one post, decided ones included, best first."""
    rows = recommendations_for(actor)
    if isinstance(post, Demand):
        return rows.filter(demand=post).order_by("rank", "resource__public_id")
    return rows.filter(resource=post).order_by("resource_rank", "rank", "demand__public_id")


def demands_without_recommendation(actor: Actor) -> DemandQuerySet:
    """Published demands in the actor's care that nobody has matched yet."""
    return (
        demands_for(actor)
        .filter(coordinated(actor) | own(actor), status=PostStatus.PUBLISHED)
        .filter(~Exists(Recommendation.objects.filter(demand=OuterRef("pk"))))
        .order_by("published_at")
    )


def demands_to_try(actor: Actor, most: int = 300) -> list[tuple[str, str]]:
    """(public id, title) of the latest published demands in the actor's care, to try things on."""
    rows = (
        Demand.objects.visible_to(actor)
        .filter(coordinated(actor) | own(actor), status=PostStatus.PUBLISHED)
        .order_by("-published_at", "-pk")
    )
    return list(rows.values_list("public_id", "title")[:most])


def posts_expiring_soon(actor: Actor, *, now: datetime) -> tuple[DemandQuerySet, ResourceQuerySet]:
    """Published posts in the actor's care whose date is within two weeks."""
    limits = {"status": PostStatus.PUBLISHED, "expires_at__lte": now + EXPIRING_WITHIN}
    care = coordinated(actor) | own(actor)
    return (
        demands_for(actor).filter(care, **limits).order_by("expires_at"),
        resources_for(actor).filter(care, **limits).order_by("expires_at"),
    )


def refinements_of(actor: Actor, demand: Demand) -> QuerySet[Refinement]:
    """Wordings proposed for a demand, latest first, for whoever has it in their care."""
    rows = Refinement.objects.filter(demand=demand)
    in_care = own(actor, prefix="demand__") | coordinated(actor, prefix="demand__")
    return rows if actor.is_system else rows.filter(in_care)


def proposals_to_decide(actor: Actor) -> RecommendationQuerySet:
    """Open pairs of live posts, best first."""
    return (
        recommendations_for(actor)
        .of_live_posts()
        .filter(status=RecommendationStatus.PROPOSED)
        .order_by("rank", "-score", "id")
    )


def funnel_of(actor: Actor) -> dict[str, int]:
    """How many demands in the actor's coordinating care were published, recommended for, accepted
    and signed."""
    care = (
        Demand.objects.visible_to(actor)
        .filter(within(actor, Capability.COORDINATE))
        .exclude(status=PostStatus.DRAFT)
    )
    pairs = Recommendation.objects.visible_to(actor)
    projects = Project.objects.visible_to(actor)
    return {
        "published": care.count(),
        "recommended": care.filter(pk__in=pairs.values("demand")).count(),
        "accepted": projects.filter(demand__in=care).values("demand").distinct().count(),
        "signed": projects.filter(demand__in=care, status__in=["signed", "finished"])
        .values("demand")
        .distinct()
        .count(),
    }


def decline_reasons_of(actor: Actor) -> list[tuple[str, int]]:
    """How often each coded reason was given, most frequent first."""
    return list(
        Recommendation.objects.visible_to(actor)
        .filter(status=RecommendationStatus.DECLINED)
        .values_list("decline_reason")
        .annotate(count=Count("id"))
        .order_by("-count", "decline_reason")
    )


def coordinated_among(actor: Actor, pairs: Sequence[Recommendation]) -> frozenset[int]:
    """Primary keys of those pairs that lie in the actor's coordinating grants (one query)."""
    rows = Recommendation.objects.visible_to(actor).filter(pk__in=[pair.pk for pair in pairs])
    return frozenset(rows.filter(within(actor, Capability.COORDINATE)).values_list("pk", flat=True))


def disclosed_level(post: Demand | Resource, organisation_id: int) -> int:
    """Up to where the owner of `post` lets this organisation read it."""
    given = post.disclosures.filter(organisation_id=organisation_id).values_list("level", flat=True)
    return max(given, default=int(Disclosure.SUMMARY))


@dataclass(frozen=True, slots=True)
class RunReading:
    """The last search for a post's partners, as the chain office sees it."""

    at: datetime
    by: str
    found: int
    left_out: list[tuple[str, int]]
    learned_at: datetime | None
    """When the model was learned that put them in order; None: the order is by words."""


def last_run(actor: Actor, post: Demand | Resource) -> RunReading | None:
    """The last search for partners, for the chain office that coordinates the post: who was left
    out is nobody else's business."""
    if not holds_at(actor, Capability.COORDINATE, region_id=post.region_id, chain_id=post.chain_id):
        return None
    run = post.matching_runs.select_related("model").defer("model__archive").first()
    if run is None:
        return None
    left_out = [
        (str(words), run.left_out[name])
        for name, words in LEFT_OUT.items()
        if run.left_out.get(name)
    ]
    learned_at = None if run.model is None else run.model.learned_at
    return RunReading(run.at, run.actor_name, run.found, left_out, learned_at)


def ranker_models(actor: Actor) -> QuerySet[RankerModel]:
    """Everything learned so far, latest first, without the archives; for chain offices."""
    rows = RankerModel.objects.defer("archive")
    return rows if can_teach_ranker(actor).allowed else rows.none()


def demands_to_judge(actor: Actor) -> DemandQuerySet:
    """Published demands in the actor's coordinating care that few candidates of were judged of,
    newest first."""
    judged = Judgement.objects.filter(demand=OuterRef("pk")).values("demand")
    return (
        demands_for(actor)
        .filter(coordinated(actor), status=PostStatus.PUBLISHED)
        .annotate(judged=Coalesce(Subquery(judged.annotate(n=Count("pk")).values("n")), 0))
        .order_by("judged", "-published_at", "-pk")
    )


def judgements_by(actor: Actor, demand: Demand) -> list[Judgement]:
    """What this person judged of a demand's candidates, as far as those are still to be seen."""
    if actor.user_id is None:
        return []
    rows = Judgement.objects.filter(
        demand=demand,
        user_id=actor.user_id,
        resource__in=Resource.objects.visible_to(actor),
    )
    return list(rows.select_related("resource").order_by("-at", "-pk"))
