"""The exchange: what is needed, what is offered, which pairs fit, what came of them."""

from lianshu.exchange.models.kinds import (
    DeclineReason,
    DemandKind,
    PostStatus,
    ProjectStatus,
    RecommendationStatus,
    ResourceKind,
    TrlScale,
)
from lianshu.exchange.models.posts import (
    Demand,
    DemandDisclosure,
    DemandExclusion,
    DemandReading,
    DemandRevision,
    Post,
    Resource,
    ResourceDisclosure,
    ResourceExclusion,
    ResourceReading,
    ResourceRevision,
)
from lianshu.exchange.models.projects import Project, Recommendation

__all__ = [
    "DeclineReason",
    "Demand",
    "DemandDisclosure",
    "DemandExclusion",
    "DemandKind",
    "DemandReading",
    "DemandRevision",
    "Post",
    "PostStatus",
    "Project",
    "ProjectStatus",
    "Recommendation",
    "RecommendationStatus",
    "Resource",
    "ResourceDisclosure",
    "ResourceExclusion",
    "ResourceKind",
    "ResourceReading",
    "ResourceRevision",
    "TrlScale",
]
