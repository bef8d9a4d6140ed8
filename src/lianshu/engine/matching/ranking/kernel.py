"""Kernel regression on judgements (the mean of a Gaussian process), exact or with anchors.

Three regressions, one per threshold, share one kernel matrix. Beyond EXACT judged pairs the
Nyström method keeps ANCHORS of them (Williams and Seeger 2001). Predictions for pairs of a fold
that is held out need no second fit: with C = (K + noise)⁻¹ the residual of a block B is
C_BB⁻¹ (C y)_B (Rasmussen and Williams 2006, equation 5.12, for blocks).
"""

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve, lapack

from lianshu.engine.matching.ranking.encoder import Rows
from lianshu.engine.matching.ranking.judgements import LEVELS, Asked, Judged, Weights
from lianshu.engine.matching.ranking.kinship import (
    DEMAND_SHARE,
    FEATURE_SHARE,
    TITLE_SHARE,
    feature_part,
    fourth,
    title_kin,
    title_part,
)
from lianshu.engine.matching.ranking.spaces import Floats

EXACT = 10_000
ANCHORS = 3_000
# How far two judgements of equal pairs differ, as variance. From 0.25 to 1 little changes.
NOISE = np.float32(0.4)


def kernel_matrix(judged: Judged, nearness: Floats, rows: Rows, columns: Rows) -> Floats:
    """The kernel between judged pairs; `nearness` is between the judged demands."""
    mine, row = np.unique(judged.resource[rows], return_inverse=True)
    other, column = np.unique(judged.resource[columns], return_inverse=True)
    kin = title_kin(judged.resources, judged.resources, mine, other)
    near = fourth(nearness) ** 2
    by_demand = near[np.ix_(judged.demand[rows], judged.demand[columns])]
    matrix = title_part(kin)[np.ix_(row, column)]
    matrix += np.float32(DEMAND_SHARE)
    matrix *= by_demand
    matrix += (TITLE_SHARE * kin.mixed * kin.mixed)[np.ix_(row, column)]
    matrix += FEATURE_SHARE * feature_part(judged.features[rows], judged.features[columns])
    return matrix


def fit(
    judged: Judged, nearness: Floats, believed: Floats, foldings: list[Rows], seed: int
) -> tuple[Weights, list[Floats]]:
    """Weights from all judgements, and for each folding what held-out folds would have got.

    believed: the chances before judgements, to which the regression adds.
    """
    centred = (judged.targets - believed).astype(np.float32)
    if len(judged) > EXACT:
        return _nystrom(judged, nearness, centred, foldings, seed)
    every = np.arange(len(judged), dtype=np.int64)
    matrix = kernel_matrix(judged, nearness, every, every)
    matrix[every, every] += NOISE
    inverse = _inverse(matrix)
    each = inverse @ centred
    held_out = []
    for folds in foldings:
        predicted = np.zeros_like(centred)
        for fold in np.unique(folds):
            block = np.flatnonzero(folds == fold)
            factor = cho_factor(inverse[np.ix_(block, block)], lower=True)
            predicted[block] = centred[block] - cho_solve(factor, each[block])
        held_out.append(predicted.astype(np.float32))
    return Weights(each.astype(np.float32)), held_out


def _inverse(matrix: Floats) -> Floats:
    """The inverse of a positive definite matrix, which it overwrites."""
    factor, failed = lapack.spotrf(matrix.T, lower=1, overwrite_a=1)
    if failed == 0:
        factor, failed = lapack.spotri(factor, lower=1, overwrite_c=1)
    if failed:
        raise ArithmeticError("kernel matrix is not positive definite")
    lower = np.tril(factor, -1)
    return np.ascontiguousarray(lower + lower.T + np.diag(np.diag(factor)))


def _nystrom(
    judged: Judged,
    nearness: Floats,
    centred: Floats,
    foldings: list[Rows],
    seed: int,
) -> tuple[Weights, list[Floats]]:
    """Ridge regression on the kernel's columns of a random sample of the judged pairs."""
    chosen = np.random.default_rng(seed).choice(len(judged), ANCHORS, replace=False)
    anchors = np.sort(chosen).astype(np.int64)
    inner = kernel_matrix(judged, nearness, anchors, anchors).astype(np.float64)
    many = [int(folds.max()) + 1 for folds in foldings]
    grams = [np.zeros((size, ANCHORS, ANCHORS), np.float32) for size in many]
    sums = [np.zeros((size, ANCHORS, len(LEVELS))) for size in many]
    # Held-out folds beyond the first folding's count are kept small: memory is folds × anchors².
    for start in range(0, len(judged), ANCHORS):
        rows = np.arange(start, min(start + ANCHORS, len(judged)), dtype=np.int64)
        columns = kernel_matrix(judged, nearness, rows, anchors)
        for folds, gram, total in zip(foldings, grams, sums, strict=True):
            for fold in np.unique(folds[rows]):
                part = columns[folds[rows] == fold]
                gram[fold] += part.T @ part
                total[fold] += part.T @ centred[rows][folds[rows] == fold]
    whole = _ridge(grams[0].sum(axis=0), sums[0].sum(axis=0), inner)
    held_out = [np.zeros_like(centred) for _ in foldings]
    betas = [
        [_ridge(gram.sum(axis=0) - gram[f], total.sum(axis=0) - total[f], inner) for f in range(n)]
        for gram, total, n in zip(grams, sums, many, strict=True)
    ]
    for start in range(0, len(judged), ANCHORS):
        rows = np.arange(start, min(start + ANCHORS, len(judged)), dtype=np.int64)
        columns = kernel_matrix(judged, nearness, rows, anchors)
        for folds, beta, out in zip(foldings, betas, held_out, strict=True):
            for fold in np.unique(folds[rows]):
                mine = folds[rows] == fold
                out[rows[mine]] = columns[mine] @ beta[fold]
    each = np.zeros_like(centred)
    each[anchors] = whole
    return Weights(each), held_out


def _ridge(gram: Floats, total: NDArray[np.float64], inner: NDArray[np.float64]) -> Floats:
    left = gram.astype(np.float64) + float(NOISE) * inner
    left[np.diag_indices(len(left))] += 1e-3
    solved: Floats = cho_solve(cho_factor(left, lower=True), total).astype(np.float32)
    return solved


def asking_itself(judged: Judged, nearness: Floats) -> Asked:
    """The judged pairs as pairs to be asked about, for features in training."""
    return Asked(judged.resources, judged.demand, judged.resource, nearness, judged.features)
