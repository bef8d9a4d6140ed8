"""The colours of states; the words come from the models."""

from __future__ import annotations

from typing import Final

from lianshu.exchange.disclosure import Disclosure
from lianshu.exchange.models import PostStatus, ProjectStatus, RecommendationStatus
from lianshu.ui.badges import Badge, Tone

_POST: Final[dict[str, Tone]] = {
    PostStatus.DRAFT: "neutral",
    PostStatus.PUBLISHED: "good",
    PostStatus.EXPIRED: "wait",
    PostStatus.WITHDRAWN: "neutral",
}
_PAIR: Final[dict[str, Tone]] = {
    RecommendationStatus.PROPOSED: "wait",
    RecommendationStatus.ACCEPTED: "good",
    RecommendationStatus.DECLINED: "bad",
    RecommendationStatus.LAPSED: "neutral",
}
_PROJECT: Final[dict[str, Tone]] = {
    ProjectStatus.TALKING: "info",
    ProjectStatus.SIGNED: "good",
    ProjectStatus.FINISHED: "good",
    ProjectStatus.ENDED: "neutral",
}
_LEVEL: Final[dict[Disclosure, tuple[Tone, str]]] = {
    Disclosure.NONE: ("bad", "eye-off"),
    Disclosure.SUMMARY: ("neutral", "world"),
    Disclosure.IDENTITY: ("info", "id"),
    Disclosure.DETAIL: ("wait", "lock-open"),
}


def post_badge(status: str) -> Badge:
    """A demand's or resource's state."""
    return Badge(PostStatus(status).label, _POST[status])


def pair_badge(status: str) -> Badge:
    """A recommendation's state."""
    return Badge(RecommendationStatus(status).label, _PAIR[status])


def project_badge(status: str) -> Badge:
    """A project's progress."""
    return Badge(ProjectStatus(status).label, _PROJECT[status])


def level_badge(level: int) -> Badge:
    """How much a reader may know."""
    known = Disclosure(level)
    tone, icon = _LEVEL[known]
    return Badge(known.label, tone, icon)
