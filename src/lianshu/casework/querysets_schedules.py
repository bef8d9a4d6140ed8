"""Who sees which recurrence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

from lianshu.authority import Actor, Capability, Matter
from lianshu.registry.scoping import within

if TYPE_CHECKING:
    from lianshu.casework.models.schedules import Recurrence  # noqa: F401 (named in a string)


class RecurrenceQuerySet(models.QuerySet["Recurrence"]):
    """Recurrences."""

    def visible_to(self, actor: Actor) -> Self:
        """Those in the actor's care, and those that open cases for one's own organisation."""
        if actor.is_system:
            return self
        own = actor.reading_in(Matter.POSTS, Matter.ANSWERS)
        return self.filter(within(actor, Capability.COORDINATE) | Q(organisation__in=own))

    def due(self, now: object) -> Self:
        """Those whose next time has come. By index."""
        return self.filter(active=True, next_at__lte=now)
