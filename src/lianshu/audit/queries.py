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


def entries_under(standing: str) -> AppendOnlyQuerySet:
    """What was done under one mandate or substitution (`Behalf.reference`), latest first.

    The caller has asked the rule whether the actor may know.
    """
    return AuditEntry.objects.filter(standing=standing) if standing else AuditEntry.objects.none()
