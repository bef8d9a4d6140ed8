"""Who sees which call-back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models

from lianshu.authority import Actor, Matter

if TYPE_CHECKING:
    from lianshu.casework.models import CallBack  # noqa: F401 (named in a string below)


class CallBackQuerySet(models.QuerySet["CallBack"]):
    """Call-backs."""

    def visible_to(self, actor: Actor) -> Self:
        """Those one's own unit makes: who is judged does not learn which cases are asked about."""
        if actor.is_system:
            return self
        return self.filter(unit__in=actor.reading_in(Matter.ANSWERS))

    def open(self) -> Self:
        """Still to be made."""
        return self.filter(answered_at__isnull=True)
