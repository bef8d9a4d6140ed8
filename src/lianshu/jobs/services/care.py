"""Jobs whose worker died, and jobs nobody needs any more."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import translation
from django.utils.translation import gettext as _
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from lianshu.jobs.models import Job, JobQuerySet, JobStatus
from lianshu.jobs.services.execution import dispatch

logger = logging.getLogger(__name__)

STALE_AFTER = timedelta(seconds=120)
LOST_AFTER = timedelta(seconds=60)
MOST_ATTEMPTS = 3
KEEP_JOBS = timedelta(days=90)
KEEP_ROUTINE_JOBS = timedelta(days=1)
KEEP_TASKS = timedelta(days=2)


def release_stale_jobs(*, now: datetime) -> int:
    """Queue again what runs without a heartbeat and what waits without a task; how many."""
    running = Job.objects.filter(status=JobStatus.RUNNING, heartbeat_at__lt=now - STALE_AFTER)
    waiting = Job.objects.filter(status=JobStatus.QUEUED, queued_at__lt=now - LOST_AFTER)
    return sum(_release(job, now=now) for job in [*running, *_without_task(waiting)])


def release_jobs_of_worker(*, worker: str, now: datetime) -> int:
    """Queue again what a worker of this name left behind. It calls this as it starts: a name
    belongs to one process at a time, so whatever runs under it was cut off."""
    running = Job.objects.filter(status=JobStatus.RUNNING, worker=worker)
    return sum(_release(job, now=now) for job in running)


def _without_task(waiting: JobQuerySet) -> list[Job]:
    """A worker that dies between claiming the task and claiming the job leaves such a job."""
    ready = DBTaskResult.objects.filter(status=TaskResultStatus.READY, id=OuterRef("task_id"))
    return list(waiting.exclude(Exists(ready)))


@transaction.atomic
def _release(job: Job, *, now: datetime) -> bool:
    same = Job.objects.filter(
        pk=job.pk, status=job.status, attempt=job.attempt, heartbeat_at=job.heartbeat_at
    )
    if job.cancel_requested_at is not None:
        return bool(same.update(status=JobStatus.CANCELLED, finished_at=now))
    if job.attempt >= MOST_ATTEMPTS:
        with translation.override(job.language):
            error = _("任务运行了 %(count)s 次都中途断掉，已停止重试。请联系运维人员。") % {
                "count": job.attempt
            }
        return bool(same.update(status=JobStatus.FAILED, finished_at=now, error=error))
    job.attempt += 1
    if not same.update(
        status=JobStatus.QUEUED, attempt=job.attempt, queued_at=now, heartbeat_at=None, worker=""
    ):
        return False
    logger.warning("job %s lost its worker; attempt %s", job.public_id, job.attempt)
    dispatch(job)
    return True


def prune_jobs(*, now: datetime) -> int:
    """Delete finished jobs of the past and the task rows behind them; how many jobs.

    Successful runs of the clock's duties go after a day, everything else after 90 days.
    """
    routine = Job.objects.filter(status=JobStatus.DONE, requested_by__isnull=True)
    old = Job.objects.finished().filter(finished_at__lt=now - KEEP_JOBS)
    deleted = routine.filter(finished_at__lt=now - KEEP_ROUTINE_JOBS).delete()[0] + old.delete()[0]
    DBTaskResult.objects.exclude(status=TaskResultStatus.READY).filter(
        enqueued_at__lt=now - KEEP_TASKS
    ).exclude(id__in=Job.objects.active().exclude(task_id=None).values("task_id")).delete()
    return deleted
