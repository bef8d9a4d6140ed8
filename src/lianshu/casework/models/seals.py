"""What is sealed in a case until a step, under a key that two openers hold in halves."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from lianshu.casework.models.cases import Case
from lianshu.records.fields import OpaqueIdField


class SealedBox(models.Model):
    """What was given under one seal: until which step, and the key's two wrapped halves.

    The values themselves are in the payloads of events, encrypted. Once the case has gone on to
    `until`, nothing more goes into the box; a new round gets a new one.
    """

    public_id = OpaqueIdField()
    case = models.ForeignKey(Case, models.PROTECT, related_name="sealed_boxes")
    until = models.CharField(max_length=40)
    first_role = models.CharField(max_length=40)
    second_role = models.CharField(max_length=40)
    first_half = models.TextField()
    second_half = models.TextField()
    since_seq = models.PositiveIntegerField()
    first_opened_at = models.DateTimeField(null=True)
    first_opened_by_id = models.BigIntegerField(null=True)
    second_opened_at = models.DateTimeField(null=True)
    second_opened_by_id = models.BigIntegerField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(first_role=models.F("second_role")), name="seal_has_two_openers"
            )
        ]

    def __str__(self) -> str:
        return f"{self.case} · {self.until}"

    @property
    def is_open(self) -> bool:
        """Both openers have opened it."""
        return self.first_opened_at is not None and self.second_opened_at is not None
