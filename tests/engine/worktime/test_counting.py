"""When a limit is over: worked examples, two slow oracles, and what must hold for every case."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import cache
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

import chinese_calendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lianshu.engine.worktime import (
    Calendar,
    OutOfCalendarError,
    Suspension,
    Unit,
    amber,
    due,
    left,
    load_calendar,
    parse_limit,
    plan,
    published_years,
    statutory,
    suspended,
    used,
)
from lianshu.engine.worktime.limits import Limit

HERE = ZoneInfo("Asia/Shanghai")
PACK = Path(__file__).resolve().parents[3] / "packs" / "national" / "calendar.yaml"
# The examples know 2026 as the last year published, whatever the library has learnt since.
UNTIL_2026 = {year: dates for year, dates in published_years().items() if year <= 2026}
CALENDAR = Calendar(UNTIL_2026)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=HERE)


# start, limit, suspended from … to …, due. 2025: 10-01 to 10-08 off, 09-28 and 10-11 worked.
# 2026: 02-15 to 02-23 off, 02-14 and 02-28 worked.
EXAMPLES = {
    "国庆 2025，含补班的星期六": ("2025-09-30 10:00", "3 workdays", [], "2025-10-11 17:30"),
    "春节 2026，节前补班": ("2026-02-12 15:00", "3 workdays", [], "2026-02-24 17:30"),
    "春节 2026，工作小时跨节": ("2026-02-14 16:00", "2 workhours", [], "2026-02-24 09:30"),
    "补班的星期六下午": ("2026-02-28 16:30", "2 workhours", [], "2026-03-02 10:00"),
    "夜里提交": ("2026-11-18 22:15", "1 workhour", [], "2026-11-19 10:00"),
    "节日里提交": ("2025-10-03 11:00", "1 workday", [], "2025-10-09 17:30"),
    "周末提交": ("2026-11-21 11:00", "4 workhours", [], "2026-11-23 14:30"),
    "午休时提交": ("2026-11-18 12:30", "1 workhour", [], "2026-11-18 14:30"),
    "正好 17:30 提交": ("2026-11-18 17:30", "1 workhour", [], "2026-11-19 10:00"),
    "正好做到下班": ("2026-11-18 16:30", "1 workhour", [], "2026-11-18 17:30"),
    "跨午休又跨夜": ("2026-11-17 11:00", "8 workhours", [], "2026-11-18 12:00"),
    "跨到 2027 年": ("2026-12-29 15:00", "5 workdays", [], "2027-01-06 17:30"),
    "自然日跨春节": ("2026-02-13 10:00", "5 days", [], "2026-02-18 23:59:59"),
    "暂停跨周末，碰到周五和周一": (
        "2026-11-19 10:00",
        "2 workdays",
        [("2026-11-20 16:00", "2026-11-23 10:00")],
        "2026-11-25 17:30",
    ),
    "暂停只在周末": (
        "2026-11-19 10:00",
        "2 workdays",
        [("2026-11-20 18:00", "2026-11-23 08:30")],
        "2026-11-23 17:30",
    ),
    "两次暂停": (
        "2026-11-16 09:00",
        "6 workhours",
        [("2026-11-16 15:00", "2026-11-17 10:00"), ("2026-11-16 10:00", "2026-11-16 11:00")],
        "2026-11-17 14:00",
    ),
    "暂停开始时正好到期": (
        "2026-11-16 09:00",
        "3 workhours",
        [("2026-11-16 12:00", "2026-11-17 10:00")],
        "2026-11-16 12:00",
    ),
    "一天里碰到两次只去掉一天": (
        "2026-11-16 09:00",
        "1 workday",
        [("2026-11-17 09:00", "2026-11-17 09:10"), ("2026-11-17 16:00", "2026-11-17 16:10")],
        "2026-11-18 17:30",
    ),
    "暂停中提交": (
        "2026-11-16 10:00",
        "1 workhour",
        [("2026-11-16 09:00", "2026-11-16 11:30")],
        "2026-11-16 14:00",
    ),
    "自然日也暂停": (
        "2026-11-16 10:00",
        "2 days",
        [("2026-11-17 23:00", "2026-11-18 00:00")],
        "2026-11-19 23:59:59",
    ),
}


@pytest.mark.parametrize("example", EXAMPLES)
def test_worked_examples(example: str) -> None:
    start, limit, stops, expected = EXAMPLES[example]
    suspensions = [(at(since), at(until)) for since, until in stops]
    found = due(CALENDAR, at(start), parse_limit(limit), suspensions=suspensions)
    assert found.at == at(expected)
    assert found.provisional is (expected.startswith("2027"))
    assert load_calendar(PACK, years=UNTIL_2026).hours == CALENDAR.hours


def test_amber_is_counted_back_by_the_same_rule() -> None:
    def warned(due_at: str, before: str, *, start: str = "2025-09-01 09:00") -> datetime:
        return amber(CALENDAR, at(start), at(due_at), parse_limit(before))

    assert warned("2025-10-10 17:30", "2 workdays") == at("2025-09-30 17:30")
    assert warned("2025-10-09 10:00", "4 workhours") == at("2025-09-30 14:30")
    # Where work stops, the warning waits for the next opening; it never precedes the start.
    assert warned("2025-10-09 12:00", "3 workhours") == at("2025-10-09 09:00")
    late = warned("2025-10-09 12:00", "9 workhours", start="2025-10-08 20:00")
    assert late == at("2025-10-08 20:00")
    assert warned("2026-11-18 23:59:59", "1 day") == at("2026-11-17 23:59:59")
    # A day off does not count as the due day.
    assert warned("2025-10-04 23:59:59", "1 workday") == at("2025-09-30 17:30")
    stopped: list[Suspension] = [(at("2026-11-17 10:00"), at("2026-11-18 10:00"))]
    limit = parse_limit("2 workhours")
    asked = amber(
        CALENDAR, at("2026-11-16 09:00"), at("2026-11-18 11:00"), limit, suspensions=stopped
    )
    assert asked == at("2026-11-17 09:00")


def test_a_clock_that_stands_still_has_no_due_time_unless_it_was_reached_before() -> None:
    still: list[Suspension] = [(at("2026-11-17 10:00"), None)]
    start, limit = at("2026-11-16 10:00"), parse_limit("2 workdays")
    found = plan(CALENDAR, start, limit, before=parse_limit("1 workday"), suspensions=still)
    assert (found.due.at, found.amber_at, found.due.provisional) == (None, None, False)
    assert found.due.suspended_since == at("2026-11-17 10:00")
    assert found.due.first_counted is None
    in_hours = due(CALENDAR, start, parse_limit("7 workhours"), suspensions=still)
    assert in_hours.at == at("2026-11-17 10:00")
    assert in_hours.first_counted == start
    assert due(CALENDAR, start, parse_limit("9 workhours"), suspensions=still).at is None
    assert due(CALENDAR, at("2026-11-18 10:00"), parse_limit("1 day"), suspensions=still).at is None


def test_promise_extension_and_legal_end_are_apart() -> None:
    found = plan(
        CALENDAR,
        at("2026-11-16 10:00"),
        parse_limit("3 workdays"),
        before=parse_limit("1 workday"),
        legal=parse_limit("4 workdays"),
        extensions=[parse_limit("2 workdays")],
    )
    assert found.promised.at == at("2026-11-19 17:30")
    assert found.due.at == at("2026-11-23 17:30")
    assert found.amber_at == at("2026-11-20 17:30")
    assert found.legal is not None and found.legal.at == at("2026-11-20 17:30")


def test_used_and_left_are_told_in_parts() -> None:
    start, now = at("2026-11-16 10:00"), at("2026-11-18 09:20")
    stops: list[Suspension] = [(at("2026-11-16 11:30"), at("2026-11-16 14:00"))]
    assert used(CALENDAR, start, now) == 6 * 60 + 7 * 60 + 20
    assert suspended(CALENDAR, start, now, stops) == 60
    assert used(CALENDAR, start, now, suspensions=stops) == 5 * 60 + 7 * 60 + 20
    rest = left(CALENDAR, now, at("2026-11-20 11:30"))
    assert (rest.workdays, rest.hours, rest.rest, rest.overdue) == (2, 2, 10, False)
    assert rest.days == 2
    past = left(CALENDAR, at("2026-11-23 09:00"), at("2026-11-20 17:30"))
    assert (past.minutes, past.days, past.overdue) == (0, 3, True)


def test_what_cannot_be_counted_is_refused() -> None:
    naive = datetime(2026, 11, 16, 10)
    hour = parse_limit("1 workhour")
    with pytest.raises(ValueError, match="time zone"):
        due(CALENDAR, naive, hour)
    with pytest.raises(ValueError, match="earlier moment"):
        used(CALENDAR, at("2026-11-16 10:00"), at("2026-11-16 09:59"))
    with pytest.raises(ValueError, match="before it begins"):
        due(
            CALENDAR,
            at("2026-11-16 10:00"),
            hour,
            suspensions=[(at("2026-11-17 10:00"), at("2026-11-16 10:00"))],
        )
    with pytest.raises(OutOfCalendarError, match="2050"):
        due(CALENDAR, at("2049-11-16 10:00"), parse_limit("999 workdays"))
    for outside in ("2003-12-31 10:00", "2051-01-01 10:00"):
        with pytest.raises(OutOfCalendarError, match="2004"):
            due(CALENDAR, at(outside), hour)


# Oracles that know nothing of positions: they ask the library day by day, minute by minute.


is_workday = cache(chinese_calendar.is_workday)


def minutes_from(start: datetime, stops: list[Suspension]) -> Iterator[datetime]:
    """The ends of the working minutes from `start` on, those suspended left out."""
    moment = start.replace(second=0, microsecond=0)
    while True:
        clock = moment.hour * 60 + moment.minute
        in_hours = 540 <= clock < 720 or 810 <= clock < 1050
        if in_hours and is_workday(moment.date()):
            if not any(since <= moment < (until or moment) for since, until in stops):
                yield moment + timedelta(minutes=1)
            moment += timedelta(minutes=1)
        elif in_hours:
            moment += timedelta(hours=12)
        else:
            moment += timedelta(minutes=1)


def days_from(start: datetime, stops: list[Suspension]) -> Iterator[date]:
    """The working days after the day of `start`, those touched by a suspension left out."""
    day = start.date()
    while True:
        day += timedelta(days=1)
        midnight = datetime(day.year, day.month, day.day, tzinfo=HERE)
        spans = [
            (midnight + timedelta(minutes=a), midnight + timedelta(minutes=b))
            for a, b in ((540, 720), (810, 1050))
        ]
        touched = any(
            since < b and a < until and since < until
            for since, until in stops
            if until is not None
            for a, b in spans
        )
        if is_workday(day) and not touched:
            yield day


MOMENTS = st.datetimes(datetime(2024, 12, 20), datetime(2026, 10, 20), timezones=st.just(HERE)).map(
    lambda moment: moment.replace(second=0, microsecond=0)
)
STOPS = st.lists(st.tuples(st.integers(0, 9000), st.integers(0, 6000)), max_size=3)


def stops_after(start: datetime, drawn: list[tuple[int, int]]) -> list[Suspension]:
    return [
        (start + timedelta(minutes=begin), start + timedelta(minutes=begin + length))
        for begin, length in drawn
    ]


@settings(max_examples=50)
@given(start=MOMENTS, hours=st.integers(1, 25), drawn=STOPS)
def test_hours_agree_with_counting_minute_by_minute(
    start: datetime, hours: int, drawn: list[tuple[int, int]]
) -> None:
    stops = stops_after(start, drawn)
    expected = next(islice(minutes_from(start, stops), hours * 60 - 1, None))
    found = due(CALENDAR, start, Limit(hours, Unit.WORKHOURS), suspensions=stops)
    assert found.at == expected
    assert used(CALENDAR, start, expected, suspensions=stops) == hours * 60
    warn = amber(CALENDAR, start, expected, Limit(1, Unit.WORKHOURS), suspensions=stops)
    assert used(CALENDAR, warn, expected, suspensions=stops) == 60
    begun = next(minutes_from(start, stops)) - timedelta(minutes=1)
    assert found.first_counted == begun


@given(start=MOMENTS, days=st.integers(1, 25), drawn=STOPS)
def test_days_agree_with_counting_day_by_day(
    start: datetime, days: int, drawn: list[tuple[int, int]]
) -> None:
    stops = stops_after(start, drawn)
    expected = next(islice(days_from(start, stops), days - 1, None))
    found = due(CALENDAR, start, Limit(days, Unit.WORKDAYS), suspensions=stops).at
    assert found is not None
    assert found == at(f"{expected} 17:30")
    if days > 1:
        before = amber(CALENDAR, start, found, Limit(1, Unit.WORKDAYS), suspensions=stops)
        shorter = next(islice(days_from(start, stops), days - 2, None))
        assert before == at(f"{shorter} 17:30")


# What must hold for every case.

LIMITS = st.builds(Limit, st.integers(1, 120), st.sampled_from(Unit))


@given(start=MOMENTS, hours=st.integers(2, 60), begin=st.integers(0, 59), length=st.integers(1, 30))
def test_hours_suspended_before_the_end_move_it_by_as_many(
    start: datetime, hours: int, begin: int, length: int
) -> None:
    whole = due(CALENDAR, start, Limit(hours, Unit.WORKHOURS)).at
    since = due(CALENDAR, start, Limit(min(begin, hours - 1) or 1, Unit.WORKHOURS)).at
    assert whole is not None and since is not None
    until = due(CALENDAR, since, Limit(length, Unit.WORKHOURS)).at
    moved = due(CALENDAR, start, Limit(hours, Unit.WORKHOURS), suspensions=[(since, until)]).at
    assert moved is not None
    assert used(CALENDAR, whole, moved) == length * 60


@given(start=MOMENTS, later=st.integers(0, 20_000), limit=LIMITS, drawn=STOPS)
def test_later_starts_and_longer_limits_end_no_earlier(
    start: datetime, later: int, limit: Limit, drawn: list[tuple[int, int]]
) -> None:
    stops = stops_after(start, drawn)
    first = due(CALENDAR, start, limit, suspensions=stops)
    second = due(CALENDAR, start + timedelta(minutes=later), limit, suspensions=stops)
    longer = due(CALENDAR, start, Limit(limit.amount + 1, limit.unit), suspensions=stops)
    assert first.at is not None and second.at is not None and longer.at is not None
    assert start < first.at <= second.at
    assert first.at < longer.at
    if limit.unit is not Unit.DAYS:
        clock = first.at.hour * 60 + first.at.minute
        assert CALENDAR.is_workday(first.at.date())
        assert 540 < clock <= 720 or 810 < clock <= 1050
        assert limit.unit is Unit.WORKHOURS or clock == 1050


@given(
    start=MOMENTS,
    first=st.integers(1, 30),
    second=st.integers(1, 30),
    drawn=STOPS,
    unit=st.sampled_from(Unit),
)
def test_an_extension_is_as_good_as_a_longer_limit(
    start: datetime, first: int, second: int, drawn: list[tuple[int, int]], unit: Unit
) -> None:
    stops = stops_after(start, drawn)
    found = plan(
        CALENDAR, start, Limit(first, unit), suspensions=stops, extensions=[Limit(second, unit)]
    )
    whole = due(CALENDAR, start, Limit(first + second, unit), suspensions=stops)
    assert found.due == whole


LOADED = Calendar({**UNTIL_2026, 2027: statutory(2027)})


@given(limit=LIMITS, minutes=st.integers(0, 300 * 24 * 60), drawn=STOPS)
def test_official_dates_equal_to_the_provisional_change_the_mark_alone(
    limit: Limit, minutes: int, drawn: list[tuple[int, int]]
) -> None:
    start = at("2026-12-01 00:00") + timedelta(minutes=minutes)
    stops = stops_after(start, drawn)
    before = due(CALENDAR, start, limit, suspensions=stops)
    after = due(LOADED, start, limit, suspensions=stops)
    assert (before.at, before.first_counted) == (after.at, after.first_counted)
    assert before.at is not None
    crosses = before.at.year > 2026 and limit.unit is not Unit.DAYS
    assert before.provisional is crosses
    assert after.provisional is (crosses and before.at.year > 2027)
