"""What was done cannot be undone on paper."""

from __future__ import annotations

import pytest

from lianshu.audit.models import AuditEntry
from lianshu.audit.services import record
from tests.cast import NOW, SYSTEM, Cast


def test_entries_are_append_only(cast: Cast) -> None:
    entry = record(actor=SYSTEM, action="x.done", obj=cast.organisations["bank"], now=NOW)
    entry.action = "x.undone"
    with pytest.raises(TypeError, match="append-only"):
        entry.save()
    with pytest.raises(TypeError, match="append-only"):
        entry.delete()
    with pytest.raises(TypeError, match="append-only"):
        AuditEntry.objects.all().delete()
    with pytest.raises(TypeError, match="append-only"):
        AuditEntry.objects.update(action="x")
    assert AuditEntry.objects.get(pk=entry.pk).action == "x.done"
