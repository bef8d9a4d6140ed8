"""Asking again: a closed case that somebody who had no part in it checks by telephone."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lianshu.casework.models.cases import Case
from lianshu.casework.querysets_honest import CallBackQuerySet
from lianshu.records.fields import OpaqueIdField
from lianshu.registry.models import Organisation


class CallBackOutcome(models.TextChoices):
    """What came of the call."""

    ANSWERED = "answered", _("已接通并答复")
    DECLINED = "declined", _("不愿评价")
    UNREACHED = "unreached", _("联系不上")


class CallBack(models.Model):
    """The call that one unit owes another unit's closed case, and what was answered.

    `rated` is the rating as it stood when the case was chosen, None where there was none: the
    caller does not see it before the answer is written down.
    """

    public_id = OpaqueIdField()
    case = models.OneToOneField(Case, models.PROTECT, related_name="callback")
    unit = models.ForeignKey(
        Organisation, models.PROTECT, related_name="callbacks", verbose_name=_("回访单位")
    )
    rated = models.PositiveSmallIntegerField(null=True)
    made_at = models.DateTimeField(_("派发时间"))
    answered_at = models.DateTimeField(_("回访时间"), null=True)
    answered_by_id = models.BigIntegerField(null=True)
    outcome = models.CharField(_("回访结果"), max_length=12, choices=CallBackOutcome, blank=True)
    stars = models.PositiveSmallIntegerField(_("回访评分"), null=True)
    note = models.CharField(_("说明"), max_length=1000, blank=True)

    objects = CallBackQuerySet.as_manager()

    class Meta:
        ordering = ["made_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, outcome="", stars__isnull=True)
                | Q(answered_at__isnull=False, outcome="answered", stars__range=(1, 5))
                | Q(
                    answered_at__isnull=False,
                    outcome__in=("declined", "unreached"),
                    stars__isnull=True,
                ),
                name="callback_answered_whole",
            )
        ]

    def __str__(self) -> str:
        return str(self.case)
