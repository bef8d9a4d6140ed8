"""The network that a plan flows through: source → groups → left → right → groups → sink → source.

A plan is a circulation in it. Quotas fit when the groups of a side are disjoint or lie one within
another (a laminar family): then each participant hangs below one chain of groups. Groups that
cross, such as districts and chains of the same firms, do not; those plans go to `mip`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lianshu.engine.planning.model import FORBID, MUST, Group, Problem, SideName, Whole


@dataclass(frozen=True, eq=False)
class Arcs:
    """Arcs with least and greatest flow: first one for each pair, then the limits' own.

    Nodes are the left, the right, the groups, source, sink, in this order. Of `limits`, the first
    `len(left)` arcs belong to the left side, the next to the right, the next to the groups.
    """

    tail: NDArray[np.int32]
    head: NDArray[np.int32]
    low: Whole
    high: Whole
    nodes: int


def parents(groups: Sequence[Group], side: SideName, size: int) -> tuple[Whole, Whole] | None:
    """For each participant and for each group, the position of the group just above it, or -1.

    None when groups cross.
    """
    label = np.full(size, -1, np.int64)
    above = np.full(len(groups), -1, np.int64)
    own = [at for at, group in enumerate(groups) if group.side is side]
    for at in sorted(own, key=lambda at: (-len(groups[at].members), at)):
        members = groups[at].members
        if not len(members):
            continue
        first = label[members[0]]
        if (label[members] != first).any():
            return None
        above[at] = first
        label[members] = at
    return label, above


@dataclass(frozen=True, eq=False)
class Limits:
    """Least and greatest of everything, as they are or with some of them taken away."""

    left_low: Whole
    left_high: Whole
    right_low: Whole
    right_high: Whole
    group_low: Whole
    group_high: Whole
    pair_low: Whole
    pair_high: Whole


def limits_of(problem: Problem) -> Limits:
    """All limits of the problem."""
    rule = problem.pairs.rule
    return Limits(
        problem.left.low,
        problem.left.high,
        problem.right.low,
        problem.right.high,
        np.array([group.low for group in problem.groups], np.int64),
        np.array([group.high for group in problem.groups], np.int64),
        (rule == MUST).astype(np.int64),
        (rule != FORBID).astype(np.int64),
    )


@dataclass(frozen=True, eq=False)
class Tree:
    """Where each participant hangs: its nearest group, and the group above each group."""

    left: Whole
    right: Whole
    above: Whole


def tree_of(problem: Problem) -> Tree | None:
    """The chains of groups of both sides, or None when groups of a side cross."""
    left = parents(problem.groups, SideName.LEFT, len(problem.left))
    right = parents(problem.groups, SideName.RIGHT, len(problem.right))
    if left is None or right is None:
        return None
    return Tree(left[0], right[0], np.maximum(left[1], right[1]))


def arcs_of(problem: Problem, tree: Tree, limits: Limits, most: int) -> Arcs:
    """The network; a greatest flow above `most` is `most`, which no arc needs to exceed."""
    n, m, k = len(problem.left), len(problem.right), len(problem.groups)
    source, sink = n + m + k, n + m + k + 1
    lefts, rights = np.arange(n), np.arange(n, n + m)
    from_group = np.where(tree.left >= 0, n + m + tree.left, source)
    to_group = np.where(tree.right >= 0, n + m + tree.right, sink)
    groups = np.arange(n + m, n + m + k)
    on_left = np.array([group.side is SideName.LEFT for group in problem.groups], bool)
    beyond = np.where(tree.above >= 0, n + m + tree.above, np.where(on_left, source, sink))
    pairs = problem.pairs
    tail = (pairs.left, from_group, rights, np.where(on_left, beyond, groups), [sink])
    head = (pairs.right + n, lefts, to_group, np.where(on_left, groups, beyond), [source])
    low = (limits.pair_low, limits.left_low, limits.right_low, limits.group_low, [0])
    high = (limits.pair_high, limits.left_high, limits.right_high, limits.group_high, [most])
    return Arcs(
        np.concatenate(tail).astype(np.int32),
        np.concatenate(head).astype(np.int32),
        np.concatenate(low).astype(np.int64),
        np.minimum(np.concatenate(high), most).astype(np.int64),
        sink + 1,
    )
