"""The official dates of a year from a file: YAML as packs write it, or a table.

====  ================================================================
rule  defect
====  ================================================================
W001  a date that is not of the year (nor of the last days of the December before), or a year
      that the calendar does not cover
W002  a date twice, or both off and worked
W003  a day named as worked that is no Saturday or Sunday
W004  a stretch that ends before it begins, or lasts longer than any holiday
W005  a day off by law is missing
W006  several years in one table, or one year twice in a pack
W007  a table of more rows than a year has days
====  ================================================================
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final, Literal

from lianshu.engine.definitions import DefinitionError, Finding, Loaded, load_file
from lianshu.engine.sheets import Column, RowParser, SheetError, check_mapping, guess_mapping
from lianshu.engine.sheets import read_table as read_sheet
from lianshu.engine.worktime.calendar import FIRST_YEAR, LAST_YEAR
from lianshu.engine.worktime.model import PackCalendar, YearDates
from lianshu.engine.worktime.official import OfficialYear, statutory_days

LONGEST: Final = 15
"""Days; the longest so far, Spring Festival with its extension of 2020, were ten."""
MAX_ROWS: Final = 366
MAX_BYTES: Final = 1024 * 1024
LAW_SINCE: Final = 2025
"""The law of today is of November 2024."""

Kind = Literal["holiday", "workday"]
Place = Callable[[str, str], Finding]
"""(rule, message) → the finding at a place of the file."""

COLUMNS: Final = (
    Column("year", "年份", ("年度", "年"), "integer", required=True),
    Column("date", "日期", ("day",), "date", required=True),
    Column(
        "kind",
        "安排",
        ("类型", "放假或上班"),
        "choice",
        required=True,
        choices={
            "holiday": ("放假", "休", "holiday"),
            "workday": ("上班", "班", "补班", "workday"),
        },
    ),
    Column("name", "节日", ("名称", "说明")),
)


@dataclass(frozen=True)
class Entry:
    """Days in a row of a notice and where they are written."""

    kind: Kind
    first: date
    last: date
    place: Place


def read_year(path: Path) -> OfficialYear:
    """The official dates in a file. Raises DefinitionError with every defect."""
    if path.suffix.lower() in {".yaml", ".yml"}:
        loaded = load_file(path, YearDates)
        return year_of(loaded, loaded.value, ())
    return _read_table(path)


def year_of(
    loaded: Loaded[YearDates] | Loaded[PackCalendar], dates: YearDates, at: tuple[str | int, ...]
) -> OfficialYear:
    """The year that stands at `at` of a definition. Raises DefinitionError."""

    def place(*path: str | int, key: bool = False) -> Place:
        return lambda rule, message: loaded.finding(*at, *path, rule=rule, message=message, key=key)

    entries = [
        Entry("holiday", one.first, one.last or one.first, place("holidays", index))
        for index, one in enumerate(dates.holidays)
    ]
    entries += [
        Entry("workday", day, day, place("workdays", index))
        for index, day in enumerate(dates.workdays)
    ]
    return _checked(dates.year, dates.source, entries, place("holidays", key=True))


def _read_table(path: Path) -> OfficialYear:
    entries: list[Entry] = []
    years: dict[int, int] = {}
    try:
        table = read_sheet(path, max_bytes=MAX_BYTES)
        mapping = guess_mapping(table.header, COLUMNS)
        about = check_mapping(table.header, mapping, COLUMNS, file=table.name)
        bad = [one for one in about if one.severity == "error"]
        parser = RowParser(COLUMNS, mapping, header=table.header, file=table.name)
        for order, row in enumerate(() if bad else table.rows):
            if order == MAX_ROWS:
                message = f"一年的安排不会超过 {MAX_ROWS} 行，请核对是不是选错了文件"
                raise DefinitionError([_row_place(path, row.number)("W007", message)])
            values, wrong = parser.parse(row)
            bad += wrong
            day, year = values.get("date"), values.get("year")
            if not wrong and isinstance(day, date) and isinstance(year, int):
                years.setdefault(year, row.number)
                kind: Kind = "holiday" if values["kind"] == "holiday" else "workday"
                entries.append(Entry(kind, day, day, _row_place(path, row.number)))
    except SheetError as error:
        bad = [error.finding()]
    findings = [Finding(str(path), f.line, None, f.rule, "error", f.message) for f in bad]
    findings += _defects_of_years(path, years)
    if findings:
        raise DefinitionError(findings)
    return _checked(next(iter(years)), path.name, entries, _row_place(path, None))


def _defects_of_years(path: Path, years: Mapping[int, int]) -> Iterator[Finding]:
    """`years` are the years of a table, each with the row that names it first."""
    for order, (year, line) in enumerate(years.items()):
        if not FIRST_YEAR <= year <= LAST_YEAR:
            message = f"年份 {year} 不在 {FIRST_YEAR} 年到 {LAST_YEAR} 年之间，请核对"
            yield _row_place(path, line)("W001", message)
        elif order == 1:
            names = "、".join(map(str, years))
            message = f"一张表只写一年的安排，这里有 {names} 年，请分成几个文件"
            yield _row_place(path, line)("W006", message)


def _row_place(path: Path, line: int | None) -> Place:
    return lambda rule, message: Finding(str(path), line, None, rule, "error", message)


def _checked(year: int, source: str, entries: Sequence[Entry], whole: Place) -> OfficialYear:
    """The year of these entries. Raises DefinitionError."""
    findings: list[Finding] = []
    found: dict[date, Kind] = {}
    for entry in entries:
        span = (entry.last - entry.first).days
        if not 0 <= span < LONGEST:
            why = "结束早于开始" if span < 0 else f"超过 {LONGEST} 天，没有这样长的假期"
            message = f"{entry.first} 到 {entry.last}：{why}，请核对"
            findings.append(entry.place("W004", message))
            continue
        findings += _defects(year, entry, found)
        found.update((day, entry.kind) for day in _days(entry) if day not in found)
    holidays = frozenset(day for day, kind in found.items() if kind == "holiday")
    if year >= LAW_SINCE and not findings:
        missing = [
            f"{day:%m-%d}（{name}）"
            for day, name in statutory_days(year).items()
            if day not in holidays
        ]
        if missing:
            message = f"{year} 年的法定假日没有写全，缺 {'、'.join(missing)}，请对照通知补上"
            findings.append(whole("W005", message))
    if findings:
        raise DefinitionError(findings)
    return OfficialYear(year, holidays, frozenset(found) - holidays, source)


def _defects(year: int, entry: Entry, found: dict[date, Kind]) -> Iterator[Finding]:
    for day in _days(entry):
        if day.year != year and not date(year - 1, 12, 25) <= day < date(year, 1, 1):
            message = (
                f"{day} 不是 {year} 年的日期，请核对年份（元旦假期可以写上一年 12 月 25 日以后的）"
            )
            yield entry.place("W001", message)
        elif day in found:
            both = "" if found[day] == entry.kind else "，而且一处写放假、一处写上班"
            yield entry.place("W002", f"{day} 写了两次{both}，请只留一处")
        elif entry.kind == "workday" and day.weekday() < 5:
            message = f"{day} 是星期{'一二三四五'[day.weekday()]}，本来就上班；调休上班只写周末"
            yield entry.place("W003", message)


def _days(entry: Entry) -> Iterator[date]:
    span = (entry.last - entry.first).days
    return (entry.first + timedelta(days) for days in range(span + 1))
