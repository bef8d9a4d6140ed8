"""The years: what the State Council has published, and what the law says of years it has not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from types import MappingProxyType

import chinese_calendar
from lunar_python import Lunar

_QINGMING = "清明"


@dataclass(frozen=True, slots=True)
class OfficialYear:
    """The official dates of a year: days off beside the weekends, weekend days that are worked.

    A notice may also name the last days of the December before, for New Year's Day.
    """

    year: int
    holidays: frozenset[date]
    workdays: frozenset[date]
    source: str = field(default="", compare=False)


@cache
def published_years() -> Mapping[int, OfficialYear]:
    """Every year whose dates the library knows, from 2004 on."""
    holidays: defaultdict[int, set[date]] = defaultdict(set)
    workdays: defaultdict[int, set[date]] = defaultdict(set)
    for found, days in (
        (holidays, chinese_calendar.holidays),
        (workdays, chinese_calendar.workdays),
    ):
        for day in days:
            found[day.year].add(day)
    source = f"chinesecalendar {chinese_calendar.__version__}"
    return MappingProxyType(
        {
            year: OfficialYear(year, frozenset(holidays[year]), frozenset(workdays[year]), source)
            for year in sorted(holidays)
        }
    )


@cache
def statutory_days(year: int) -> Mapping[date, str]:
    """The thirteen days off that the law gives everybody since 2025, and what each is called.

    Shifting a day off that falls on a weekend, and the weekend days worked for longer holidays, are
    left to the yearly notice.
    """
    new_year = _solar(year, 1, 1)
    days = {date(year, 1, 1): "元旦"}
    days |= {new_year + timedelta(offset): "春节" for offset in range(-1, 3)}
    days[_qingming(year)] = "清明节"
    days |= {date(year, 5, 1): "劳动节", date(year, 5, 2): "劳动节"}
    days[_solar(year, 5, 5)] = "端午节"
    # 中秋 can fall on a day of 国庆: one day off then, which the notice makes up for.
    days[_solar(year, 8, 15)] = "中秋节"
    days |= {date(year, 10, day): "国庆节" for day in (1, 2, 3)}
    return MappingProxyType(dict(sorted(days.items())))


def statutory(year: int) -> OfficialYear:
    """What serves for a year that nobody has published: weekends and the days of the law."""
    return OfficialYear(year, frozenset(statutory_days(year)), frozenset(), "法定节假日推算")


def _solar(year: int, month: int, day: int) -> date:
    return date.fromisoformat(Lunar.fromYmd(year, month, day).getSolar().toYmd())


def _qingming(year: int) -> date:
    april: list[tuple[date, str]] = chinese_calendar.get_solar_terms(
        date(year, 4, 1), date(year, 4, 10)
    )
    return next(day for day, name in april if name == _QINGMING)
