"""What judgements of similar titles for the same or a similar demand say about a pair.

Every feature is *signed evidence*: a weighted mean of how far judged levels lie from their mean,
drawn to zero where little is near. So a feature is zero where nobody judged anything similar, and
how many similar candidates a list holds is not told by any of them.

A judgement never enters the features of its own pair: in training each pair sees only judgements
of other folds. Leaving out one judgement only would let the learner decode the one left out.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lianshu.engine.matching.ranking.encoder import Encoded, Rows
from lianshu.engine.matching.ranking.features import Group
from lianshu.engine.matching.ranking.kinship import (
    DEMAND_SHARE,
    FEATURE_SHARE,
    TITLE_SHARE,
    feature_part,
    fourth,
    near_demands,
    title_kin,
    title_part,
)
from lianshu.engine.matching.ranking.spaces import Floats

LEVELS = (2, 3, 4)
_KERNELS = ("broad", "near", "same")
# How much evidence it takes to move half the way from zero, per kernel.
_INERTIA = {"broad": 1.0, "near": 0.3, "same": 0.5, "exact": 0.05, "anywhere": 0.3, "demand": 2.0}
NEAREST = 3
JUDGEMENT_FEATURES: dict[str, Group] = {
    **{f"judged_{name}_{level}": "judgements" for name in _KERNELS for level in LEVELS},
    "judged_exact": "judgements",
    "judged_anywhere": "judgements",
    **{f"judged_nearest_{place}": "judgements" for place in range(1, NEAREST + 1)},
    **{f"judged_demand_{level}": "judgements" for level in LEVELS},
}
KERNEL_FEATURES: dict[str, Group] = {f"kernel_{level}": "judgements" for level in LEVELS}

# Entries of one block of title nearness: bounds the memory to about 100 MB.
BLOCK = 4_000_000


@dataclass(frozen=True)
class Judged:
    """Judged pairs, sorted by demand. Texts are kept once.

    targets: for each pair the share of its judgements that were at least 2, 3 and 4;
    features: standardised features for the kernel.
    """

    demands: Encoded
    resources: Encoded
    demand: Rows
    resource: Rows
    targets: Floats
    features: Floats

    def __len__(self) -> int:
        return len(self.demand)

    @property
    def bounds(self) -> Rows:
        """Where the pairs of each demand begin; one more at the end."""
        return np.searchsorted(self.demand, np.arange(len(self.demands) + 1)).astype(np.int64)


@dataclass(frozen=True)
class Weights:
    """A kernel regression: what each judged pair contributes to each threshold."""

    each: Floats


@dataclass(frozen=True)
class Asked:
    """Pairs about which judgements are asked, sorted by demand.

    nearness: of each row of demands (as used in `demand`) to each judged demand.
    """

    resources: Encoded
    demand: Rows
    resource: Rows
    nearness: Floats
    features: Floats


@dataclass(frozen=True)
class Folds:
    """The fold of each asked pair and of each judged pair; the same fold is never read."""

    asked: Rows
    judged: Rows


@dataclass(frozen=True)
class _Block:
    """A run of asked pairs with the nearness of their titles."""

    part: slice
    row: Rows
    mixed: Floats
    carried: Floats


def judgement_features(
    judged: Judged, asked: Asked, weights: Weights | None, folds: Folds | None = None
) -> tuple[Floats, Floats]:
    """Columns as in JUDGEMENT_FEATURES; and what the kernel regression adds to the prior (× 3)."""
    size = len(asked.demand)
    table = np.zeros((size, len(JUDGEMENT_FEATURES)), np.float32)
    kernel = np.zeros((size, len(LEVELS)), np.float32)
    if not len(judged) or not size:
        return table, kernel
    signed = (judged.targets - judged.targets.mean(axis=0)).astype(np.float32)
    anywhere = _Anywhere.of(judged, signed, folds)
    for block in _blocks(judged, asked):
        part = block.part
        own = folds.asked[part] if folds else None
        names = list(JUDGEMENT_FEATURES)
        table[part, names.index("judged_anywhere")] = anywhere.evidence(block, own)
        if weights is not None:
            kernel[part] = _flat_part(judged, asked, block, weights)
        _local(judged, asked, block, signed, weights, folds, (table, kernel))
    return table, kernel


def _blocks(judged: Judged, asked: Asked) -> Iterator[_Block]:
    columns = np.arange(len(judged.resources), dtype=np.int64)
    step = max(1, BLOCK // max(len(columns), 1))
    for start in range(0, len(asked.demand), step):
        part = slice(start, min(start + step, len(asked.demand)))
        rows, row = np.unique(asked.resource[part], return_inverse=True)
        kin = title_kin(asked.resources, judged.resources, rows, columns)
        yield _Block(part, row.astype(np.int64), kin.mixed, title_part(kin))


def _flat_part(judged: Judged, asked: Asked, block: _Block, weights: Weights) -> Floats:
    """The parts of the kernel that are no product: title alone, demand alone, features."""
    by_title = np.zeros((len(judged.resources), len(LEVELS)), np.float32)
    np.add.at(by_title, judged.resource, weights.each)
    by_demand = np.zeros((len(judged.demands), len(LEVELS)), np.float32)
    np.add.at(by_demand, judged.demand, weights.each)
    squared = block.mixed * block.mixed
    title = TITLE_SHARE * (squared @ by_title)[block.row]
    near = fourth(asked.nearness) ** 2
    demand = DEMAND_SHARE * (near @ by_demand)[asked.demand[block.part]]
    features = FEATURE_SHARE * (
        feature_part(asked.features[block.part], judged.features) @ weights.each
    )
    found: Floats = title + demand + features
    return found


@dataclass(frozen=True)
class _Anywhere:
    """Signed evidence and weight of each judged title for any demand; per fold where there are."""

    signed: Floats
    count: Floats
    per_fold: tuple[Floats, Floats] | None

    @classmethod
    def of(cls, judged: Judged, signed: Floats, folds: Folds | None) -> "_Anywhere":
        level = signed.sum(axis=1)
        titles = len(judged.resources)
        total = np.bincount(judged.resource, level, titles).astype(np.float32)
        count = np.bincount(judged.resource, minlength=titles).astype(np.float32)
        if folds is None:
            return cls(total, count, None)
        many = int(folds.judged.max()) + 1
        key = judged.resource * many + folds.judged
        shape = (titles, many)
        return cls(
            total,
            count,
            (
                np.bincount(key, level, titles * many).reshape(shape).astype(np.float32),
                np.bincount(key, minlength=titles * many).reshape(shape).astype(np.float32),
            ),
        )

    def evidence(self, block: _Block, own: Rows | None) -> Floats:
        squared = block.mixed * block.mixed
        sharp = fourth(squared) * squared
        signed, count = (sharp @ self.signed)[block.row], (sharp @ self.count)[block.row]
        if self.per_fold is not None and own is not None:
            signed -= (sharp @ self.per_fold[0])[block.row, own]
            count -= (sharp @ self.per_fold[1])[block.row, own]
        evidence = signed / (np.maximum(count, 0) + _INERTIA["anywhere"])
        return np.asarray(evidence, np.float32)


def _local(
    judged: Judged,
    asked: Asked,
    block: _Block,
    signed: Floats,
    weights: Weights | None,
    folds: Folds | None,
    into: tuple[Floats, Floats],
) -> None:
    """The part of each demand's near demands: products of two nearnesses."""
    bounds = judged.bounds
    demand = asked.demand[block.part]
    starts = np.flatnonzero(np.r_[True, demand[1:] != demand[:-1]])
    for start, end in zip(starts, [*starts[1:], len(demand)], strict=True):
        nearness = asked.nearness[demand[start]]
        near = near_demands(nearness)
        if not len(near):
            continue
        pairs = np.concatenate([np.arange(bounds[at], bounds[at + 1]) for at in near])
        rows = slice(block.part.start + start, block.part.start + end)
        titles = block.mixed[np.ix_(block.row[start:end], judged.resource[pairs])]
        seen = None
        if folds is not None:
            seen = folds.asked[rows][:, None] != folds.judged[pairs][None, :]
            titles = (titles * seen).astype(np.float32)
        factor = nearness[judged.demand[pairs]]
        into[0][rows] += _evidence(titles, factor, signed[pairs], seen)
        if weights is not None:
            carried = block.carried[np.ix_(block.row[start:end], judged.resource[pairs])]
            into[1][rows] += (carried * (fourth(factor) ** 2)) @ weights.each[pairs]


def _evidence(
    titles: Floats, factor: Floats, signed: Floats, seen: NDArray[np.bool_] | None
) -> Floats:
    """Signed evidence of pairs near by title (pairs × judged) and demand (judged)."""
    squared, cubed = titles * titles, titles * titles * titles
    twice = factor * factor
    eighth = fourth(factor) ** 2
    broad = cubed * twice
    kernels = {"broad": broad, "near": broad * broad, "same": squared * eighth}
    columns: list[Floats] = []
    for name, kernel in kernels.items():
        total = kernel.sum(axis=1) + _INERTIA[name]
        columns.extend(((kernel @ signed) / total[:, None]).T)
    level = signed.sum(axis=1)
    exact = cubed * cubed * cubed * twice
    columns.append((exact @ level) / (exact.sum(axis=1) + _INERTIA["exact"]))
    # The column of "anywhere" is filled elsewhere; here it adds nothing.
    columns.append(np.zeros(len(titles), np.float32))
    columns.extend(_nearest(np.where(factor >= 1, titles, 0), level))
    heavy = (
        np.broadcast_to(eighth, titles.shape) if seen is None else eighth * seen.astype(np.float32)
    )
    total = heavy.sum(axis=1) + _INERTIA["demand"]
    columns.extend(((heavy @ signed) / total[:, None]).T)
    return np.stack(columns, axis=1).astype(np.float32)


def _nearest(titles: Floats, level: Floats) -> list[Floats]:
    """The nearest judged titles of the same demand: how far their level lies from the mean."""
    found = np.zeros((NEAREST, len(titles)), np.float32)
    kept = min(NEAREST, titles.shape[1])
    # Equal nearness: the order of the judged pairs decides, which is the order of their ids.
    best = np.argsort(-np.round(titles, 4), axis=1, kind="stable")[:, :kept]
    for place in range(kept):
        at = best[:, place]
        found[place] = titles[np.arange(len(titles)), at] * level[at]
    return list(found)
