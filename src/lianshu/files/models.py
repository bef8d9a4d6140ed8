"""Stored files."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from lianshu.records.fields import OpaqueIdField


def storage_path(instance: StoredFile, _name: str) -> str:
    """`ab/cd/<sha256>-<public id>`: spread over folders, and saying nothing about the content."""
    digest = instance.sha256
    return f"{digest[:2]}/{digest[2:4]}/{digest}-{instance.public_id}"


class StoredFile(models.Model):
    """A paper that belongs to one object of another app, which decides who reads it.

    A removed file keeps its row (who had uploaded what) and loses its bytes.
    """

    public_id = OpaqueIdField()
    name = models.CharField(_("文件名"), max_length=200)
    sha256 = models.CharField(max_length=64, db_index=True)
    size = models.BigIntegerField(_("大小"))
    content_type = models.CharField(_("类型"), max_length=100)
    content = models.FileField(upload_to=storage_path, max_length=200)
    object_type = models.CharField(max_length=64)
    object_id = models.BigIntegerField()
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    organisation_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField(_("时间"))
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["created_at", "id"]
        indexes = [models.Index(fields=["object_type", "object_id"], name="file_by_owner")]

    def __str__(self) -> str:
        return self.name
