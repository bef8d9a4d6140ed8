"""The measures of matching as issue and contest define them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

DEPTH = 10
GOOD = 3


def error_score(given: NDArray[np.number], judged: NDArray[np.number]) -> float:
    """1/(1 + mean absolute error), the measure of the 2019 CCF BDCI contest."""
    apart = np.abs(np.asarray(given, np.float64) - np.asarray(judged, np.float64))
    return float(1 / (1 + apart.mean()))


@dataclass(frozen=True)
class Ranking:
    """Means over demands. Demands with fewer than two judged pairs are left out.

    ndcg: at ten, gain 2^level − 2 (Järvelin and Kekäläinen 2002); map and recall at ten over
    demands with at least one pair of level 3 or 4.
    """

    ndcg: float
    map: float
    recall: float
    demands: int


def ranking_figures(
    score: NDArray[np.float64], level: NDArray[np.float64], demand: NDArray[np.int64]
) -> Ranking:
    """Equal scores are ordered by their place in the input, which knows nothing of the level."""
    gains: list[float] = []
    precisions: list[float] = []
    recalls: list[float] = []
    for row in np.unique(demand):
        mine = np.flatnonzero(demand == row)
        if len(mine) < 2:
            continue
        judged = level[mine][np.argsort(-score[mine], kind="stable")]
        best = _gain(np.sort(judged)[::-1])
        # A list without any gain is in the best order whatever the order.
        gains.append(_gain(judged) / best if best > 0 else 1.0)
        good = judged >= GOOD
        if good.any():
            places = np.flatnonzero(good) + 1
            precisions.append(float(np.mean(np.arange(1, len(places) + 1) / places)))
            recalls.append(float(good[:DEPTH].sum() / good.sum()))
    return Ranking(_mean(gains), _mean(precisions), _mean(recalls), len(gains))


def _gain(levels: NDArray[np.float64]) -> float:
    kept = levels[:DEPTH]
    return float(((2.0**kept - 2) / np.log2(np.arange(2, len(kept) + 2))).sum())


def _mean(values: list[float]) -> float:
    return float(np.mean(values)) if values else 0.0
