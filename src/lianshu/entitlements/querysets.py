"""Who sees what policies came to for whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self, TypeVar

from django.db import models
from django.db.models import Q

from lianshu.authority import Actor, Capability, Matter
from lianshu.registry.scoping import within

if TYPE_CHECKING:
    from lianshu.entitlements.models import (  # noqa: F401 (named in strings below)
        LadderResult,
        PolicyDecision,
        PolicyFeedback,
        PolicyResult,
    )

RowT = TypeVar("RowT", bound=models.Model)


class OfOrganisation(models.QuerySet[RowT]):
    """Rows about one organisation that carry its region and chain."""

    def visible_to(self, actor: Actor) -> Self:
        """One's own, and those in the actor's care: what figures decide is no other firm's
        business."""
        if actor.is_system:
            return self
        own = Q(organisation__in=actor.reading_in(Matter.RECORDS))
        return self.filter(own | within(actor, Capability.COORDINATE))

    def in_care_of(self, actor: Actor) -> Self:
        """Those in the actor's care alone: what an office counts."""
        return self.filter(within(actor, Capability.COORDINATE))


class ResultQuerySet(OfOrganisation["PolicyResult"]):
    """Results of a run."""


class LadderResultQuerySet(OfOrganisation["LadderResult"]):
    """Where firms stood in a run."""


class DecisionQuerySet(OfOrganisation["PolicyDecision"]):
    """Decisions kept."""

    def current(self) -> Self:
        """Not superseded."""
        return self.filter(superseded_by__isnull=True)


class FeedbackQuerySet(OfOrganisation["PolicyFeedback"]):
    """What firms said."""
