"""When a limit is over, when to warn before that, how much working time was used or is left.

Everything is counted in units on a line: working minutes, working days, or days. What is suspended
are blocks of units that do not count, so that one way of counting serves all three.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TypeAlias

from lianshu.engine.worktime.calendar import DAY_MINUTES, Calendar
from lianshu.engine.worktime.limits import Limit, Unit

Suspension: TypeAlias = tuple[datetime, datetime | None]
"""The clock stood still from … until …; None while it still does."""

Block: TypeAlias = tuple[int, int | None]
"""Units from … up to and without … that do not count."""


@dataclass(frozen=True, slots=True)
class Due:
    """When a limit is over.

    `at` is None when the clock stands still before that, since `suspended_since`.
    `first_counted` is the first moment that counts, None when there is none yet. `provisional`: a
    year was counted whose official dates are not published, so that `at` can still move.
    """

    at: datetime | None
    provisional: bool
    first_counted: datetime | None
    suspended_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """The moments of one task: `promised` without extensions, `due` with them, `legal` the end that
    the law sets, which no extension moves, and `amber_at` before `due`."""

    promised: Due
    due: Due
    amber_at: datetime | None
    legal: Due | None


@dataclass(frozen=True, slots=True)
class Left:
    """Working time until a due moment or, when `overdue`, since it.

    `minutes` are working minutes, and `workdays`, `hours`, `rest` the same in parts, a working day
    of office hours each. `days` are dates on the wall calendar, for limits in days.
    """

    minutes: int
    days: int
    overdue: bool
    day_minutes: int

    @property
    def workdays(self) -> int:
        """Whole working days."""
        return self.minutes // self.day_minutes

    @property
    def hours(self) -> int:
        """Whole hours beside them."""
        return self.minutes % self.day_minutes // 60

    @property
    def rest(self) -> int:
        """Minutes beside those."""
        return self.minutes % self.day_minutes % 60


def due(
    calendar: Calendar, start: datetime, limit: Limit, *, suspensions: Sequence[Suspension] = ()
) -> Due:
    """When `limit`, begun at `start`, is over.

    Working days and days: the starting day does not count; over at the end of work, or of the day,
    on the last one. Working hours: from `start`, or from the next opening. A suspension stops hours
    to the minute, and takes away every day that it touches.
    """
    ordinal, minute = calendar.local(start)
    begin = _begin(calendar, ordinal, minute, limit.unit)
    blocks = _blocks(calendar, limit.unit, suspensions) if suspensions else []
    first = _first(begin, blocks)
    end = _advance(begin, _units(limit), blocks)
    counted = None if first is None else _opening(calendar, limit.unit, first)
    if end is None:
        return Due(None, False, counted, _standing_since(suspensions))
    at = _ending(calendar, limit.unit, end)
    provisional = limit.unit is not Unit.DAYS and _is_provisional(calendar, ordinal, at)
    return Due(at, provisional, counted)


def amber(
    calendar: Calendar,
    start: datetime,
    at: datetime,
    before: Limit,
    *,
    suspensions: Sequence[Suspension] = (),
) -> datetime:
    """The moment to warn: `before` ahead of the due moment `at`, never ahead of `start`.

    The same rule backwards: the due day does not count, and the warning is at the end of work, or
    of the day. Working hours are counted back to the minute; where that is a closing, the warning
    waits for the next opening, when somebody is there to act on it.
    """
    blocks = _blocks(calendar, before.unit, suspensions) if suspensions else []
    if before.unit is Unit.WORKHOURS:
        position = _retreat(calendar.position(at), before.amount * 60, blocks)
        moment = calendar.start_at(position)
    elif before.unit is Unit.WORKDAYS:
        ordinal, _ = calendar.local(at)
        index = _retreat(calendar.workdays_before(ordinal), before.amount, blocks)
        moment = calendar.close_of(index)
    else:
        ordinal, _ = calendar.local(at)
        moment = calendar.last_second(_retreat(ordinal, before.amount, blocks))
    return max(moment, start.astimezone(calendar.zone))


def plan(
    calendar: Calendar,
    start: datetime,
    limit: Limit,
    *,
    before: Limit | None = None,
    legal: Limit | None = None,
    suspensions: Sequence[Suspension] = (),
    extensions: Sequence[Limit] = (),
) -> Plan:
    """Every moment of a task at once. An extension goes on from the end of what was granted."""
    promised = final = due(calendar, start, limit, suspensions=suspensions)
    for extra in extensions:
        final = _extended(calendar, final, extra, suspensions)
    warn = None
    if before is not None and final.at is not None:
        warn = amber(calendar, start, final.at, before, suspensions=suspensions)
    by_law = None if legal is None else due(calendar, start, legal, suspensions=suspensions)
    return Plan(promised, final, warn, by_law)


def used(
    calendar: Calendar,
    start: datetime,
    end: datetime,
    *,
    suspensions: Sequence[Suspension] = (),
) -> int:
    """Working minutes between two moments, without those suspended."""
    first, last = _span(calendar, start, end)
    return last - first - _overlap(first, last, _blocks(calendar, Unit.WORKHOURS, suspensions))


def suspended(
    calendar: Calendar, start: datetime, end: datetime, suspensions: Sequence[Suspension]
) -> int:
    """Working minutes between two moments during which the clock stood still."""
    first, last = _span(calendar, start, end)
    return _overlap(first, last, _blocks(calendar, Unit.WORKHOURS, suspensions))


def left(
    calendar: Calendar,
    now: datetime,
    at: datetime,
    *,
    suspensions: Sequence[Suspension] = (),
) -> Left:
    """Working time between `now` and the due moment `at`, on whichever side of it `now` is."""
    early, late = sorted((now, at))
    minutes = used(calendar, early, late, suspensions=suspensions)
    days = calendar.local(late)[0] - calendar.local(early)[0]
    return Left(minutes, days, now > at, calendar.day_minutes)


# Units on the line.


def _units(limit: Limit) -> int:
    return limit.amount * 60 if limit.unit is Unit.WORKHOURS else limit.amount


def _begin(calendar: Calendar, ordinal: int, minute: int, unit: Unit) -> int:
    """The first unit that may count."""
    if unit is Unit.WORKHOURS:
        return calendar.position_of(ordinal, minute)
    return calendar.workdays_before(ordinal + 1) if unit is Unit.WORKDAYS else ordinal + 1


def _opening(calendar: Calendar, unit: Unit, index: int) -> datetime:
    if unit is Unit.WORKHOURS:
        return calendar.start_at(index)
    return calendar.open_of(index) if unit is Unit.WORKDAYS else calendar.midnight(index)


def _ending(calendar: Calendar, unit: Unit, end: int) -> datetime:
    """The end of the last unit before `end`."""
    if unit is Unit.WORKHOURS:
        return calendar.end_at(end)
    return calendar.close_of(end - 1) if unit is Unit.WORKDAYS else calendar.last_second(end - 1)


def _blocks(calendar: Calendar, unit: Unit, suspensions: Sequence[Suspension]) -> list[Block]:
    """What of the line is suspended: in order, apart from each other, none of them empty."""
    size = {Unit.WORKHOURS: 1, Unit.WORKDAYS: calendar.day_minutes, Unit.DAYS: DAY_MINUTES}[unit]

    def minute(moment: datetime) -> int:
        if unit is not Unit.DAYS:
            return calendar.position(moment)
        ordinal, minutes = calendar.local(moment)
        return ordinal * DAY_MINUTES + minutes

    found: list[Block] = []
    for since, until in suspensions:
        if until is None:
            found.append((minute(since) // size, None))
            continue
        if until < since:
            raise ValueError("a suspension cannot end before it begins")
        first, last = minute(since), minute(until)
        if first < last:
            found.append((first // size, -(-last // size)))
    return _joined(sorted(found, key=lambda block: block[0]))


def _joined(blocks: list[Block]) -> list[Block]:
    joined: list[Block] = []
    for first, last in blocks:
        if joined:
            before, until = joined[-1]
            if until is None:
                break
            if first <= until:
                joined[-1] = (before, None if last is None else max(until, last))
                continue
        joined.append((first, last))
    return joined


def _first(index: int, blocks: Sequence[Block]) -> int | None:
    """The first unit from `index` on that counts; None when none does yet."""
    for first, last in blocks:
        if index < first:
            break
        if last is None:
            return None
        index = max(index, last)
    return index


def _advance(index: int, need: int, blocks: Sequence[Block]) -> int | None:
    """The index behind `need` counted units; None when an open block comes before it."""
    for first, last in blocks:
        if index + need <= first:
            break
        if last is None:
            return None
        need -= max(first - index, 0)
        index = max(index, last)
    return index + need


def _retreat(index: int, need: int, blocks: Sequence[Block]) -> int:
    """The index before which `need` counted units lie up to `index`; not before the line begins."""
    for first, last in reversed(blocks):
        if first >= index:
            continue
        end = index if last is None else min(last, index)
        if index - need >= end:
            break
        need -= index - end
        index = first
    return max(index - need, 0)


def _span(calendar: Calendar, start: datetime, end: datetime) -> tuple[int, int]:
    if end < start:
        raise ValueError("working time is counted from the earlier moment to the later one")
    return calendar.position(start), calendar.position(end)


def _overlap(first: int, last: int, blocks: Sequence[Block]) -> int:
    return sum(
        max(0, (last if until is None else min(until, last)) - max(since, first))
        for since, until in blocks
    )


def _extended(
    calendar: Calendar, so_far: Due, extra: Limit, suspensions: Sequence[Suspension]
) -> Due:
    if so_far.at is None:
        return so_far
    later = due(calendar, so_far.at, extra, suspensions=suspensions)
    provisional = later.provisional or so_far.provisional
    return replace(later, provisional=provisional, first_counted=so_far.first_counted)


def _standing_since(suspensions: Sequence[Suspension]) -> datetime:
    return min(since for since, until in suspensions if until is None)


def _is_provisional(calendar: Calendar, ordinal: int, at: datetime) -> bool:
    years = range(date.fromordinal(ordinal).year, at.year + 1)
    return not all(map(calendar.years.__contains__, years))
