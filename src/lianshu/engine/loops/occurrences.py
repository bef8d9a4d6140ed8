"""When something that recurs comes round: the days of a rhythm, moved off days not worked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from lianshu.engine.loops.schedule import Rhythm
from lianshu.engine.worktime import Calendar, OutOfCalendarError


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One time that something comes round. ``day`` is the rhythm's own and names it; ``opens`` is
    when work begins on that day, or on the next that is worked.

    Days that move to the same working day are one occurrence, from ``day`` until ``until``: what
    comes round daily comes once after a weekend.
    """

    day: date
    until: date
    opens: datetime

    @property
    def is_moved(self) -> bool:
        """Whether the rhythm's own day is not worked."""
        return self.opens.date() != self.day


def days_of(rhythm: Rhythm, *, since: date, anchor: date) -> Iterator[date]:
    """The days of the rhythm from ``since`` on, in order, without end (until the year 9999).

    With ``times`` 2 every second week, month … counts, among them that of ``anchor``.
    """
    first = _number(rhythm, anchor)
    number = _number(rhythm, since)
    number += (first - number) % rhythm.times
    while number <= _number(rhythm, date.max) - 1:
        start, end = _start(rhythm, number), _start(rhythm, number + 1)
        length = (end - start).days
        on = length if rhythm.on == "last" else min(rhythm.on, length)
        day = start + timedelta(days=on - 1)
        if day >= since:
            yield day
        number += rhythm.times


def occurrences(
    rhythm: Rhythm, calendar: Calendar, *, since: date, anchor: date
) -> Iterator[Occurrence]:
    """What comes round on a day from ``since`` on, in order, as far as the calendar reaches."""
    days = _within(days_of(rhythm, since=since, anchor=anchor), calendar)
    for index, together in groupby(days, key=lambda each: each[1]):
        found = [day for day, _index in together]
        yield Occurrence(found[0], found[-1], calendar.open_of(index))


def _within(days: Iterator[date], calendar: Calendar) -> Iterator[tuple[date, int]]:
    """Each day with the index of the working day on which it is done."""
    for day in days:
        try:
            index = calendar.workdays_before(day.toordinal())
            calendar.workday(index)
        except OutOfCalendarError:
            return
        yield day, index


def _number(rhythm: Rhythm, day: date) -> int:
    """Which day, week, month … of all time it lies in. Weeks begin on Monday."""
    match rhythm.every:
        case "day":
            return day.toordinal()
        case "week":
            return (day.toordinal() - 1) // 7
        case "month":
            return day.year * 12 + day.month - 1
        case "quarter":
            return day.year * 4 + (day.month - 1) // 3
        case "year":
            return day.year


def _start(rhythm: Rhythm, number: int) -> date:
    """The first day of the day, week, month … of that number."""
    match rhythm.every:
        case "day":
            return date.fromordinal(number)
        case "week":
            return date.fromordinal(number * 7 + 1)
        case "month":
            return date(number // 12, number % 12 + 1, 1)
        case "quarter":
            return date(number // 4, number % 4 * 3 + 1, 1)
        case "year":
            return date(number, 1, 1)
