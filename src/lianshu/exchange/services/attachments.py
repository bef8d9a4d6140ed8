"""Papers attached to a demand or a resource: part of its detail."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.core.files import File
from django.utils.translation import gettext as _

from lianshu.authority import Actor, require
from lianshu.exchange.models import Demand, Resource
from lianshu.exchange.rules import can_edit_post
from lianshu.files.models import StoredFile
from lianshu.files.queries import files_of
from lianshu.files.services import remove_file, store_file
from lianshu.files.sniffing import DOCUMENTS
from lianshu.records.errors import DomainError, NotFound

ATTACHMENTS_MOST: Final = 20


def attach_file(
    *, actor: Actor, post: Demand | Resource, upload: File[Any], now: datetime
) -> StoredFile:
    """Keep a document with the post; `DomainError` when it is of no kind we keep or too many."""
    require(can_edit_post(actor, post))
    if files_of(post).count() >= ATTACHMENTS_MOST:
        raise DomainError(
            _("一条内容最多 %(most)d 个附件，请先删除不用的。") % {"most": ATTACHMENTS_MOST},
            field="file",
        )
    return store_file(
        actor=actor,
        upload=upload,
        owner=post,
        allowed=DOCUMENTS,
        max_bytes=settings.FILE_MAX_BYTES,
        organisation_id=post.owner_id,
        now=now,
    )


def remove_attachment(
    *, actor: Actor, post: Demand | Resource, public_id: str, now: datetime
) -> None:
    """Take an attachment away for good."""
    require(can_edit_post(actor, post))
    stored = files_of(post).filter(public_id=public_id).first()
    if stored is None:
        raise NotFound(_("没有这个附件，它可能已被删除。"))
    remove_file(actor=actor, stored=stored, now=now)
