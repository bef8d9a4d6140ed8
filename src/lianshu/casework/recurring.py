"""Published schedules as they run: what opens, how often in words, and when next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice

from django.utils.translation import gettext as _

from lianshu.casework.models import Recurrence, ScheduleVersion
from lianshu.casework.runtime import working_calendar
from lianshu.engine.loops import Occurrence, Opening, Rhythm, Schedule, occurrences

_schedules: dict[tuple[str, int], Schedule] = {}


def running_schedule(version: ScheduleVersion) -> Schedule:
    """What was published. A version never changes, so it is read once."""
    key = (version.schedule, version.version)
    if key not in _schedules:
        _schedules[key] = Schedule.model_validate_json(version.definition)
    return _schedules[key]


def opening_named(version: ScheduleVersion, name: str) -> Opening | None:
    """The opening of that id, if the version has it."""
    found = (each for each in running_schedule(version).openings if each.id == name)
    return next(found, None)


def opening_of(recurrence: Recurrence) -> Opening:
    """What a recurrence opens; it always runs by a version that has it."""
    found = opening_named(recurrence.version, recurrence.opening)
    if found is None:
        raise ValueError(f"{recurrence.version} has no opening {recurrence.opening!r}")
    return found


def times_of(recurrence: Recurrence, *, since: date) -> Iterator[Occurrence]:
    """Its times on days from `since` on, in order, as far as the calendar reaches."""
    since = max(since, recurrence.anchor)
    rhythm = opening_of(recurrence).rhythm
    return occurrences(rhythm, working_calendar(), since=since, anchor=recurrence.anchor)


@dataclass(frozen=True, slots=True)
class Coming:
    """A time that is to come, and whether a day off moves it."""

    day: date
    at: datetime
    moved: bool


def coming(recurrence: Recurrence, most: int) -> list[Coming]:
    """The next times, the nearest first; none where it is off."""
    if recurrence.next_day is None:
        return []
    found = islice(times_of(recurrence, since=recurrence.next_day), most)
    return [Coming(one.day, one.opens, one.is_moved) for one in found]


def rhythm_said(rhythm: Rhythm) -> str:
    """“每月 10 日”, “每 2 周的周五”, “每季度最后一天”."""
    every = {
        "day": (_("每天"), _("每 %(n)d 天")),
        "week": (_("每周"), _("每 %(n)d 周")),
        "month": (_("每月"), _("每 %(n)d 个月")),
        "quarter": (_("每季度"), _("每 %(n)d 个季度")),
        "year": (_("每年"), _("每 %(n)d 年")),
    }[rhythm.every]
    often = every[0] if rhythm.times == 1 else every[1] % {"n": rhythm.times}
    if rhythm.every == "day":
        return often
    return _("%(often)s · %(day)s") % {"often": often, "day": _day_said(rhythm)}


def _day_said(rhythm: Rhythm) -> str:
    if rhythm.every == "week":
        names = [_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日")]
        return names[6 if rhythm.on == "last" else rhythm.on - 1]
    if rhythm.on == "last":
        return _("最后一天")
    if rhythm.every == "month":
        return _("%(n)d 日") % {"n": rhythm.on}
    return _("第 %(n)d 天") % {"n": rhythm.on}
