"""Days, durations and periods around the date of application."""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from typing import Final

from lianshu.engine.expressions.tree import Duration, When

_MONTHS: Final = {"year": 12, "quarter": 3, "month": 1}


def shifted(day: date, by: Duration, sign: int = 1) -> date:
    """``day`` so much later or earlier. Short months end on their last day (民法典 202)."""
    if by.unit == "day":
        return day + timedelta(days=sign * by.count)
    months = day.year * 12 + day.month - 1 + sign * by.count * _MONTHS[by.unit]
    year, month = divmod(months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def latest_start(end: date, by: Duration, *, strictly: bool) -> date:
    """The last day from which ``by`` has passed on ``end`` (``strictly``: before ``end``)."""
    found = shifted(end, by, -1)
    one = timedelta(days=1)
    while _passed(found + one, end, by, strictly=strictly):
        found += one
    while not _passed(found, end, by, strictly=strictly):
        found -= one
    return found


def _passed(start: date, end: date, by: Duration, *, strictly: bool) -> bool:
    over = shifted(start, by)
    return over < end if strictly else over <= end


def full_years(start: date, end: date) -> int:
    """Completed years from ``start`` to ``end``; negative when ``start`` lies after it."""
    years = end.year - start.year
    return years - (1 if _month_day(start) > anniversary(end) else 0)


def anniversary(end: date) -> int:
    """The last month and day, as MMDD, whose years are complete on ``end``: on 28 February of a
    common year those of the 29th too."""
    common = not calendar.isleap(end.year)
    return 229 if common and (end.month, end.day) == (2, 28) else _month_day(end)


def _month_day(day: date) -> int:
    return day.month * 100 + day.day


def label_of(when: When, day: date) -> str:
    """The label of a period, seen from ``day``: ``2025``, ``2025Q3``, ``2025-07``; ``latest``."""
    if when.label:
        return when.label
    if when.unit is None:
        return "latest"
    if when.unit == "year":
        return f"{day.year - when.offset:04d}"
    if when.unit == "quarter":
        year, quarter = divmod(day.year * 4 + (day.month - 1) // 3 - when.offset, 4)
        return f"{year:04d}Q{quarter + 1}"
    year, month = divmod(day.year * 12 + day.month - 1 - when.offset, 12)
    return f"{year:04d}-{month + 1:02d}"


def fact_key(fact: str, label: str) -> str:
    """``revenue@2025``; an instant is named by its fact alone. The words of every missing list."""
    return fact if label == "latest" else f"{fact}@{label}"


def first_day(label: str) -> date:
    """The first day of a period's label."""
    if "Q" in label:
        return date(int(label[:4]), 3 * int(label[5]) - 2, 1)
    return date(int(label[:4]), int(label[5:7]) if len(label) > 4 else 1, 1)
