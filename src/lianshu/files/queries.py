"""Reading what is stored about files."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext as _

from lianshu.authority import Actor, require
from lianshu.files.access import can_read_file
from lianshu.files.models import StoredFile
from lianshu.records.errors import NotFound


def readable_file(actor: Actor, public_id: str) -> StoredFile:
    """The file, when its owner's app lets the actor read it.

    Raises `NotFound` for an unknown or removed file, `Refusal` with the owner's reason.
    """
    stored = StoredFile.objects.filter(public_id=public_id, deleted_at__isnull=True).first()
    if stored is None:
        raise NotFound(_("没有这份文件，或者它已被删除。"))
    require(can_read_file(actor, stored.object_type, stored.object_id, public_id))
    return stored


def files_of(owner: models.Model) -> models.QuerySet[StoredFile]:
    """The files of `owner`, oldest first.

    The caller has found `owner` through `visible_to` and asked its rule about the files.
    """
    return StoredFile.objects.filter(
        object_type=owner._meta.label_lower, object_id=owner.pk, deleted_at__isnull=True
    )
