"""The clock: who leads, what is due, and what is left out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from types import SimpleNamespace

import pytest

from lianshu.jobs import registration
from lianshu.jobs.models import Job, JobStatus, Lease, Schedule
from lianshu.jobs.registration import Duty, duties, schedule
from lianshu.jobs.services import hold_lease, run_due_schedules, sync_schedules, tick
from tests.cast import NOW
from tests.jobs import handlers

assert handlers

HOUR = timedelta(hours=1)


@pytest.fixture
def hourly(monkeypatch: pytest.MonkeyPatch) -> Iterator[SimpleNamespace]:
    """One duty, every hour, which can be told that there is nothing to do."""
    switch = SimpleNamespace(busy=True)
    monkeypatch.setattr(registration, "_duties", {})
    schedule("tests.count", title="数数", every=HOUR, when=lambda _now: bool(switch.busy))
    return switch


def test_a_lease_has_one_holder_until_it_expires(db: None) -> None:
    ten = timedelta(seconds=10)
    assert hold_lease(name="x", holder="a", now=NOW, duration=ten)
    assert not hold_lease(name="x", holder="b", now=NOW + timedelta(seconds=9), duration=ten)
    assert hold_lease(name="x", holder="a", now=NOW + timedelta(seconds=9), duration=ten)
    assert not hold_lease(name="x", holder="b", now=NOW + timedelta(seconds=18), duration=ten)
    assert hold_lease(name="x", holder="b", now=NOW + timedelta(seconds=19), duration=ten)
    assert not hold_lease(name="x", holder="a", now=NOW + timedelta(seconds=20), duration=ten)
    assert Lease.objects.get().holder == "b"


def test_a_due_schedule_makes_one_job_and_moves_on(hourly: SimpleNamespace, db: None) -> None:
    sync_schedules(now=NOW)
    assert run_due_schedules(now=NOW) == 1
    assert run_due_schedules(now=NOW) == 0
    row, job = Schedule.objects.get(), Job.objects.get()
    assert (row.next_due_at, row.last_run_at, row.last_job) == (NOW + HOUR, NOW, job)
    assert (job.kind, job.title, job.system) == ("tests.count", "数数", "tests.count")


def test_only_one_of_two_clocks_runs_a_due_schedule(hourly: SimpleNamespace, db: None) -> None:
    sync_schedules(now=NOW)
    assert tick(holder="a", now=NOW)
    assert not tick(holder="b", now=NOW)
    assert Job.objects.count() == 1


def test_a_schedule_does_not_pile_up_behind_an_unfinished_job(
    hourly: SimpleNamespace, db: None
) -> None:
    sync_schedules(now=NOW)
    run_due_schedules(now=NOW)
    assert run_due_schedules(now=NOW + HOUR) == 0
    Job.objects.update(status=JobStatus.DONE)
    assert run_due_schedules(now=NOW + 2 * HOUR) == 1


def test_nothing_to_do_leaves_no_job(hourly: SimpleNamespace, db: None) -> None:
    hourly.busy = False
    sync_schedules(now=NOW)
    assert run_due_schedules(now=NOW) == 0
    assert Schedule.objects.get().next_due_at == NOW + HOUR
    assert not Job.objects.exists()


def test_rows_follow_the_code(
    hourly: SimpleNamespace, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    Schedule.objects.create(name="gone.duty", interval_seconds=5, next_due_at=NOW)
    sync_schedules(now=NOW)
    later = NOW + timedelta(minutes=10)
    run_due_schedules(now=NOW)
    sync_schedules(now=later)  # a restart moves no due time
    assert list(Schedule.objects.values_list("name", "next_due_at")) == [
        ("tests.count", NOW + HOUR)
    ]
    monkeypatch.setattr(registration, "_duties", {})
    schedule("tests.count", title="数数", every=timedelta(minutes=1))
    sync_schedules(now=later)
    assert Schedule.objects.get().next_due_at == later


def test_a_daily_duty_is_due_at_its_time_in_shanghai() -> None:
    duty = Duty("x", "x", every=None, daily_at=time(3, 30), when=None)
    before = datetime(2026, 11, 1, 19, 29, tzinfo=UTC)  # 03:29 on the 2nd in Shanghai
    due = datetime(2026, 11, 1, 19, 30, tzinfo=UTC)
    assert duty.next_after(before) == due
    assert duty.next_after(due) == due + timedelta(days=1)


@pytest.mark.parametrize(
    "times",
    [{}, {"every": HOUR, "daily_at": time(1)}, {"every": timedelta(milliseconds=10)}],
)
def test_a_schedule_without_a_sensible_time_is_refused_at_start(times: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="schedule"):
        schedule("tests.bad", title="x", **times)  # type: ignore[arg-type]


def test_every_registered_duty_has_a_handler() -> None:
    assert {"jobs.prune", "notices.deliver"} <= set(duties())
    for name in duties():
        registration.handler_of(name)
