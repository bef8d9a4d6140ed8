"""Periods are calendar-aligned, so that two of one kind are the same or apart."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianshu.engine.tables import Period, PeriodError, PeriodKind

DAYS = st.dates(min_value=date(1900, 1, 1), max_value=date(2199, 12, 31))
KINDS = st.sampled_from(PeriodKind)


@given(KINDS, DAYS)
def test_a_label_names_its_period(kind: PeriodKind, day: date) -> None:
    period = Period.covering(kind, day)
    assert period.holds(day) and not period.holds(period.end)
    assert Period.parse(period.label) == period


@given(KINDS, DAYS, DAYS)
def test_two_of_a_kind_are_the_same_or_apart(kind: PeriodKind, one: date, other: date) -> None:
    a, b = Period.covering(kind, one), Period.covering(kind, other)
    assert a.overlaps(b) == (a == b)


def test_bounds() -> None:
    assert (Period.quarter(2025, 4).start, Period.quarter(2025, 4).end) == (
        date(2025, 10, 1),
        date(2026, 1, 1),
    )
    assert Period.month(2025, 12).end == date(2026, 1, 1)
    assert Period.instant(date(2024, 2, 29)).label == "2024-02-29"


def test_a_period_across_two_years_is_refused_with_what_to_use() -> None:
    with pytest.raises(PeriodError, match=r"不是一个自然年，会与 2025 重叠.*2025-01-01"):
        Period(date(2025, 3, 1), date(2026, 3, 1), PeriodKind.YEAR)
    with pytest.raises(PeriodError, match="不早于止日"):
        Period(date(2025, 1, 1), date(2025, 1, 1), PeriodKind.INSTANT)


@pytest.mark.parametrize("label", ["", "25", "2025Q5", "2025-13", "2025-02-30", "9999", "0000"])
def test_what_is_no_label_is_refused(label: str) -> None:
    with pytest.raises(PeriodError):
        Period.parse(label)
