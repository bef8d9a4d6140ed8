"""Working time: limits as definitions write them, and the calendar that says when they are over.

calendar = load_calendar(path, years=…); due(calendar, start, parse_limit("3 workdays")) → Due

`docs/calendar.md` says how it is counted. No Django here.
"""

from lianshu.engine.worktime.calendar import (
    FIRST_YEAR,
    LAST_YEAR,
    Calendar,
    OfficeHours,
    OutOfCalendarError,
)
from lianshu.engine.worktime.counting import (
    Due,
    Left,
    Plan,
    Suspension,
    amber,
    due,
    left,
    plan,
    suspended,
    used,
)
from lianshu.engine.worktime.limits import Limit, LimitText, Unit, parse_limit
from lianshu.engine.worktime.model import PackCalendar, YearDates
from lianshu.engine.worktime.notices import read_year
from lianshu.engine.worktime.official import (
    OfficialYear,
    published_years,
    statutory,
    statutory_days,
)
from lianshu.engine.worktime.reading import CALENDAR_FILE, load_calendar

__all__ = [
    "CALENDAR_FILE",
    "FIRST_YEAR",
    "LAST_YEAR",
    "Calendar",
    "Due",
    "Left",
    "Limit",
    "LimitText",
    "OfficeHours",
    "OfficialYear",
    "OutOfCalendarError",
    "PackCalendar",
    "Plan",
    "Suspension",
    "Unit",
    "YearDates",
    "amber",
    "due",
    "left",
    "load_calendar",
    "parse_limit",
    "plan",
    "published_years",
    "read_year",
    "statutory",
    "statutory_days",
    "suspended",
    "used",
]
