"""From evidence to a score: fixed coefficients, learned once (bench/linkage_training.py).

The score of a pair is the log of its odds against "none of the registered"; the candidates of a
row share one unit of probability with "none" (multinomial logit), so that a second candidate as
good as the first halves both. The file is our own: a version, coefficients by kind of pair and how
rare characters are in public company names. Nothing in it depends on the register asked, so that
a firm that comes or goes changes nothing of the others.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Final

import numpy as np

from lianshu.engine.linkage.comparing import FEATURES, Evidence
from lianshu.engine.linkage.encoding import PLANE, Real, Whole
from lianshu.engine.linkage.forms import Forms

REGIMES: Final = ("short_full", "short_short", "full", "short_partly", "short_placed")
"""A short name that is all in a full one; against another short one; a full name against either;
a short name that is partly in a full one; a short name of which the list states the city."""
_LONG: Final = 7
_SHORT: Final = 5
VERSION: Final = 1


@dataclass(frozen=True, eq=False)
class Model:
    """`accept` and `gap` make a match, below `floor` a row is new; `claimed` is taken off the
    score of a firm that another row of the list fits better."""

    coefficients: Real
    weights: Real
    accept: float
    gap: float
    floor: float
    claimed: float

    def scores(self, evidence: Evidence, left: Forms, at: Whole, right: Forms, to: Whole) -> Real:
        """The score of each pair."""
        kinds = regimes(evidence, left, at, right, to)
        found: Real = np.einsum("nf,nf->n", evidence.values, self.coefficients[kinds])
        return found


def regimes(evidence: Evidence, left: Forms, at: Whole, right: Forms, to: Whole) -> Whole:
    """The position in `REGIMES` of each pair."""
    full = left.full[at] | (left.size[at] > _LONG)
    short = (right.legal[to] == 0) & (right.size[to] <= _SHORT)
    partly = evidence.column("complete") == 0
    found: Whole = np.select(
        [full, short, left.located[at], partly], [2, 1, 4, 3], default=0
    ).astype(np.int64)
    return found


@lru_cache(maxsize=1)
def model() -> Model:
    """The model that comes with the program."""
    data = json.loads(
        files("lianshu.engine.linkage").joinpath("data/model.json").read_text("utf-8")
    )
    if data["version"] != VERSION or data["features"] != list(FEATURES):
        raise ValueError(
            "data/model.json was made for other evidence; run bench/linkage_training.py"
        )
    weights = np.full(PLANE, data["weight_of_others"], np.float32)
    for weight, characters in data["weights"].items():
        weights[[ord(each) for each in characters]] = float(weight)
    weights[0] = 0
    return Model(
        np.array([data["coefficients"][name] for name in REGIMES], np.float32),
        weights,
        data["accept"],
        data["gap"],
        data["floor"],
        data["claimed"],
    )


def shares(rows: Whole, scores: Real, count: int) -> Real:
    """The probability of each candidate of its row; what is left to 1 is "none"."""
    top = np.zeros(count, np.float32)
    np.maximum.at(top, rows, scores)
    odds = np.exp(scores - top[rows])
    total = np.exp(-top) + np.bincount(rows, odds, count)
    found: Real = odds / total[rows]
    return found
