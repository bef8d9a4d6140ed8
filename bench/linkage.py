"""Linkage: short names of listed firms, synthetic noisy names, a million firms, changes.

    .venv/bin/python -m bench.linkage [--data ../shared/data] [--only a,b,halves,c,large,change]

F1 is over the best candidate of each row whatever its decision (none is a miss); auto is over rows
decided `match`. Beside it, in the same run: Splink, Jaro-Winkler, the ordered-subsequence rule,
the exact name. `halves` learns the coefficients on one half of the listed firms and asks the other,
both ways. Exits with 1 when a bar is missed; parts a, b and halves do nothing without the data.
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from bench import linkage_peers as peers
from bench.linkage_names import Maker
from bench.linkage_training import SYNTHETIC, case, fit, half_of, listed, short_tasks
from lianshu.engine.linkage import Index, Link, Record, link, relink, scoring

ROOT = Path(__file__).resolve().parent.parent
PARTS = ("a", "b", "halves", "c", "large", "change")
BARS = {"a": 0.97, "b": 0.97, "rest": 0.60, "c": 0.94}
PRECISION, SHARE = 0.995, 0.90
SECONDS_C, SECONDS_LARGE, SECONDS_CHANGE, GIGABYTES = 20.0, 600.0, 10.0, 8.0

Rows = Sequence[Record]


def f1(answers: Sequence[str], truth: Sequence[str]) -> float:
    """2 · right / (answered + asked)."""
    right = sum(a == t for a, t in zip(answers, truth, strict=True))
    return 2 * right / (sum(map(bool, answers)) + len(truth))


def auto(links: Sequence[Link], truth: Sequence[str]) -> tuple[float, float]:
    """(precision, share) of what is decided without a person."""
    sure = [(e.entity_id, t) for e, t in zip(links, truth, strict=True) if e.decision == "match"]
    right = sum(found == wanted for found, wanted in sure)
    return right / max(len(sure), 1), len(sure) / max(len(links), 1)


def ours(rows: Rows, register: Rows) -> tuple[list[Link], float]:
    """Links and seconds, the index included."""
    start = time.perf_counter()
    links = link(rows, Index.build(register))
    return links, time.perf_counter() - start


def beside(rows: Rows, register: Rows, truth: Sequence[str], *, full: bool) -> None:
    """The peers' F1 and seconds."""
    methods: dict[str, Callable[[], list[str]]] = {
        "exact name": lambda: peers.exact(rows, register),
        "Splink": lambda: peers.splink(rows, register, full=full),
    }
    if not full:
        methods["subsequence"] = lambda: peers.subsequence(rows, register)
        methods["Jaro-Winkler"] = lambda: peers.jaro_winkler(rows, register)
    for name, method in methods.items():
        start = time.perf_counter()
        answers = method()
        print(f"  {name:13} F1 {f1(answers, truth):.4f} ({time.perf_counter() - start:.1f} s)")


def report(name: str, links: Sequence[Link], truth: Sequence[str], seconds: float) -> float:
    """Print and return F1."""
    figure = f1([each.entity_id for each in links], truth)
    precision, share = auto(links, truth)
    print(
        f"{name}: {len(links)} rows, F1 {figure:.4f}, precision_auto {precision:.4f}, "
        f"share_auto {share:.4f}, {seconds:.1f} s (load {os.getloadavg()[0]:.1f})"
    )
    return figure


def short(name: str, rows: Sequence[dict[str, str]]) -> bool:
    """Case a or b."""
    asked, register = case(rows, name)
    truth = [each.id for each in asked]
    links, seconds = ours(asked, register)
    figure = report(f"({name})", links, truth, seconds)
    precision, share = auto(links, truth)
    met = figure >= BARS[name] and precision >= PRECISION and share >= SHARE
    if name == "b":
        met &= _apart(asked, register, links, rows)
    beside(asked, register, truth, full=False)
    return met


def _apart(
    asked: Rows, register: Rows, links: Sequence[Link], rows: Sequence[dict[str, str]]
) -> bool:
    """Rows equal to an alias, the rest, and of it those that share two characters."""
    full = {row["code"]: row["full_name_2021"] for row in rows}
    aliases = {each.id: each.aliases for each in register}
    kinds: dict[str, list[int]] = {"equal to an alias": [], "the rest": [], "sharing two": []}
    for at, row in enumerate(asked):
        if row.name in aliases[row.id]:
            kinds["equal to an alias"].append(at)
            continue
        kinds["the rest"].append(at)
        if len(set(row.name) & set(full[row.id])) >= 2:
            kinds["sharing two"].append(at)
    figures = {}
    for kind, places in kinds.items():
        chosen = [links[at] for at in places]
        figures[kind] = report(f"  {kind}", chosen, [asked[at].id for at in places], 0)
    return figures["sharing two"] >= BARS["rest"]


def halves(rows: Sequence[dict[str, str]]) -> bool:
    """Coefficients learned on one half of the firms, asked of the other."""
    shipped = scoring.model()
    figures: dict[str, list[tuple[Link, str]]] = {"a": [], "b": []}
    for half in (0, 1):
        found = fit(short_tasks(rows, shipped.weights, 1 - half))
        for name in SYNTHETIC:
            at = scoring.REGIMES.index(name)
            found[at] = shipped.coefficients[at]
        made = dataclasses.replace(shipped, coefficients=found.astype(np.float32))
        with Using(made):
            for name, kept in figures.items():
                asked, register = case(rows, name)
                for row, each in zip(asked, link(asked, Index.build(register)), strict=True):
                    if half_of(row.id) == half:
                        kept.append((each, row.id))
    met = True
    for name, kept in figures.items():
        links, truth = [each for each, _ in kept], [id for _, id in kept]
        report(f"halves ({name})", links, truth, 0)
        met &= auto(links, truth)[0] >= PRECISION
    return met


class Using:
    """Another model for the time being."""

    def __init__(self, made: scoring.Model) -> None:
        self._made = made

    def __enter__(self) -> None:
        from lianshu.engine.linkage import index, linking, searching

        self._places = [(place, place.model) for place in (index, linking, searching)]
        for place, _ in self._places:
            place.model = lambda: self._made

    def __exit__(self, *_: object) -> None:
        for place, kept in self._places:
            place.model = kept


def noisy() -> bool:
    """Case c: 20,000 rows, 200,000 firms."""
    maker = Maker(3)
    made = maker.register(200_000)
    asked, truth = maker.list_of(made, 20_000)
    register = [each for each, _ in made]
    links, seconds = ours(asked, register)
    figure = report("(c)", links, truth, seconds)
    beside(asked, register, truth, full=True)
    return figure >= BARS["c"] and seconds < SECONDS_C


def large() -> bool:
    """100,000 rows, a million firms, in a process of its own so that its memory is its own."""
    run = [sys.executable, "-m", "bench.linkage", "--only", "million"]
    return subprocess.run(run, cwd=ROOT, check=False).returncode == 0


def million() -> bool:
    """What `large` runs."""
    maker = Maker(4)
    made = maker.register(1_000_000)
    asked, truth = maker.list_of(made, 100_000)
    register = [each for each, _ in made]
    links, seconds = ours(asked, register)
    report("large", links, truth, seconds)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"  {len(register)} firms, {memory:.1f} GB at most")
    return seconds < SECONDS_LARGE and memory < GIGABYTES


def change() -> bool:
    """1,000 new firms come to a million; what they touch is asked anew, nothing else moves."""
    maker = Maker(5)
    made = maker.register(1_001_000)
    asked, _ = maker.list_of(made, 20_000)
    register = [each for each, _ in made]
    chosen = {int(n) for n in np.random.default_rng(6).permutation(len(register))[:1000]}
    new = [register[n] for n in sorted(chosen)]
    index = Index.build(each for n, each in enumerate(register) if n not in chosen)
    before = link(asked, index)
    start = time.perf_counter()
    for record in new:
        index.put(record)
    after = relink(asked, before, index, [each.id for each in new])
    seconds = time.perf_counter() - start
    ids = {each.id for each in new}
    moved = [(b, a) for b, a in zip(before, after, strict=True) if b.entity_id != a.entity_id]
    to_new = sum(a.entity_id in ids for _, a in moved)
    asked_anew = sum(b is not a for b, a in zip(before, after, strict=True))
    start = time.perf_counter()
    whole = link(asked, index)
    again = time.perf_counter() - start
    differ = sum(
        (w.entity_id, w.decision) != (a.entity_id, a.decision)
        for w, a in zip(whole, after, strict=True)
    )
    print(
        f"change: {seconds:.1f} s, {asked_anew} of {len(asked)} rows anew, {len(moved)} moved, "
        f"{to_new} of them to new firms; all asked again {again:.1f} s, {differ} differ"
    )
    return seconds < SECONDS_CHANGE and differ * 1000 <= len(asked)


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    default = os.environ.get("LIANSHU_DATA", str(ROOT.parent / "shared" / "data"))
    options.add_argument("--data", type=Path, default=Path(default))
    options.add_argument("--only", default=",".join(PARTS))
    given = options.parse_args()
    chosen = given.only.split(",")
    known = (given.data / "names").is_dir()
    rows = listed(given.data) if known else []
    if not known:
        print(f"a, b and halves left out: {given.data / 'names'} is absent (set LIANSHU_DATA)")
    parts: dict[str, Callable[[], bool]] = {
        "a": lambda: not known or short("a", rows),
        "b": lambda: not known or short("b", rows),
        "halves": lambda: not known or halves(rows),
        "c": noisy,
        "large": large,
        "million": million,
        "change": change,
    }
    missed = [name for name in chosen if not parts[name]()]
    if missed:
        print(f"bars missed: {', '.join(missed)}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
