"""The work of `lianshu calendar`."""

import json
import sys
from datetime import date, datetime, timedelta
from pathlib import Path

from lianshu.cli.packs import packs_folder
from lianshu.cli.running import InputError
from lianshu.engine.definitions import DefinitionError, Finding, report
from lianshu.engine.worktime import (
    CALENDAR_FILE,
    FIRST_YEAR,
    LAST_YEAR,
    Calendar,
    OutOfCalendarError,
    due,
    load_calendar,
    parse_limit,
    read_year,
    statutory,
)

_WEEKDAYS = "一二三四五六日"


def check_file(file: Path | None, *, as_json: bool) -> bool:
    """Tell every defect, or what there is; whether all is well."""
    path = file or _national()
    findings: tuple[Finding, ...] = ()
    said = ""
    try:
        if path.name == CALENDAR_FILE:
            hours = "、".join(
                f"{_clock(one.opens)}—{_clock(one.closes)}" for one in _load(path).hours
            )
            said = f"{path}：上班时间 {hours}\n"
        else:
            found = read_year(path)
            off, worked = len(found.holidays), len(found.workdays)
            said = f"{found.year} 年：放假 {off} 天，调休上班 {worked} 天\n"
    except DefinitionError as error:
        findings = error.findings
    if as_json:
        said = json.dumps(report(findings), ensure_ascii=False, indent=2) + "\n"
    elif findings:
        said = "".join(f"{finding}\n" for finding in findings)
    sys.stdout.write(said)
    return not findings


def show_year(year: int, file: Path | None) -> None:
    """Print the days off, the weekend days worked and the months. Raises `InputError`."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise InputError(f"工作日历只有 {FIRST_YEAR} 年到 {LAST_YEAR} 年，没有 {year} 年。")
    calendar = _usable(file)
    months = [_workdays(calendar, year, month) for month in range(1, 13)]
    official = calendar.years.get(year)
    mark = "尚未发布，按周末和法定假日推算" if official is None else f"已发布（{official.source}）"
    found = official or statutory(year)
    lines = [f"{year} 年  {mark}  工作日 {sum(months)} 天"]
    lines += [f"放假  {_stretch(one)}" for one in _stretches(sorted(found.holidays))]
    lines += [f"上班  {_day(day)}" for day in sorted(found.workdays)]
    lines.append("各月  " + " ".join(f"{i}月{days}" for i, days in enumerate(months, 1)))
    sys.stdout.write("\n".join(lines) + "\n")


def show_due(start: str, limit: str, file: Path | None) -> None:
    """Print when the limit is over. Raises `InputError`."""
    calendar = _usable(file)
    try:
        begin = datetime.fromisoformat(start)
    except ValueError as error:
        raise InputError(f"读不懂起算时间“{start}”，请写成 2026-02-12T15:00 这样。") from error
    if begin.tzinfo is None:
        begin = begin.replace(tzinfo=calendar.zone)
    try:
        found = due(calendar, begin, parse_limit(limit))
    except (OutOfCalendarError, ValueError) as error:
        raise InputError(f"{error}。") from error
    mark = "（暂定：所涉年份的放假安排尚未发布）" if found.provisional else ""
    sys.stdout.write(f"{found.at:%Y-%m-%d %H:%M:%S}{mark}\n")


def _national() -> Path:
    return packs_folder() / "national" / CALENDAR_FILE


def _load(path: Path) -> Calendar:
    return load_calendar(path, bases=[packs_folder()])


def _usable(file: Path | None) -> Calendar:
    try:
        return _load(file or _national())
    except DefinitionError as error:
        raise InputError(f"工作日历有错，请先用 lianshu calendar check 检查：\n{error}") from error


def _workdays(calendar: Calendar, year: int, month: int) -> int:
    first = date(year, month, 1).toordinal()
    after = (date(year, month, 28) + timedelta(days=4)).replace(day=1).toordinal()
    return calendar.workdays_before(after) - calendar.workdays_before(first)


def _stretches(days: list[date]) -> list[tuple[date, date]]:
    """Days off in a row as (first, last)."""
    found: list[tuple[date, date]] = []
    for day in days:
        if found and day - found[-1][1] == timedelta(days=1):
            found[-1] = (found[-1][0], day)
        else:
            found.append((day, day))
    return found


def _stretch(days: tuple[date, date]) -> str:
    first, last = days
    if first == last:
        return _day(first)
    return f"{_day(first)} 至 {_day(last)}（{(last - first).days + 1} 天）"


def _day(day: date) -> str:
    return f"{day} 星期{_WEEKDAYS[day.weekday()]}"


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
