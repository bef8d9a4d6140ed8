"""A smallest set of limits that cannot be kept together: what to name when no plan exists.

Where quotas form a tree, Hoffman's theorem says what stands in the way: a set of nodes into which
more must flow than may flow out of it. The limits on its border are the candidates; the deletion
filter of Junker (QuickXplain, AAAI 2004) then leaves out every limit that is not needed, so that
the rest, without any one of them, could be kept (an irreducible infeasible set). Several orders
are tried and the shortest answer is given.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order, maximum_flow

from lianshu.engine.planning.mip import feasible as mip_feasible
from lianshu.engine.planning.model import (
    FORBID,
    NO_LIMIT,
    Conflict,
    Flags,
    Kind,
    Limit,
    Problem,
    SideName,
    Whole,
)
from lianshu.engine.planning.network import Arcs, Limits, Tree, arcs_of, limits_of, tree_of

TRIALS = 3000
"""How many subsets are tried before the answer is given as it is, marked as not proved."""

Element = tuple[int, bool]
"""An arc's position and whether its greatest (else its least) is meant."""
Kept = tuple[Flags, Flags]
"""For each arc but the closing one, whether its least and its greatest are kept."""


class _OverError(Exception):
    """The trials are used up."""


def find_conflict(problem: Problem, *, trials: int = TRIALS) -> Conflict | None:
    """An irreducible set of limits that no plan keeps, or None when some plan keeps all."""
    frame = _Frame.of(problem)
    everything = frame.all_kept()
    alone = frame.crossed()
    if alone is not None:
        return Conflict(tuple(frame.limit(element) for element in alone))
    candidates: list[Element]
    if frame.tree is not None:
        inside = frame.cut(everything)
        if inside is None:
            return None
        candidates = frame.border(inside)
    else:
        if frame.fits(everything):
            return None
        candidates = frame.elements()
    few = frame.lonely() or _shortest(frame, candidates, trials)
    if few is None:
        return Conflict(tuple(frame.limit(each) for each in candidates), proved=False)
    return Conflict(tuple(frame.limit(each) for each in sorted(few)))


def _shortest(frame: _Frame, candidates: list[Element], trials: int) -> list[Element] | None:
    """The shorter answer of two orders, or None when the trials did not suffice."""
    left = [trials]

    def conflicts(elements: Sequence[Element]) -> bool:
        if left[0] <= 0:
            raise _OverError
        left[0] -= 1
        return not frame.fits(frame.kept(elements))

    best: list[Element] | None = None
    for order in (candidates, candidates[::-1]):
        try:
            found = _quick_explain(conflicts, [], [], order)
        except _OverError:
            break
        if best is None or len(found) < len(best):
            best = found
    return best


def _quick_explain(
    conflicts: Callable[[Sequence[Element]], bool],
    background: list[Element],
    added: list[Element],
    rest: list[Element],
) -> list[Element]:
    """Which of `rest` are needed, with the background, for a conflict."""
    if added and conflicts(background):
        return []
    if len(rest) == 1:
        return rest
    first, second = rest[: len(rest) // 2], rest[len(rest) // 2 :]
    found = _quick_explain(conflicts, background + first, first, second)
    return _quick_explain(conflicts, background + found, found, first) + found


@dataclass(frozen=True, eq=False)
class _Frame:
    """The problem as arcs, and questions about it with some limits taken away."""

    problem: Problem
    tree: Tree | None
    low: Whole
    high: Whole

    @classmethod
    def of(cls, problem: Problem) -> _Frame:
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
        assert self.tree is not None
        limits = self.limits(kept)
        arcs = arcs_of(self.problem, self.tree, limits, NO_LIMIT)
        size = len(self.problem.pairs)
        groups = [group.side is SideName.LEFT for group in self.problem.groups]
        inward = np.concatenate(
            [np.ones(len(self.problem.left), bool), np.zeros(len(self.problem.right), bool), groups]
        ).astype(bool)
        tail, head = arcs.tail[size:-1], arcs.head[size:-1]
        below, over = np.where(inward, head, tail), np.where(inward, tail, head)
        place = _contract(arcs, below, over, size)
        return _violated(arcs, place)

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


def _violated(arcs: Arcs, place: Whole) -> Flags | None:
    """The nodes on the source's side of a cut that must let in more than may go out, or None.

    A least flow is sent first; what it leaves too much or too little in a node comes from and goes
    to two nodes outside. The limits can be kept when all of that flows (Hoffman's circulation).
    """
    tail, head = place[arcs.tail], place[arcs.head]
    apart = tail != head
    tail, head = tail[apart], head[apart]
    low, high = arcs.low[apart], arcs.high[apart]
    supply = np.zeros(arcs.nodes, np.int64)
    np.add.at(supply, head, low)
    np.subtract.at(supply, tail, low)
    wanted = int(supply[supply > 0].sum())
    if not wanted:
        return None
    outside, beyond = arcs.nodes, arcs.nodes + 1
    giving, taking = np.flatnonzero(supply > 0), np.flatnonzero(supply < 0)
    starts = np.concatenate([tail, np.full(len(giving), outside), taking])
    ends = np.concatenate([head, giving, np.full(len(taking), beyond)])
    room = np.concatenate([np.minimum(high - low, wanted), supply[giving], -supply[taking]])
    # Flow between the same two nodes is one arc; more room than all that is wanted is no use.
    size = arcs.nodes + 2
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
    return inside[place]
