"""Filters read anything and crash on nothing."""

from __future__ import annotations

from datetime import date

import pytest
from django.db.models import Q
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from lianshu.authority import Actor
from lianshu.exchange.models import DemandKind
from lianshu.ui.lists import ChoiceFilter, DateFilter, Filter, MoneyFilter, TextFilter, YesNoFilter

NOBODY = Actor()
KIND = ChoiceFilter("kind", "类型", "kind", DemandKind)
ONE = ChoiceFilter("one", "类型", "kind", DemandKind, multiple=False)
DAYS = DateFilter("day", "日期", "deadline", moments=False)
TIMES = DateFilter("at", "时间", "published_at")
MONEY = MoneyFilter("budget", "预算", "budget_min", "budget_max")
YES = YesNoFilter("yes", "有", Q(pk=1))
TEXT = TextFilter("text", "词", lambda text: Q(title=text))


def read(each: Filter, query: str) -> tuple[object, list[str]]:
    problems: list[str] = []
    return each.read(QueryDict(query), NOBODY, problems), problems


def test_known_choices_are_kept_and_unknown_ones_named() -> None:
    value, problems = read(KIND, "kind=talent&kind=zzz&kind=talent")
    assert value == ["talent"]
    assert problems == ["筛选“类型”没有“zzz”这一项，已忽略。"]
    assert [chip.text for chip in KIND.chips(value, NOBODY)] == ["类型：人才"]


def test_a_single_choice_takes_the_first() -> None:
    assert read(ONE, "one=talent&one=space")[0] == ["talent"]


@pytest.mark.parametrize("query", ["", "day_from=", "kind=", "yes=", "text=+", "budget_from="])
def test_nothing_given_restricts_nothing(query: str) -> None:
    for each in (KIND, ONE, DAYS, TIMES, MONEY, YES, TEXT):
        assert read(each, query) == (None, [])


def test_days_are_read_swapped_when_turned_and_named_when_wrong() -> None:
    assert read(DAYS, "day_from=2026-01-02")[0] == (date(2026, 1, 2), None)
    value, problems = read(DAYS, "day_from=2026-02-01&day_to=2026-01-01")
    assert value == (date(2026, 1, 1), date(2026, 2, 1))
    assert problems == ["筛选“日期”的起点大于终点，已对调。"]
    value, problems = read(DAYS, "day_from=2026-02-30")
    assert value is None
    assert problems == ["筛选“日期”的“2026-02-30”不能识别，已忽略。"]


def test_a_day_of_moments_ends_at_its_midnight() -> None:
    condition = str(TIMES.condition((date(2026, 1, 1), date(2026, 1, 1))))
    assert "published_at__gte" in condition
    assert "published_at__lt" in condition
    assert "2026, 1, 2, 0, 0" in condition


def test_money_is_typed_in_wan_and_kept_in_fen() -> None:
    value, _problems = read(MONEY, "budget_from=1,200.5&budget_to=2000")
    assert value == (1_200_500_000, 2_000_000_000)
    assert MONEY.chips(value, NOBODY)[0].text == "预算：1200.5 万元 至 2000 万元"
    assert read(MONEY, "budget_from=-1")[1] == ["筛选“预算”的“-1”不能识别，已忽略。"]
    assert read(MONEY, "budget_from=NaN")[0] is None
    assert read(MONEY, "budget_from=1e99")[0] is None


def test_yes_no_has_two_answers() -> None:
    assert read(YES, "yes=1")[0] is True
    assert read(YES, "yes=0")[0] is False
    assert read(YES, "yes=maybe")[1] == ["筛选“有”只有“是”和“否”，已忽略“maybe”。"]
    assert YES.condition(False) == ~Q(pk=1)


def test_a_guard_holds_for_both_answers() -> None:
    guarded = YesNoFilter("yes", "有", Q(pk=1), guard=Q(level__gte=3))
    assert guarded.restrict(False) == ~Q(pk=1) & Q(level__gte=3)
    assert guarded.restrict(True) == Q(pk=1) & Q(level__gte=3)


@given(
    name=st.sampled_from(["kind", "day_from", "at_to", "budget_from", "yes", "text"]), raw=st.text()
)
def test_anything_typed_gives_a_value_or_nothing(name: str, raw: str) -> None:
    params = QueryDict(mutable=True)
    params[name] = raw
    filters: tuple[Filter, ...] = (KIND, DAYS, TIMES, MONEY, YES, TEXT)
    for each in filters:
        problems: list[str] = []
        value = each.read(params, NOBODY, problems)
        if value is not None:
            each.condition(value)
            assert each.chips(value, NOBODY)
