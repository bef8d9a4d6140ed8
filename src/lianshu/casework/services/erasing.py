"""Erasing what people wrote, by a rule of retention. The digest stays in the event."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from lianshu.audit.services import record_many
from lianshu.authority import Actor, require
from lianshu.casework.models import Case, CaseEventPayload
from lianshu.casework.rules_time import can_erase
from lianshu.records.errors import DomainError

RULE_MOST: Final = 80
_BATCH: Final = 500


def erase_payloads(*, actor: Actor, rule: str, before: datetime, now: datetime) -> int:
    """Erase every payload of the cases that ended before that; how many.

    What is left says "erased by `rule`", and the chain still proves when and by whom something
    was written. Case by case: a run that was cut off is finished by running it again.
    """
    require(can_erase(actor))
    rule = rule.strip()
    if not rule or len(rule) > RULE_MOST:
        raise DomainError(
            _("请写明按哪条保存规则删除，不超过 %(most)d 字。") % {"most": RULE_MOST}, field="rule"
        )
    if before > now:
        raise DomainError(_("截止日期不能晚于今天。"), field="before")
    ended = Case.objects.filter(ended_at__lt=before, events__payload__erased_at__isnull=True)
    cases = list(ended.distinct().order_by("pk"))
    erased = 0
    for start in range(0, len(cases), _BATCH):
        erased += _erase(actor, cases[start : start + _BATCH], rule, now)
    return erased


@transaction.atomic
def _erase(actor: Actor, cases: list[Case], rule: str, now: datetime) -> int:
    payloads = CaseEventPayload.objects.filter(event__case__in=cases, erased_at__isnull=True)
    erased = payloads.update(data={}, salt="", erased_at=now, erased_by_rule=rule)
    record_many(
        actor=actor,
        action="case.erased",
        objects=cases,
        changes=[{"rule": rule}] * len(cases),
        now=now,
    )
    return erased
