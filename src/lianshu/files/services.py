"""Taking files in, noting who read them, and removing them."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Collection
from datetime import datetime
from functools import partial
from pathlib import PurePosixPath
from typing import Any, BinaryIO, cast

from django.core.files import File
from django.db import models, transaction
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from lianshu.audit.services import record
from lianshu.authority import Actor, Refusal
from lianshu.files.models import StoredFile
from lianshu.files.sniffing import ENCRYPTED, EXTENSIONS, sniff
from lianshu.records.errors import Conflict, DomainError

NAME_LENGTH = 120
_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]')


def clean_name(name: str) -> str:
    """A file name without path, control and direction characters, at most 120 characters.

    The ending is kept when the name is cut.
    """
    bare = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    bare = _FORBIDDEN.sub("", bare).strip(" .")
    if not bare:
        return _("未命名")
    suffix = PurePosixPath(bare).suffix[:10]
    return bare.removesuffix(suffix)[: NAME_LENGTH - len(suffix)] + suffix


def store_file(
    *,
    actor: Actor,
    upload: File[Any],
    owner: models.Model,
    allowed: Collection[str],
    max_bytes: int,
    now: datetime,
    organisation_id: int | None = None,
) -> StoredFile:
    """Check an upload and store it for `owner`, whose app has checked that the actor may add it.

    `allowed` are content types of `files.sniffing`; the type is found in the content, and the
    name's ending must fit it. Raises `DomainError` (field `file`) when the file is empty, too
    large, of another type, or not what its name says.
    """
    if not actor.is_known:
        raise Refusal(_("请先登录。"))
    name = clean_name(upload.name or "")
    size = upload.size or 0
    _check_size(name, size, max_bytes)
    content_type = sniff(cast(BinaryIO, upload), name)
    _check_type(name, content_type, allowed)
    digest = _digest(upload)
    stored = StoredFile(
        name=name,
        sha256=digest,
        size=size,
        content_type=content_type,
        object_type=owner._meta.label_lower,
        object_id=owner.pk,
        uploaded_by_id=actor.user_id,
        organisation_id=organisation_id,
        created_at=now,
    )
    stored.content.save(name, upload, save=False)
    try:
        with transaction.atomic():
            stored.save()
            record(
                actor=actor,
                action="files.stored",
                obj=owner,
                now=now,
                changes={"file": [None, name]},
            )
    except Exception:
        stored.content.delete(save=False)
        raise
    return stored


def _digest(upload: File[Any]) -> str:
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    upload.seek(0)
    return digest.hexdigest()


def _check_size(name: str, size: int, max_bytes: int) -> None:
    if size == 0:
        raise DomainError(_("文件“%(name)s”是空的，请重新选择。") % {"name": name}, field="file")
    if size > max_bytes:
        raise DomainError(
            _("文件“%(name)s”有 %(size)s，超过上限 %(limit)s。请压缩或拆分后再上传。")
            % {
                "name": name,
                "size": filesizeformat(size),
                "limit": filesizeformat(max_bytes),
            },
            field="file",
        )


def _check_type(name: str, content_type: str, allowed: Collection[str]) -> None:
    if content_type == ENCRYPTED:
        raise DomainError(
            _("文件“%(name)s”设有打开密码，无法读取。请去掉密码后再上传。") % {"name": name},
            field="file",
        )
    if content_type not in allowed:
        endings = sorted({EXTENSIONS[kind][0] for kind in allowed})
        raise DomainError(
            _("文件“%(name)s”的内容不是可以上传的类型。可以上传：%(endings)s。")
            % {"name": name, "endings": "、".join(endings)},
            field="file",
        )
    if not name.lower().endswith(EXTENSIONS[content_type]):
        raise DomainError(
            _("文件“%(name)s”的内容与扩展名不符：内容是 %(real)s。请改用正确的扩展名或重新导出。")
            % {"name": name, "real": EXTENSIONS[content_type][0]},
            field="file",
        )


@transaction.atomic
def note_download(*, actor: Actor, stored: StoredFile, now: datetime) -> None:
    """Record that the actor was handed the file."""
    record(actor=actor, action="files.downloaded", obj=stored, now=now)


@transaction.atomic
def remove_file(*, actor: Actor, stored: StoredFile, now: datetime) -> None:
    """Take a file away: the row stays, the bytes go when the transaction has succeeded.

    The owner's app has checked that the actor may. Raises `Conflict` when it is already gone.
    """
    if not StoredFile.objects.filter(pk=stored.pk, deleted_at__isnull=True).update(deleted_at=now):
        raise Conflict(_("文件“%(name)s”已经被删除了。") % {"name": stored.name})
    record(actor=actor, action="files.removed", obj=stored, now=now)
    transaction.on_commit(partial(stored.content.delete, save=False))
