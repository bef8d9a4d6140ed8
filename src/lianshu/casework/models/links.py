"""Links by which somebody without an account answers for the one who judges a case."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lianshu.casework.models.cases import Case
from lianshu.records.fields import OpaqueIdField


class AnswerLink(models.Model):
    """Opens the rating of one case to one named person, once. Only the secret's hash is kept.

    `by_office`: not its own people made it; what is answered through it is called back, always.
    """

    public_id = OpaqueIdField()
    case = models.ForeignKey(Case, models.PROTECT, related_name="answer_links")
    step = models.CharField(max_length=40)
    contact = models.CharField(_("联系人"), max_length=60)
    email = models.EmailField(_("邮箱"), blank=True)
    digest = models.CharField(max_length=64, unique=True)
    made_by_id = models.BigIntegerField(null=True)
    by_office = models.BooleanField(default=False)
    made_at = models.DateTimeField(_("发出时间"))
    expires_at = models.DateTimeField(_("有效期至"))
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-made_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(used_at__isnull=True) | Q(revoked_at__isnull=True),
                name="answer_link_used_or_revoked",
            )
        ]

    def __str__(self) -> str:
        return f"{self.contact} · {self.case}"

    def is_open(self, now: datetime) -> bool:
        """Neither used, nor revoked, nor expired."""
        return self.used_at is None and self.revoked_at is None and now < self.expires_at
