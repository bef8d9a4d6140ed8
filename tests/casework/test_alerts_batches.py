"""More came due than one run takes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lianshu.casework.models import CaseEvent, EventKind
from lianshu.casework.services import alerts
from lianshu.casework.services.alerts import turn_due
from tests.casework.loops import order
from tests.cast import NOW, SYSTEM, Cast


def test_who_waits_for_the_next_run_is_not_reminded_of_what_is_over(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        order(cast)
    monkeypatch.setattr(alerts, "BATCH", 1)
    late = NOW + timedelta(days=90)
    for run in range(1, 5):
        turn_due(actor=SYSTEM, now=late)
        kinds = list(CaseEvent.objects.order_by("id").values_list("kind", flat=True))
        turned = [EventKind.RED, EventKind.AUTOMATIC] * min(run, 3)
        assert kinds[3:] == turned
