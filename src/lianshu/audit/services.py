"""Writing the record of what was done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from lianshu.audit.models import AuditEntry
from lianshu.authority import Actor
from lianshu.records.bulk import insert_rows

LABEL_LENGTH = 200
NAME_LENGTH = 150


def signature(actor: Actor) -> str:
    """The actor's name as it stands on what it did: for whom, too, when for somebody else."""
    if actor.behalf is None:
        return actor.name
    names = {"name": actor.name, "principal": actor.behalf.principal}
    return (_("%(name)s（代 %(principal)s）") % names)[:NAME_LENGTH]


def record(
    *,
    actor: Actor,
    action: str,
    obj: models.Model,
    now: datetime,
    changes: Mapping[str, Any] | None = None,
) -> AuditEntry:
    """Add one entry about `obj`, which must have been saved, in the caller's transaction."""
    return AuditEntry.objects.create(
        at=now,
        action=action,
        actor_user_id=actor.user_id,
        actor_name=actor.name,
        behalf=actor.behalf.principal if actor.behalf else "",
        standing=actor.behalf.reference if actor.behalf else "",
        object_type=obj._meta.label_lower,
        object_id=obj.pk,
        object_label=str(obj)[:LABEL_LENGTH],
        changes=dict(changes or {}),
    )


def record_many(
    *,
    actor: Actor,
    action: str,
    objects: Sequence[models.Model],
    changes: Sequence[Mapping[str, Any]],
    now: datetime,
) -> None:
    """Add one entry for each of the saved objects, in the caller's transaction."""
    behalf, standing = "", ""
    if actor.behalf is not None:
        behalf, standing = actor.behalf.principal, actor.behalf.reference
    insert_rows(
        AuditEntry,
        (
            *("at", "action", "actor_user_id", "actor_name", "behalf", "standing"),
            *("object_type", "object_id", "object_label", "changes"),
        ),
        [
            (
                *(now, action, actor.user_id, actor.name, behalf, standing),
                *(obj._meta.label_lower, obj.pk, str(obj)[:LABEL_LENGTH], changed),
            )
            for obj, changed in zip(objects, changes, strict=True)
        ],
    )
