"""The exact optimum as a flow of least cost, by the cost-scaling solver of OR-Tools.

Goldberg's cost scaling works on whole numbers, so a total is exact. Costs are made so that of all
plans with the greatest total one with the most pairs is taken, and, where fairness asks for it,
the number of the left who have a partner counts before both.

Lower bounds are taken off as usual: a flow of `low` is sent first, and what it brings to and takes
from each node becomes that node's supply (Ahuja, Magnanti, Orlin, Network Flows, 2.4).
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from types import ModuleType

import numpy as np

from lianshu.engine.planning.model import NO_LIMIT, Flags, PlanningError, Problem, Whole
from lianshu.engine.planning.network import Arcs, Limits, Tree, arcs_of, limits_of

_min_cost_flow: ModuleType | None
try:
    _min_cost_flow = import_module("ortools.graph.python.min_cost_flow")
except ImportError:  # the extra `solve` is not installed: HiGHS, which scipy brings, does the work
    _min_cost_flow = None

_RANGE = 2**62
"""The solver multiplies costs by the number of nodes; products must stay below this."""


def available() -> bool:
    """Whether the extra `solve` is installed."""
    return _min_cost_flow is not None


@dataclass(frozen=True)
class Costs:
    """What a pair, its weight, and a first partner count in one whole number."""

    weight: int
    pair: int
    served: int


def costs_of(problem: Problem, *, served: bool) -> Costs | None:
    """Costs that keep the order (served, total, pairs), or None when whole numbers are too short.

    More pairs at the same total are wished, not promised: the first to go when room is short.
    """
    greatest = int(problem.pairs.weight.max(initial=0))
    most = most_pairs(problem)
    nodes = len(problem.left) + len(problem.right) + len(problem.groups) + 3
    for weight, pair in ((most + 1, 1), (1, 0)):
        first = (greatest * weight + pair) * most + 1 if served else 0
        if (greatest * weight + pair + first) * nodes < _RANGE:
            return Costs(weight, pair, first)
    return None


def most_pairs(problem: Problem) -> int:
    """A number that the pairs of no plan exceed."""
    return min(
        len(problem.pairs),
        int(np.minimum(problem.left.high, len(problem.right)).sum()),
        int(np.minimum(problem.right.high, len(problem.left)).sum()),
    )


def solve_flow(
    problem: Problem, tree: Tree, *, served: bool = False, allowed: Flags | None = None
) -> Whole | None:
    """The chosen pairs (positions), or None when no plan keeps the limits.

    With `served`, as many of the left as possible have a partner first. `allowed` leaves pairs out
    without forbidding them. Raises `PlanningError` when the weights have too many digits.
    """
    costs = costs_of(problem, served=served)
    if costs is None:
        raise PlanningError(too_long(problem))
    limits = limits_of(problem)
    high = limits.pair_high if allowed is None else limits.pair_high * allowed
    most = min(NO_LIMIT, len(problem.pairs) + 1)
    arcs = arcs_of(problem, tree, _with_pairs(limits, np.maximum(high, limits.pair_low)), most)
    cost = np.zeros(len(arcs.tail), np.int64)
    size = len(problem.pairs)
    cost[:size] = -(problem.pairs.weight * costs.weight + costs.pair)
    if served:
        arcs, cost = _with_first(arcs, cost, size, len(problem.left), costs.served)
    flows = _circulate(arcs, cost)
    return None if flows is None else np.flatnonzero(flows[:size])


def _with_pairs(limits: Limits, high: Whole) -> Limits:
    return Limits(
        limits.left_low,
        limits.left_high,
        limits.right_low,
        limits.right_high,
        limits.group_low,
        limits.group_high,
        limits.pair_low,
        high,
    )


def _with_first(arcs: Arcs, cost: Whole, size: int, lefts: int, bonus: int) -> tuple[Arcs, Whole]:
    """The arcs into the left in two: one for the first partner, which is rewarded, and the rest."""
    at = np.arange(size, size + lefts)
    high, low = arcs.high.copy(), arcs.low.copy()
    first_low, first_high = np.minimum(low[at], 1), np.minimum(high[at], 1)
    low[at] -= first_low
    high[at] -= first_high
    more = Arcs(
        np.concatenate([arcs.tail, arcs.tail[at]]),
        np.concatenate([arcs.head, arcs.head[at]]),
        np.concatenate([low, first_low]),
        np.concatenate([high, first_high]),
        arcs.nodes,
    )
    return more, np.concatenate([cost, np.full(lefts, -bonus, np.int64)])


def _circulate(arcs: Arcs, cost: Whole) -> Whole | None:
    """The circulation of least cost, or None when there is none."""
    if _min_cost_flow is None:
        raise PlanningError("没有安装 OR-Tools。")
    if (arcs.low > arcs.high).any():
        return None
    supply = np.zeros(arcs.nodes, np.int64)
    np.add.at(supply, arcs.head, arcs.low)
    np.subtract.at(supply, arcs.tail, arcs.low)
    solver = _min_cost_flow.SimpleMinCostFlow()
    numbers = solver.add_arcs_with_capacity_and_unit_cost(
        arcs.tail, arcs.head, arcs.high - arcs.low, cost
    )
    solver.set_nodes_supplies(np.arange(arcs.nodes, dtype=np.int32), supply)
    status = solver.solve()
    if status == solver.INFEASIBLE:
        return None
    if status != solver.OPTIMAL:
        raise PlanningError(f"求解器没有给出结果（{status}）。请减少权重的小数位数后再试。")
    found: Whole = np.asarray(solver.flows(numbers), np.int64) + arcs.low
    return found


def too_long(problem: Problem) -> str:
    """The sentence about weights with more digits than exact arithmetic has room for."""
    worth = problem.worth(int(problem.pairs.weight.max(initial=0)))
    return (
        f"权重共有 {problem.places} 位小数，最大为 {worth:f}，换算成整数后超出精确计算的范围。"
        "请把权重四舍五入到更少的小数位，再运行一次。"
    )
