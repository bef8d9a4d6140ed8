"""The compiled program of policies beside hand-written SQL and openfisca, on synthetic firms.

    .venv/bin/python -m bench.policy [--firms 100000 …] [--full] [--no-openfisca]

The fixed subset: the eight conditions of high-tech enterprises with their score, technology SMEs,
specialised SMEs by the rule of 2026; 24 conditions, three verdicts, two scores, on 2026-06-01.
Every contender reads the same two Parquet files and writes one row a firm, alone in a process of
its own, with the same memory for DuckDB (`--memory`). First every outcome of the program must be
that of the SQL (`policy_peer.sql`), and on a sample that of the interpreter; openfisca, which
computes in 32-bit floats and knows no unknown, is compared where everything is known, and what
turns over is counted. Ratios are of processor seconds; openfisca, which has one thread, is
measured by the clock, and by both it is shown.

`--full` is a million firms (at most 2 times the SQL) and ten million (at most 1.5 times, at least
twice as fast as openfisca by the clock, under 1.5 GB). Exits with 1 when a bar is missed. Needs
the extra `bench` for openfisca. The whole national pack is shown beside, up to a million firms.
"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Final

from bench.policy_agreement import flips, interpreted, the_same
from bench.policy_firms import DAY, Tables, write_firms
from bench.policy_runs import Run, alone, national, subset
from lianshu.engine.expressions import walk
from lianshu.engine.expressions.tree import OfHoldings
from lianshu.engine.expressions.vector.shape import fact_cells
from lianshu.engine.policy.loading import Pack
from lianshu.engine.policy.program import trees_of

MILLION: Final = 1_000_000
BARS: Final = {MILLION: 2.0, 10 * MILLION: 1.5}
OPENFISCA: Final = 2.0
MOST_MEMORY: Final = 1500
SAMPLE: Final = 2_000


def tables(folder: Path, pack: Pack, firms: int, seed: int) -> Tables:
    """Write the firms; up to a million with everything the national pack reads."""
    policies = pack.policies if firms <= MILLION else subset(pack)
    trees = [tree for one in policies for tree in trees_of(one)]
    kinds = {one.kind for tree in trees for one in walk(tree) if isinstance(one, OfHoldings)}
    cells = fact_cells(trees, DAY)
    return write_firms(folder, firms, pack.dictionary, cells=cells, kinds=sorted(kinds), seed=seed)


def middle(runs: Sequence[Run]) -> Run:
    """The run with the middle processor seconds, with the greatest peak of all."""
    chosen = sorted(runs, key=lambda one: one.seconds)[len(runs) // 2]
    peak = max(one.peak for one in runs)
    return Run(chosen.seconds, chosen.clock, chosen.prepared, chosen.made, peak)


def show(name: str, run: Run, firms: int, note: str = "") -> None:
    """One line of the table."""
    rate = firms / run.clock / 1000
    times = f"{run.seconds:8.1f} s processor {run.clock:8.1f} s clock"
    print(f"  {name:<20}{times} {rate:7.0f} thousand/s {run.peak:6.0f} MB{note}")


def measure(folder: Path, made: Tables, options: argparse.Namespace) -> bool:
    """Compare, time, print; whether every bar holds."""
    place, firms = str(folder), made.firms
    runs: dict[str, list[Run]] = {"ours": [], "by_hand": [], "openfisca": []}
    for _ in range(options.rounds):
        runs["ours"].append(alone("ours", place, options.memory, "subset"))
        runs["by_hand"].append(alone("by_hand", place, options.memory))
    cells = the_same(folder)
    print(f"  program and SQL agree on {cells} outcomes and ends of scores of {firms} firms")
    print(f"  interpreter and program agree on {interpreted(folder, SAMPLE)} firms")
    ours, by_hand = middle(runs["ours"]), middle(runs["by_hand"])
    note = f"; before: read, compiled {ours.made:.1f} s"
    show("compiled program", ours, firms, note)
    show("SQL by hand", by_hand, firms)
    good = True
    ratio = median(
        one.seconds / other.seconds
        for one, other in zip(runs["ours"], runs["by_hand"], strict=True)
    )
    bar = next((BARS[size] for size in sorted(BARS, reverse=True) if firms >= size), None)
    print(
        f"  program to SQL      {ratio:6.2f}   "
        + (f"at most {bar}" if bar else "no bar below a million firms")
    )
    good &= bar is None or ratio <= bar
    if not options.no_openfisca:
        good &= with_openfisca(folder, made, ours)
    if firms >= max(BARS):
        print(f"  peak                {ours.peak:6.0f}   MB, under {MOST_MEMORY}")
        good &= ours.peak < MOST_MEMORY
    if firms <= MILLION:
        show("whole national pack", alone("ours", place, options.memory, "pack"), firms)
    return good


def with_openfisca(folder: Path, made: Tables, ours: Run) -> bool:
    """Time openfisca; whether the program is fast enough beside it."""
    run = alone("openfisca", str(folder))
    show("openfisca-core", run, made.firms)
    compared, changed = flips(folder)
    told = ", ".join(f"{name} {count}" for name, count in changed.items() if count)
    wrong = sum(changed.values())
    print(f"  openfisca differs in {wrong} of {compared} outcomes where all is known: {told}")
    ratio = run.clock / ours.clock
    by_processor = run.seconds / ours.seconds
    print(
        f"  openfisca to program {ratio:5.2f}   by the clock, {by_processor:.2f} by processor "
        f"seconds; at least {OPENFISCA} from {max(BARS)} firms"
    )
    return made.firms < max(BARS) or ratio >= OPENFISCA


def main() -> None:
    """Measure and print; exits with 1 when a bar is missed."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--firms", type=int, nargs="*", default=[100_000])
    arguments.add_argument("--full", action="store_true", help="a million and ten million firms")
    arguments.add_argument("--memory", default="850MB", help="memory limit of DuckDB")
    arguments.add_argument("--rounds", type=int, default=1)
    arguments.add_argument("--no-openfisca", action="store_true")
    arguments.add_argument("--seed", type=int, default=20260601)
    options = arguments.parse_args()
    pack, good = national(), True
    for firms in sorted(BARS) if options.full else options.firms:
        folder = Path(tempfile.mkdtemp(prefix="lianshu-policies-"))
        try:
            made = tables(folder, pack, firms, options.seed)
            load = f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
            print(f"{made.firms} firms, {made.items} items; {load}")
            good &= measure(folder, made, options)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    if not good:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
