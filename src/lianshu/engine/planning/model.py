"""What a plan is made from and what it is: limits of two sides, weights of pairs, quotas of groups.

Operations research calls this a b-matching with lower bounds (a transportation problem whose pairs
count once): each participant of the left and of the right side has a least and a greatest number
of partners, each group of participants of one side has the same for its members together, and a
pair brings a weight, is a must, or is forbidden.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import Enum
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Whole: TypeAlias = NDArray[np.int64]
Flags: TypeAlias = NDArray[np.bool_]

NO_LIMIT = 2**40
"""A greatest number that nothing reaches: none was set."""
FREE, MUST, FORBID = 0, 1, 2


class SideName(Enum):
    """The two sides of a plan."""

    LEFT = "left"
    RIGHT = "right"


class Floor(Enum):
    """What fairness asks before the total: nothing; that as many of the left as possible have a
    partner; that besides, the worst pair be as good as it can be (bottleneck assignment)."""

    NONE = "none"
    SERVED = "served"
    WORST = "worst"


class PlanningError(Exception):
    """The plan cannot be computed; `str()` is a sentence for a person: what, and what to do."""


@dataclass(frozen=True, eq=False)
class Side:
    """Participants of one side: ids in their order, least and greatest number of partners.

    `row` is the line of the file where a participant's limits stand, 0 where nobody wrote them.
    """

    name: SideName
    ids: tuple[str, ...]
    low: Whole
    high: Whole
    row: Whole

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, eq=False)
class Group:
    """Participants of one side (`members`: positions in it) whose partners are counted together."""

    name: str
    side: SideName
    members: Whole
    low: int
    high: int
    row: int = 0


@dataclass(frozen=True, eq=False)
class Pairs:
    """Possible pairs: positions in both sides, weight in units of the scale, rule, ranks, lines.

    A rank is the place that one side gives the other, 1 first; without ranks the array is None.
    """

    left: Whole
    right: Whole
    weight: Whole
    rule: Whole
    left_rank: Whole | None = None
    right_rank: Whole | None = None
    row: Whole = field(default_factory=lambda: np.zeros(0, np.int64))

    def __len__(self) -> int:
        return len(self.left)

    @property
    def ranked(self) -> bool:
        """Whether both sides rank."""
        return self.left_rank is not None and self.right_rank is not None


@dataclass(frozen=True, eq=False)
class Problem:
    """All that a plan is made from. Weights are whole numbers of 10^-`places`."""

    left: Side
    right: Side
    pairs: Pairs
    groups: tuple[Group, ...] = ()
    places: int = 0

    def side(self, name: SideName) -> Side:
        """One of the two sides."""
        return self.left if name is SideName.LEFT else self.right

    def ends(self, name: SideName) -> Whole:
        """For each pair, the position of its participant on that side."""
        return self.pairs.left if name is SideName.LEFT else self.pairs.right

    def worth(self, units: int) -> Decimal:
        """So many units as the decimal that the weights were written in."""
        return Decimal(int(units)).scaleb(-self.places)

    def with_rule(self, pairs: Whole, rule: int) -> Problem:
        """The same with these pairs (positions) under another rule."""
        rules = self.pairs.rule.copy()
        rules[pairs] = rule
        return replace(self, pairs=replace(self.pairs, rule=rules))


@dataclass(frozen=True, eq=False)
class Plan:
    """Which pairs (positions in `problem.pairs`, ascending) and what is known of the plan.

    `bound` is what no plan can exceed, in units: equal to `total` when the optimum is proved.
    `blocking` counts pairs who would both rather have each other; None without ranks.
    """

    problem: Problem
    chosen: Whole
    total: int
    bound: int
    method: str
    blocking: int | None = None
    threshold: int | None = None
    """Under `Floor.WORST`: the least weight of a pair, as high as it can be."""

    @property
    def gap(self) -> Decimal:
        """How far the optimum may lie above the total, as a share of the total."""
        if self.bound <= self.total:
            return Decimal(0)
        return Decimal(self.bound - self.total) / Decimal(max(self.total, 1))

    @property
    def worth(self) -> Decimal:
        """The total as a decimal."""
        return self.problem.worth(self.total)


class Kind(Enum):
    """What a limit says, as conflicts name it."""

    LEAST = "least"
    MOST = "most"
    GROUP_LEAST = "group_least"
    GROUP_MOST = "group_most"
    MUST = "must"
    FORBID = "forbid"


@dataclass(frozen=True)
class Limit:
    """One limit of a problem: `at` is the position of its participant, group or pair."""

    kind: Kind
    at: int
    side: SideName | None = None


@dataclass(frozen=True)
class Conflict:
    """Limits that cannot all be kept; without any one of them the others could be.

    `proved` is false when the search was cut short: then some may be superfluous.
    """

    limits: tuple[Limit, ...]
    proved: bool = True


class Infeasible(PlanningError):
    """No plan keeps every limit; `conflict` names limits that cannot be kept together."""

    def __init__(self, conflict: Conflict) -> None:
        super().__init__("没有能满足全部条件的方案。")
        self.conflict = conflict
