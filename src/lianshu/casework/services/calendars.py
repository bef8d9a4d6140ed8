"""Official dates of a year, once published: loaded, and provisional moments counted anew."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from lianshu.audit.services import record
from lianshu.authority import Actor, require
from lianshu.casework.models import CalendarYear, Consultation, EventKind, Task
from lianshu.casework.rules_time import can_keep_calendar
from lianshu.casework.runtime import forget_calendar, running_loop
from lianshu.casework.services.consulting import recount_consultations
from lianshu.casework.services.events import Happening, append_event
from lianshu.casework.services.moving import lock_case
from lianshu.casework.services.recurring import replan_all
from lianshu.casework.services.timing import clock_of, moments_under, move_tasks
from lianshu.engine.worktime import OfficialYear


@dataclass(frozen=True, slots=True)
class Recomputed:
    """How many open cases were looked at, and of how many a due moment moved."""

    cases: int
    moved: int


def load_year(*, actor: Actor, year: OfficialYear, now: datetime) -> Recomputed:
    """Take the official dates of a year and count every open, provisional task and consultation
    anew, and when what recurs comes round next.

    The year is written first; the cases follow one by one, and what a run that was cut off has
    left is done by loading the same file again.
    """
    require(can_keep_calendar(actor))
    with transaction.atomic():
        row, is_new = CalendarYear.objects.update_or_create(
            year=year.year,
            defaults={
                "holidays": sorted(day.isoformat() for day in year.holidays),
                "workdays": sorted(day.isoformat() for day in year.workdays),
                "source": year.source[:200],
                "loaded_at": now,
            },
        )
        action = "calendar.loaded" if is_new else "calendar.replaced"
        record(actor=actor, action=action, obj=row, now=now, changes={"source": row.source})
    forget_calendar()
    replan_all(now=now)
    tasks = Task.objects.open().filter(provisional=True)
    asked = Consultation.objects.open().filter(provisional=True)
    cases = sorted(
        {*tasks.values_list("case_id", flat=True), *asked.values_list("case_id", flat=True)}
    )
    moved = sum(_recompute(actor, case_id, year.year, now) for case_id in cases)
    return Recomputed(len(cases), moved)


@transaction.atomic
def _recompute(actor: Actor, case_id: int, year: int, now: datetime) -> bool:
    """Whether anything moved. A case whose moments stay gets an event too when they are no longer
    provisional: that is a promise."""
    case = lock_case(actor, case_id)
    tasks = list(case.tasks.filter(done_at__isnull=True))
    if not tasks:
        return False
    step, clock = running_loop(case.loop_version).step(case.step), clock_of(case)
    before = [(task.due_at, task.provisional) for task in tasks]
    after = [moments_under(case, step, task, clock) for task in tasks]
    facts: dict[str, Any] = {}
    if before != [(each.due_at, each.provisional) for each in after]:
        facts["moved"] = move_tasks(case, step, tasks, clock, now)
    if asked := recount_consultations(case):
        facts["consulted_due"] = asked
    if not facts:
        return False
    facts["year"] = year
    note = _("已按 %(year)d 年放假安排重算期限。") % {"year": year}
    what = Happening(EventKind.RECOMPUTED, case.step, data={"note": note}, facts=facts)
    append_event(actor=actor, case=case, what=what, now=now, changes={})
    return bool(asked) or [due for due, _provisional in before] != [each.due_at for each in after]
