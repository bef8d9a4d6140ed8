"""The best plan for everybody: who with whom under limits, quotas, musts and fairness. No Django.

    problem = Problem(left, right, pairs, groups, places)
    plan = solve(problem, floor=Floor.SERVED)      # exact; raises Infeasible with a conflict
    plan = solve_stable(problem)                   # where both sides rank
    changes = compare(plan, solve(lock(problem, plan.chosen[:3])))

Words and methods: docs/decisions/0033.
"""

from lianshu.engine.planning.conflicts import find_conflict
from lianshu.engine.planning.model import (
    FORBID,
    FREE,
    MUST,
    NO_LIMIT,
    Conflict,
    Floor,
    Group,
    Infeasible,
    Kind,
    Limit,
    Pairs,
    Plan,
    PlanningError,
    Problem,
    Side,
    SideName,
)
from lianshu.engine.planning.replanning import (
    Change,
    Why,
    alternates,
    compare,
    lock,
    without_partner,
)
from lianshu.engine.planning.scaling import scaled
from lianshu.engine.planning.solving import Unstable, solve, solve_stable
from lianshu.engine.planning.stable import (
    blocking_pairs,
    broken_limits,
    count_blocking,
    stable_plan,
)

__all__ = [
    "FORBID",
    "FREE",
    "MUST",
    "NO_LIMIT",
    "Change",
    "Conflict",
    "Floor",
    "Group",
    "Infeasible",
    "Kind",
    "Limit",
    "Pairs",
    "Plan",
    "PlanningError",
    "Problem",
    "Side",
    "SideName",
    "Unstable",
    "Why",
    "alternates",
    "blocking_pairs",
    "broken_limits",
    "compare",
    "count_blocking",
    "find_conflict",
    "lock",
    "scaled",
    "solve",
    "solve_stable",
    "stable_plan",
    "without_partner",
]
