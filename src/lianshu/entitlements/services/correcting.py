"""A figure that a firm called wrong was corrected: its open decisions are taken again."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db.models import Exists, OuterRef, QuerySet

from lianshu.authority import Actor
from lianshu.casework.models import CaseEvent
from lianshu.entitlements.models import FeedbackKind, PolicyFeedback
from lianshu.entitlements.services.deciding import recompute_decisions

CORRECTED: Final = "correct"
"""The action of the feedback loop by which the unit in charge says that the figure is put right."""


def _waiting() -> QuerySet[PolicyFeedback]:
    said = CaseEvent.objects.filter(case=OuterRef("case"), action=CORRECTED)
    return PolicyFeedback.objects.filter(
        Exists(said), kind=FeedbackKind.WRONG_FACT, recomputed_at__isnull=True
    )


def corrections_wait(_now: datetime) -> bool:
    """Whether a corrected figure has not reached the decisions yet."""
    return _waiting().exists()


def follow_corrections(*, actor: Actor, now: datetime) -> int:
    """Take the open decisions of the firms again; how many came to something else. Run again, it
    goes on with those that are left."""
    changed = 0
    for row in _waiting().order_by("pk"):
        changed += recompute_decisions(actor=actor, now=now, firms=[row.organisation_id])
        row.recomputed_at = now
        row.save(update_fields=["recomputed_at"])
    return changed
