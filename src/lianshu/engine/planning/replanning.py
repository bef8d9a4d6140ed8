"""After a plan: locking pairs, who gains and who loses by another, who comes next, who has none."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from enum import Enum

import numpy as np

from lianshu.engine.planning.model import FORBID, MUST, Flags, Plan, Problem, SideName, Whole


class Why(Enum):
    """Why a participant has no partner."""

    NO_PAIR = "no_pair"
    ALL_FORBIDDEN = "all_forbidden"
    NO_ROOM = "no_room"
    PARTNERS_FULL = "partners_full"
    QUOTA_FULL = "quota_full"
    NOT_BETTER = "not_better"


@dataclass(frozen=True)
class Change:
    """What another plan is for one participant: units before and after, partners lost and won."""

    side: SideName
    id: str
    before: int
    after: int
    lost: tuple[str, ...]
    won: tuple[str, ...]

    @property
    def gain(self) -> int:
        """Units more, or less than 0."""
        return self.after - self.before


def lock(problem: Problem, pairs: Whole) -> Problem:
    """The problem in which these pairs (positions) are musts. Solve it again: the rest is free."""
    return problem.with_rule(pairs, MUST)


def compare(before: Plan, after: Plan) -> tuple[Change, ...]:
    """Everyone whose partners differ, the greatest loss first. Both plans in the same scale."""
    assert before.problem.places == after.problem.places
    changes = []
    for side in SideName:
        old, new = _partners(before, side), _partners(after, side)
        for one in sorted(old.keys() | new.keys()):
            was, now = old.get(one, {}), new.get(one, {})
            if was.keys() != now.keys():
                changes.append(
                    Change(
                        side,
                        one,
                        sum(was.values()),
                        sum(now.values()),
                        tuple(sorted(was.keys() - now.keys())),
                        tuple(sorted(now.keys() - was.keys())),
                    )
                )
    return tuple(sorted(changes, key=lambda each: (each.gain, each.side.value, each.id)))


def _partners(plan: Plan, side: SideName) -> dict[str, dict[str, int]]:
    problem, pairs = plan.problem, plan.problem.pairs
    other = SideName.RIGHT if side is SideName.LEFT else SideName.LEFT
    own, theirs = problem.ends(side)[plan.chosen], problem.ends(other)[plan.chosen]
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for one, partner, weight in zip(own, theirs, pairs.weight[plan.chosen], strict=True):
        found[problem.side(side).ids[one]][problem.side(other).ids[partner]] = int(weight)
    return found


class _Room:
    """Seats and quotas that a plan leaves."""

    def __init__(self, plan: Plan) -> None:
        self.problem = plan.problem
        self.chosen = plan.chosen
        pairs = self.problem.pairs
        self.inside = np.zeros(len(pairs), bool)
        self.inside[plan.chosen] = True
        self.seats = {
            side.name: side.high
            - np.bincount(self.problem.ends(side.name)[plan.chosen], minlength=len(side))
            for side in (self.problem.left, self.problem.right)
        }
        self.members: list[Flags] = []
        self.quota: list[int] = []
        for group in self.problem.groups:
            mask = np.zeros(len(self.problem.side(group.side)), bool)
            mask[group.members] = True
            self.members.append(mask)
            taken = int(mask[self.problem.ends(group.side)[plan.chosen]].sum())
            self.quota.append(group.high - taken)

    def fits(self, pair: int, instead_of: int | None = None) -> bool:
        """Whether seats and quotas let the pair in, when another falls out."""
        for side in SideName:
            ends = self.problem.ends(side)
            freed = instead_of is not None and ends[pair] == ends[instead_of]
            if self.seats[side][ends[pair]] + freed <= 0:
                return False
        return self.quota_fits(pair, instead_of)

    def quota_fits(self, pair: int, instead_of: int | None = None) -> bool:
        """The same for quotas alone."""
        for group, mask, left in zip(self.problem.groups, self.members, self.quota, strict=True):
            ends = self.problem.ends(group.side)
            freed = instead_of is not None and bool(mask[ends[instead_of]])
            if mask[ends[pair]] and left + freed <= 0:
                return False
        return True


def alternates(plan: Plan) -> dict[int, int]:
    """For each chosen pair the best other pair of its left with a seat and a quota free, were it
    to fall out and everything else to stay. Pairs without an alternate are left out."""
    problem, pairs = plan.problem, plan.problem.pairs
    room = _Room(plan)
    possible = np.flatnonzero((pairs.rule != FORBID) & ~room.inside)
    order = possible[np.lexsort((pairs.right[possible], -pairs.weight[possible]))]
    candidates: dict[int, list[int]] = defaultdict(list)
    for pair in order.tolist():
        candidates[int(pairs.left[pair])].append(pair)
    found: dict[int, int] = {}
    for pair in plan.chosen.tolist():
        for other in candidates[int(problem.pairs.left[pair])]:
            if room.fits(other, pair):
                found[pair] = other
                break
    return found


def without_partner(plan: Plan, side: SideName) -> tuple[tuple[int, Why], ...]:
    """The participants of a side (positions) who have no partner, each with the reason."""
    problem, pairs = plan.problem, plan.problem.pairs
    room = _Room(plan)
    ends = problem.ends(side)
    size = len(problem.side(side))
    seated = np.bincount(ends[plan.chosen], minlength=size)
    alone = np.flatnonzero(seated == 0)
    own: dict[int, list[int]] = defaultdict(list)
    for pair in np.flatnonzero((seated == 0)[ends]).tolist():
        own[int(ends[pair])].append(pair)
    found = []
    for one in alone.tolist():
        possible = [pair for pair in own[one] if pairs.rule[pair] != FORBID]
        found.append((one, _why(room, side, one, possible, forbidden=bool(own[one]))))
    return tuple(found)


def _why(room: _Room, side: SideName, one: int, possible: list[int], *, forbidden: bool) -> Why:
    if not possible:
        return Why.ALL_FORBIDDEN if forbidden else Why.NO_PAIR
    if room.seats[side][one] <= 0:
        return Why.NO_ROOM
    other = SideName.RIGHT if side is SideName.LEFT else SideName.LEFT
    theirs = room.problem.ends(other)
    seats = [pair for pair in possible if room.seats[other][theirs[pair]] > 0]
    if not seats:
        return Why.PARTNERS_FULL
    if not any(room.quota_fits(pair) for pair in seats):
        return Why.QUOTA_FULL
    return Why.NOT_BETTER
