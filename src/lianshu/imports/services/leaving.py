"""Files that somebody who leaves had not finished importing, for whoever takes over."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from lianshu.audit.services import record
from lianshu.authority import Actor, require
from lianshu.imports.models import ImportRun, RunStatus
from lianshu.imports.rules import can_import
from lianshu.imports.services.requests import INSPECT, hand_to_job
from lianshu.imports.targets import target_of

UNFINISHED = (RunStatus.CHECKING, RunStatus.UNREADABLE, RunStatus.READY, RunStatus.STOPPED)
CHECKED_ANEW = (RunStatus.CHECKING, RunStatus.READY)


def unfinished_runs(user_id: int, organisation_id: int) -> QuerySet[ImportRun]:
    """What the person uploaded for the organisation and is not written yet."""
    return ImportRun.objects.filter(
        requested_by_id=user_id, organisation_id=organisation_id, status__in=UNFINISHED
    ).order_by("pk")


@transaction.atomic
def pass_on_runs(
    *, actor: Actor, user_id: int, organisation_id: int, successor: Actor, now: datetime
) -> int:
    """The successor goes on with them; returns how many.

    What is only previewed is checked anew, with what the successor may do. Raises `Refusal` when
    the successor may not import. The caller has seen that the actor may end the membership.
    """
    runs = list(unfinished_runs(user_id, organisation_id))
    for run in runs:
        require(can_import(successor, target_of(run.target)))
        run.requested_by_id = successor.user_id
        if run.status in CHECKED_ANEW:
            run.status = RunStatus.CHECKING
        ImportRun.objects.filter(pk=run.pk).update(
            requested_by_id=run.requested_by_id, status=run.status
        )
        if run.status == RunStatus.CHECKING:
            hand_to_job(actor=successor, run=run, kind=INSPECT, now=now)
        record(actor=actor, action="imports.handed_over", obj=run, now=now)
    return len(runs)
