"""Who sees which round."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models

from lianshu.authority import Actor, Capability
from lianshu.registry.scoping import within

if TYPE_CHECKING:
    from lianshu.rounds.models import Round  # noqa: F401 (named in a string below)


class RoundQuerySet(models.QuerySet["Round"]):
    """Rounds: the office's own work."""

    def visible_to(self, actor: Actor) -> Self:
        """Within a coordinating grant."""
        if actor.is_system:
            return self
        return self.filter(within(actor, Capability.COORDINATE))
