"""Which records of the register changed since a moment."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from lianshu.audit.models import AuditEntry

ABOUT: Final = "registry.organisation"


def changed_since(moment: datetime) -> set[int]:
    """Organisations that something was done to at `moment` or later: each write leaves an entry in
    the audit, codes and former names included."""
    entries = AuditEntry.objects.filter(object_type=ABOUT, at__gte=moment)
    return set(entries.order_by().values_list("object_id", flat=True).distinct())


def anything_since(moment: datetime) -> bool:
    """Whether `changed_since` a later moment than this would find any."""
    return AuditEntry.objects.filter(object_type=ABOUT, at__gt=moment).exists()
