"""Acting with files that were stored with the case beforehand, as programs do."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from lianshu.authority import Actor
from lianshu.casework.models import Case, Channel, SealedBox
from lianshu.casework.runtime import running_loop
from lianshu.casework.services.acting import Acted, act
from lianshu.casework.services.forms import Given
from lianshu.casework.written import FILE_TYPES
from lianshu.files.models import StoredFile
from lianshu.records.errors import DomainError


def act_with_stored(
    *,
    actor: Actor,
    case: Case,
    action: str,
    given: Given,
    now: datetime,
    key: str = "",
    channel: Channel = Channel.API,
) -> Acted:
    """`act`, where the value of a field for files is the public id of a file of this case.

    Raises `DomainError` naming the field where it is anything else.
    """
    step = running_loop(case.loop_version).steps.get(case.step)
    for field in step.fields if step else ():
        value = given.values.get(field.id)
        if field.type in FILE_TYPES and value and not _belongs(case, str(value)):
            raise DomainError(
                _("“%(title)s”应是这个办件的附件编号，请先上传文件。") % {"title": field.title},
                field=field.id,
            )
    return act(
        actor=actor, case=case, action=action, given=given, now=now, key=key, channel=channel
    )


def _belongs(case: Case, public_id: str) -> bool:
    """Also what a box of the case has taken up: the same request may come a second time."""
    boxes = SealedBox.objects.filter(case=case).values("pk")
    return StoredFile.objects.filter(
        Q(object_type=Case._meta.label_lower, object_id=case.pk)
        | Q(object_type=SealedBox._meta.label_lower, object_id__in=boxes),
        public_id=public_id,
        deleted_at__isnull=True,
    ).exists()
