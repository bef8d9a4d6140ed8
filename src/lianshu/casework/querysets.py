"""Who sees which case, and what waits for whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Case as Choose
from django.db.models import Exists, OuterRef, Q, Value, When

from lianshu.authority import EVERY_CHAIN, Actor, Capability, Matter
from lianshu.registry.scoping import within

if TYPE_CHECKING:
    from lianshu.casework.models import Case, Task  # noqa: F401 (named in strings below)


def _holds(condition: Q) -> Choose:
    if not condition:  # the empty condition holds of every row, and `When` refuses it
        return Choose(default=Value(True))
    return Choose(When(condition, then=Value(True)), default=Value(False))


class CaseQuerySet(models.QuerySet["Case"]):
    """Cases."""

    def visible_to(self, actor: Actor, *, consulted: bool = True) -> Self:
        """One's own, those one has or had a part in, those in which a step waits or waited for
        oneself by name, those in the actor's care and, with `consulted`, those in which one's
        organisation was asked for its opinion: of these it reads no more than `veiling.veil`
        leaves."""
        if actor.is_system:
            return self
        own = actor.reading_in(Matter.POSTS, Matter.ANSWERS)
        part = (
            self._of("parties")
            .filter(case=OuterRef("pk"))
            .filter(Q(organisation__in=own) | Q(user_id__in=actor.stands_for))
        )
        named = self._of("tasks").filter(case=OuterRef("pk"), user_id__in=actor.stands_for)
        # Only a liaison, and who took over from a colleague, is named in a task.
        taking = Exists(part) | Exists(named)
        seen = within(actor, Capability.COORDINATE) | Q(asker__in=own) | taking
        if not consulted:
            return self.filter(seen)
        asked = self._of("consultations").filter(
            case=OuterRef("pk"), organisation__in=actor.reading_in(Matter.ANSWERS)
        )
        return self.filter(seen | Exists(asked))

    def with_care(self, actor: Actor) -> Self:
        """Each with `in_care`, whether it lies in the actor's coordinating scope, `in_wide_care`,
        whether in one that is not narrowed to a chain, `has_parties`, whether anybody is
        appointed, and `has_open_consultations`, whether an opinion is waited for."""
        wide = Actor(
            user_id=actor.user_id,
            system=actor.system,
            grants=tuple(each for each in actor.grants if each.scope.chain_id == EVERY_CHAIN),
        )
        return self.annotate(
            in_care=_holds(within(actor, Capability.COORDINATE)),
            in_wide_care=_holds(within(wide, Capability.COORDINATE)),
            has_parties=Exists(self._of("parties").filter(case=OuterRef("pk"), until__isnull=True)),
            has_open_consultations=Exists(
                self._of("consultations").filter(
                    case=OuterRef("pk"),
                    answered_at__isnull=True,
                    silent_at__isnull=True,
                    closed_at__isnull=True,
                )
            ),
        )

    def _of(self, relation: str) -> models.QuerySet[models.Model]:
        related = self.model._meta.get_field(relation).related_model
        assert related is not None and not isinstance(related, str)
        return related._default_manager.all()

    def open(self) -> Self:
        """Still on their way."""
        return self.filter(ended_at__isnull=True)


class TaskQuerySet(models.QuerySet["Task"]):
    """Tasks."""

    def open(self) -> Self:
        """Not done."""
        return self.filter(done_at__isnull=True)

    def waiting_for(self, actor: Actor) -> Self:
        """Open ones that the actor could act on: of an organisation it acts for, its own by name,
        and those of the office within its care."""
        if actor.is_system:
            return self.open()
        mine = Q(organisation__in=actor.acting_in(Matter.ANSWERS)) | Q(user_id__in=actor.stands_for)
        office = Q(organisation__isnull=True, user_id__isnull=True) & within(
            actor, Capability.COORDINATE
        )
        return self.open().filter(mine | office)
