"""Asking other organisations for their opinion: who was asked, until when, and what came of it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lianshu.casework.models.cases import Case
from lianshu.casework.querysets_consulting import ConsultationQuerySet
from lianshu.registry.models import Chain, Organisation, Region


class Stance(models.TextChoices):
    """What an opinion comes to, where its writer says so. Silence is none of them."""

    AGREE = "agree", _("同意")
    REMARKS = "remarks", _("同意，有修改意见")
    OBJECT = "object", _("不同意")


class Consultation(models.Model):
    """One organisation asked for its opinion. A projection of the events, like a task.

    `asked_seq` is the event that asked, which holds the question; `place` the organisation's
    place among those it asked, by which later events name the row: the organisation may be merged
    in between. `answered_at` is the first answer, `answer_seq` and `stance` are of the latest. One
    that stayed silent and answers after all has both moments. `closed_at`: the case ended before.
    """

    case = models.ForeignKey(Case, models.CASCADE, related_name="consultations")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="consultations")
    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    chain = models.ForeignKey(Chain, models.PROTECT, null=True, related_name="+")
    asked_seq = models.PositiveIntegerField()
    place = models.PositiveSmallIntegerField()
    asked_at = models.DateTimeField(_("征求时间"))
    due_at = models.DateTimeField(_("答复期限"))
    provisional = models.BooleanField(default=False)
    answered_at = models.DateTimeField(_("答复时间"), null=True)
    answer_seq = models.PositiveIntegerField(null=True)
    stance = models.CharField(_("态度"), max_length=8, choices=Stance, blank=True)
    silent_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    objects = ConsultationQuerySet.as_manager()

    class Meta:
        ordering = ["asked_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "asked_seq", "place"], name="one_row_per_place_asked"
            )
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=Q(
                    answered_at__isnull=True, silent_at__isnull=True, closed_at__isnull=True
                ),
                name="consultation_turning_silent",
            )
        ]

    def __str__(self) -> str:
        return f"{self.case} · {self.organisation}"

    @property
    def reference(self) -> str:
        """How an address names it within its case; a rebuilt row keeps it."""
        return f"{self.asked_seq}-{self.place}"

    @property
    def is_open(self) -> bool:
        """Whether an answer is still waited for."""
        return self.answered_at is None and self.silent_at is None and self.closed_at is None

    @property
    def is_late(self) -> bool:
        """Whether the answer came when the silence was on record, or its time was over."""
        answered = self.answered_at
        return answered is not None and (self.silent_at is not None or answered > self.due_at)
