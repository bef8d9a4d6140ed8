"""Who sees which consultation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models

from lianshu.authority import Actor, Matter

if TYPE_CHECKING:
    from lianshu.casework.models import Consultation  # noqa: F401 (named in a string below)


class ConsultationQuerySet(models.QuerySet["Consultation"]):
    """Organisations asked for their opinion."""

    def visible_to(self, actor: Actor) -> Self:
        """What one's own organisation was asked. Those who have a part in the case read the
        others' with the case."""
        if actor.is_system:
            return self
        return self.filter(organisation__in=actor.reading_in(Matter.ANSWERS))

    def open(self) -> Self:
        """Still waiting for an answer."""
        return self.filter(answered_at__isnull=True, silent_at__isnull=True, closed_at__isnull=True)
