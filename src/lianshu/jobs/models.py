"""Jobs, the schedules that make some of them, and the lease that makes one clock the leader."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lianshu.authority import Actor, Capability
from lianshu.records.fields import OpaqueIdField


class JobStatus(models.TextChoices):
    """Where a job stands."""

    QUEUED = "queued", _("排队中")
    RUNNING = "running", _("进行中")
    DONE = "done", _("已完成")
    FAILED = "failed", _("失败")
    CANCELLED = "cancelled", _("已取消")


ACTIVE = (JobStatus.QUEUED, JobStatus.RUNNING)


class JobQuerySet(models.QuerySet["Job"]):
    """Jobs by who may see them and where they stand."""

    def visible_to(self, actor: Actor) -> Self:
        """Operators see every job, others those they asked for."""
        if actor.has(Capability.OPERATE):
            return self
        if actor.user_id is None:
            return self.none()
        return self.filter(requested_by_id=actor.user_id)

    def active(self) -> Self:
        """Waiting or running."""
        return self.filter(status__in=ACTIVE)

    def finished(self) -> Self:
        """Done, failed or cancelled."""
        return self.exclude(status__in=ACTIVE)


class Job(models.Model):
    """One piece of work in the background, as people see it.

    `attempt` fences: a task carries the attempt it was made for, and only the task with the
    current one may claim the job, report progress or settle it. `standing` is the mandate or
    substitution under which it was asked for (`Behalf.reference`), and under which it runs.
    """

    public_id = OpaqueIdField()
    kind = models.CharField(max_length=64)
    title = models.CharField(_("任务"), max_length=200)
    link = models.CharField(max_length=300, blank=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="jobs",
        verbose_name=_("发起人"),
    )
    system = models.CharField(max_length=64, blank=True)
    standing = models.CharField(max_length=40, blank=True)
    organisation_id = models.BigIntegerField(null=True)
    language = models.CharField(max_length=10)
    params = models.JSONField(default=dict)

    status = models.CharField(_("状态"), max_length=16, choices=JobStatus, default=JobStatus.QUEUED)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(null=True)
    message = models.CharField(max_length=300, blank=True)
    result = models.JSONField(null=True)
    error = models.TextField(blank=True)
    traceback = models.TextField(blank=True)

    created_at = models.DateTimeField()
    queued_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    heartbeat_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    cancel_requested_at = models.DateTimeField(null=True)
    attempt = models.PositiveIntegerField(default=1)
    worker = models.CharField(max_length=64, blank=True)
    task_id = models.UUIDField(null=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["status", "heartbeat_at"], name="job_by_heartbeat"),
            models.Index(fields=["requested_by", "-created_at"], name="job_of_user"),
            models.Index(fields=["-created_at", "-id"], name="job_latest_first"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(requested_by__isnull=True) | Q(system=""),
                name="job_has_at_most_one_kind_of_actor",
            )
        ]

    def __str__(self) -> str:
        return self.heading

    @property
    def heading(self) -> str:
        """The title for a page: a person's as it was given, a schedule's in the reader's words."""
        return self.title if self.requested_by_id else gettext(self.title)

    @property
    def is_active(self) -> bool:
        """Waiting or running: worth looking again."""
        return self.status in ACTIVE

    @property
    def percent(self) -> int | None:
        """How far, 0 to 100; None while the total is not known."""
        if self.status == JobStatus.DONE:
            return 100
        if not self.total:
            return None
        return min(100, self.done * 100 // self.total)


class Schedule(models.Model):
    """A duty of the code as a row, so that its due time is shared by every clock process."""

    name = models.CharField(max_length=64, unique=True)
    interval_seconds = models.PositiveIntegerField(null=True)
    daily_at = models.TimeField(null=True)
    next_due_at = models.DateTimeField(db_index=True)
    last_run_at = models.DateTimeField(null=True)
    last_job = models.ForeignKey(Job, models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Lease(models.Model):
    """Who may do something that only one process does at a time, and until when."""

    name = models.CharField(max_length=64, unique=True)
    holder = models.CharField(max_length=64)
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name}: {self.holder}"
