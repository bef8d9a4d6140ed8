"""The best plan: which method, what fairness asks first, and what to name when there is none."""

from __future__ import annotations

import numpy as np

from lianshu.engine.planning import flow, mip
from lianshu.engine.planning.conflicts import find_conflict
from lianshu.engine.planning.model import (
    FREE,
    MUST,
    Flags,
    Floor,
    Infeasible,
    Limit,
    Plan,
    PlanningError,
    Problem,
    Whole,
)
from lianshu.engine.planning.network import Tree, tree_of
from lianshu.engine.planning.stable import broken_limits, count_blocking, stable_plan


class Unstable(PlanningError):
    """The stable plan breaks `limits`, though another plan would keep all of them."""

    def __init__(self, limits: tuple[Limit, ...]) -> None:
        super().__init__("稳定匹配做得到，但不满足下面的下限或名额。")
        self.limits = limits


def solve(problem: Problem, *, floor: Floor = Floor.NONE, seconds: float = mip.SECONDS) -> Plan:
    """The plan with the greatest total that keeps every limit, after what `floor` asks.

    Of several, one with the most pairs, and of these always the same. By flow where quotas form a
    tree and the extra `solve` is there, else by HiGHS, where `seconds` may end the search with a
    gap. Raises `Infeasible`, or `PlanningError` when the weights have too many digits.
    """
    solver = _Solver(problem, seconds)
    served = floor is not Floor.NONE
    allowed, threshold = None, None
    if floor is Floor.WORST:
        allowed, threshold = _worst(solver)
    found = solver.best(served=served, allowed=allowed)
    if found is None:
        raise _infeasible(problem)
    chosen, bound = found
    total = int(problem.pairs.weight[chosen].sum())
    blocking = count_blocking(problem, chosen) if problem.pairs.ranked else None
    return Plan(
        problem,
        chosen,
        total,
        total if bound is None else bound,
        solver.method,
        blocking=blocking,
        threshold=threshold,
    )


def solve_stable(problem: Problem) -> Plan:
    """The stable plan best for the left. Raises `Infeasible` when no plan at all keeps the
    limits, `Unstable` when only the stable one does not."""
    plan = stable_plan(problem)
    broken = broken_limits(problem, plan.chosen)
    if broken:
        conflict = find_conflict(problem)
        if conflict is not None:
            raise Infeasible(conflict)
        raise Unstable(broken)
    return plan


def _infeasible(problem: Problem) -> PlanningError:
    conflict = find_conflict(problem)
    if conflict is None:
        return PlanningError("求解器说没有方案，核对时却有：请减少权重的小数位后再试。")
    return Infeasible(conflict)


class _Solver:
    """One problem under one method."""

    def __init__(self, problem: Problem, seconds: float) -> None:
        self._problem = problem
        self._seconds = seconds
        tree = tree_of(problem)
        self._tree: Tree | None = tree if flow.available() else None
        self.method = "mip" if self._tree is None else "flow"

    def best(
        self, *, served: bool, allowed: Flags | None = None
    ) -> tuple[Whole, int | None] | None:
        """The chosen pairs and, from HiGHS, the bound; None when there is no plan."""
        if self._tree is not None:
            exact = flow.costs_of(self._problem, served=served) is not None
            if exact or not served:
                chosen = flow.solve_flow(self._problem, self._tree, served=served, allowed=allowed)
                return None if chosen is None else (chosen, None)
            self.method = "mip"
        found = mip.solve_mip(self._problem, served=served, allowed=allowed, seconds=self._seconds)
        return None if found is None else (found.chosen, found.bound)

    @property
    def problem(self) -> Problem:
        """What is solved."""
        return self._problem


def _worst(solver: _Solver) -> tuple[Flags, int | None]:
    """Bottleneck: pairs of at least the greatest weight at which as many of the left as ever have
    a partner and every limit is kept. A must is taken whatever its weight."""
    problem = solver.problem
    pairs = problem.pairs
    everything = solver.best(served=True)
    if everything is None:
        raise _infeasible(problem)
    most = len(np.unique(pairs.left[everything[0]]))
    steps = np.unique(pairs.weight[pairs.rule == FREE])
    low, high = 0, len(steps) - 1
    while low < high:
        middle = (low + high + 1) // 2
        allowed = (pairs.weight >= steps[middle]) | (pairs.rule == MUST)
        found = solver.best(served=True, allowed=allowed)
        if found is not None and len(np.unique(pairs.left[found[0]])) == most:
            low = middle
        else:
            high = middle - 1
    if not len(steps):
        return np.ones(len(pairs), bool), None
    return (pairs.weight >= steps[low]) | (pairs.rule == MUST), int(steps[low])
