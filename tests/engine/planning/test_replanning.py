"""Locks, gains and losses, alternates, and why somebody has no partner."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings

from lianshu.engine.planning import (
    FORBID,
    NO_LIMIT,
    PlanningError,
    Problem,
    Why,
    alternates,
    broken_limits,
    compare,
    lock,
    scaled,
    solve,
    without_partner,
)
from tests.engine.planning.making import LEFT, RIGHT, every_plan, named, problem, problems, whole


def test_a_locked_pair_stays_and_the_others_change() -> None:
    one = problem([("a", "A", 5), ("a", "B", 4), ("b", "A", 4), ("b", "B", 1)])
    before = solve(one)
    assert named(one, before.chosen) == {("a", "B"), ("b", "A")}
    after = solve(lock(one, whole([0])))
    assert named(one, after.chosen) == {("a", "A"), ("b", "B")}
    changes = compare(before, after)
    assert [(each.id, each.gain, each.lost, each.won) for each in changes] == [
        ("b", -3, ("A",), ("B",)),
        ("B", -3, ("a",), ("b",)),
        ("a", 1, ("B",), ("A",)),
        ("A", 1, ("b",), ("a",)),
    ]
    assert compare(before, before) == ()


@settings(max_examples=60, deadline=None)
@given(one=problems())
def test_an_alternate_can_take_the_place_of_its_pair(one: Problem) -> None:
    if next(every_plan(one), None) is None:
        return
    plan = solve(one)
    for pair, other in alternates(plan).items():
        assert one.pairs.left[pair] == one.pairs.left[other] and other not in plan.chosen
        changed = np.append(plan.chosen[plan.chosen != pair], other)
        kinds = {each.kind.value for each in broken_limits(one, changed)}
        assert kinds <= {"least", "group_least", "must"}


def test_reasons_why_somebody_has_no_partner() -> None:
    one = problem(
        [
            ("a", "A", 9),
            ("b", "A", 1),
            ("c", "B", 1, FORBID),
            ("d", "A", 1),
            ("e", "C", 1),
            ("f", "D", 9),
        ],
        {"d": (0, 0), "g": (0, 1), "C": (0, NO_LIMIT)},
        [("城西", LEFT, "ef", 0, 1)],
    )
    plan = solve(one)
    assert {one.left.ids[at]: why for at, why in without_partner(plan, LEFT)} == {
        "b": Why.PARTNERS_FULL,
        "c": Why.ALL_FORBIDDEN,
        "d": Why.NO_ROOM,
        "e": Why.QUOTA_FULL,
        "g": Why.NO_PAIR,
    }
    assert {one.right.ids[at]: why for at, why in without_partner(plan, RIGHT)} == {
        "B": Why.ALL_FORBIDDEN,
        "C": Why.QUOTA_FULL,
    }


def test_decimals_become_whole_numbers_exactly_or_not_at_all() -> None:
    numbers, places = scaled([Decimal("0.10"), Decimal("2"), Decimal("3.125")])
    assert places == 3 and numbers.tolist() == [100, 2000, 3125]
    assert scaled([])[1] == 0
    with pytest.raises(PlanningError, match="四舍五入"):
        scaled([Decimal("123456.1234567890123")])
    for bad in ("-1", "NaN", "Infinity"):
        with pytest.raises(PlanningError, match="不小于 0"):
            scaled([Decimal(bad)])
