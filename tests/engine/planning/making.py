"""Small problems for the tests of planning, and every plan of them by trying all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

import numpy as np
from hypothesis import strategies as st

from lianshu.engine.planning import (
    FORBID,
    MUST,
    NO_LIMIT,
    Group,
    Pairs,
    Problem,
    Side,
    SideName,
    broken_limits,
)

Limits = Mapping[str, tuple[int, int]]
LEFT, RIGHT = SideName.LEFT, SideName.RIGHT


def whole(values: Sequence[int]) -> np.typing.NDArray[np.int64]:
    """A list as the arrays that planning takes."""
    return np.array(values, np.int64)


def side(name: SideName, ids: Sequence[str], limits: Limits) -> Side:
    """A side; whoever has no limits takes one partner at most."""
    both = [limits.get(one, (0, 1)) for one in ids]
    rows = whole(range(2, 2 + len(ids)))
    return Side(
        name, tuple(ids), whole([low for low, _ in both]), whole([x for _, x in both]), rows
    )


def problem(
    pairs: Sequence[tuple[str, str, int] | tuple[str, str, int, int]],
    limits: Limits | None = None,
    groups: Sequence[tuple[str, SideName, Sequence[str], int, int]] = (),
    ranks: Mapping[tuple[str, str], tuple[int, int]] | None = None,
) -> Problem:
    """A problem from pairs (left, right, weight[, rule]) in lower and upper case ids."""
    lefts = sorted({pair[0] for pair in pairs} | {k for k in limits or {} if k.islower()})
    rights = sorted({pair[1] for pair in pairs} | {k for k in limits or {} if k.isupper()})
    left_ranks = right_ranks = None
    if ranks is not None:
        left_ranks = whole([ranks[pair[0], pair[1]][0] for pair in pairs])
        right_ranks = whole([ranks[pair[0], pair[1]][1] for pair in pairs])
    names = {LEFT: lefts, RIGHT: rights}
    return Problem(
        side(LEFT, lefts, limits or {}),
        side(RIGHT, rights, limits or {}),
        Pairs(
            whole([lefts.index(pair[0]) for pair in pairs]),
            whole([rights.index(pair[1]) for pair in pairs]),
            whole([pair[2] for pair in pairs]),
            whole([pair[3] if len(pair) == 4 else 0 for pair in pairs]),
            left_ranks,
            right_ranks,
            whole(range(2, 2 + len(pairs))),
        ),
        tuple(
            Group(name, of, whole([names[of].index(one) for one in members]), low, high)
            for name, of, members, low, high in groups
        ),
    )


def every_plan(one: Problem) -> Iterator[np.typing.NDArray[np.int64]]:
    """Every set of pairs that keeps all limits, found by trying all."""
    for size in range(len(one.pairs) + 1):
        for chosen in combinations(range(len(one.pairs)), size):
            picked = whole(chosen)
            if not broken_limits(one, picked):
                yield picked


def named(one: Problem, chosen: np.typing.NDArray[np.int64]) -> set[tuple[str, str]]:
    """The chosen pairs by their ids."""
    return {(one.left.ids[one.pairs.left[at]], one.right.ids[one.pairs.right[at]]) for at in chosen}


@st.composite
def problems(draw: st.DrawFn, *, ranked: bool = False, crossing: bool = False) -> Problem:
    """Up to ten pairs between up to four on each side, with limits, rules and groups."""
    lefts, rights = "abcd"[: draw(st.integers(1, 4))], "ABCD"[: draw(st.integers(1, 4))]
    possible = [(x, y) for x in lefts for y in rights]
    chosen = draw(st.lists(st.sampled_from(possible), unique=True, min_size=1, max_size=9))
    rule = st.sampled_from([0] * 8 + ([] if ranked else [MUST, FORBID]))
    pairs = [(x, y, draw(st.integers(0, 6)), draw(rule)) for x, y in chosen]
    limits = {}
    for one in (*lefts, *rights):
        high = draw(st.sampled_from([1, 1, 2, 3, NO_LIMIT]))
        low = 0 if ranked else draw(st.sampled_from([0, 0, 0, 1, 2]))
        limits[one] = (min(low, high), high)
    groups = []
    if not ranked:
        for name, of, ids in (("g", LEFT, lefts), ("h", RIGHT, rights)):
            if draw(st.booleans()):
                high = draw(st.integers(0, 4))
                groups.append((name, of, ids[:2], draw(st.integers(0, min(2, high))), high))
        if crossing and len(lefts) > 2:
            groups += [("k", LEFT, lefts[1:], 0, draw(st.integers(1, 4)))]
    ranks = None
    if ranked:
        numbers = st.integers(1, 5)
        ranks = {pair: (draw(numbers), draw(numbers)) for pair in chosen}
    return problem(pairs, limits, groups, ranks)
