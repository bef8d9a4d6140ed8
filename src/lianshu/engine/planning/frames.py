"""Questions about a problem with some of its limits taken away: can the rest be kept?

Where quotas form a tree this is a circulation with lower bounds (Hoffman); else HiGHS is asked.
For many questions about the same few limits the network is made small once: what no limit holds
apart becomes one node, and arcs between the same two nodes become one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order, maximum_flow

from lianshu.engine.planning.mip import feasible as mip_feasible
from lianshu.engine.planning.model import (
    FORBID,
    NO_LIMIT,
    Flags,
    Kind,
    Limit,
    Problem,
    SideName,
    Whole,
)
from lianshu.engine.planning.network import Arcs, Limits, Tree, arcs_of, limits_of, tree_of

Element: TypeAlias = tuple[int, bool]
"""An arc's position and whether its greatest (else its least) is meant."""
Kept: TypeAlias = tuple[Flags, Flags]
"""For each arc but the closing one, whether its least and its greatest are kept."""


@dataclass(frozen=True, eq=False)
class Frame:
    """The problem as arcs, and questions about it with some limits taken away."""

    problem: Problem
    tree: Tree | None
    low: Whole
    high: Whole

    @classmethod
    def of(cls, problem: Problem) -> Frame:
        limits = limits_of(problem)
        low = (limits.pair_low, limits.left_low, limits.right_low, limits.group_low)
        high = (limits.pair_high, limits.left_high, limits.right_high, limits.group_high)
        # More than all pairs is as impossible as any more, and small numbers fit the solver.
        most = len(problem.pairs) + 1
        return cls(
            problem,
            tree_of(problem),
            np.minimum(np.concatenate(low), most),
            np.concatenate(high),
        )

    @property
    def starts(self) -> tuple[int, int, int]:
        """Where the arcs of the left, the right and the groups start."""
        size = len(self.problem.pairs)
        right = size + len(self.problem.left)
        return size, right, right + len(self.problem.right)

    def limit(self, element: Element) -> Limit:
        """The limit that an arc's least or greatest is."""
        at, greatest = element
        left, right, groups = self.starts
        if at < left:
            return Limit(Kind.FORBID if greatest else Kind.MUST, at)
        kind = Kind.MOST if greatest else Kind.LEAST
        if at < right:
            return Limit(kind, at - left, SideName.LEFT)
        if at < groups:
            return Limit(kind, at - right, SideName.RIGHT)
        group = self.problem.groups[at - groups]
        kind = Kind.GROUP_MOST if greatest else Kind.GROUP_LEAST
        return Limit(kind, at - groups, group.side)

    def all_kept(self) -> Kept:
        """Every limit there is."""
        size = len(self.problem.pairs)
        greatest = self.high < NO_LIMIT
        greatest[:size] = self.problem.pairs.rule == FORBID
        return self.low > 0, greatest

    def elements(self) -> list[Element]:
        """Every limit, those of pairs first, so that they are left out first."""
        low, high = self.all_kept()
        return [(int(at), True) for at in np.flatnonzero(high)] + [
            (int(at), False) for at in np.flatnonzero(low)
        ]

    def kept(self, elements: Sequence[Element]) -> Kept:
        """Only these limits."""
        low, high = np.zeros(len(self.low), bool), np.zeros(len(self.low), bool)
        low[[at for at, greatest in elements if not greatest]] = True
        high[[at for at, greatest in elements if greatest]] = True
        return low, high

    def limits(self, kept: Kept) -> Limits:
        """The limits with those not kept taken away."""
        size = len(self.problem.pairs)
        low = np.where(kept[0], self.low, 0)
        free = np.full(len(low), NO_LIMIT, np.int64)
        free[:size] = 1
        high = np.where(kept[1], self.high, free)
        cuts = list(self.starts)
        lows, highs = np.split(low, cuts), np.split(high, cuts)
        return Limits(lows[1], highs[1], lows[2], highs[2], lows[3], highs[3], lows[0], highs[0])

    def crossed(self) -> list[Element] | None:
        """An arc whose least is above its greatest."""
        found = np.flatnonzero(self.low > self.high)
        return [(int(found[0]), False), (int(found[0]), True)] if len(found) else None

    def lonely(self) -> list[Element] | None:
        """A participant or group that must have more partners than there are pairs for it."""
        left, right, groups = self.starts
        pairs, problem = self.problem.pairs, self.problem
        degrees = np.concatenate(
            [
                np.bincount(pairs.left, minlength=len(problem.left)),
                np.bincount(pairs.right, minlength=len(problem.right)),
            ]
        )
        short = np.flatnonzero(self.low[left:groups] > degrees)
        if len(short):
            return [(int(short[0]) + left, False)]
        ends = {SideName.LEFT: degrees[: right - left], SideName.RIGHT: degrees[right - left :]}
        for at, group in enumerate(problem.groups):
            if self.low[groups + at] > int(ends[group.side][group.members].sum()):
                return [(groups + at, False)]
        return None

    def fits(self, kept: Kept) -> bool:
        """Whether some plan keeps these limits."""
        if (np.where(kept[0], self.low, 0) > np.where(kept[1], self.high, NO_LIMIT)).any():
            return False
        if self.tree is None:
            return mip_feasible(self.problem, self.limits(kept))
        return self.cut(kept) is None

    def cut(self, kept: Kept) -> Flags | None:
        """The nodes on the source's side of a violated cut, or None when the limits can be kept."""
        arcs, place = self._contracted(kept)
        tail, head = place[arcs.tail], place[arcs.head]
        inside = violated(tail, head, arcs.low, arcs.high, arcs.nodes)
        return None if inside is None else inside[place]

    def _contracted(self, kept: Kept) -> tuple[Arcs, Whole]:
        """The network of these limits, and for each node the node that stands for it."""
        assert self.tree is not None
        arcs = arcs_of(self.problem, self.tree, self.limits(kept), NO_LIMIT)
        size = len(self.problem.pairs)
        groups = [group.side is SideName.LEFT for group in self.problem.groups]
        inward = np.concatenate(
            [np.ones(len(self.problem.left), bool), np.zeros(len(self.problem.right), bool), groups]
        ).astype(bool)
        tail, head = arcs.tail[size:-1], arcs.head[size:-1]
        below, over = np.where(inward, head, tail), np.where(inward, tail, head)
        return arcs, _contract(arcs, below, over, size)

    def small(self, candidates: Sequence[Element]) -> Small:
        """A small network in which any part of these limits can be asked about."""
        arcs, place = self._contracted(self.kept(candidates))
        own = np.unique(np.array([at for at, _greatest in candidates], np.int64))
        rest = np.ones(len(arcs.tail), bool)
        rest[own] = False
        tail, head = place[arcs.tail], place[arcs.head]
        rest &= tail != head
        # What has no limit of its own among the candidates is one arc for each two nodes.
        key, inverse = np.unique(tail[rest] * arcs.nodes + head[rest], return_inverse=True)
        room = np.zeros(len(key), np.int64)
        np.add.at(room, inverse, np.minimum(arcs.high[rest], len(self.problem.pairs) + 1))
        ends = np.concatenate([tail[own], key // arcs.nodes, head[own], key % arcs.nodes])
        nodes, number = np.unique(ends, return_inverse=True)
        half = len(own) + len(key)
        free = np.full(len(own), NO_LIMIT, np.int64)
        free[own < len(self.problem.pairs)] = 1
        return Small(
            number[:half],
            number[half:],
            room,
            self.low[own],
            self.high[own],
            free,
            {int(at): position for position, at in enumerate(own)},
            len(nodes),
        )

    def border(self, inside: Flags) -> list[Element]:
        """The limits on the border of a violated cut: what must come in, what may go out."""
        assert self.tree is not None
        arcs = arcs_of(self.problem, self.tree, limits_of(self.problem), NO_LIMIT)
        tail, head = inside[arcs.tail[:-1]], inside[arcs.head[:-1]]
        low, high = self.all_kept()
        out = np.flatnonzero(tail & ~head & high)
        into = np.flatnonzero(~tail & head & low)
        return [(int(at), True) for at in out] + [(int(at), False) for at in into]


def _contract(arcs: Arcs, below: Whole, over: Whole, size: int) -> Whole:
    """For each node the node that stands for it.

    Nodes joined by a limit that limits nothing are one: whatever flows through the one may come
    from the other. So a test with few limits has a small network.
    """
    place = np.arange(arcs.nodes)
    loose = (arcs.low[size:-1] == 0) & (arcs.high[size:-1] >= NO_LIMIT)
    place[below[loose]] = over[loose]
    while True:
        further = place[place]
        if (further == place).all():
            return place
        place = further


def violated(
    tail: Whole | NDArray[np.int32],
    head: Whole | NDArray[np.int32],
    low: Whole,
    high: Whole,
    nodes: int,
) -> Flags | None:
    """The nodes on the source's side of a cut that must let in more than may go out, or None.

    A least flow is sent first; what it leaves too much or too little in a node comes from and goes
    to two nodes outside. The limits can be kept when all of that flows.
    """
    apart = tail != head
    tail, head, low, high = tail[apart], head[apart], low[apart], high[apart]
    supply = np.zeros(nodes, np.int64)
    np.add.at(supply, head, low)
    np.subtract.at(supply, tail, low)
    wanted = int(supply[supply > 0].sum())
    if not wanted:
        return None
    outside, beyond = nodes, nodes + 1
    giving, taking = np.flatnonzero(supply > 0), np.flatnonzero(supply < 0)
    starts = np.concatenate([tail, np.full(len(giving), outside), taking])
    ends = np.concatenate([head, giving, np.full(len(taking), beyond)])
    room = np.concatenate([np.minimum(high - low, wanted), supply[giving], -supply[taking]])
    # Flow between the same two nodes is one arc; more room than all that is wanted is no use.
    size = nodes + 2
    joined = csr_array((room, (starts, ends)), shape=(size, size))
    joined.sum_duplicates()
    graph = csr_array(
        (np.minimum(joined.data, wanted).astype(np.int32), joined.indices, joined.indptr),
        shape=(size, size),
    )
    graph.eliminate_zeros()
    flow = maximum_flow(graph, outside, beyond)
    if flow.flow_value >= wanted:
        return None
    rest = csr_array(graph - flow.flow)
    rest.data = (rest.data > 0).astype(np.int32)
    rest.eliminate_zeros()
    reached = breadth_first_order(rest, outside, return_predecessors=False)
    inside = np.zeros(size, bool)
    inside[reached] = True
    return inside[:nodes]


@dataclass(frozen=True, eq=False)
class Small:
    """A small network: first the arcs of the candidates, then those that stand for all others."""

    tail: Whole
    head: Whole
    room: Whole
    low: Whole
    high: Whole
    free: Whole
    position: dict[int, int]
    nodes: int

    def __len__(self) -> int:
        return len(self.tail)

    def fits(self, elements: Sequence[Element]) -> bool:
        """Whether these limits, and no others, can be kept."""
        low, high = np.zeros(len(self.low), np.int64), self.free.copy()
        for at, greatest in elements:
            own = self.position[at]
            if greatest:
                high[own] = self.high[own]
            else:
                low[own] = self.low[own]
        if (low > high).any():
            return False
        rest = np.zeros(len(self.room), np.int64)
        return (
            violated(
                self.tail,
                self.head,
                np.concatenate([low, rest]),
                np.concatenate([high, self.room]),
                self.nodes,
            )
            is None
        )
