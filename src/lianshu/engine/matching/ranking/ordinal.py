"""Four levels as three questions: is it at least 2, at least 3, at least 4?

Cumulative binary models (Frank and Hall 2001) with LightGBM, calibrated by a logistic curve per
threshold (Platt 1999), made to fall from one threshold to the next. The decision is the median of
the distribution, which is what the mean absolute error asks for; a rounded mean is worse.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from lianshu.engine.matching.ranking.judgements import LEVELS
from lianshu.engine.matching.ranking.spaces import Floats

if TYPE_CHECKING:  # it brings pandas and pyarrow along, so it is imported where trees are needed
    import lightgbm

Probabilities = NDArray[np.float64]
EDGE = 1e-4


@dataclass(frozen=True)
class Settings:
    """How the trees are grown. Deterministic for equal seed, threads and input."""

    rounds: int = 200
    rate: float = 0.03
    leaves: int = 31
    features: float = 0.4
    rows: float = 0.7
    least_rows: int = 30
    ridge: float = 5.0
    seed: int = 0
    threads: int = 1

    def parameters(self) -> dict[str, object]:
        return {
            "objective": "cross_entropy",
            "boost_from_average": False,
            "learning_rate": self.rate,
            "num_leaves": self.leaves,
            "feature_fraction": self.features,
            "bagging_fraction": self.rows,
            "bagging_freq": 1,
            "min_data_in_leaf": self.least_rows,
            "lambda_l2": self.ridge,
            "max_bin": 63,
            "seed": self.seed,
            "num_threads": self.threads,
            "deterministic": True,
            "force_row_wise": True,
            "verbose": -1,
        }


def logit(probability: Probabilities | Floats) -> Probabilities:
    """Log odds, kept away from infinity."""
    kept = np.clip(np.asarray(probability, np.float64), EDGE, 1 - EDGE)
    found: Probabilities = np.log(kept / (1 - kept))
    return found


def probability(odds: Probabilities) -> Probabilities:
    """The inverse of `logit`."""
    found: Probabilities = 1 / (1 + np.exp(-np.clip(odds, -30, 30)))
    return found


def falling(chances: Probabilities) -> Probabilities:
    """P(≥2) ≥ P(≥3) ≥ P(≥4): each at most the one before."""
    found: Probabilities = np.minimum.accumulate(np.clip(chances, 0, 1), axis=1)
    return found


def median_level(chances: Probabilities) -> NDArray[np.int64]:
    """The highest level that is reached with a chance of one half; 1 otherwise."""
    found: NDArray[np.int64] = 1 + (chances >= 0.5).sum(axis=1)
    return found


@dataclass(frozen=True)
class Trees:
    """One booster per threshold on top of the log odds of the prior."""

    models: tuple[str, ...]
    _loaded: list[lightgbm.Booster] = field(default_factory=list, compare=False, repr=False)

    @classmethod
    def grow(cls, table: Floats, targets: Floats, prior: Probabilities, chosen: Settings) -> Trees:
        """prior: log odds per threshold, where growing starts."""
        import lightgbm  # noqa: PLC0415 (see above)

        models = []
        for at in range(len(LEVELS)):
            data = lightgbm.Dataset(
                table, targets[:, at].copy(), init_score=prior[:, at].copy(), params={"verbose": -1}
            )
            grown = lightgbm.train(chosen.parameters(), data, chosen.rounds)
            models.append(grown.model_to_string())
        return cls(tuple(models))

    def boosters(self) -> list[lightgbm.Booster]:
        if not self._loaded:
            import lightgbm  # noqa: PLC0415 (see above)

            self._loaded.extend(lightgbm.Booster(model_str=one) for one in self.models)
        return self._loaded

    def odds(self, table: Floats, prior: Probabilities, threads: int) -> Probabilities:
        """Log odds per threshold."""
        grown = [
            np.asarray(one.predict(table, raw_score=True, num_threads=threads), np.float64)
            for one in self.boosters()
        ]
        found: Probabilities = prior + np.stack(grown, axis=1)
        return found

    def contributions(self, table: Floats) -> NDArray[np.float64]:
        """What each feature adds to the log odds (thresholds × pairs × features), TreeSHAP."""
        return np.stack(
            [
                np.asarray(one.predict(table, pred_contrib=True, num_threads=1))[:, :-1]
                for one in self.boosters()
            ]
        )


@dataclass(frozen=True)
class Curve:
    """A rising logistic curve per threshold: odds → slope · odds + shift."""

    slope: tuple[float, ...]
    shift: tuple[float, ...]

    @classmethod
    def fit(cls, odds: Probabilities, targets: Floats) -> Curve:
        """By penalised likelihood: with few judgements it stays near doing nothing."""
        pairs = [_fit_one(odds[:, at], targets[:, at]) for at in range(odds.shape[1])]
        return cls(tuple(slope for slope, _ in pairs), tuple(shift for _, shift in pairs))

    def __call__(self, odds: Probabilities) -> Probabilities:
        moved: Probabilities = odds * np.array(self.slope) + np.array(self.shift)
        return moved


NO_CHANGE = Curve((1.0, 1.0, 1.0), (0.0, 0.0, 0.0))


def _fit_one(odds: Sequence[float] | Probabilities, target: Floats) -> tuple[float, float]:
    values, wanted = np.asarray(odds, np.float64), np.asarray(target, np.float64)

    def loss(free: NDArray[np.float64]) -> float:
        slope, shift = float(np.exp(free[0])), float(free[1])
        moved = slope * values + shift
        cost = np.logaddexp(0, moved) - wanted * moved
        return float(cost.sum() + 4 * free[0] ** 2 + 0.5 * shift**2)

    found = minimize(loss, np.zeros(2), method="L-BFGS-B", bounds=[(-2, 2), (-6, 6)])
    return round(float(np.exp(found.x[0])), 6), round(float(found.x[1]), 6)
