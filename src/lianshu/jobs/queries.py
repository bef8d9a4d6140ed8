"""Reading jobs and schedules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from lianshu.authority import Actor, Capability
from lianshu.jobs.models import Job, JobQuerySet, JobStatus, Schedule
from lianshu.jobs.registration import duties
from lianshu.records.errors import NotFound

RECENT = 30


def job_by_public_id(actor: Actor, public_id: str) -> Job:
    """The job, or `NotFound` when there is none that the actor may see."""
    job = (
        Job.objects.visible_to(actor)
        .filter(public_id=public_id)
        .select_related("requested_by")
        .first()
    )
    if job is None:
        raise NotFound(_("没有这个任务，或者它不是您发起的。"))
    return job


@dataclass(frozen=True, slots=True)
class JobBoard:
    """What the jobs page shows."""

    running: list[Job]
    queued: list[Job]
    queued_count: int
    failed: list[Job]
    recent: list[Job]


def job_board(actor: Actor) -> JobBoard:
    """Running and waiting jobs, the last failures and the last runs the actor may see."""
    visible = Job.objects.visible_to(actor).select_related("requested_by")
    queued = visible.filter(status=JobStatus.QUEUED).order_by("queued_at", "id")
    return JobBoard(
        running=list(visible.filter(status=JobStatus.RUNNING)),
        queued=list(queued[:RECENT]),
        queued_count=queued.count(),
        failed=list(visible.filter(status=JobStatus.FAILED)[:RECENT]),
        recent=list(visible.finished().exclude(status=JobStatus.FAILED)[:RECENT]),
    )


def active_jobs(actor: Actor, *, kind: str) -> JobQuerySet:
    """Waiting and running jobs of one kind that the actor may see."""
    return Job.objects.visible_to(actor).active().filter(kind=kind)


@dataclass(frozen=True, slots=True)
class ScheduleLine:
    """A schedule as an operator reads it."""

    name: str
    title: str
    interval_seconds: int | None
    daily_at: str
    next_due_at: datetime
    last_run_at: datetime | None
    last_job: Job | None


def schedule_lines(actor: Actor) -> list[ScheduleLine]:
    """Every schedule for operators, none for others."""
    if not actor.has(Capability.OPERATE):
        return []
    known = duties()
    return [
        ScheduleLine(
            name=row.name,
            title=str(known[row.name].title) if row.name in known else row.name,
            interval_seconds=row.interval_seconds,
            daily_at=row.daily_at.strftime("%H:%M") if row.daily_at else "",
            next_due_at=row.next_due_at,
            last_run_at=row.last_run_at,
            last_job=row.last_job,
        )
        for row in Schedule.objects.select_related("last_job")
    ]
