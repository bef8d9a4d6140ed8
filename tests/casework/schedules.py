"""Published schedules for tests, and one that is on."""

from __future__ import annotations

from datetime import date, datetime

from django.conf import settings

from lianshu.casework.models import Recurrence, ScheduleVersion
from lianshu.casework.queries_schedules import Spot
from lianshu.casework.services.recurring import switch_on
from lianshu.casework.services.schedule_publishing import publish_packs
from tests.cast import NOW, SYSTEM, Cast

PACKS = (
    settings.PACKS / "national" / "loops" / "routine.yaml",
    settings.PACKS / "ningbo" / "loops" / "supervision.yaml",
    settings.PACKS / "ningbo" / "schedules",
)


def published(*, now: datetime = NOW) -> dict[str, ScheduleVersion]:
    """S15 and S21 with the loops they open."""
    found = publish_packs(actor=SYSTEM, paths=PACKS, now=now).schedules
    return {version.schedule: version for version in found}


def recurrence(
    cast: Cast,
    opening: str = "meeting",
    *,
    region: str = "ningbo",
    by: str = "officer",
    organisation: str = "office",
    first_on: date = date(2026, 11, 2),
    schedule: str = "committee-routine",
) -> Recurrence:
    """Something of a published schedule, switched on."""
    (found,) = switch_on(
        actor=cast.actor(by),
        version=published()[schedule],
        opening=opening,
        places=[(Spot(cast.regions[region], None, None), cast.organisations[organisation])],
        first_on=first_on,
        now=NOW,
    )
    return found
