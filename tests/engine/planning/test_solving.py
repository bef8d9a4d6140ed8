"""The best plan: against every plan there is, by flow and by HiGHS."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

from lianshu.engine.planning import (
    FORBID,
    MUST,
    NO_LIMIT,
    Floor,
    Infeasible,
    PlanningError,
    Problem,
    flow,
    solve,
)
from tests.engine.planning.making import LEFT, RIGHT, every_plan, named, problem, problems

METHODS = pytest.mark.parametrize("method", ["flow", "mip"])


@pytest.fixture
def only(monkeypatch: pytest.MonkeyPatch, method: str) -> str:
    """With `mip`, as if the extra `solve` were not installed."""
    if method == "mip":
        monkeypatch.setattr(flow, "_min_cost_flow", None)
    return method


def value(one: Problem, chosen: np.typing.NDArray[np.int64]) -> tuple[int, int]:
    """What a plan is judged by: its total, then its pairs."""
    return int(one.pairs.weight[chosen].sum()), len(chosen)


@METHODS
@settings(max_examples=80, deadline=None)
@given(one=problems(crossing=True))
def test_no_plan_is_better(method: str, one: Problem) -> None:
    with pytest.MonkeyPatch.context() as patch:
        if method == "mip":
            patch.setattr(flow, "_min_cost_flow", None)
        best = max((value(one, each) for each in every_plan(one)), default=None)
        if best is None:
            with pytest.raises(Infeasible):
                solve(one)
            return
        plan = solve(one)
    assert value(one, plan.chosen) == best
    assert plan.total == plan.bound == best[0]
    assert any(np.array_equal(plan.chosen, each) for each in every_plan(one))


@METHODS
@settings(max_examples=60, deadline=None)
@given(one=problems())
def test_the_floor_comes_before_the_total(method: str, one: Problem) -> None:
    plans = list(every_plan(one))
    if not plans:
        return

    def served(chosen: np.typing.NDArray[np.int64]) -> int:
        return len(np.unique(one.pairs.left[chosen]))

    def worst(chosen: np.typing.NDArray[np.int64]) -> int:
        free = chosen[one.pairs.rule[chosen] != MUST]
        return int(one.pairs.weight[free].min(initial=10**6))

    with pytest.MonkeyPatch.context() as patch:
        if method == "mip":
            patch.setattr(flow, "_min_cost_flow", None)
        kept, raised = solve(one, floor=Floor.SERVED), solve(one, floor=Floor.WORST)
    most = max(map(served, plans))
    assert value(one, kept.chosen) == max(value(one, x) for x in plans if served(x) == most)
    assert served(raised.chosen) == most
    lifted = max(worst(x) for x in plans if served(x) == most)
    assert worst(raised.chosen) >= min(lifted, int(one.pairs.weight.max()))


def test_limits_rules_and_quotas_together() -> None:
    one = problem(
        [
            ("a", "A", 9),
            ("a", "B", 8, FORBID),
            ("b", "A", 7),
            ("b", "B", 1, MUST),
            ("c", "A", 5),
            ("c", "B", 5),
        ],
        {"A": (2, 2), "B": (0, 2), "b": (0, 2)},
        [("城东", LEFT, "ac", 0, 1)],
    )
    plan = solve(one)
    assert named(one, plan.chosen) == {("a", "A"), ("b", "A"), ("b", "B")}
    assert plan.worth == 17 and plan.gap == 0 and plan.method == "flow"


def test_groups_that_cross_go_to_the_integer_solver() -> None:
    one = problem(
        [("a", "A", 3), ("b", "A", 3), ("c", "A", 3)],
        {"A": (0, 3)},
        [("城东", LEFT, "ab", 0, 1), ("光电链", LEFT, "bc", 0, 1)],
    )
    plan = solve(one)
    assert plan.method == "mip" and plan.total == plan.bound == 6
    assert named(one, plan.chosen) == {("a", "A"), ("c", "A")}


def test_groups_within_groups_are_a_flow() -> None:
    one = problem(
        [("a", "A", 3), ("b", "A", 2), ("c", "A", 1)],
        {"A": (0, NO_LIMIT)},
        [("城东", LEFT, "abc", 0, 2), ("一中心", LEFT, "ab", 0, 1), ("全部", RIGHT, "A", 0, 9)],
    )
    plan = solve(one)
    assert plan.method == "flow" and named(one, plan.chosen) == {("a", "A"), ("c", "A")}


@METHODS
def test_the_order_of_rows_changes_nothing_and_ties_come_out_alike(only: str) -> None:
    pairs = [(x, y, 5) for x in "abcd" for y in "ABCD"]
    first = solve(problem(pairs))
    assert all(np.array_equal(first.chosen, solve(problem(pairs)).chosen) for _ in range(3))


def test_weights_with_too_many_digits_are_refused() -> None:
    one = problem([("a", "A", 2**61), ("b", "B", 2**61)])
    with pytest.raises(PlanningError, match="小数"):
        solve(one)


@METHODS
def test_nobody_and_nothing(only: str) -> None:
    one = problem([("a", "A", 5, FORBID)])
    plan = solve(one)
    assert plan.total == 0 and not len(plan.chosen)
