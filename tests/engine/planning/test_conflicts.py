"""What is named when no plan exists: limits that conflict, none of them superfluous."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings

from lianshu.engine.planning import (
    FORBID,
    FREE,
    MUST,
    NO_LIMIT,
    Kind,
    Limit,
    Problem,
    SideName,
    find_conflict,
)
from tests.engine.planning.making import LEFT, RIGHT, every_plan, problem, problems


def limits(one: Problem) -> list[Limit]:
    """Every limit of the problem."""
    found = []
    for each in (one.left, one.right):
        found += [Limit(Kind.LEAST, at, each.name) for at in range(len(each)) if each.low[at]]
        found += [
            Limit(Kind.MOST, at, each.name) for at in range(len(each)) if each.high[at] < NO_LIMIT
        ]
    for at, group in enumerate(one.groups):
        found += [Limit(Kind.GROUP_LEAST, at, group.side), Limit(Kind.GROUP_MOST, at, group.side)]
    for at, rule in enumerate(one.pairs.rule):
        if rule != FREE:
            found.append(Limit(Kind.MUST if rule == MUST else Kind.FORBID, at))
    return found


def only(one: Problem, kept: set[Limit]) -> Problem:
    """The problem with these limits and no others."""

    def low(side: SideName, values: np.typing.NDArray[np.int64]) -> np.typing.NDArray[np.int64]:
        keep = [Limit(Kind.LEAST, at, side) in kept for at in range(len(values))]
        return np.where(keep, values, 0)

    def high(side: SideName, values: np.typing.NDArray[np.int64]) -> np.typing.NDArray[np.int64]:
        keep = [Limit(Kind.MOST, at, side) in kept for at in range(len(values))]
        return np.where(keep, values, NO_LIMIT)

    rules = [
        rule if kept & {Limit(Kind.MUST, at), Limit(Kind.FORBID, at)} else FREE
        for at, rule in enumerate(one.pairs.rule)
    ]
    groups = tuple(
        replace(
            group,
            low=group.low if Limit(Kind.GROUP_LEAST, at, group.side) in kept else 0,
            high=group.high if Limit(Kind.GROUP_MOST, at, group.side) in kept else NO_LIMIT,
        )
        for at, group in enumerate(one.groups)
    )
    return replace(
        one,
        left=replace(one.left, low=low(LEFT, one.left.low), high=high(LEFT, one.left.high)),
        right=replace(one.right, low=low(RIGHT, one.right.low), high=high(RIGHT, one.right.high)),
        pairs=replace(one.pairs, rule=np.array(rules, np.int64)),
        groups=groups,
    )


def possible(one: Problem) -> bool:
    """Whether trying all finds a plan."""
    return next(every_plan(one), None) is not None


@settings(max_examples=150, deadline=None)
@given(one=problems(crossing=True))
def test_a_conflict_is_one_and_nothing_in_it_is_superfluous(one: Problem) -> None:
    conflict = find_conflict(one)
    if conflict is None:
        assert possible(one)
        return
    assert conflict.proved
    named = set(conflict.limits)
    assert len(named) == len(conflict.limits) and named <= set(limits(one))
    assert not possible(only(one, named))
    for each in named:
        assert possible(only(one, named - {each})), each


def test_too_few_seats_for_the_minimum() -> None:
    one = problem(
        [("a", "A", 1), ("b", "A", 1), ("c", "B", 1)], {"a": (1, 1), "b": (1, 1), "A": (0, 1)}
    )
    conflict = find_conflict(one)
    assert conflict is not None
    assert set(conflict.limits) == {
        Limit(Kind.LEAST, 0, LEFT),
        Limit(Kind.LEAST, 1, LEFT),
        Limit(Kind.MOST, 0, RIGHT),
    }


def test_whoever_has_too_few_pairs_is_named_alone() -> None:
    one = problem([("a", "A", 1), ("b", "A", 1)], {"a": (2, 3), "A": (0, 1), "b": (1, 1)})
    conflict = find_conflict(one)
    assert conflict is not None and conflict.limits == (Limit(Kind.LEAST, 0, LEFT),)


def test_two_musts_for_one_seat() -> None:
    one = problem([("a", "A", 1, MUST), ("b", "A", 1, MUST), ("c", "C", 1, FORBID)])
    conflict = find_conflict(one)
    assert conflict is not None
    assert set(conflict.limits) == {
        Limit(Kind.MUST, 0),
        Limit(Kind.MUST, 1),
        Limit(Kind.MOST, 0, RIGHT),
    }


def test_a_quota_below_what_its_members_must_have() -> None:
    one = problem(
        [(x, y, 1) for x in "abc" for y in "ABC"],
        dict.fromkeys("abc", (1, 2)),
        [("城东", LEFT, "abc", 0, 2)],
    )
    conflict = find_conflict(one)
    assert conflict is not None
    kinds = sorted(each.kind.value for each in conflict.limits)
    assert kinds == ["group_most", "least", "least", "least"]


def test_cut_short_it_says_so() -> None:
    one = problem(
        [(x, y, 1) for x in "abcd" for y in "AB"], dict.fromkeys("abcd", (1, 1)) | {"A": (0, 1)}
    )
    conflict = find_conflict(one, trials=1)
    assert conflict is not None and not conflict.proved
