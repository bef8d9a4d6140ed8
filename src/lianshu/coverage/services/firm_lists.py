"""Making a list and adding an edition of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from lianshu.audit.services import record, signature
from lianshu.authority import Actor, require
from lianshu.coverage.models import Edition, FirmList, ListRow, Purpose
from lianshu.coverage.models.firm_lists import FOR_INFORMATION
from lianshu.coverage.reading import ReadList
from lianshu.coverage.rules import can_edit_list, can_keep_list
from lianshu.jobs.models import Job
from lianshu.jobs.services import enqueue
from lianshu.records.errors import Conflict, DomainError
from lianshu.registry.models import Chain, Region

LINK_JOB: Final = "coverage.link"
TITLE_MOST: Final = 100


@dataclass(frozen=True, slots=True)
class Setting:
    """What a list is."""

    title: str
    purpose: str
    source_unit: str
    region: Region
    chain: Chain | None = None


@transaction.atomic
def create_list(*, actor: Actor, setting: Setting, now: datetime) -> FirmList:
    """A list without editions."""
    require(can_keep_list(actor, setting.region, setting.chain))
    title, unit = setting.title.strip(), setting.source_unit.strip()
    if not title or len(title) > TITLE_MOST:
        raise DomainError(
            _("请填写名单名称，不超过 %(most)d 字。") % {"most": TITLE_MOST}, field="title"
        )
    if not unit or len(unit) > TITLE_MOST:
        raise DomainError(_("请写明名单由哪个单位提供。"), field="source_unit")
    if setting.purpose not in Purpose.values:
        raise DomainError(_("请选择名单的用途。"), field="purpose")
    made = FirmList.objects.create(
        title=title,
        purpose=setting.purpose,
        source_unit=unit,
        region=setting.region,
        chain=setting.chain,
        for_information=setting.purpose in FOR_INFORMATION,
        created_at=now,
        created_by_name=signature(actor),
    )
    record(actor=actor, action="coverage.list_created", obj=made, now=now)
    return made


@transaction.atomic
def add_edition(
    *, actor: Actor, firm_list: FirmList, on: date, read: ReadList, file_name: str, now: datetime
) -> Edition:
    """Who was on the list on a day; the rows wait to be compared. Raises `Conflict` for a day that
    has one."""
    require(can_edit_list(actor, firm_list))
    if on > timezone.localdate(now):
        raise DomainError(_("名单日期 %(day)s 还没有到，请核对。") % {"day": on}, field="on")
    if Edition.objects.filter(firm_list=firm_list, on=on).exists():
        raise Conflict(
            _("“%(title)s”已经有 %(day)s 的一份。内容有更正的，请用另一个日期。")
            % {"title": firm_list.title, "day": on}
        )
    made = Edition.objects.create(
        firm_list=firm_list,
        on=on,
        file_name=file_name[:200],
        notes=read.notes,
        created_at=now,
        created_by_name=signature(actor),
    )
    rows = [
        ListRow(
            edition=made,
            number=one.number,
            external_id=one.external_id,
            name=one.name,
            uscc=one.uscc,
            city=one.city,
            aliases=list(one.aliases),
            former_names=list(one.former_names),
            key=one.key,
        )
        for one in read.rows
    ]
    ListRow.objects.bulk_create(rows, batch_size=500)
    record(
        actor=actor,
        action="coverage.edition_added",
        obj=firm_list,
        now=now,
        changes={"edition": [None, str(on)], "rows": [None, len(rows)]},
    )
    return made


def request_link(*, actor: Actor, edition: Edition, now: datetime) -> Job:
    """Have the worker compare the edition with the register."""
    require(can_edit_list(actor, edition.firm_list))
    return enqueue(
        actor=actor,
        kind=LINK_JOB,
        title=_("比对“%(title)s”%(day)s") % {"title": edition.firm_list.title, "day": edition.on},
        params={"edition": edition.public_id},
        link=reverse("coverage-list", args=[edition.firm_list.public_id]),
        now=now,
    )
