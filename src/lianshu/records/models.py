"""Rows that belong to no noun: requests already answered."""

from __future__ import annotations

from django.db import models


class IdempotencyKey(models.Model):
    """The first answer to a request that may be sent twice.

    Unique per actor and key, so that of two simultaneous requests the database lets one win.
    """

    actor_key = models.CharField(max_length=64)
    key = models.CharField(max_length=128)
    action = models.CharField(max_length=64)
    request_hash = models.CharField(max_length=80)
    response = models.JSONField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["actor_key", "key"], name="one_answer_per_key")
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.key}"
