"""Papers and photographs given with an action: kept with the case, named by the event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.core.files import File
from django.db import transaction
from django.utils.translation import gettext as _

from lianshu.authority import Actor, require
from lianshu.casework.models import Case, CaseEvent
from lianshu.casework.rules import can_attach
from lianshu.casework.services.acting import Acted, act
from lianshu.casework.services.forms import Given
from lianshu.casework.services.talking import comment
from lianshu.files.models import StoredFile
from lianshu.files.queries import files_of
from lianshu.files.services import store_file
from lianshu.files.sniffing import DOCUMENTS, PICTURES
from lianshu.records.errors import DomainError

CASE_FILES_MOST: Final = 200


def attach_to_case(
    *, actor: Actor, case: Case, upload: File[Any], now: datetime, photo: bool = False
) -> StoredFile:
    """Keep a document, or a picture only, with the case."""
    require(can_attach(actor, case))
    return keep_file(actor=actor, case=case, upload=upload, now=now, photo=photo)


def keep_file(
    *, actor: Actor, case: Case, upload: File[Any], now: datetime, photo: bool = False
) -> StoredFile:
    """As `attach_to_case`, for a caller that has asked its own rule."""
    if files_of(case).count() >= CASE_FILES_MOST:
        raise DomainError(
            _("一个办件最多 %(most)d 个附件，请合并后再上传。") % {"most": CASE_FILES_MOST},
            field="file",
        )
    return store_file(
        actor=actor,
        upload=upload,
        owner=case,
        allowed=PICTURES if photo else DOCUMENTS,
        max_bytes=settings.FILE_MAX_BYTES,
        organisation_id=next(iter(actor.acting_organisation_ids), None),
        now=now,
    )


@transaction.atomic
def act_with_files(
    *,
    actor: Actor,
    case: Case,
    action: str,
    given: Given,
    uploads: Mapping[str, File[Any]],
    photos: frozenset[str] = frozenset(),
    now: datetime,
    key: str = "",
) -> Acted:
    """`act`, with the files of its fields kept first: all of it or nothing.

    `uploads` are by field; those named in `photos` must be pictures.
    """
    values = dict(given.values)
    for name, upload in uploads.items():
        try:
            stored = attach_to_case(
                actor=actor, case=case, upload=upload, now=now, photo=name in photos
            )
        except DomainError as error:
            raise DomainError(error.message, field=name) from error
        values[name] = stored.public_id
    return act(
        actor=actor,
        case=case,
        action=action,
        given=replace(given, values=values),
        now=now,
        key=key,
    )


@transaction.atomic
def comment_with_file(
    *, actor: Actor, case: Case, text: str, upload: File[Any] | None, now: datetime
) -> CaseEvent:
    """`comment`, with a document or a photograph beside it: all of it or nothing."""
    files: tuple[str, ...] = ()
    if upload is not None:
        files = (attach_to_case(actor=actor, case=case, upload=upload, now=now).public_id,)
    return comment(actor=actor, case=case, text=text, files=files, now=now)
