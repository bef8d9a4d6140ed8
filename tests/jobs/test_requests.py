"""Calling a job off and asking for it again."""

from __future__ import annotations

import pytest
from django_tasks_db.models import DBTaskResult

from lianshu.audit.models import AuditEntry
from lianshu.authority import Actor, Refusal
from lianshu.jobs.models import Job, JobStatus
from lianshu.jobs.services import cancel_job, enqueue, retry_job
from lianshu.jobs.worker import run_queued_jobs
from lianshu.records.errors import Conflict
from tests.cast import NOW, Cast
from tests.jobs import handlers


@pytest.fixture
def job(cast: Cast) -> Job:
    """Alice's, waiting."""
    handlers.SEEN.clear()
    return enqueue(
        actor=cast.actor("alice"), kind="tests.count", title="数数", params={"to": 1}, now=NOW
    )


def stored(job: Job) -> Job:
    return Job.objects.get(pk=job.pk)


def test_a_cancelled_waiting_job_never_runs(cast: Cast, job: Job) -> None:
    cancel_job(actor=cast.actor("alice"), job=job, now=NOW)
    run_queued_jobs()
    assert stored(job).status == JobStatus.CANCELLED
    assert handlers.SEEN == []
    assert AuditEntry.objects.filter(action="jobs.cancelled", object_id=job.pk).count() == 1


def test_a_running_job_is_asked_to_stop(cast: Cast, job: Job) -> None:
    Job.objects.update(status=JobStatus.RUNNING)
    cancel_job(actor=cast.actor("admin"), job=stored(job), now=NOW)
    assert stored(job).status == JobStatus.RUNNING
    assert stored(job).cancel_requested_at == NOW
    with pytest.raises(Refusal, match="已经请求取消"):
        cancel_job(actor=cast.actor("admin"), job=stored(job), now=NOW)


def test_a_job_that_ended_meanwhile_cannot_be_cancelled(cast: Cast, job: Job) -> None:
    seen_as_waiting = stored(job)
    run_queued_jobs()
    with pytest.raises(Conflict):
        cancel_job(actor=cast.actor("alice"), job=seen_as_waiting, now=NOW)
    with pytest.raises(Refusal, match="已经结束"):
        cancel_job(actor=cast.actor("alice"), job=stored(job), now=NOW)


@pytest.mark.parametrize("who", ["bob", "officer", "anna"])
def test_others_neither_cancel_nor_repeat(cast: Cast, job: Job, who: str) -> None:
    with pytest.raises(Refusal, match="发起人"):
        cancel_job(actor=cast.actor(who), job=job, now=NOW)
    Job.objects.update(status=JobStatus.FAILED)
    with pytest.raises(Refusal, match="发起人"):
        retry_job(actor=cast.actor(who), job=stored(job), now=NOW)
    with pytest.raises(Refusal):
        retry_job(actor=Actor(), job=stored(job), now=NOW)


def test_a_repeated_job_starts_afresh_as_the_one_who_first_asked(cast: Cast, job: Job) -> None:
    Job.objects.update(
        status=JobStatus.FAILED, error="网络中断", traceback="…", done=5, total=9, finished_at=NOW
    )
    retry_job(actor=cast.actor("admin"), job=stored(job), now=NOW)
    waiting = stored(job)
    assert (waiting.status, waiting.attempt, waiting.error) == (JobStatus.QUEUED, 2, "")
    assert (waiting.done, waiting.total, waiting.finished_at) == (0, None, None)
    run_queued_jobs()
    assert stored(job).status == JobStatus.DONE
    assert [seen["actor"].user_id for seen in handlers.SEEN] == [cast.users["alice"].pk]


def test_of_two_repeats_one_wins(cast: Cast, job: Job) -> None:
    Job.objects.update(status=JobStatus.FAILED)
    first, second = stored(job), stored(job)
    retry_job(actor=cast.actor("alice"), job=first, now=NOW)
    tasks = DBTaskResult.objects.count()
    with pytest.raises(Conflict):
        retry_job(actor=cast.actor("admin"), job=second, now=NOW)
    assert DBTaskResult.objects.count() == tasks


def test_a_good_job_is_not_repeated(cast: Cast, job: Job) -> None:
    run_queued_jobs()
    with pytest.raises(Refusal, match="失败或已取消"):
        retry_job(actor=cast.actor("alice"), job=stored(job), now=NOW)
