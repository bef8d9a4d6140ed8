"""Stable plans where both sides rank: deferred acceptance, and how many pairs block a plan.

Gale and Shapley's method with many partners on both sides (Roth and Sotomayor, Two-Sided Matching,
5 and 6): the left proposes in its order, the right keeps the best it has seats for. The result is
stable pair by pair and the best stable plan for the left. Equal ranks are decided by the order of
ids, which leaves the plan stable in the weak sense: a pair blocks only when both strictly gain.

A must takes a seat on both sides before anything else and is nobody's to give up; least numbers
and quotas cannot be had by any stable method in general, so the result is checked against them.
"""

from __future__ import annotations

from heapq import heappush, heappushpop

import numpy as np

from lianshu.engine.planning.model import (
    FORBID,
    FREE,
    MUST,
    Flags,
    Kind,
    Limit,
    Plan,
    PlanningError,
    Problem,
    SideName,
    Whole,
)

_FEW = 4000
"""So few proposals at once are faster one by one than as arrays."""


def stable_plan(problem: Problem) -> Plan:
    """The stable plan that is best for the left. Raises `PlanningError` without ranks, or when
    the musts alone do not fit; least numbers and quotas are for `broken_limits`."""
    pairs = problem.pairs
    if pairs.left_rank is None or pairs.right_rank is None:
        raise PlanningError("稳定匹配要有双方的排名：请补上 left_rank 和 right_rank 两列。")
    must = pairs.rule == MUST
    seats_left = problem.left.high - np.bincount(pairs.left[must], minlength=len(problem.left))
    seats_right = problem.right.high - np.bincount(pairs.right[must], minlength=len(problem.right))
    open_pairs = np.flatnonzero(pairs.rule == FREE)
    order = open_pairs[
        _order(pairs.left[open_pairs], pairs.left_rank[open_pairs], pairs.right[open_pairs])
    ]
    held = _propose(problem, order, np.maximum(seats_left, 0), np.maximum(seats_right, 0))
    chosen = np.sort(np.concatenate([np.flatnonzero(must), held]))
    total = int(pairs.weight[chosen].sum())
    return Plan(problem, chosen, total, total, "stable", blocking=count_blocking(problem, chosen))


def _order(first: Whole, second: Whole, third: Whole) -> Whole:
    """Positions by three keys; as one number, where they fit in one, which is twice as fast."""
    if not len(first):
        return np.zeros(0, np.int64)
    wide, long = int(third.max()) + 1, int(second.max()) + 1
    if (int(first.max()) + 1) * long * wide >= 2**62 or min(map(np.min, (first, second))) < 0:
        return np.lexsort((third, second, first))
    return np.argsort((first * long + second) * wide + third)


def _propose(problem: Problem, order: Whole, seats_left: Whole, seats_right: Whole) -> Whole:
    """The pairs held when nobody proposes any more. `order` lists pairs by left, best first."""
    pairs = problem.pairs
    assert pairs.right_rank is not None
    left, right = pairs.left[order], pairs.right[order]
    # The place of each pair in its right's order; places of different rights never mix.
    place = np.empty(len(order), np.int64)
    place[_order(right, pairs.right_rank[order], left)] = np.arange(len(order))
    bounds = np.searchsorted(left, np.arange(len(problem.left) + 1))
    following, ends = bounds[:-1].copy(), bounds[1:]
    free = np.minimum(seats_left, ends - following)
    held = np.zeros(0, np.int64)
    while True:
        asking = np.flatnonzero((free > 0) & (following < ends))
        count = np.minimum(free[asking], (ends - following)[asking])
        if count.sum() < _FEW:
            break
        starts = following[asking]
        following[asking] += count
        free[asking] -= count
        offset = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        everyone = np.concatenate([held, np.repeat(starts, count) + offset])
        everyone = everyone[np.argsort(place[everyone])]
        own = right[everyone]
        nth = np.arange(len(own)) - np.searchsorted(own, own)
        kept = nth < seats_right[own]
        np.add.at(free, left[everyone[~kept]], 1)
        held = everyone[kept]
    tail = _Tail(left, right, place, following, ends, free, seats_right)
    return order[tail.run(held, asking)]


class _Tail:
    """The last proposals, one by one."""

    def __init__(
        self,
        left: Whole,
        right: Whole,
        place: Whole,
        following: Whole,
        ends: Whole,
        free: Whole,
        seats: Whole,
    ) -> None:
        self._left, self._right, self._place = left, right, place
        self._following, self._ends, self._free = following, ends, free
        self._seats = seats
        self._held: dict[int, list[tuple[int, int]]] = {}

    def run(self, held: Whole, asking: Whole) -> Whole:
        """All pairs held in the end."""
        by_right = held[np.argsort(self._right[held], kind="stable")]
        rights = self._right[by_right]
        waiting = asking.tolist()
        while waiting:
            one = waiting[-1]
            at = int(self._following[one])
            if self._free[one] <= 0 or at >= self._ends[one]:
                waiting.pop()
                continue
            self._following[one] += 1
            self._free[one] -= 1
            loser = self._offer(at, by_right, rights)
            if loser is not None:
                self._free[loser] += 1
                if loser != one:
                    waiting.append(loser)
        untouched = np.isin(rights, list(self._held), invert=True)
        seated = [pair for heap in self._held.values() for _place, pair in heap]
        return np.concatenate([by_right[untouched], np.array(seated, np.int64)])

    def _offer(self, at: int, by_right: Whole, rights: Whole) -> int | None:
        """The right of pair `at` keeps it or not; whoever of the left lost a seat by that."""
        right = int(self._right[at])
        heap = self._held.get(right)
        if heap is None:
            low, high = np.searchsorted(rights, [right, right + 1])
            # Worst on top: sorted by falling place, a list is a heap of negated places.
            heap = sorted((-int(self._place[pair]), int(pair)) for pair in by_right[low:high])
            self._held[right] = heap
        offer = (-int(self._place[at]), at)
        if len(heap) < self._seats[right]:
            heappush(heap, offer)
            return None
        if not heap:
            return int(self._left[at])
        return int(self._left[heappushpop(heap, offer)[1]])


def count_blocking(problem: Problem, chosen: Whole) -> int:
    """How many pairs outside the plan would both rather have each other than what they have."""
    return len(blocking_pairs(problem, chosen))


def blocking_pairs(problem: Problem, chosen: Whole) -> Whole:
    """The pairs that block: not forbidden, not chosen, and each side has a free seat or strictly
    prefers the other to one that it has (a must is not given up). Raises without ranks."""
    pairs = problem.pairs
    if pairs.left_rank is None or pairs.right_rank is None:
        raise PlanningError("没有双方的排名，不能数阻塞对。")
    inside = np.zeros(len(pairs), bool)
    inside[chosen] = True
    wanting = _would(pairs.left, pairs.left_rank, problem.left.high, inside, pairs.rule)
    wanting &= _would(pairs.right, pairs.right_rank, problem.right.high, inside, pairs.rule)
    return np.flatnonzero(wanting & ~inside & (pairs.rule != FORBID))


def _would(ends: Whole, rank: Whole, high: Whole, inside: Flags, rule: Whole) -> Flags:
    """For each pair whether its participant of one side would take it."""
    seated = np.bincount(ends[inside], minlength=len(high))
    worst = np.full(len(high), np.iinfo(np.int64).min)
    given_up = inside & (rule != MUST)
    np.maximum.at(worst, ends[given_up], rank[given_up])
    return np.asarray((seated < high)[ends] | (rank < worst[ends]), np.bool_)


def broken_limits(problem: Problem, chosen: Whole) -> tuple[Limit, ...]:
    """The limits that a set of pairs does not keep."""
    broken = []
    for side in (problem.left, problem.right):
        count = np.bincount(problem.ends(side.name)[chosen], minlength=len(side))
        broken += [Limit(Kind.LEAST, int(at), side.name) for at in np.flatnonzero(count < side.low)]
        broken += [Limit(Kind.MOST, int(at), side.name) for at in np.flatnonzero(count > side.high)]
    for at, group in enumerate(problem.groups):
        size = _within(problem, group.side, group.members, chosen)
        if size < group.low:
            broken.append(Limit(Kind.GROUP_LEAST, at, group.side))
        if size > group.high:
            broken.append(Limit(Kind.GROUP_MOST, at, group.side))
    inside = np.isin(np.flatnonzero(problem.pairs.rule == MUST), chosen)
    broken += [
        Limit(Kind.MUST, int(at)) for at in np.flatnonzero(problem.pairs.rule == MUST)[~inside]
    ]
    taken = chosen[problem.pairs.rule[chosen] == FORBID]
    return (*broken, *(Limit(Kind.FORBID, int(at)) for at in taken))


def _within(problem: Problem, side: SideName, members: Whole, chosen: Whole) -> int:
    mask = np.zeros(len(problem.side(side)), bool)
    mask[members] = True
    return int(mask[problem.ends(side)[chosen]].sum())
