"""Which organisations an actor sees, and how they are found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models

from lianshu.authority import Actor
from lianshu.records.search import matches

if TYPE_CHECKING:
    from lianshu.registry.models import Organisation  # noqa: F401


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    """The register of organisations: names are public to everybody who has an account here."""

    def visible_to(self, actor: Actor) -> Self:
        """Everybody known sees the register; a stranger nothing."""
        return self if actor.is_known else self.none()

    def current(self) -> Self:
        """Those that still exist: not merged, split up or closed."""
        return self.filter(ended_on__isnull=True)

    def found_by(self, query: str) -> Self:
        """Those whose names hold what was typed, pinyin initials included."""
        return self.filter(matches("search", query))
