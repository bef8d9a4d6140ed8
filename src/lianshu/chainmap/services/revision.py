"""Counting changes of the map, so that what is computed from it is known to be old."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F

from lianshu.chainmap.models import MapRevision
from lianshu.records.fields import opaque_id


def bump(now: datetime) -> None:
    """The map has changed: in the caller's transaction."""
    changed = MapRevision.objects.filter(pk=1).update(
        number=F("number") + 1, stamp=opaque_id(), changed_at=now
    )
    if not changed:
        MapRevision.objects.create(pk=1, number=1, changed_at=now)
