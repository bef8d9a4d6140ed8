"""Office hours and working days as one line of working minutes, on which everything is counted.

A position on the line is the number of working minutes since the line began. A closing and the next
opening have the same position: `end_at` gives the one, `start_at` the other.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from lianshu.engine.worktime.official import OfficialYear, published_years, statutory

FIRST_YEAR: Final = 2004
LAST_YEAR: Final = 2050
DAY_MINUTES: Final = 24 * 60
LAST_SECOND: Final = time(23, 59, 59)


class OutOfCalendarError(ValueError):
    """A moment, or a limit's end, that lies outside the years the calendar covers."""


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """From `opens` until `closes`, both in minutes since midnight."""

    opens: int
    closes: int


USUAL_HOURS: Final = (OfficeHours(9 * 60, 12 * 60), OfficeHours(13 * 60 + 30, 17 * 60 + 30))


class Calendar:
    """Which days are worked, from when to when, and which years are official.

    Years that `years` does not name are made of weekends and statutory days and count as
    provisional. A later year's notice prevails where it names days of the December before.
    """

    def __init__(
        self,
        years: Mapping[int, OfficialYear] | None = None,
        *,
        hours: Sequence[OfficeHours] = USUAL_HOURS,
        zone: str = "Asia/Shanghai",
    ) -> None:
        self.years = MappingProxyType(dict(published_years() if years is None else years))
        self.hours = tuple(hours)
        self.zone = ZoneInfo(zone)
        self._fill_day()
        self._fill_days()

    def _fill_day(self) -> None:
        """For each minute of a day the minutes worked before it, and the way back."""
        last = 0
        for one in self.hours:
            if not last <= one.opens < one.closes <= DAY_MINUTES:
                raise ValueError("office hours must be in order and must not overlap")
            last = one.closes
        if not self.hours:
            raise ValueError("a calendar needs office hours")
        spans = [range(one.opens, one.closes) for one in self.hours]
        self._worked_minutes = [minute for span in spans for minute in span]
        self.day_minutes = len(self._worked_minutes)
        self._worked = array(
            "i", (bisect_left(self._worked_minutes, minute) for minute in range(DAY_MINUTES + 1))
        )

    def _fill_days(self) -> None:
        """For each day the working days before it, and the working days in order."""
        off: set[date] = set()
        worked: set[date] = set()
        for year in range(FIRST_YEAR, LAST_YEAR + 1):
            found = self.years.get(year) or statutory(year)
            off = (off - found.workdays) | found.holidays
            worked = (worked - found.holidays) | found.workdays
        self._first = date(FIRST_YEAR, 1, 1).toordinal()
        self._end = date(LAST_YEAR + 1, 1, 1).toordinal()
        self._before = array("i", [0])
        self._days = array("i")
        for ordinal in range(self._first, self._end):
            day = date.fromordinal(ordinal)
            if day in worked or (day.weekday() < 5 and day not in off):
                self._days.append(ordinal)
            self._before.append(len(self._days))

    # Days.

    def is_workday(self, day: date) -> bool:
        """Whether people work on this day."""
        ordinal = day.toordinal()
        return self.workdays_before(ordinal) < self.workdays_before(ordinal + 1)

    def is_provisional(self, year: int) -> bool:
        """Whether the days of this year are not official yet."""
        return year not in self.years

    def workdays_before(self, ordinal: int) -> int:
        """How many working days of the calendar lie before the day: its index among them."""
        if not self._first <= ordinal <= self._end:
            raise OutOfCalendarError(_outside())
        return self._before[ordinal - self._first]

    def workday(self, index: int) -> int:
        """The ordinal of the working day at `index`."""
        if not 0 <= index < len(self._days):
            raise OutOfCalendarError(_outside())
        return self._days[index]

    # Moments.

    def local(self, moment: datetime) -> tuple[int, int]:
        """The day's ordinal and the minute of the day, seconds dropped."""
        if moment.utcoffset() is None:
            raise ValueError("working time is counted between moments that know their time zone")
        here = moment.astimezone(self.zone)
        return here.toordinal(), here.hour * 60 + here.minute

    def position(self, moment: datetime) -> int:
        """How many working minutes lie before the moment."""
        return self.position_of(*self.local(moment))

    def position_of(self, ordinal: int, minute: int) -> int:
        """How many working minutes lie before the minute of the day."""
        if not self._first <= ordinal < self._end:
            raise OutOfCalendarError(_outside())
        index = self._before[ordinal - self._first]
        if self._before[ordinal - self._first + 1] == index:
            return index * self.day_minutes
        return index * self.day_minutes + self._worked[minute]

    def end_at(self, position: int) -> datetime:
        """The first moment at `position`: the closing, where work stops there."""
        index, minutes = divmod(position - 1, self.day_minutes)
        return self._moment(self.workday(index), self._worked_minutes[minutes] + 1)

    def start_at(self, position: int) -> datetime:
        """The last moment at `position`: the next opening, where work stops there."""
        index, minutes = divmod(position, self.day_minutes)
        return self._moment(self.workday(index), self._worked_minutes[minutes])

    def close_of(self, index: int) -> datetime:
        """The end of work on the working day at `index`."""
        return self._moment(self.workday(index), self.hours[-1].closes)

    def open_of(self, index: int) -> datetime:
        """When work begins on the working day at `index`."""
        return self._moment(self.workday(index), self.hours[0].opens)

    def midnight(self, ordinal: int) -> datetime:
        """When the day begins."""
        return self._moment(ordinal, 0)

    def last_second(self, ordinal: int) -> datetime:
        """The end of the day, said as a moment that still belongs to it."""
        return datetime.combine(date.fromordinal(ordinal), LAST_SECOND, self.zone)

    def _moment(self, ordinal: int, minute: int) -> datetime:
        if minute == DAY_MINUTES:
            ordinal, minute = ordinal + 1, 0
        hour, minute = divmod(minute, 60)
        return datetime.combine(date.fromordinal(ordinal), time(hour, minute), self.zone)


def _outside() -> str:
    return f"工作日历只算 {FIRST_YEAR} 年到 {LAST_YEAR} 年，请核对日期或把时限改短"
