"""Opening the cases that recur: each time once, whoever runs this and however often it is cut off.

One short transaction for each recurrence: compare-and-set on its next day, the case, the row that
says what came of it. That row is unique by day, so that nothing can be opened twice even where the
next day was set back. Killed anywhere, a run leaves a time done or not begun.

Of the times that nobody ran this, the last is opened late; those before it are written down as
missed: five meetings at once are no meetings.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Final

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from lianshu.accounts.queries import people_coordinating
from lianshu.authority import Actor, Refusal
from lianshu.casework.models import Case, Channel, RecurredCase, RecurredOutcome, Recurrence
from lianshu.casework.queries import loops_in_use
from lianshu.casework.recurring import opening_of, times_of
from lianshu.casework.services.opening import SUBJECT_MOST, open_case
from lianshu.engine.loops import Occurrence
from lianshu.notices.services import notify
from lianshu.records.errors import DomainError

logger = logging.getLogger(__name__)

BATCH: Final = 500
"""Recurrences looked at in one run; the next run, minutes later, goes on."""


@dataclass(frozen=True, slots=True)
class Opened:
    """What one run has done. Times that were missed or failed are in the history, with why;
    `broken` recurrences are logged and tried again by the next run."""

    opened: int = 0
    missed: int = 0
    failed: int = 0
    broken: int = 0


def is_something_due(now: datetime) -> bool:
    """Whether any time has come."""
    return Recurrence.objects.due(now).exists()


def open_due_cases(
    *, actor: Actor, now: datetime, progress: Callable[[int], None] = lambda _done: None
) -> Opened:
    """Open every case whose time has come up to `now`."""
    counts = {"opened": 0, "missed": 0, "failed": 0, "broken": 0}
    due = Recurrence.objects.due(now).order_by("next_at", "pk").values_list("pk", flat=True)
    for done, pk in enumerate(list(due[:BATCH]), start=1):
        try:
            for outcome in _come_round(actor, pk, now):
                counts[outcome] += 1
        except Exception:
            # One that cannot be opened must not keep the others from being opened.
            logger.exception("recurrence %s: what was due failed", pk)
            counts["broken"] += 1
        progress(done)
    return Opened(**counts)


@transaction.atomic
def _come_round(actor: Actor, pk: int, now: datetime) -> list[RecurredOutcome]:
    """What came of its due times; nothing where another worker was first."""
    row = (
        Recurrence.objects.select_for_update(of=("self",))
        .select_related("version", "region", "chain", "organisation")
        .get(pk=pk)
    )
    day = row.next_day
    if not row.active or day is None or row.next_at is None or row.next_at > now:
        return []
    times = times_of(row, since=day)
    due = list(takewhile(lambda one: one.opens <= now, times))
    since = due[-1].until + timedelta(days=1) if due else day
    following = next(times_of(row, since=since), None)
    ours = Recurrence.objects.filter(pk=pk, active=True, next_day=day)
    moved = {
        "next_day": None if following is None else following.day,
        "next_at": None if following is None else following.opens,
    }
    # Nothing is due where official dates that came later have made the day a holiday.
    if not ours.update(**moved) or not due:
        return []
    missed = [_outcome(row, one, RecurredOutcome.MISSED, now, note=_why_missed()) for one in due]
    RecurredCase.objects.bulk_create(missed[:-1])
    last = _open(actor, row, due[-1], now)
    last.save(force_insert=True)
    return [*(RecurredOutcome.MISSED for _row in missed[:-1]), RecurredOutcome(last.outcome)]


def _open(actor: Actor, row: Recurrence, one: Occurrence, now: datetime) -> RecurredCase:
    """The case, or why there is none: the office is told, and the next time is tried again."""
    try:
        case = _case(actor, row, now)
    except (Refusal, DomainError) as error:
        reason = str(error)[:300]
        _tell_office(row, reason, now)
        return _outcome(row, one, RecurredOutcome.FAILED, now, note=reason)
    return _outcome(row, one, RecurredOutcome.OPENED, now, case=case)


def _case(actor: Actor, row: Recurrence, now: datetime) -> Case:
    opening = opening_of(row)
    version = next((each for each in loops_in_use() if each.loop == opening.loop), None)
    if version is None:
        raise DomainError(
            _("流程“%(loop)s”已停用，请平台管理员发布新版本或改日程。") % {"loop": opening.loop}
        )
    return open_case(
        actor=actor,
        version=version,
        asker=row.organisation,
        subject=str(opening.subject)[:SUBJECT_MOST],
        place=(row.region, row.chain),
        channel=Channel.SYSTEM,
        now=now,
    )


def _outcome(
    row: Recurrence,
    one: Occurrence,
    outcome: RecurredOutcome,
    now: datetime,
    *,
    case: Case | None = None,
    note: str = "",
) -> RecurredCase:
    return RecurredCase(
        recurrence=row,
        day=one.day,
        due_at=one.opens,
        at=now,
        outcome=outcome,
        case=case,
        note=note,
    )


def _why_missed() -> str:
    return _("当时平台没有运行；已过下一次，不再补开")


def _tell_office(row: Recurrence, reason: str, now: datetime) -> None:
    people = people_coordinating(region_id=row.region_id, chain_id=row.chain_id, now=now)
    notify(
        recipients=people,
        kind="casework.schedule_failed",
        params={"name": str(row), "reason": reason},
        link=reverse("recurrence", args=[row.public_id]),
        now=now,
    )
