"""Writing the record of what was done."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import models

from lianshu.audit.models import AuditEntry
from lianshu.authority import Actor

LABEL_LENGTH = 200


def record(
    *,
    actor: Actor,
    action: str,
    obj: models.Model,
    now: datetime,
    changes: Mapping[str, Any] | None = None,
) -> AuditEntry:
    """Add one entry, in the caller's transaction."""
    entry = build_entry(actor=actor, action=action, obj=obj, now=now, changes=changes)
    entry.save()
    return entry


def record_many(entries: Iterable[AuditEntry]) -> None:
    """Add the entries of a bulk write, in the caller's transaction."""
    AuditEntry.objects.bulk_create(entries, batch_size=1_000)


def build_entry(
    *,
    actor: Actor,
    action: str,
    obj: models.Model,
    now: datetime,
    changes: Mapping[str, Any] | None = None,
) -> AuditEntry:
    """An unsaved entry about `obj`, which must have been saved."""
    return AuditEntry(
        at=now,
        action=action,
        actor_user_id=actor.user_id,
        actor_name=actor.name,
        object_type=obj._meta.label_lower,
        object_id=obj.pk,
        object_label=str(obj)[:LABEL_LENGTH],
        changes=dict(changes or {}),
    )
