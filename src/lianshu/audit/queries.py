"""Reading the record of what was done."""

from __future__ import annotations

from typing import Any

from django.db import models

from lianshu.audit.models import AppendOnlyQuerySet, AuditEntry


def entries_about(obj: models.Model) -> AppendOnlyQuerySet:
    """What was done to `obj`, latest first.

    The caller has already found `obj` through `visible_to` and asked its rule whether the actor
    may read the record.
    """
    return AuditEntry.objects.filter(object_type=obj._meta.label_lower, object_id=obj.pk)


def written_on_behalf(obj: models.Model) -> AuditEntry | None:
    """How `obj` came to be, when an agent or a substitute made it; asked as `entries_about` is."""
    made = entries_about(obj).filter(action=f"{obj._meta.model_name}.created")
    return made.exclude(behalf="").first()


def entries_under(*standings: str | models.QuerySet[Any]) -> models.QuerySet[AuditEntry]:
    """What was done under these mandates or substitutions (`Behalf.reference`, or queries that
    give such), latest first.

    The caller has asked the rule whether the actor may know.
    """
    condition = models.Q(pk__in=())
    for each in standings:
        if isinstance(each, str):
            condition |= models.Q(standing=each)
        else:
            condition |= models.Q(standing__in=each)
    return AuditEntry.objects.filter(condition).exclude(standing="")
