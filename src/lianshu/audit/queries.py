"""Reading the record of what was done."""

from __future__ import annotations

from django.db import models

from lianshu.audit.models import AppendOnlyQuerySet, AuditEntry


def entries_about(obj: models.Model) -> AppendOnlyQuerySet:
    """What was done to `obj`, latest first.

    The caller has already found `obj` through `visible_to` and asked its rule whether the actor
    may read the record.
    """
    return AuditEntry.objects.filter(object_type=obj._meta.label_lower, object_id=obj.pk)
