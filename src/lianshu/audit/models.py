"""What was done: append-only."""

from __future__ import annotations

from typing import Any, NoReturn

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class AppendOnlyQuerySet(models.QuerySet["AuditEntry"]):
    """Entries can be added, in ones or many, and never changed or removed."""

    def update(self, **kwargs: Any) -> NoReturn:
        raise TypeError("audit entries are append-only")

    def delete(self) -> NoReturn:
        raise TypeError("audit entries are append-only")


class AuditEntry(models.Model):
    """Who did what to which object, and what changed.

    `changes` maps a field to `[before, after]`; confidential texts are recorded as changed without
    their wording, so that whoever may read the audit need not be allowed to read the text.
    `standing` is the mandate or substitution it was done under, `Behalf.reference`.
    """

    at = models.DateTimeField(_("时间"))
    action = models.CharField(_("动作"), max_length=64)
    actor_user_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(_("经办人"), max_length=150)
    behalf = models.CharField(_("代谁办理"), max_length=200, blank=True)
    standing = models.CharField(max_length=40, blank=True)
    object_type = models.CharField(max_length=64)
    object_id = models.BigIntegerField()
    object_label = models.CharField(_("对象"), max_length=200)
    changes = models.JSONField(default=dict)

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["object_type", "object_id", "at"], name="audit_by_object"),
            # Almost everything is done in one's own name and stays out of it.
            models.Index(
                fields=["standing", "-at"], condition=~Q(standing=""), name="audit_by_standing"
            ),
        ]
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.action} {self.object_label}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("audit entries are append-only")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError("audit entries are append-only")
