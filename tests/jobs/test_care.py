"""What becomes of jobs that got stuck, and of jobs nobody needs any more."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django_tasks_db.models import DBTaskResult

from lianshu.authority import system_actor
from lianshu.jobs.models import Job, JobStatus
from lianshu.jobs.services import (
    enqueue,
    prune_jobs,
    release_jobs_of_worker,
    release_stale_jobs,
)
from lianshu.jobs.services.care import MOST_ATTEMPTS
from lianshu.jobs.worker import run_queued_jobs
from tests.cast import NOW, Cast
from tests.jobs import handlers

LATE = NOW + timedelta(minutes=10)


def running_job(**fields: object) -> Job:
    """A job as a killed worker leaves it."""
    job = enqueue(
        actor=system_actor("tests"), kind="tests.count", title="x", params={"to": 1}, now=NOW
    )
    assert job.task_id is not None
    DBTaskResult.objects.filter(id=job.task_id).update(status="RUNNING")
    Job.objects.filter(pk=job.pk).update(
        **{
            "status": JobStatus.RUNNING,
            "worker": "dead",
            "started_at": NOW,
            "heartbeat_at": NOW,
            **fields,
        }
    )
    job.refresh_from_db()
    return job


def test_a_job_without_heartbeat_is_queued_again_and_finished(
    db: None, caplog: pytest.LogCaptureFixture
) -> None:
    job = running_job()
    assert release_stale_jobs(now=LATE) == 1
    job.refresh_from_db()
    assert (job.status, job.attempt) == (JobStatus.QUEUED, 2)
    run_queued_jobs()
    job.refresh_from_db()
    assert job.status == JobStatus.DONE
    assert handlers.SEEN[-1]["attempt"] == 2
    assert "lost its worker" in caplog.text


def test_a_beating_job_is_left_alone(db: None) -> None:
    running_job(heartbeat_at=LATE - timedelta(seconds=30))
    assert release_stale_jobs(now=LATE) == 0


def test_the_last_attempt_ends_as_a_failure_with_a_sentence(db: None) -> None:
    job = running_job()
    Job.objects.update(attempt=MOST_ATTEMPTS)
    assert release_stale_jobs(now=LATE) == 1
    job.refresh_from_db()
    assert job.status == JobStatus.FAILED
    assert "3 次" in job.error
    assert release_stale_jobs(now=LATE + timedelta(hours=1)) == 0


def test_a_stuck_job_that_was_cancelled_is_not_run_again(db: None) -> None:
    job = running_job(cancel_requested_at=NOW)
    release_stale_jobs(now=LATE)
    job.refresh_from_db()
    assert job.status == JobStatus.CANCELLED


def test_a_waiting_job_whose_task_was_lost_gets_another(
    db: None, caplog: pytest.LogCaptureFixture
) -> None:
    job = enqueue(
        actor=system_actor("tests"), kind="tests.count", title="x", params={"to": 1}, now=NOW
    )
    assert release_stale_jobs(now=LATE) == 0  # waiting long is no fault of the job
    DBTaskResult.objects.update(status="RUNNING")  # its worker died before it claimed the job
    assert release_stale_jobs(now=LATE) == 1
    run_queued_jobs()
    job.refresh_from_db()
    assert job.status == JobStatus.DONE
    assert job.attempt == 2


def test_a_worker_takes_over_what_its_name_left_running_at_once(
    db: None, caplog: pytest.LogCaptureFixture
) -> None:
    mine, other = running_job(worker="slot"), running_job(worker="elsewhere")
    assert release_jobs_of_worker(worker="slot", now=NOW + timedelta(seconds=1)) == 1
    mine.refresh_from_db()
    other.refresh_from_db()
    assert (mine.status, other.status) == (JobStatus.QUEUED, JobStatus.RUNNING)


def finished(cast: Cast | None, *, at: object, status: JobStatus = JobStatus.DONE) -> Job:
    actor = cast.actor("alice") if cast else system_actor("clock")
    job = enqueue(actor=actor, kind="tests.count", title="x", params={"to": 1}, now=NOW)
    Job.objects.filter(pk=job.pk).update(status=status, finished_at=at)
    return job


def test_pruning_keeps_what_people_may_still_ask_about(cast: Cast) -> None:
    now = NOW + timedelta(days=400)
    kept = {
        finished(cast, at=now - timedelta(days=80)).pk,
        finished(None, at=now - timedelta(hours=1)).pk,
        finished(None, at=now - timedelta(days=30), status=JobStatus.FAILED).pk,
        running_job(started_at=NOW).pk,
    }
    finished(cast, at=now - timedelta(days=100))
    finished(None, at=now - timedelta(days=2))
    assert prune_jobs(now=now) == 2
    assert set(Job.objects.values_list("pk", flat=True)) == kept


def test_pruning_keeps_the_tasks_of_unfinished_jobs(db: None) -> None:
    job = running_job()
    stray = finished(None, at=NOW)
    assert stray.task_id is not None
    DBTaskResult.objects.filter(id=stray.task_id).update(status="SUCCESSFUL")
    DBTaskResult.objects.update(enqueued_at=NOW - timedelta(days=30))
    prune_jobs(now=NOW)
    assert list(DBTaskResult.objects.values_list("id", flat=True)) == [job.task_id]
