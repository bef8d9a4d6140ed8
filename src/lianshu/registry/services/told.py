"""Recording that a whole list was told."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lianshu.audit.services import record
from lianshu.authority import Actor, require
from lianshu.records.errors import DomainError
from lianshu.registry.dictionary import fact_dictionary
from lianshu.registry.models import ListTold, Organisation
from lianshu.registry.rules import can_record_about


@transaction.atomic
def record_list_told(
    *,
    actor: Actor,
    organisation: Organisation,
    kind: str,
    source: str,
    now: datetime,
    told_on: date | None = None,
) -> ListTold:
    """Say that the list of this kind is whole as of `told_on` (default today); it may be empty.

    The same day twice is the first one. Raises Refusal, DomainError for an unknown kind or source
    or a day to come.
    """
    require(can_record_about(actor, organisation, source=source))
    today = timezone.localdate(now)
    _check(kind, source, told_on or today, today)
    row, is_new = ListTold.objects.get_or_create(
        organisation=organisation,
        kind=kind,
        source=source,
        told_on=told_on or today,
        defaults={
            "region_id": organisation.region_id,
            "chain_id": organisation.chain_id,
            "recorded_at": now,
            "recorded_by_id": actor.user_id,
        },
    )
    if is_new:
        record(actor=actor, action="list.told", obj=organisation, now=now, changes={kind: source})
    return row


def record_lists_told(
    *,
    actor: Actor,
    organisations: Iterable[Organisation],
    kinds: Iterable[str],
    source: str,
    now: datetime,
    told_on: date,
) -> int:
    """The same for many at once, by the system: what a register of everybody has told."""
    if not actor.is_system:
        raise DomainError(_("成批确认清单只能由系统导入办理。"))
    today = timezone.localdate(now)
    wanted = list(kinds)
    for kind in wanted:
        _check(kind, source, told_on, today)
    rows = [
        ListTold(
            organisation=each,
            region_id=each.region_id,
            chain_id=each.chain_id,
            kind=kind,
            source=source,
            told_on=told_on,
            recorded_at=now,
        )
        for each in organisations
        for kind in wanted
    ]
    return len(ListTold.objects.bulk_create(rows, ignore_conflicts=True, batch_size=2_000))


def _check(kind: str, source: str, told_on: date, today: date) -> None:
    definition = fact_dictionary().holdings_by_id.get(kind)
    if definition is None:
        raise DomainError(_("事实字典里没有“%(id)s”，请核对编号。") % {"id": kind}, field="kind")
    if source not in definition.sources:
        raise DomainError(
            _("“%(kind)s”不由这个来源提供，请换一个来源。") % {"kind": definition.title},
            field="source",
        )
    if told_on > today:
        raise DomainError(_("截至日期不能晚于今天。"), field="told_on")
