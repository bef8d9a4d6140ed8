"""What recurs: schedules as published, where they are switched on, and what came of each time."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lianshu.casework.models.cases import Case
from lianshu.casework.querysets_schedules import RecurrenceQuerySet
from lianshu.records.fields import OpaqueIdField
from lianshu.registry.models import Chain, Organisation, Region


class ScheduleVersion(models.Model):
    """One version of a schedule, published with loops it can open. Run time reads this, never
    YAML; `definition` is canonical JSON and never changes."""

    schedule = models.SlugField(_("日程"), max_length=40)
    version = models.PositiveIntegerField(_("版本"))
    title = models.CharField(_("名称"), max_length=100)
    definition = models.TextField()
    published_at = models.DateTimeField(_("发布时间"))
    published_by_id = models.BigIntegerField(null=True)

    class Meta:
        ordering = ["schedule", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["schedule", "version"], name="one_row_per_schedule_version"
            )
        ]

    def __str__(self) -> str:
        return f"{self.title} v{self.version}"


class Recurrence(models.Model):
    """One opening of a schedule in one place: switched on by the office for an organisation, the
    one its cases are opened for.

    `anchor` is the day it was switched on from: every second week counts from there. `next_day` is
    the rhythm's own day, `next_at` when the case is opened; both are None when it is off, or when
    the calendar ends before.
    """

    public_id = OpaqueIdField()
    version = models.ForeignKey(ScheduleVersion, models.PROTECT, related_name="recurrences")
    schedule = models.SlugField(max_length=40)
    opening = models.SlugField(max_length=40)
    name = models.CharField(_("事项"), max_length=100)
    region = models.ForeignKey(
        Region, models.PROTECT, related_name="recurrences", verbose_name=_("区域")
    )
    chain = models.ForeignKey(
        Chain, models.PROTECT, null=True, related_name="recurrences", verbose_name=_("产业链")
    )
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="recurrences", verbose_name=_("单位")
    )
    active = models.BooleanField(_("已开启"), default=True)
    anchor = models.DateField(_("起算日期"))
    next_day = models.DateField(null=True)
    next_at = models.DateTimeField(_("下次"), null=True)
    changed_at = models.DateTimeField()
    changed_by_id = models.BigIntegerField(null=True)
    changed_by_name = models.CharField(max_length=150, blank=True)

    objects = RecurrenceQuerySet.as_manager()

    class Meta:
        ordering = ["schedule", "opening", "region", "id"]
        indexes = [
            models.Index(
                fields=["next_at"], condition=Q(next_at__isnull=False), name="recurrence_due"
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["schedule", "opening", "region"],
                condition=Q(chain__isnull=True),
                name="one_recurrence_per_region",
            ),
            models.UniqueConstraint(
                fields=["schedule", "opening", "region", "chain"],
                condition=Q(chain__isnull=False),
                name="one_recurrence_per_chain",
            ),
            models.CheckConstraint(
                condition=Q(active=True) | Q(next_at__isnull=True, next_day__isnull=True),
                name="recurrence_off_has_no_next",
            ),
        ]

    def __str__(self) -> str:
        places = (self.region,) if self.chain is None else (self.region, self.chain)
        return " · ".join([self.name, *map(str, places)])


class RecurredOutcome(models.TextChoices):
    """What came of one time."""

    OPENED = "opened", _("已开出")
    MISSED = "missed", _("错过")
    FAILED = "failed", _("没能开出")


class RecurredCase(models.Model):
    """One time that a recurrence came round, and what came of it: written once, with the case."""

    recurrence = models.ForeignKey(Recurrence, models.PROTECT, related_name="history")
    day = models.DateField()
    due_at = models.DateTimeField(_("应开时间"))
    at = models.DateTimeField()
    outcome = models.CharField(_("结果"), max_length=8, choices=RecurredOutcome)
    case = models.OneToOneField(Case, models.PROTECT, null=True, related_name="recurred")
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["recurrence", "-day"]
        constraints = [
            models.UniqueConstraint(fields=["recurrence", "day"], name="one_outcome_per_time"),
            models.CheckConstraint(
                condition=Q(outcome="opened", case__isnull=False)
                | ~Q(outcome="opened") & Q(case__isnull=True),
                name="recurred_opened_has_a_case",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.recurrence_id} {self.day}"
