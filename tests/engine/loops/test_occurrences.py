"""When what recurs comes round: over years, at the ends of months, on days off."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianshu.engine.loops import Rhythm, days_of, occurrences
from lianshu.engine.worktime import Calendar

CALENDAR = Calendar()
FIRST, LAST = date(2023, 1, 1), date(2031, 12, 31)
LONGEST = {"day": 1, "week": 7, "month": 31, "quarter": 92, "year": 366}


def rhythm(every: str, on: int | str = 1, times: int = 1) -> Rhythm:
    return Rhythm.model_validate({"every": every, "on": on, "times": times})


@st.composite
def rhythms(draw: st.DrawFn) -> Rhythm:
    every = draw(st.sampled_from(sorted(LONGEST)))
    on = draw(st.one_of(st.just("last"), st.integers(1, LONGEST[every])))
    return rhythm(every, on, draw(st.integers(1, 5)))


days = st.dates(FIRST, date(2028, 12, 31))


def period_of(every: str, day: date) -> tuple[int, ...]:
    """Names the day's week, month … without counting them."""
    return {
        "day": (day.toordinal(),),
        "week": day.isocalendar()[:2],
        "month": (day.year, day.month),
        "quarter": (day.year, (day.month + 2) // 3),
        "year": (day.year,),
    }[every]


def by_walking(wanted: Rhythm, anchor: date) -> Iterator[date]:
    """Every day of these years, one by one: the oracle."""
    day = FIRST - timedelta(days=FIRST.weekday() + 371)
    periods: list[list[date]] = []
    while day <= LAST + timedelta(days=400):
        if not periods or period_of(wanted.every, periods[-1][0]) != period_of(wanted.every, day):
            periods.append([])
        periods[-1].append(day)
        day += timedelta(days=1)
    (home,) = (number for number, each in enumerate(periods) if anchor in each)
    for number, each in enumerate(periods[1:-1], start=1):
        if (number - home) % wanted.times == 0:
            yield each[-1] if wanted.on == "last" else each[min(wanted.on, len(each)) - 1]


@given(rhythms(), days, days)
def test_the_days_are_those_found_by_walking(wanted: Rhythm, anchor: date, since: date) -> None:
    expected = [day for day in by_walking(wanted, anchor) if since <= day <= LAST]
    found = []
    for day in days_of(wanted, since=since, anchor=anchor):
        if day > LAST:
            break
        found.append(day)
    assert found == expected


@given(rhythms(), days)
def test_each_is_done_on_the_first_working_day_from_its_own(wanted: Rhythm, since: date) -> None:
    found = list(islice(occurrences(wanted, CALENDAR, since=since, anchor=since), 40))
    bare = list(islice(days_of(wanted, since=since, anchor=since), 400))
    covered = []
    for one in found:
        opens = one.opens.date()
        assert CALENDAR.is_workday(opens)
        between = (opens - one.day).days
        assert not any(CALENDAR.is_workday(one.day + timedelta(days=n)) for n in range(between))
        assert one.day <= one.until <= opens
        covered += [day for day in bare if one.day <= day <= one.until]
    assert covered == bare[: len(covered)], "no day is left out and none comes twice"
    moments = [one.opens for one in found]
    assert moments == sorted(set(moments))


@given(rhythms(), days, st.integers(0, 4))
def test_going_on_after_one_gives_the_same(wanted: Rhythm, anchor: date, count: int) -> None:
    found = list(islice(occurrences(wanted, CALENDAR, since=anchor, anchor=anchor), count + 2))
    later = found[min(count, len(found) - 1)].until + timedelta(days=1)
    following = islice(occurrences(wanted, CALENDAR, since=later, anchor=anchor), 1)
    assert list(following) == found[count + 1 : count + 2]


@pytest.mark.parametrize(
    ("wanted", "since", "expected"),
    [
        (rhythm("month", 31), "2027-01-31", ["2027-01-31", "2027-02-28", "2027-03-31"]),
        (rhythm("month", 29), "2028-02-01", ["2028-02-29", "2028-03-29"]),
        (rhythm("month", "last"), "2028-02-01", ["2028-02-29", "2028-03-31"]),
        (rhythm("year", 366), "2027-01-01", ["2027-12-31", "2028-12-31"]),
        (rhythm("year", 60), "2027-01-01", ["2027-03-01", "2028-02-29", "2029-03-01"]),
        (rhythm("quarter", "last"), "2026-01-01", ["2026-03-31", "2026-06-30"]),
        (rhythm("quarter", 92), "2026-01-01", ["2026-03-31", "2026-06-30", "2026-09-30"]),
        (rhythm("week", 5, 2), "2026-12-28", ["2027-01-01", "2027-01-15"]),
        (rhythm("month", 10, 12), "2026-11-11", ["2027-11-10"]),
        (rhythm("year", 1, 4), "2026-01-02", ["2030-01-01"]),
    ],
)
def test_days_by_hand(wanted: Rhythm, since: str, expected: list[str]) -> None:
    first = date.fromisoformat(since)
    found = islice(days_of(wanted, since=first, anchor=first), len(expected))
    assert [day.isoformat() for day in found] == expected


def test_holidays_move_to_the_next_working_day() -> None:
    """国庆 2025 is 1 to 8 October; 27 September, a Saturday, was worked and 28 September too."""
    (first,) = islice(occurrences(rhythm("month", 5), CALENDAR, **since("2025-10-01")), 1)
    assert (first.day, first.opens.isoformat()) == (
        date(2025, 10, 5),
        "2025-10-09T09:00:00+08:00",
    )
    assert first.is_moved
    (sunday,) = islice(occurrences(rhythm("week", 7), CALENDAR, **since("2025-09-22")), 1)
    assert sunday.opens.date() == date(2025, 9, 28), "a make-up workday is worked"
    assert not sunday.is_moved


def test_what_is_daily_comes_once_after_a_weekend() -> None:
    found = list(islice(occurrences(rhythm("day"), CALENDAR, **since("2026-11-06")), 3))
    assert [one.opens.date().isoformat() for one in found] == [
        "2026-11-06",
        "2026-11-09",
        "2026-11-10",
    ]
    assert (found[1].day, found[1].until) == (date(2026, 11, 7), date(2026, 11, 9))


def test_it_ends_where_the_calendar_ends() -> None:
    assert len(list(occurrences(rhythm("year"), CALENDAR, **since("2048-01-01")))) == 3
    assert list(occurrences(rhythm("year", 1, 99), CALENDAR, **since("2050-02-01"))) == []


def since(day: str) -> dict[str, date]:
    return {"since": date.fromisoformat(day), "anchor": date.fromisoformat(day)}
