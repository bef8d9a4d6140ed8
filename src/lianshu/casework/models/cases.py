"""A case, who has a part in it, and what waits for whom. All but the identity is a projection of
the events and can be rebuilt from them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lianshu.casework.models.loops import LoopVersion
from lianshu.casework.querysets import CaseQuerySet, TaskQuerySet
from lianshu.engine.loops import EndKind
from lianshu.exchange.models import Recommendation
from lianshu.records.fields import OpaqueIdField
from lianshu.registry.models import Chain, Organisation, Region


class EndKindChoices(models.TextChoices):
    """How a case ended. Closed, accepted and rated are three figures."""

    DONE = EndKind.DONE.value, _("已评办结")
    UNRATED = EndKind.UNRATED.value, _("未评")
    DECLINED = EndKind.DECLINED.value, _("不予受理")
    WITHDRAWN = EndKind.WITHDRAWN.value, _("已撤回")
    EXPIRED = EndKind.EXPIRED.value, _("已过期")
    FAILED = EndKind.FAILED.value, _("未办成")


class Case(models.Model):
    """One thing going round a loop for the one who asked.

    `head_seq` and `head_hash` are the last event's; `head_seq` is also the version that a change
    must still find. `step` is empty once the case is over, `end` names where.
    """

    public_id = OpaqueIdField()
    loop_version = models.ForeignKey(LoopVersion, models.PROTECT, related_name="cases")
    asker = models.ForeignKey(
        Organisation, models.PROTECT, related_name="cases_asked", verbose_name=_("提出单位")
    )
    region = models.ForeignKey(Region, models.PROTECT, related_name="cases")
    chain = models.ForeignKey(Chain, models.PROTECT, null=True, related_name="cases")
    recommendation = models.OneToOneField(
        Recommendation, models.PROTECT, null=True, related_name="case"
    )
    subject = models.CharField(_("事项"), max_length=200)
    urgent = models.BooleanField(_("紧急"), default=False)
    step = models.CharField(max_length=40, blank=True)
    end = models.CharField(max_length=40, blank=True)
    end_kind = models.CharField(_("结果"), max_length=12, choices=EndKindChoices, blank=True)
    opened_at = models.DateTimeField(_("提出时间"))
    opened_by_id = models.BigIntegerField(null=True)
    step_since = models.DateTimeField()
    suspended_since = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(_("办结时间"), null=True)
    reopened = models.PositiveSmallIntegerField(_("重开次数"), default=0)
    head_seq = models.PositiveIntegerField(default=0)
    head_hash = models.CharField(max_length=80, blank=True)

    objects = CaseQuerySet.as_manager()

    class Meta:
        ordering = ["-opened_at", "-id"]
        indexes = [
            models.Index(fields=["asker", "-opened_at"], name="case_of_asker"),
            models.Index(fields=["region", "chain", "step"], name="case_by_scope"),
            models.Index(fields=["loop_version", "step"], name="case_on_board"),
            # What boards and counts ask for is in the index itself: open cases lie far apart.
            models.Index(
                fields=["loop_version", "step", "region", "chain", "asker", "id"],
                condition=Q(ended_at__isnull=True),
                name="case_open_on_board",
            ),
            models.Index(fields=["-opened_at", "-id"], name="case_latest"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(step="", ended_at__isnull=False) & ~Q(end="")
                | ~Q(step="") & Q(end="", end_kind="", ended_at__isnull=True),
                name="case_is_at_a_step_or_over",
            )
        ]

    def __str__(self) -> str:
        return self.subject


class CaseParty(models.Model):
    """An organisation, and where one is named a person, in a role of a case."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="parties")
    role = models.CharField(max_length=40)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="case_parts")
    user_id = models.BigIntegerField(null=True, db_index=True)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        ordering = ["role", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "role", "organisation"],
                condition=Q(until__isnull=True),
                name="one_part_per_organisation",
            )
        ]

    def __str__(self) -> str:
        return f"{self.organisation} · {self.role}"


class Colour(models.TextChoices):
    """How a task stands towards its limit."""

    GREEN = "green", _("正常")
    AMBER = "amber", _("临期")
    RED = "red", _("超时")


class Task(models.Model):
    """A step of a case waits for somebody: an organisation's people, or, without one, whoever holds
    the role within the case's region and chain.

    `promised_at` is without extensions. `due_at` is None while the clock stands still. `colour` is
    the last one that was announced; what it is now follows from the moments.
    """

    case = models.ForeignKey(Case, models.CASCADE, related_name="tasks")
    step = models.CharField(max_length=40)
    role = models.CharField(max_length=40)
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="tasks")
    user_id = models.BigIntegerField(null=True)
    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    chain = models.ForeignKey(Chain, models.PROTECT, null=True, related_name="+")
    opened_at = models.DateTimeField()
    promised_at = models.DateTimeField(null=True)
    amber_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(_("期限"), null=True)
    remind_at = models.DateTimeField(null=True)
    provisional = models.BooleanField(default=False)
    colour = models.CharField(max_length=8, choices=Colour, default=Colour.GREEN)
    reminded = models.PositiveSmallIntegerField(default=0)
    done_at = models.DateTimeField(null=True)

    objects = TaskQuerySet.as_manager()

    class Meta:
        ordering = ["due_at", "id"]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=Q(done_at__isnull=True) & ~Q(colour="red"),
                name="task_turning_red",
            ),
            models.Index(
                fields=["amber_at"],
                condition=Q(done_at__isnull=True, colour="green"),
                name="task_turning_amber",
            ),
            models.Index(
                fields=["remind_at"],
                condition=Q(done_at__isnull=True),
                name="task_to_remind",
            ),
            models.Index(
                fields=["organisation", "due_at"],
                condition=Q(done_at__isnull=True),
                name="task_of_organisation",
            ),
            models.Index(
                fields=["region", "chain", "due_at"],
                condition=Q(done_at__isnull=True),
                name="task_of_office",
            ),
            models.Index(
                fields=["user_id", "due_at"],
                condition=Q(done_at__isnull=True, user_id__isnull=False),
                name="task_of_person",
            ),
            # Whose they are is in the index itself: open tasks lie far apart.
            models.Index(
                fields=["due_at", "id", "organisation", "user_id", "region", "chain", "case"],
                condition=Q(done_at__isnull=True),
                name="task_open_by_due",
            ),
            models.Index(
                fields=["case", "due_at"],
                condition=Q(done_at__isnull=True),
                name="task_open_of_case",
            ),
            models.Index(
                fields=["user_id", "case"],
                condition=Q(user_id__isnull=False),
                name="task_naming_a_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case} · {self.step}"
