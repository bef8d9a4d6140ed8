"""The clock: one leader enqueues what is due and looks after what got stuck."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from lianshu.authority import system_actor
from lianshu.jobs.models import Lease, Schedule
from lianshu.jobs.registration import Duty, duties
from lianshu.jobs.services.care import release_stale_jobs
from lianshu.jobs.services.requests import enqueue

CLOCK_LEASE = "clock"
LEASE_FOR = timedelta(seconds=15)


@transaction.atomic
def sync_schedules(*, now: datetime) -> None:
    """Bring the rows in line with the duties in the code; a changed interval is due at once."""
    known = duties()
    Schedule.objects.exclude(name__in=known).delete()
    rows = {row.name: row for row in Schedule.objects.all()}
    for name, duty in known.items():
        seconds = None if duty.every is None else int(duty.every.total_seconds())
        row = rows.get(name)
        if row is not None and (row.interval_seconds, row.daily_at) == (seconds, duty.daily_at):
            continue
        # A daily duty waits for its time of day; the others begin with the first tick.
        due = now if duty.daily_at is None else duty.next_after(now)
        Schedule.objects.update_or_create(
            name=name,
            defaults={
                "interval_seconds": seconds,
                "daily_at": duty.daily_at,
                "next_due_at": due,
            },
        )


def hold_lease(*, name: str, holder: str, now: datetime, duration: timedelta) -> bool:
    """Take or keep the lease `name`; False while another holder has it. Expired ones are free."""
    lease, _created = Lease.objects.get_or_create(
        name=name, defaults={"holder": holder, "expires_at": now}
    )
    if lease.holder == holder and lease.expires_at - now > duration / 2:
        return True
    free = Q(holder=holder) | Q(expires_at__lte=now)
    return bool(
        Lease.objects.filter(free, name=name).update(holder=holder, expires_at=now + duration)
    )


def run_due_schedules(*, now: datetime) -> int:
    """Enqueue a job for every due schedule; how many.

    A duty whose last job still waits or runs, or that has nothing to do, makes none this time.
    """
    known = duties()
    due = Schedule.objects.filter(next_due_at__lte=now, name__in=known).select_related("last_job")
    return sum(_run_if_ours(row, known[row.name], now=now) for row in due)


@transaction.atomic
def _run_if_ours(row: Schedule, duty: Duty, *, now: datetime) -> bool:
    ours = Schedule.objects.filter(pk=row.pk, next_due_at=row.next_due_at)
    if not ours.update(next_due_at=duty.next_after(now)):
        return False
    if row.last_job is not None and row.last_job.is_active:
        return False
    if duty.when is not None and not duty.when(now):
        return False
    job = enqueue(
        actor=system_actor(duty.name), kind=duty.name, title=str(duty.title), params={}, now=now
    )
    Schedule.objects.filter(pk=row.pk).update(last_job=job, last_run_at=now)
    return True


def tick(*, holder: str, now: datetime) -> bool:
    """One beat of the clock; False when another clock process leads."""
    if not hold_lease(name=CLOCK_LEASE, holder=holder, now=now, duration=LEASE_FOR):
        return False
    run_due_schedules(now=now)
    release_stale_jobs(now=now)
    return True
