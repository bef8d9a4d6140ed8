"""Which facts and holdings an actor sees, for which use, as known when.

What is for statistics only is in none of these answers, whoever asks, the system included: figures
of it come from `for_statistics`, which serves totals over at least five firms and nothing else.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NoReturn, Self, TypeVar

from django.db import models
from django.db.models import OuterRef, Q, Subquery

from lianshu.authority import Actor, Capability, Matter
from lianshu.engine.tables import Use, combinations_with
from lianshu.registry.scoping import within

if TYPE_CHECKING:
    from lianshu.registry.models import Fact, Holding  # noqa: F401 (named in strings below)

RowT = TypeVar("RowT", bound=models.Model)

BEYOND_STATISTICS = Use.SERVICE | Use.DECISION | Use.PUBLICATION


def permits(use: Use) -> Q:
    """Rows that may be used for one of `use`."""
    return Q(uses__in=combinations_with(use))


class RecordedQuerySet(models.QuerySet[RowT]):
    """Statements: added, superseded, never changed or removed."""

    def visible_to(self, actor: Actor) -> Self:
        """One's own organisation's; within a grant what may serve or decide; what is published.
        Never what is for statistics only."""
        rows = self.filter(permits(BEYOND_STATISTICS))
        if actor.is_system:
            return rows
        if not actor.is_known:
            return rows.none()
        granted = within(actor, Capability.COORDINATE) | within(
            actor, Capability.MANAGE_ORGANISATIONS
        )
        return rows.filter(
            Q(organisation__in=actor.reading_in(Matter.RECORDS))
            | permits(Use.PUBLICATION)
            | granted & permits(Use.SERVICE | Use.DECISION)
        )

    def for_use(self, use: Use) -> Self:
        """Those that may be used for `use`; asking for statistics here gives nothing."""
        return self.filter(permits(use & BEYOND_STATISTICS))

    def for_statistics(self, actor: Actor) -> Self:
        """Every row in the actor's coordinating scope, for totals only (`queries.aggregates`)."""
        return self.filter(within(actor, Capability.COORDINATE), permits(Use.STATISTICS))

    def current(self) -> Self:
        """Not superseded."""
        return self.filter(superseded_at__isnull=True)

    def known_at(self, moment: datetime | None) -> Self:
        """As known at `moment`; None is now."""
        if moment is None:
            return self.current()
        return self.filter(
            Q(superseded_at__isnull=True) | Q(superseded_at__gt=moment), recorded_at__lte=moment
        )

    def update(self, **kwargs: Any) -> NoReturn:
        raise TypeError("recorded statements are append-only")

    def delete(self) -> NoReturn:
        raise TypeError("recorded statements are append-only")

    def supersede(self, *, by: models.Model | Subquery, at: datetime) -> int:
        """Say what replaced these rows: the one thing a recorded row learns."""
        return super().update(superseded_by=by, superseded_at=at)

    def move(self, *, region_id: int, chain_id: int | None) -> int:
        """Follow their organisation into another scope."""
        return super().update(region_id=region_id, chain_id=chain_id)

    def hand_over(self, **values: Any) -> int:
        """Name the organisation that stands for theirs since a merge, with its region and chain."""
        if not values.keys() <= {"organisation_id", "region_id", "chain_id"}:
            raise TypeError("recorded statements are append-only")
        return super().update(**values)


class FactQuerySet(RecordedQuerySet["Fact"]):
    """Facts."""

    def valid_on(self, day: date) -> Self:
        """Whose period holds `day`."""
        return self.filter(period_start__lte=day, period_end__gt=day)

    def next_revision(self) -> Subquery:
        """For rows being updated: the row that corrects each."""
        key = ("organisation", "fact", "period_start", "period_kind", "source")
        same = {name: OuterRef(name) for name in key}
        later = self.model._default_manager.filter(**same, revision=OuterRef("revision") + 1)
        return Subquery(later.values("pk")[:1])


class HoldingQuerySet(RecordedQuerySet["Holding"]):
    """Holdings."""

    def valid_on(self, day: date) -> Self:
        """Valid on `day`; a missing end is open, a missing beginning was always."""
        return self.filter(
            Q(valid_from__isnull=True) | Q(valid_from__lte=day),
            Q(valid_to__isnull=True) | Q(valid_to__gt=day),
        )
