"""Learn the coefficients of `engine/linkage` and write `data/model.json`.

    .venv/bin/python -m bench.linkage_training [--data ../shared/data] [--out FILE]

Short names: the cases (a) and (b) of `bench/linkage.py`. Full names: synthetic ones with another
seed than the bench's. A multinomial logit over the candidates of a row and "none"; each row also
counts, with less weight, without its true firm, so that "none" is learned. Of the names only
frequencies of characters and coefficients stay.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import sys
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.optimize import minimize

from bench.linkage_names import Maker
from lianshu.engine.linkage import Record
from lianshu.engine.linkage.blocking import Postings
from lianshu.engine.linkage.comparing import FEATURES, Evidence, compare
from lianshu.engine.linkage.forms import forms_of
from lianshu.engine.linkage.names import take_apart
from lianshu.engine.linkage.scoring import REGIMES, VERSION, regimes
from lianshu.engine.linkage.searching import MOST

ROOT = Path(__file__).resolve().parent.parent
MODEL = ROOT / "src/lianshu/engine/linkage/data/model.json"
WITHOUT, RIDGE, UNIT = 0.2, 0.1, 8
DECIDING = {"accept": 0.8, "gap": 0.6, "floor": 0.1, "claimed": 3.0}
AGAINST = (
    *("lost", "lost_share", "breaks", "brand_lost", "trade_lost", "place_differs"),
    *("legal_differs", "brand_one_short", "sparse", "lost_first", "letter_lost", "first_lost"),
)
FOR = ("shared", "core_equal", "brand_whole")
"""The first never count for a pair, the second never against it: coefficients that offset each
other on the names learned from go astray on longer ones. Other evidence is free."""
SUFFIXES = "厂店社行部所院会校馆站"
"""Listed firms do not end so, many others do: as common as a trade."""
SYNTHETIC = ("full", "short_placed")
"""What listed firms say nothing about is learned from synthetic names."""


def half_of(id: str) -> int:
    """0 or 1, by the id alone."""
    return zlib.crc32(id.encode()) % 2


def listed(data: Path) -> list[dict[str, str]]:
    """The rows of the listed firms whose full name is known."""
    with (data / "names/listed_name_history.csv").open(encoding="utf-8-sig") as stream:
        return [row for row in csv.DictReader(stream) if row["full_name_2021"]]


def case(rows: Sequence[dict[str, str]], name: str) -> tuple[list[Record], list[Record]]:
    """List and register of case a or b; ids are equal where the firm is."""
    asked, register = [], []
    for row in rows:
        earlier = (row["short_2019_05"], row["short_2021_10"])
        aliases = tuple(dict.fromkeys(filter(None, earlier))) if name == "b" else ()
        register.append(Record(row["code"], row["full_name_2021"], aliases=aliases))
        short = row["short_2024_11" if name == "b" else "short_2021_10"]
        if short:
            asked.append(Record(row["code"], short))
    return asked, register


def rarity(names: Sequence[str]) -> tuple[dict[str, float], float]:
    """How rare characters are in names, in steps, and for all others."""
    seen = Counter(letter for name in names for letter in set(take_apart(name).core))
    scale = (len(names) + 1) / np.array([count + 1 for count in seen.values()])
    steps = np.round(np.clip(np.log2(scale), 0.5, 9) / 3 * UNIT) / UNIT
    found = dict(zip(seen, steps.tolist(), strict=True))
    return found | {letter: min(found.get(letter, 1.0), 1.0) for letter in SUFFIXES}, 3.0


@dataclass
class Task:
    """Pairs of a list and a register: evidence by kind of pair, and which are true."""

    row: np.ndarray
    values: np.ndarray
    true: np.ndarray
    rows: int
    weight: float = 1.0


def task(
    asked: Sequence[Record],
    register: Sequence[Record],
    truth: Sequence[str],
    weights: np.ndarray,
    chosen: np.ndarray,
    weight: float,
) -> list[Task]:
    """The best pair of names of each row and firm; once with the true firm, once without."""
    left, right = forms_of(asked), forms_of(register)
    pairs = list(Postings(right, weights).pairs(left, MOST))
    at = np.concatenate([each[0] for each in pairs])
    to = np.concatenate([each[1] for each in pairs])
    keep = chosen[left.owner[at]]
    at, to = at[keep], to[keep]
    evidence = compare(left, at, right, to, weights)
    guess = 10 * evidence.column("core_equal") + evidence.column("shared")
    guess = guess - evidence.column("lost")
    row, firm = left.owner[at], right.owner[to]
    order = np.lexsort((-guess, firm, row))
    new = np.ones(len(order), bool)
    new[1:] = (np.diff(row[order]) != 0) | (np.diff(firm[order]) != 0)
    best = order[new]
    kinds = regimes(Evidence(evidence.values[best]), left, at[best], right, to[best])
    values = np.zeros((len(best), len(REGIMES), len(FEATURES)))
    values[np.arange(len(best)), kinds] = evidence.values[best]
    values = values.reshape(len(best), -1)
    ids = np.array([each.id for each in register])
    true = ids[firm[best]] == np.array(truth)[row[best]]
    whole = Task(row[best], values, true, len(asked), weight)
    lacking = Task(row[best][~true], values[~true], true[~true], len(asked), weight * WITHOUT)
    return [whole, lacking]


def fit(tasks: Sequence[Task]) -> np.ndarray:
    """Coefficients by kind of pair."""

    def loss(at: np.ndarray) -> tuple[float, np.ndarray]:
        total, slope = RIDGE * float(at @ at), 2 * RIDGE * at
        for each in tasks:
            score = each.values @ at
            top = np.zeros(each.rows)
            np.maximum.at(top, each.row, score)
            odds = np.exp(score - top[each.row])
            every = np.exp(-top) + np.bincount(each.row, odds, each.rows)
            total += each.weight * float((top + np.log(every)).sum() - score[each.true].sum())
            slope = slope + each.weight * each.values.T @ (odds / every[each.row] - each.true)
        return total, slope

    start = np.zeros(len(REGIMES) * len(FEATURES))
    steps = {"maxiter": 4_000, "maxfun": 6_000}
    ends = [
        (None if name in AGAINST else 0 if name in FOR else None, 0 if name in AGAINST else None)
        for name in FEATURES
    ]
    bounds = ends * len(REGIMES)
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options=steps)
    print(f"{found.nit} steps, {found.message}")
    return found.x.reshape(len(REGIMES), len(FEATURES))


def table_of(steps: dict[str, float], others: float) -> np.ndarray:
    """A weight for each character code."""
    weights = np.full(1 << 16, others, np.float32)
    for letter, weight in steps.items():
        weights[ord(letter)] = weight
    weights[0] = 0
    return weights


def short_tasks(
    rows: Sequence[dict[str, str]], weights: np.ndarray, half: int | None
) -> list[Task]:
    """The tasks of cases a and b, of one half or of all rows."""
    made = []
    for name in "ab":
        asked, register = case(rows, name)
        chosen = np.array([half is None or half_of(each.id) == half for each in asked])
        made += task(asked, register, [each.id for each in asked], weights, chosen, 1.0)
    return made


def full_tasks(weights: np.ndarray, *, firms: int = 60_000, rows: int = 6_000) -> list[Task]:
    """The tasks of synthetic full names."""
    maker = Maker(20_261)
    register = maker.register(firms)
    asked, truth = maker.list_of(register, rows)
    chosen = np.ones(len(asked), bool)
    return task(asked, [each for each, _ in register], truth, weights, chosen, 0.5)


def learnt(rows: Sequence[dict[str, str]], weights: np.ndarray, half: int | None) -> np.ndarray:
    """Coefficients of short names from listed firms, of full names from synthetic ones."""
    found = fit(short_tasks(rows, weights, half))
    full = fit(full_tasks(weights))
    for name in SYNTHETIC:
        found[REGIMES.index(name)] = full[REGIMES.index(name)]
    return found


def written(coefficients: np.ndarray, steps: dict[str, float], others: float) -> str:
    """The model as its file says it."""
    classes: dict[float, list[str]] = {}
    for letter, weight in steps.items():
        if weight != others:
            classes.setdefault(weight, []).append(letter)
    rows = np.round(coefficients, 4).tolist()
    data = {
        "version": VERSION,
        "features": list(FEATURES),
        "coefficients": dict(zip(REGIMES, rows, strict=True)),
        **DECIDING,
        "weight_of_others": others,
        "weights": {str(w): "".join(sorted(classes[w])) for w in sorted(classes)},
    }
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    default = os.environ.get("LIANSHU_DATA", str(ROOT.parent / "shared" / "data"))
    options.add_argument("--data", type=Path, default=Path(default))
    options.add_argument("--out", type=Path, default=MODEL)
    options.add_argument("--half", type=int, choices=(0, 1), help="learn from one half only")
    given = options.parse_args()
    rows = listed(given.data)
    steps, others = rarity([row["full_name_2021"] for row in rows])
    weights = table_of(steps, others)
    found = learnt(rows, weights, given.half)
    given.out.write_text(written(found, steps, others), encoding="utf-8")
    print(f"{given.out}: {len(rows)} listed names, {len(steps)} characters")
    return 0


if __name__ == "__main__":
    sys.exit(main())
