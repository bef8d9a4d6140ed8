"""Running a job in a worker: claim, report, settle. Every step is a compare-and-set on
(status, attempt), so that two workers never both own a job."""

from __future__ import annotations

import json
import logging
import threading
import traceback
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django_tasks import TaskContext, task

from lianshu.authority import Actor, Refusal, system_actor
from lianshu.jobs.actors import actor_for
from lianshu.jobs.context import Cancelled, Interrupted, JobContext
from lianshu.jobs.models import Job, JobStatus
from lianshu.jobs.registration import handler_of
from lianshu.records.errors import DomainError

logger = logging.getLogger(__name__)

stopping = threading.Event()
"""Set when this worker process was asked to stop."""

MESSAGE_LENGTH = 300


@task(takes_context=True)
def run_job(context: TaskContext, job_pk: int, attempt: int) -> None:
    """The one task: run the job if it still waits for this attempt."""
    execute(job_pk, attempt, worker=context.task_result.worker_ids[-1])


def dispatch(job: Job) -> None:
    """Put a task for the job's current attempt on the queue, in the caller's transaction."""
    job.task_id = UUID(run_job.enqueue(job.pk, job.attempt).id)
    Job.objects.filter(pk=job.pk, attempt=job.attempt).update(task_id=job.task_id)


def execute(
    job_pk: int, attempt: int, *, worker: str, clock: Callable[[], datetime] = timezone.now
) -> None:
    """Claim the job and see it to its end; does nothing when it is no longer waiting for us."""
    job = _claim(job_pk, attempt, worker=worker, now=clock())
    if job is None:
        logger.info("job %s attempt %s is not waiting any more", job_pk, attempt)
        return
    with translation.override(job.language or settings.LANGUAGE_CODE):
        try:
            result = _call_handler(job, clock)
        except Cancelled:
            _settle(job, JobStatus.CANCELLED, now=clock())
        except Interrupted:
            _hand_back(job, now=clock())
        except (DomainError, Refusal) as error:
            _settle(job, JobStatus.FAILED, now=clock(), error=str(error))
        except Exception:
            logger.exception("job %s (%s) failed", job.public_id, job.kind)
            _settle(
                job,
                JobStatus.FAILED,
                now=clock(),
                error=_("程序内部出错，任务没有完成。请稍后重新运行；仍然失败请联系运维人员。"),
                traceback=traceback.format_exc(),
            )
        else:
            _settle(job, JobStatus.DONE, now=clock(), result=result)


def _call_handler(job: Job, clock: Callable[[], datetime]) -> dict[str, Any]:
    context = JobContext(
        job=job,
        actor=_actor_of(job, now=clock()),
        now=clock,
        report=partial(_report, job, clock),
        stopping=stopping.is_set,
    )
    result = handler_of(job.kind)(context)
    json.dumps(result)  # what cannot be stored is the handler's failure, not the settling's
    return result


def _actor_of(job: Job, *, now: datetime) -> Actor:
    if job.requested_by_id is not None:
        actor = actor_for(job.requested_by_id, job.standing, now)
        if actor.is_known and job.standing and actor.behalf is None:
            raise DomainError(
                _("发起这个任务时是代别人办理的，现在委托或代班已经结束，任务没有运行。")
            )
        if actor.is_known:
            return actor
    elif job.system:
        return system_actor(job.system)
    raise DomainError(_("发起这个任务的账号已经不存在或被停用，任务没有运行。"))


def _claim(job_pk: int, attempt: int, *, worker: str, now: datetime) -> Job | None:
    mine = Job.objects.filter(pk=job_pk, attempt=attempt)
    claimed = mine.filter(status=JobStatus.QUEUED).update(
        status=JobStatus.RUNNING, started_at=now, heartbeat_at=now, worker=worker
    )
    return mine.get() if claimed else None


def _report(
    job: Job, clock: Callable[[], datetime], done: int, total: int | None, message: str
) -> None:
    still_ours = Job.objects.filter(
        pk=job.pk,
        attempt=job.attempt,
        status=JobStatus.RUNNING,
        cancel_requested_at__isnull=True,
    ).update(done=done, total=total, message=message[:MESSAGE_LENGTH], heartbeat_at=clock())
    if not still_ours:
        raise Cancelled


def _settle(job: Job, status: JobStatus, *, now: datetime, **fields: Any) -> None:
    settled = Job.objects.filter(pk=job.pk, attempt=job.attempt, status=JobStatus.RUNNING).update(
        status=status, finished_at=now, **fields
    )
    if not settled:
        logger.warning("job %s was taken over before it ended as %s", job.public_id, status)


def _hand_back(job: Job, *, now: datetime) -> None:
    with transaction.atomic():
        returned = Job.objects.filter(
            pk=job.pk, attempt=job.attempt, status=JobStatus.RUNNING
        ).update(status=JobStatus.QUEUED, queued_at=now, worker="")
        if returned:
            dispatch(job)
