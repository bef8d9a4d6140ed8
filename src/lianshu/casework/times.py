"""Amounts of time in the reader's language."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext


def workdays_said(n: int) -> str:
    """So many working days."""
    return ngettext("%(n)d 个工作日", "%(n)d 个工作日", n) % {"n": n}


def hours_said(n: int) -> str:
    """So many hours."""
    return ngettext("%(n)d 小时", "%(n)d 小时", n) % {"n": n}


def minutes_said(n: int) -> str:
    """So many minutes."""
    return ngettext("%(n)d 分钟", "%(n)d 分钟", n) % {"n": n}


def limit_said(limit: str) -> str:
    """A limit of a definition, such as `3 workdays`."""
    number, _blank, unit = limit.partition(" ")
    if not number.isdecimal():
        return limit
    n = int(number)
    match unit.removesuffix("s"):
        case "workday":
            return workdays_said(n)
        case "workhour":
            return ngettext("%(n)d 个工作小时", "%(n)d 个工作小时", n) % {"n": n}
        case "day":
            return ngettext("%(n)d 天", "%(n)d 天", n) % {"n": n}
    return limit


def worktime_said(minutes: int, day_minutes: int) -> str:
    """Working minutes as working days, hours and minutes."""
    days, rest = divmod(minutes, day_minutes)
    hours, left = divmod(rest, 60)
    parts = [
        workdays_said(days) if days else "",
        hours_said(hours) if hours else "",
        minutes_said(left) if left else "",
    ]
    return " ".join(part for part in parts if part) or minutes_said(0)


def listed(words: list[str]) -> str:
    """Several names in a row."""
    return _("、").join(words)
