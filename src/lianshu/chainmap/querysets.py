"""Who sees which statement, required input and act."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

from lianshu.authority import Actor, Capability, Matter
from lianshu.registry.scoping import within

if TYPE_CHECKING:
    from lianshu.chainmap.models import ChainInput, GapAct, MakerRelation  # noqa: F401


class MakerRelationQuerySet(models.QuerySet["MakerRelation"]):
    """Who makes what."""

    def visible_to(self, actor: Actor) -> Self:
        """Public statements for everybody known, one's own firm's, and those of firms within a
        grant to read sources."""
        if actor.is_system:
            return self
        if not actor.is_known:
            return self.none()
        own = Q(organisation__in=actor.reading_in(Matter.RECORDS))
        held = within(actor, Capability.READ_SOURCES, prefix="organisation__")
        return self.filter(Q(visibility="public") | own | held)

    def current(self) -> Self:
        """What holds now, of firms that still exist: not superseded, and not a denial."""
        return self.filter(
            Q(organisation__isnull=True) | Q(organisation__ended_on__isnull=True),
            superseded_at__isnull=True,
            makes=True,
        )


class InputQuerySet(models.QuerySet["ChainInput"]):
    """Required inputs of chains."""

    def visible_to(self, actor: Actor) -> Self:
        """Everybody known reads them; which numbers, `reading` decides."""
        return self.filter(required=True) if actor.is_known else self.none()

    def exact_for(self, actor: Actor) -> Self:
        """Those whose makers the actor may know: within a grant to read sources."""
        return self.filter(within(actor, Capability.READ_SOURCES), required=True)


class ActQuerySet(models.QuerySet["GapAct"]):
    """What is done about gaps: the office's work."""

    def visible_to(self, actor: Actor) -> Self:
        """Within a coordinating grant."""
        if actor.is_system:
            return self
        return self.filter(within(actor, Capability.COORDINATE))
