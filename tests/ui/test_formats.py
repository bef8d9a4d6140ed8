"""Money, days and moments as people read them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.utils import translation

from lianshu.ui.formats import day, moment, money, money_range, yuan


@pytest.mark.parametrize(
    ("fen", "text"),
    [
        (None, ""),
        (0, "0 元"),
        (350_000, "3,500 元"),
        (1_000_000, "1 万元"),
        (123_456_700, "123.46 万元"),
        (120_000_000, "120 万元"),
        (12_000_000_000, "1.2 亿元"),
    ],
)
def test_money_is_said_in_the_unit_people_use(fen: int | None, text: str) -> None:
    assert money(fen) == text


def test_money_in_english_is_written_out() -> None:
    with translation.override("en"):
        assert money(120_000_000) == "CNY 1,200,000"


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [
        (None, None, ""),
        (1_000_000, None, "1 万元 起"),
        (None, 1_000_000, "不超过 1 万元"),
        (1_000_000, 1_000_000, "1 万元"),
        (1_000_000, 2_000_000, "1 万元 – 2 万元"),
    ],
)
def test_a_budget_may_have_one_end(low: int | None, high: int | None, text: str) -> None:
    assert money_range(low, high) == text


def test_files_hold_yuan_exactly() -> None:
    assert yuan(123) == Decimal("1.23")
    assert yuan(None) is None


def test_days_are_those_of_the_place() -> None:
    late = datetime(2026, 11, 1, 17, 0, tzinfo=UTC)  # already the 2nd in Ningbo
    assert day(late) == "2026-11-02"
    assert moment(late) == "2026-11-02 01:00"
    assert day(date(2026, 1, 2)) == "2026-01-02"
    assert day(None) == moment(None) == ""
