"""Planning at city size beside scipy: the exact optimum, deferred acceptance, published instances.

    .venv/bin/python -m bench.plan [--left 20000] [--right 100000] [--pairs 1000000] [--seed 6]

One run, one machine, equal inputs. The optimum of one-to-one pairs is compared with scipy's
`min_weight_full_bipartite_matching` (a partner of weight 0 for everybody lets it leave people
out); plans with capacities and quotas with scipy's `linprog` (HiGHS), whose optimum of such a
network is whole (a tenth of the size, as the whole took it six minutes on a busy machine). Totals
must be equal. Seconds are processor seconds, so that a busy machine does not decide; each figure is
taken in a process of its own, so that its memory is its own. `lianshu plan` on files is measured
as a whole process.
Exits with 1 when a bar is missed: 3 s and 400 MB for the optimum, 1 s and no blocking pair for
deferred acceptance, instances solved as published.
"""

import argparse
import json
import multiprocessing
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import coo_array, csr_array, vstack
from scipy.sparse.csgraph import min_weight_full_bipartite_matching

from lianshu.engine.planning import (
    NO_LIMIT,
    Group,
    Infeasible,
    Pairs,
    Problem,
    Side,
    SideName,
    solve,
    solve_stable,
)

SECONDS, MEGABYTES, STABLE_SECONDS = 3.0, 400, 1.0
DATA = Path(os.environ.get("LIANSHU_DATA", "../shared/data")) / "assignment"


Answer = tuple[int, int | None]
"""Total in units and, of ours, how many pairs block."""


@dataclass(frozen=True)
class Size:
    """How large the instances are, and from which seed."""

    left: int
    right: int
    pairs: int
    seed: int


def _pairs(size: Size) -> Pairs:
    """Random pairs without repeats, weights of 0 to 1 in steps of 0.0001, ranks of both sides."""
    rng = np.random.default_rng(size.seed)
    drawn = rng.integers(0, size.left * size.right, int(size.pairs * 1.1))
    # The first come, so that no part of the range is preferred.
    _, first = np.unique(drawn, return_index=True)
    keys = np.sort(drawn[np.sort(first)[: size.pairs]])
    left, right = np.divmod(keys, size.right)
    count = len(keys)
    return Pairs(
        left,
        right,
        rng.integers(0, 10_001, count),
        np.zeros(count, np.int64),
        rng.permutation(count) + 1,
        rng.permutation(count) + 1,
        np.arange(2, count + 2),
    )


def _side(name: SideName, count: int, high: np.typing.NDArray[np.int64]) -> Side:
    ids = tuple(f"{name.value[0]}{number}" for number in range(count))
    zero = np.zeros(count, np.int64)
    return Side(name, ids, zero, high, zero)


def one_to_one(size: Size) -> Problem:
    """Everybody has at most one partner."""
    return Problem(
        _side(SideName.LEFT, size.left, np.ones(size.left, np.int64)),
        _side(SideName.RIGHT, size.right, np.ones(size.right, np.int64)),
        _pairs(size),
        places=4,
    )


def with_quotas(size: Size) -> Problem:
    """One to four partners on the left, one or two on the right, ten districts with a quota."""
    rng = np.random.default_rng(size.seed + 1)
    groups = tuple(
        Group(
            f"district {at}",
            SideName.LEFT,
            np.arange(at, size.left, 10),
            size.left // 20,
            size.left // 5,
        )
        for at in range(10)
    )
    return Problem(
        _side(SideName.LEFT, size.left, rng.integers(1, 5, size.left)),
        _side(SideName.RIGHT, size.right, rng.integers(1, 3, size.right)),
        _pairs(size),
        groups,
        places=4,
    )


def part(size: Size) -> Problem:
    """A tenth of the same, as linear programs of the whole take minutes."""
    return with_quotas(Size(size.left // 10, size.right // 10, size.pairs // 10, size.seed))


def scarce(size: Size) -> Problem:
    """The other way round: the many ask for the seats of the few, so most are turned down."""
    base = one_to_one(size)
    pairs = base.pairs
    turned = Pairs(
        pairs.right, pairs.left, pairs.weight, pairs.rule, pairs.left_rank, pairs.right_rank
    )
    return Problem(
        _side(SideName.LEFT, size.right, np.ones(size.right, np.int64)),
        _side(SideName.RIGHT, size.left, np.full(size.left, 2, np.int64)),
        turned,
    )


def scipy_matching(problem: Problem) -> int:
    """The optimum of one-to-one pairs by scipy's algorithm for sparse weights (LAPJVsp)."""
    lefts, rights = len(problem.left), len(problem.right)
    pairs = problem.pairs
    own = np.arange(lefts)
    # The method reads 0 as no edge, so every weight is one higher, also that of having nobody.
    rows = np.concatenate([pairs.left, own])
    columns = np.concatenate([pairs.right, rights + own])
    weights = np.concatenate([pairs.weight + 1, np.ones(lefts, np.int64)])
    graph = csr_array((weights, (rows, columns)), shape=(lefts, rights + lefts))
    chosen = min_weight_full_bipartite_matching(graph, maximize=True)
    return int(graph[chosen].sum()) - lefts


def scipy_linprog(problem: Problem) -> int:
    """The optimum with capacities and quotas as a linear program; its corners are whole."""
    pairs, size = problem.pairs, len(problem.pairs)
    every = np.arange(size)
    rows = [
        coo_array((np.ones(size), (ends, every)), shape=(len(side), size))
        for ends, side in ((pairs.left, problem.left), (pairs.right, problem.right))
    ]
    high = [problem.left.high, problem.right.high]
    for group in problem.groups:
        inside = np.isin(pairs.left, group.members).astype(float)[None, :]
        rows += [coo_array(inside), coo_array(-inside)]
        high += [np.array([group.high]), np.array([-group.low])]
    found = linprog(
        -pairs.weight, A_ub=csr_array(vstack(rows)), b_ub=np.concatenate(high), bounds=(0, 1)
    )
    return round(-found.fun)


def _measured(
    task: str, size: Size, answers: "multiprocessing.Queue[tuple[Answer, float, float]]"
) -> None:
    make, work = TASKS[task]
    problem = make(size)
    started = time.process_time()
    answer = work(problem)
    seconds = time.process_time() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    answers.put((answer, seconds, peak))


def _ours(problem: Problem) -> Answer:
    plan = solve(problem)
    return plan.total, plan.blocking


def _ours_stable(problem: Problem) -> Answer:
    plan = solve_stable(problem)
    return plan.total, plan.blocking


def _conflict(problem: Problem) -> Answer:
    """How many limits are named when one district must have more than its members can."""
    crowded = replace(problem.groups[3], low=9 * problem.groups[3].low, high=NO_LIMIT)
    groups = (*problem.groups[:3], crowded, *problem.groups[4:])
    try:
        return solve(replace(problem, groups=groups)).total, None
    except Infeasible as error:
        assert error.conflict.proved
        return len(error.conflict.limits), None


TASKS: dict[str, tuple[Callable[[Size], Problem], Callable[[Problem], Answer]]] = {
    "optimum, one to one": (one_to_one, _ours),
    "scipy, one to one": (one_to_one, lambda one: (scipy_matching(one), None)),
    "optimum, quotas": (with_quotas, _ours),
    "optimum, quotas, part": (part, _ours),
    "scipy, quotas, part": (part, lambda one: (scipy_linprog(one), None)),
    "conflict, limits named": (with_quotas, _conflict),
    "stable, seats enough": (one_to_one, _ours_stable),
    "stable, seats scarce": (scarce, _ours_stable),
}


def measure(task: str, size: Size) -> tuple[Answer, float, float]:
    """Answer, seconds and peak memory in MB of one task in a process of its own."""
    context = multiprocessing.get_context("spawn")
    answers = context.Queue()
    worker = context.Process(target=_measured, args=(task, size, answers))
    worker.start()
    answer, seconds, peak = answers.get()
    worker.join()
    print(f"{task:<24}{seconds:8.2f} s {peak:8.0f} MB   {answer}")
    return answer, seconds, peak


def files(size: Size, folder: Path) -> tuple[float, float, str]:
    """Seconds, peak memory and last words of `lianshu plan` on files of this size."""
    problem = with_quotas(size)
    pairs, left, right = folder / "pairs.csv", problem.left, problem.right
    with pairs.open("w", encoding="utf-8") as stream:
        stream.write("left_id,right_id,weight\n")
        for one, other, weight in zip(
            problem.pairs.left, problem.pairs.right, problem.pairs.weight, strict=True
        ):
            stream.write(f"{left.ids[one]},{right.ids[other]},{weight / 10_000:.4f}\n")
    with (folder / "capacity.csv").open("w", encoding="utf-8") as stream:
        stream.write("side,id,min,max\n")
        for side in (left, right):
            for name, high in zip(side.ids, side.high, strict=True):
                stream.write(f"{side.name.value},{name},0,{high}\n")
    with (folder / "groups.csv").open("w", encoding="utf-8") as stream:
        stream.write("side,id,group,min,max\n")
        for group in problem.groups:
            for member in group.members:
                stream.write(f"left,{left.ids[member]},{group.name},{group.low},{group.high}\n")
    run = "import sys; from lianshu.cli import main; sys.exit(main())"
    command = [
        *(sys.executable, "-c", run, "plan", str(pairs)),
        *("--capacity", str(folder / "capacity.csv"), "--groups", str(folder / "groups.csv")),
        *("--out", str(folder / "plan.csv")),
    ]
    command = ["/usr/bin/env", "time", "-f", "%U %S %M", *command]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"lianshu plan ended with {done.returncode}: {done.stderr}")
    lines = done.stderr.strip().splitlines()
    user, system, peak = lines[-1].split()
    return float(user) + float(system), int(peak) / 1024, lines[0]


def published() -> bool | None:
    """Whether the instances of `assignment` come out as published; None without the data."""
    path = DATA / "hospital_resident_examples.json"
    if not path.is_file():
        print(f"published instances: none in {DATA}")
        return None
    good = True
    for instance in json.loads(path.read_text("utf-8")):
        plan = solve_stable(hospitals(instance, instance["capacity"]))
        found: dict[str, list[str]] = {place: [] for place in instance["hospitals"]}
        for at in plan.chosen:
            pairs = plan.problem.pairs
            place = plan.problem.right.ids[pairs.right[at]]
            found[place].append(plan.problem.left.ids[pairs.left[at]])
        right = {k: sorted(v) for k, v in found.items()} == {
            k: sorted(v) for k, v in instance["expected"].items()
        }
        good &= right and plan.blocking == 0
        print(f"{instance['name']:<40} {'as published' if right else f'differs: {found}'}")
    large = json.loads((DATA / "hospital_resident_100x50.json").read_text("utf-8"))
    plan = solve_stable(hospitals(large, 1))
    print(f"100 × 50: {len(plan.chosen)} pairs, {plan.blocking} blocking")
    return good and plan.blocking == 0


def hospitals(instance: dict[str, dict[str, list[object]]], capacity: int) -> Problem:
    """Residents on the left, hospitals with `capacity` seats on the right."""
    residents = list(instance["residents"])
    places = list(instance["hospitals"])
    rows = []
    for one, wanted in instance["residents"].items():
        for number, place in enumerate(map(str, wanted), 1):
            order = [str(each) for each in instance["hospitals"][place]]
            if one in order:
                rows.append((residents.index(one), places.index(place), number, order.index(one)))
    table = np.array(rows, np.int64).reshape(-1, 4)
    ones, zeros = np.ones(len(table), np.int64), np.zeros(len(table), np.int64)
    pairs = Pairs(table[:, 0], table[:, 1], ones, zeros, table[:, 2], table[:, 3] + 1)

    def side(name: SideName, ids: list[str], high: int) -> Side:
        nothing = np.zeros(len(ids), np.int64)
        return Side(name, tuple(ids), nothing, nothing + high, nothing)

    return Problem(side(SideName.LEFT, residents, 1), side(SideName.RIGHT, places, capacity), pairs)


def main() -> int:
    """Print the figures; 1 when a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--left", type=int, default=20_000)
    parser.add_argument("--right", type=int, default=100_000)
    parser.add_argument("--pairs", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=6)
    given = parser.parse_args()
    size = Size(given.left, given.right, given.pairs, given.seed)
    print(f"{size}, load {os.getloadavg()[0]:.1f}")
    missed = []
    for kind, scipy in (("one to one", "one to one"), ("quotas", None), ("quotas, part",) * 2):
        (total, _blocking), seconds, peak = measure(f"optimum, {kind}", size)
        if seconds > SECONDS or peak > MEGABYTES:
            missed.append(kind)
        if scipy is not None:
            (theirs, _none), others, _peak = measure(f"scipy, {scipy}", size)
            same = "equal" if total == theirs else "DIFFER"
            print(f"  totals {same}, scipy takes {others / seconds:.1f} times as long")
            if total != theirs:
                missed.append(f"{kind} differs")
    measure("conflict, limits named", size)
    for kind in ("seats enough", "seats scarce"):
        (_total, blocking), seconds, _peak = measure(f"stable, {kind}", size)
        if blocking != 0 or seconds > STABLE_SECONDS:
            missed.append(kind)
    with tempfile.TemporaryDirectory() as folder:
        seconds, peak, words = files(size, Path(folder))
    print(f"{'lianshu plan, files':<24}{seconds:8.2f} s {peak:8.0f} MB   {words}")
    if published() is False:
        missed.append("published instances")
    print(f"load {os.getloadavg()[0]:.1f}; " + (f"MISSED: {missed}" if missed else "all kept"))
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
