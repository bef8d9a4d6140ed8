"""Deferred acceptance: stable, best for the left, and as published instances are solved."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings

from lianshu.engine.planning import (
    MUST,
    Infeasible,
    Kind,
    PlanningError,
    Problem,
    Unstable,
    blocking_pairs,
    broken_limits,
    solve,
    solve_stable,
    stable,
    stable_plan,
)
from tests.engine.planning.making import LEFT, every_plan, named, problem, problems


@settings(max_examples=150, deadline=None)
@given(one=problems(ranked=True))
def test_nothing_blocks_it_one_by_one_or_as_arrays(one: Problem) -> None:
    plan = stable_plan(one)
    assert not broken_limits(one, plan.chosen)
    assert plan.blocking == 0 and not len(blocking_pairs(one, plan.chosen))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stable, "_FEW", 1)
        assert np.array_equal(stable_plan(one).chosen, plan.chosen)


@settings(max_examples=60, deadline=None)
@given(one=problems(ranked=True))
def test_a_blocking_pair_is_one_by_the_definition(one: Problem) -> None:
    first, second = one.pairs.left_rank, one.pairs.right_rank
    assert first is not None and second is not None
    ranks = (first, second)
    for chosen in list(every_plan(one))[:20]:
        blocking = set(blocking_pairs(one, chosen).tolist())
        for at in range(len(one.pairs)):
            would = []
            for side, rank in zip((one.left, one.right), ranks, strict=True):
                ends = one.ends(side.name)
                own = [each for each in chosen if ends[each] == ends[at]]
                free = len(own) < side.high[ends[at]]
                would.append(free or any(rank[at] < rank[each] for each in own))
            assert (at in blocking) == (all(would) and at not in chosen)


def hospitals(instance: dict[str, dict[str, list[object]]], capacity: int) -> Problem:
    """An instance of residents and hospitals as a problem, residents on the left."""
    residents, places = instance["residents"], instance["hospitals"]
    pairs = [
        (f"r{one}", f"H{place}".upper(), 1)
        for one, wanted in residents.items()
        for place in wanted
        if _same(one, places[str(place)])
    ]
    ranks = {}
    for one, wanted in residents.items():
        for number, place in enumerate(wanted, 1):
            order = [str(each) for each in places[str(place)]]
            if str(one) in order:
                ranks[f"r{one}", f"H{place}".upper()] = (number, order.index(str(one)) + 1)
    limits = {f"H{place}".upper(): (0, capacity) for place in places}
    return problem([(x.lower(), y, w) for x, y, w in pairs], limits, ranks=_lower(ranks))


def _same(one: str, order: list[object]) -> bool:
    return one in map(str, order)


def _lower(ranks: dict[tuple[str, str], tuple[int, int]]) -> dict[tuple[str, str], tuple[int, int]]:
    return {(x.lower(), y): both for (x, y), both in ranks.items()}


def test_published_instances_come_out_as_published(lianshu_data: Path) -> None:
    folder = lianshu_data / "assignment"
    for instance in json.loads((folder / "hospital_resident_examples.json").read_text("utf-8")):
        one = hospitals(instance, instance["capacity"])
        expected = {
            (f"r{who}".lower(), f"H{place}".upper())
            for place, people in instance["expected"].items()
            for who in people
        }
        assert named(one, solve_stable(one).chosen) == expected, instance["name"]


@pytest.mark.parametrize("capacity", [1, 2, 3])
def test_the_large_published_instance_is_stable(lianshu_data: Path, capacity: int) -> None:
    folder = lianshu_data / "assignment"
    instance = json.loads((folder / "hospital_resident_100x50.json").read_text("utf-8"))
    plan = solve_stable(hospitals(instance, capacity))
    assert plan.blocking == 0 and len(plan.chosen) > 20


def test_the_left_gets_the_better_of_two_stable_plans() -> None:
    ranks = {("a", "A"): (1, 2), ("a", "B"): (2, 1), ("b", "A"): (2, 1), ("b", "B"): (1, 2)}
    one = problem([(x, y, 1) for x, y in ranks], ranks=ranks)
    assert named(one, stable_plan(one).chosen) == {("a", "A"), ("b", "B")}


def test_a_must_takes_its_seats_first() -> None:
    ranks = {("a", "A"): (1, 1), ("b", "A"): (1, 2)}
    one = problem([("a", "A", 1), ("b", "A", 1, MUST)], ranks=ranks)
    plan = solve_stable(one)
    assert named(one, plan.chosen) == {("b", "A")} and plan.blocking == 0


def test_the_best_total_may_be_blocked_and_that_is_counted() -> None:
    ranks = {("a", "A"): (1, 1), ("a", "B"): (2, 1), ("b", "A"): (1, 2)}
    one = problem([("a", "A", 3), ("a", "B", 5), ("b", "A", 5)], ranks=ranks)
    assert solve(one).blocking == 1
    assert solve_stable(one).blocking == 0
    assert solve(problem([("a", "A", 3)])).blocking is None


def test_a_stable_plan_that_breaks_a_quota_is_told_apart_from_no_plan() -> None:
    ranks = {("a", "A"): (1, 1), ("a", "B"): (2, 1), ("b", "A"): (1, 2)}
    pairs = [("a", "A", 1), ("a", "B", 1), ("b", "A", 1)]
    one = problem(pairs, {"b": (1, 1)}, ranks=ranks)
    with pytest.raises(Unstable) as unstable:
        solve_stable(one)
    assert [each.kind for each in unstable.value.limits] == [Kind.LEAST]
    with pytest.raises(Infeasible):
        solve_stable(problem(pairs, {"b": (1, 1)}, [("城东", LEFT, "ab", 0, 0)], ranks))


def test_without_ranks_there_is_no_stable_plan() -> None:
    with pytest.raises(PlanningError, match="left_rank"):
        stable_plan(problem([("a", "A", 1)]))
