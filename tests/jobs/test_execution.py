"""A job from asking to its end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import translation
from django_tasks_db.models import DBTaskResult
from pytest_django import DjangoAssertNumQueries

from lianshu.authority import Actor, Refusal, system_actor
from lianshu.jobs.models import Job, JobStatus
from lianshu.jobs.services import enqueue
from lianshu.jobs.services.execution import execute, stopping
from lianshu.jobs.worker import run_queued_jobs
from tests.cast import NOW, Cast
from tests.jobs import handlers

SYSTEM = system_actor("tests")


@pytest.fixture(autouse=True)
def _nothing_seen() -> Iterator[None]:
    handlers.SEEN.clear()
    yield
    stopping.clear()


def ask(kind: str, actor: Actor = SYSTEM, **params: object) -> Job:
    return enqueue(actor=actor, kind=kind, title="试验", params=params, now=NOW)


def test_a_job_runs_in_the_worker_as_the_one_who_asked(cast: Cast) -> None:
    job = ask("tests.count", cast.actor("alice"), to=3)
    assert (job.status, job.attempt) == (JobStatus.QUEUED, 1)

    run_queued_jobs()

    job.refresh_from_db()
    assert job.status == JobStatus.DONE
    assert job.result == {"counted": 3}
    assert (job.done, job.total, job.message) == (3, 3, "第 3 步")
    assert job.finished_at is not None
    ran_as = handlers.SEEN[0]["actor"]
    assert ran_as.user_id == cast.users["alice"].pk
    assert ran_as.organisation_ids == {cast.organisations["magnets"].pk}


def test_job_and_task_are_stored_or_forgotten_together(db: None) -> None:
    with pytest.raises(LookupError, match=r"tests\.unknown"):
        ask("tests.unknown")
    assert not Job.objects.exists()
    job = ask("tests.count", to=1)
    assert DBTaskResult.objects.get().id == job.task_id


def test_a_stranger_asks_for_nothing(db: None) -> None:
    with pytest.raises(Refusal):
        ask("tests.count", Actor(), to=1)


@pytest.mark.parametrize(
    ("how", "sentence"),
    [
        ("domain", "第 3 行的信用代码有误，请更正后再导入。"),
        ("refusal", "您没有导入权限，请联系链办。"),
    ],
)
def test_a_refused_job_fails_with_the_sentence_and_no_traceback(
    db: None, how: str, sentence: str
) -> None:
    job = ask("tests.fail", how=how)
    run_queued_jobs()
    job.refresh_from_db()
    assert (job.status, job.error, job.traceback) == (JobStatus.FAILED, sentence, "")


@pytest.mark.parametrize(("how", "cause"), [("crash", "boom"), ("unstorable", "JSON")])
def test_a_crash_tells_people_what_to_do_and_operators_why(
    db: None, how: str, cause: str, caplog: pytest.LogCaptureFixture
) -> None:
    job = ask("tests.fail", how=how)
    run_queued_jobs()
    job.refresh_from_db()
    assert job.status == JobStatus.FAILED
    assert "请联系运维人员" in job.error
    assert cause not in job.error
    assert cause in job.traceback
    assert job.public_id in caplog.text


def test_two_workers_never_run_the_same_job(db: None) -> None:
    job = ask("tests.count", to=1)
    execute(job.pk, 1, worker="one")
    execute(job.pk, 1, worker="two")
    job.refresh_from_db()
    assert len(handlers.SEEN) == 1
    assert job.worker == "one"


def test_a_task_of_an_earlier_attempt_does_nothing(db: None) -> None:
    job = ask("tests.count", to=1)
    Job.objects.update(attempt=2)
    run_queued_jobs()
    job.refresh_from_db()
    assert job.status == JobStatus.QUEUED
    assert handlers.SEEN == []


def test_cancelling_stops_at_the_next_step(db: None) -> None:
    job = ask("tests.cancelled_midway")
    run_queued_jobs()
    job.refresh_from_db()
    assert (job.status, job.error) == (JobStatus.CANCELLED, "")
    assert job.finished_at is not None


def test_a_worker_that_lost_the_job_does_not_settle_it(
    db: None, caplog: pytest.LogCaptureFixture
) -> None:
    job = ask("tests.taken_over")
    execute(job.pk, 1, worker="old")
    job.refresh_from_db()
    assert (job.status, job.result, job.attempt) == (JobStatus.RUNNING, None, 2)
    assert "taken over" in caplog.text


def test_a_stopping_worker_hands_the_job_back(db: None) -> None:
    job = ask("tests.count", to=2)
    stopping.set()
    execute(job.pk, 1, worker="leaving")
    job.refresh_from_db()
    assert (job.status, job.attempt, job.worker) == (JobStatus.QUEUED, 1, "")

    stopping.clear()
    DBTaskResult.objects.order_by("enqueued_at")[:1].get().delete()  # the interrupted task
    run_queued_jobs()
    job.refresh_from_db()
    assert job.status == JobStatus.DONE


def test_a_job_of_somebody_who_is_gone_does_not_run(cast: Cast) -> None:
    job = ask("tests.count", cast.actor("bob"), to=1)
    cast.users["bob"].delete()
    run_queued_jobs()
    job.refresh_from_db()
    assert job.status == JobStatus.FAILED
    assert "账号" in job.error
    assert handlers.SEEN == []


def test_a_job_of_somebody_who_was_blocked_does_not_run(cast: Cast) -> None:
    job = ask("tests.count", cast.actor("bob"), to=1)
    cast.users["bob"].is_active = False
    cast.users["bob"].save()
    run_queued_jobs()
    job.refresh_from_db()
    assert job.status == JobStatus.FAILED
    assert handlers.SEEN == []


def test_a_job_speaks_the_language_it_was_asked_in(db: None) -> None:
    with translation.override("en"):
        job = ask("tests.count", to=1)
    assert job.language == "en"


def test_progress_is_not_written_for_every_row(
    db: None, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    job = ask("tests.count", to=10_000)
    with django_assert_max_num_queries(40):
        execute(job.pk, 1, worker="w")
    job.refresh_from_db()
    assert job.done == 10_000


def test_heartbeat_moves_with_progress(db: None) -> None:
    job = ask("tests.count", to=1)
    later = NOW + timedelta(minutes=5)
    execute(job.pk, 1, worker="w", clock=lambda: later)
    job.refresh_from_db()
    assert job.heartbeat_at == later
