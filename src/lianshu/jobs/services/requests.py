"""Asking for a job, calling it off, and asking again."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lianshu.audit.services import record
from lianshu.authority import Actor, Refusal, require
from lianshu.jobs.models import Job, JobStatus
from lianshu.jobs.registration import handler_of
from lianshu.jobs.rules import can_cancel_job, can_retry_job
from lianshu.jobs.services.execution import dispatch
from lianshu.records.errors import Conflict

TITLE_LENGTH = 200


@transaction.atomic
def enqueue(
    *,
    actor: Actor,
    kind: str,
    title: str,
    params: dict[str, Any],
    now: datetime,
    organisation_id: int | None = None,
    link: str = "",
) -> Job:
    """Store a job and its task, in the caller's transaction if there is one.

    The caller's service has checked that the actor may have this done; the job then runs as that
    actor with the memberships and grants of the time it runs, and under the same mandate or
    substitution. `params` is JSON; `link` is the
    path of the page where its outcome is seen. Raises `LookupError` for a kind without handler.
    """
    handler_of(kind)
    if not actor.is_known:
        raise Refusal(_("请先登录。"))
    job = Job.objects.create(
        kind=kind,
        title=str(title)[:TITLE_LENGTH],
        link=link,
        requested_by_id=actor.user_id,
        system="" if actor.user_id is not None else actor.system,
        standing=actor.behalf.reference if actor.behalf else "",
        organisation_id=organisation_id,
        language=get_language() or settings.LANGUAGE_CODE,
        params=params,
        created_at=now,
        queued_at=now,
    )
    dispatch(job)
    return job


@transaction.atomic
def cancel_job(*, actor: Actor, job: Job, now: datetime) -> None:
    """End a waiting job at once; ask a running one to stop at its next step.

    Raises `Refusal` by `can_cancel_job`, `Conflict` when the job ended in the meantime.
    """
    require(can_cancel_job(actor, job))
    rows = Job.objects.filter(pk=job.pk)
    ended = rows.filter(status=JobStatus.QUEUED).update(
        status=JobStatus.CANCELLED, finished_at=now, cancel_requested_at=now
    )
    asked = ended or rows.filter(status=JobStatus.RUNNING).update(cancel_requested_at=now)
    if not asked:
        raise Conflict(_("任务刚刚已经结束，请刷新页面查看结果。"))
    record(actor=actor, action="jobs.cancelled", obj=job, now=now)


@transaction.atomic
def retry_job(*, actor: Actor, job: Job, now: datetime) -> None:
    """Queue a failed or cancelled job again, as the one who first asked for it.

    Raises `Refusal` by `can_retry_job`, `Conflict` when somebody else was faster.
    """
    require(can_retry_job(actor, job))
    queued = Job.objects.filter(pk=job.pk, attempt=job.attempt, status=job.status).update(
        status=JobStatus.QUEUED,
        attempt=job.attempt + 1,
        queued_at=now,
        started_at=None,
        heartbeat_at=None,
        finished_at=None,
        cancel_requested_at=None,
        done=0,
        total=None,
        message="",
        result=None,
        error="",
        traceback="",
        worker="",
    )
    if not queued:
        raise Conflict(_("任务的状态刚刚变了，请刷新页面再试。"))
    job.refresh_from_db()
    dispatch(job)
    record(actor=actor, action="jobs.retried", obj=job, now=now)
