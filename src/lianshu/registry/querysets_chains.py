"""Who sees which liaison, and whom a liaison serves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db.models import Q

from lianshu.authority import Actor, Capability
from lianshu.records.search import matches
from lianshu.registry.models.dated import DatedQuerySet
from lianshu.registry.scoping import within

if TYPE_CHECKING:
    from lianshu.registry.models import Liaison, LiaisonAssignment  # noqa: F401


def _cared_for(actor: Actor) -> Q:
    return within(actor, Capability.COORDINATE) | within(actor, Capability.MANAGE_ORGANISATIONS)


class LiaisonQuerySet(DatedQuerySet["Liaison"]):
    """Liaisons are persons: those who manage them see them, and those they serve."""

    def visible_to(self, actor: Actor) -> Self:
        """Within the actor's scope, of the actor's own organisation, serving it, or the actor."""
        if actor.is_system:
            return self
        serving = self.model._default_manager.filter(
            assignments__organisation__in=actor.organisation_ids,
            assignments__valid_to__isnull=True,
        )
        own = Q(organisation__in=actor.organisation_ids)
        if actor.user_id is not None:
            own |= Q(user_id=actor.user_id)
        return self.filter(_cared_for(actor) | own | Q(pk__in=serving.values("pk")))

    def found_by(self, query: str) -> Self:
        """Those whose names hold what was typed, pinyin initials included."""
        return self.filter(matches("search", query))


class LiaisonAssignmentQuerySet(DatedQuerySet["LiaisonAssignment"]):
    """Who serves whom."""

    def visible_to(self, actor: Actor) -> Self:
        """Within the actor's scope, about or by the actor's own organisation, or by the actor."""
        if actor.is_system:
            return self
        own = Q(organisation__in=actor.organisation_ids) | Q(
            liaison__organisation__in=actor.organisation_ids
        )
        if actor.user_id is not None:
            own |= Q(liaison__user_id=actor.user_id)
        return self.filter(_cared_for(actor) | own)
