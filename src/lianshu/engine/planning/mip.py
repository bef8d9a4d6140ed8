"""The optimum with any limits, by the mixed-integer solver HiGHS that scipy brings.

Used where groups cross, and where the extra `solve` is not installed. HiGHS calculates in floating
point: the total is counted again in whole numbers from the chosen pairs, and the bound that it
proved is rounded down to whole units; where the two differ, the difference is shown as the gap.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, hstack, vstack

from lianshu.engine.planning.flow import most_pairs, too_long
from lianshu.engine.planning.model import Flags, PlanningError, Problem, SideName, Whole
from lianshu.engine.planning.network import Limits, limits_of

SECONDS = 60.0
_EXACT = 2**50
"""Above this, whole numbers and HiGHS's tolerances no longer go together."""


@dataclass(frozen=True)
class Found:
    """The chosen pairs and the bound on the total in units."""

    chosen: Whole
    bound: int


def solve_mip(
    problem: Problem,
    *,
    served: bool = False,
    allowed: Flags | None = None,
    seconds: float = SECONDS,
) -> Found | None:
    """The best plan found within `seconds`, or None when there is none.

    With `served`, first the greatest number of the left with a partner is found and then kept.
    Raises `PlanningError` when the time is over before any plan was found.
    """
    weight = problem.pairs.weight
    most = max(1, most_pairs(problem))
    if int(weight.max(initial=0)) * most >= _EXACT:
        raise PlanningError(too_long(problem))
    limits = limits_of(problem)
    high = limits.pair_high if allowed is None else limits.pair_high * allowed
    high = np.maximum(high, limits.pair_low)
    rows, low, top = _rows(problem, limits)
    lefts = len(problem.left) if served else 0
    if served:
        rows, low, top = _with_served(problem, rows, low, top)
        first = np.concatenate([np.zeros(len(weight)), np.full(lefts, -1.0)])
        reached = _optimise(first, rows, low, top, limits.pair_low, high, lefts, seconds)
        if reached is None:
            return None
        count = csr_array(np.concatenate([np.zeros(len(weight)), np.ones(lefts)])[None, :])
        rows = csr_array(vstack([rows, count]))
        low = np.append(low, round(float(reached[0][len(weight) :].sum())))
        top = np.append(top, lefts)
    # Of plans with the greatest total, one with the most pairs: a share of a unit that stays
    # below one in sum.
    cost = np.concatenate([-(weight + 1 / (2 * (most + 1))), np.zeros(lefts)])
    best = _optimise(cost, rows, low, top, limits.pair_low, high, lefts, seconds)
    if best is None:
        return None
    values, bound = best
    chosen = np.flatnonzero(values[: len(weight)] > 0.5)
    return Found(chosen, max(int(np.floor(-bound + 1e-6)), int(weight[chosen].sum())))


def feasible(problem: Problem, limits: Limits, seconds: float = SECONDS) -> bool:
    """Whether some plan keeps these limits."""
    rows, low, top = _rows(problem, limits)
    if (limits.pair_low > limits.pair_high).any() or (low > top).any():
        return False
    cost = np.zeros(len(problem.pairs))
    found = _optimise(cost, rows, low, top, limits.pair_low, limits.pair_high, 0, seconds)
    return found is not None


def _rows(problem: Problem, limits: Limits) -> tuple[csr_array, Whole, Whole]:
    """One row for each participant and group: the pairs that it counts."""
    size = len(problem.pairs)
    blocks = [
        _counting(problem.pairs.left, len(problem.left)),
        _counting(problem.pairs.right, len(problem.right)),
    ]
    for group in problem.groups:
        side = problem.side(group.side)
        inside = np.zeros(len(side), bool)
        inside[group.members] = True
        blocks.append(csr_array(inside[problem.ends(group.side)].astype(float)[None, :]))
    rows = csr_array(vstack(blocks)) if size else csr_array((0, 0))
    low = np.concatenate([limits.left_low, limits.right_low, limits.group_low])
    top = np.concatenate([limits.left_high, limits.right_high, limits.group_high])
    return rows, low, top


def _counting(ends: Whole, size: int) -> csr_array:
    pairs = len(ends)
    return csr_array((np.ones(pairs), (ends, np.arange(pairs))), shape=(size, pairs))


def _with_served(
    problem: Problem, rows: csr_array, low: Whole, top: Whole
) -> tuple[csr_array, Whole, Whole]:
    """A yes-or-no for each of the left that may be yes only with a partner."""
    lefts = len(problem.left)
    own = _counting(problem.ends(SideName.LEFT), lefts)
    unit = csr_array((-np.ones(lefts), (np.arange(lefts), np.arange(lefts))))
    wide = hstack([rows, csr_array((rows.shape[0], lefts))])
    served = hstack([own, unit])
    return (
        csr_array(vstack([wide, served])),
        np.concatenate([low, np.zeros(lefts, np.int64)]),
        np.concatenate([top, np.full(lefts, len(problem.pairs), np.int64)]),
    )


def _optimise(
    cost: NDArray[np.float64],
    rows: csr_array,
    low: Whole,
    top: Whole,
    pair_low: Whole,
    pair_high: Whole,
    lefts: int,
    seconds: float,
) -> tuple[NDArray[np.float64], float] | None:
    if not len(cost):
        return (np.zeros(0), 0.0) if (low <= 0).all() else None
    if (low > top).any() or (pair_low > pair_high).any():
        return None
    found = milp(
        cost,
        integrality=np.ones(len(cost), np.int64),
        bounds=Bounds(
            np.concatenate([pair_low, np.zeros(lefts)]), np.concatenate([pair_high, np.ones(lefts)])
        ),
        constraints=LinearConstraint(rows, low, top),
        options={"time_limit": seconds, "mip_rel_gap": 0.0},
    )
    if found.status == 2:
        return None
    if found.x is None:
        raise PlanningError(
            f"{seconds:.0f} 秒内没有找到满足条件的方案，也没有证明没有。"
            "请减少分组或可选的配对，再试一次。"
        )
    bound = found.mip_dual_bound if found.mip_dual_bound is not None else found.fun
    return np.asarray(found.x, np.float64), float(bound)
