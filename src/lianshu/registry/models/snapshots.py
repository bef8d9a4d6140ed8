"""Snapshots: which immutable tables were made, and what they hold."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianshu.records.fields import OpaqueIdField


class Snapshot(models.Model):
    """A folder of Parquet files as known at a time; whatever cites it names `public_id`.

    `manifest` is the folder's `manifest.json`; `manifest_sha256` proves that it is still the one.
    """

    public_id = OpaqueIdField()
    as_known_at = models.DateTimeField(_("数据截至"))
    schema_version = models.PositiveSmallIntegerField()
    folder = models.CharField(max_length=500)
    manifest = models.JSONField()
    manifest_sha256 = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(_("制作时间"))

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name = _("数据快照")

    def __str__(self) -> str:
        return f"{self.public_id} ({self.as_known_at:%Y-%m-%d %H:%M})"
