"""Who sees which list, campaign and pair."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models

from lianshu.authority import Actor, Capability
from lianshu.registry.scoping import within

if TYPE_CHECKING:
    from lianshu.coverage.models import (  # noqa: F401 (named in strings below)
        Campaign,
        DuplicatePair,
        FirmList,
        ListRow,
    )


class FirmListQuerySet(models.QuerySet["FirmList"]):
    """Lists: the office's own work."""

    def visible_to(self, actor: Actor) -> Self:
        """Within a coordinating grant."""
        return self if actor.is_system else self.filter(within(actor, Capability.COORDINATE))


class ListRowQuerySet(models.QuerySet["ListRow"]):
    """Rows of lists."""

    def visible_to(self, actor: Actor) -> Self:
        """As their list."""
        if actor.is_system:
            return self
        place = within(actor, Capability.COORDINATE, prefix="edition__firm_list__")
        return self.filter(place)


class CampaignQuerySet(models.QuerySet["Campaign"]):
    """Campaigns: the office's own work."""

    def visible_to(self, actor: Actor) -> Self:
        """As the list they come from."""
        if actor.is_system:
            return self
        return self.filter(within(actor, Capability.COORDINATE, prefix="firm_list__"))


class DuplicatePairQuerySet(models.QuerySet["DuplicatePair"]):
    """Pairs that may be one firm."""

    def visible_to(self, actor: Actor) -> Self:
        """Who keeps both organisations."""
        if actor.is_system:
            return self
        return self.filter(
            within(actor, Capability.MANAGE_ORGANISATIONS, prefix="first__"),
            within(actor, Capability.MANAGE_ORGANISATIONS, prefix="second__"),
        )
