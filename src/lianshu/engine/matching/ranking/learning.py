"""Learn a ranking from posts and judgements: none, few or many."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from lianshu.engine.matching.evidence import Parsed
from lianshu.engine.matching.posts import Post
from lianshu.engine.matching.ranking import kernel
from lianshu.engine.matching.ranking.encoder import Encoder, Rows
from lianshu.engine.matching.ranking.features import text_features
from lianshu.engine.matching.ranking.judgements import (
    JUDGEMENT_FEATURES,
    Folds,
    Judged,
    judgement_features,
)
from lianshu.engine.matching.ranking.kinship import demand_kin
from lianshu.engine.matching.ranking.labels import (
    Label,
    Merged,
    group_folds,
    merge,
    near_duplicates,
    random_folds,
)
from lianshu.engine.matching.ranking.model import (
    KERNEL_USED,
    Measured,
    Memory,
    Model,
    Path,
    mixed_odds,
)
from lianshu.engine.matching.ranking.ordinal import (
    NO_CHANGE,
    Curve,
    Settings,
    Trees,
    median_level,
    probability,
)
from lianshu.engine.matching.ranking.positions import place_features
from lianshu.engine.matching.ranking.prior import prior_odds
from lianshu.engine.matching.ranking.spaces import Floats

FOLDS = 8
# Folds of trees for calibration: each takes a growing of its own.
TREE_FOLDS = 4
# Below this number of judged pairs trees have nothing to grow on.
FEWEST_FOR_TREES = 80
# What trees weigh beside the kernel regression.
SHARES = {"warm": 0.65, "cold": 0.5}


def _grown(name: str, chosen: Settings) -> Settings:
    """Settings of one path: small trees where judgements do not carry over, few where fast."""
    if name == "warm":
        return chosen
    if name == "fast":
        return replace(
            chosen,
            leaves=15,
            features=0.3,
            rounds=max(1, chosen.rounds * 3 // 10),
            rate=chosen.rate * 10 / 3,
        )
    return replace(
        chosen,
        leaves=7,
        features=0.2,
        least_rows=2 * chosen.least_rows,
        rounds=chosen.rounds * 3 // 2,
    )


@dataclass(frozen=True)
class _Corpus:
    """Judged pairs with everything that needs no label but their rows."""

    merged: Merged
    judged: Judged
    demand_ids: tuple[str, ...]
    table: Floats
    nearness: Floats
    groups: Rows


def learn(
    demands: Sequence[Post],
    resources: Sequence[Post],
    labels: Sequence[Label],
    *,
    settings: Settings | None = None,
    encoder: Encoder | None = None,
) -> Model:
    """A model from all posts of both sides and the judgements of some pairs of them.

    encoder: learned before from the same posts, to save the time. Raises ValueError when an id
    repeats within a side, a label names an unknown id, or a level is out of range.
    """
    chosen = settings or Settings()
    wanted, offered = _by_id(demands, "demand"), _by_id(resources, "resource")
    merged = merge(labels)
    for one, other in zip(merged.demand_ids, merged.resource_ids, strict=True):
        if one not in wanted or other not in offered:
            raise ValueError(f"no text for the judged pair {one!r}, {other!r}")
    if encoder is None:
        posts = [*demands, *resources]
        encoder = Encoder.learn([Parsed.of(post) for post in posts], seed=chosen.seed)
    about: dict[str, object] = {
        "demands": len(demands),
        "resources": len(resources),
        "judgements": len(labels),
        "judged_pairs": len(merged),
        "contradicting": len(merged.contradicting),
        "seed": chosen.seed,
    }
    if not len(merged):
        path = Path(None, NO_CHANGE, 1.0)
        return Model(encoder, None, NO_CHANGE, dict.fromkeys(("fast", "cold", "warm"), path), about)
    corpus = _corpus(encoder, wanted, offered, merged)
    return _learn(encoder, corpus, chosen, about)


def _by_id(posts: Sequence[Post], side: str) -> dict[str, Post]:
    found = {post.id: post for post in posts}
    if len(found) != len(posts):
        raise ValueError(f"a {side} id occurs twice")
    return found


def _corpus(
    encoder: Encoder, wanted: dict[str, Post], offered: dict[str, Post], merged: Merged
) -> _Corpus:
    """Encode the judged texts, each distinct title once; sorted by demand as `merged` is."""
    demand_ids = tuple(dict.fromkeys(merged.demand_ids))
    row_of = {name: row for row, name in enumerate(demand_ids)}
    parsed = {name: Parsed.of(offered[name]) for name in dict.fromkeys(merged.resource_ids)}
    distinct = {text: row for row, text in enumerate(dict.fromkeys(parsed.values()))}
    demands = encoder.encode([Parsed.of(wanted[name]) for name in demand_ids])
    resources = encoder.encode(list(distinct))
    demand = np.array([row_of[name] for name in merged.demand_ids], dtype=np.int64)
    resource = np.array([distinct[parsed[name]] for name in merged.resource_ids], dtype=np.int64)
    text = text_features(encoder, demands, resources, demand, resource)
    nearness = demand_kin(demands, demands)
    np.fill_diagonal(nearness, 1)
    groups = near_duplicates(
        nearness,
        [wanted[name].title for name in demand_ids],
        [wanted[name].content for name in demand_ids],
    )
    nothing = np.zeros((len(merged), len(KERNEL_USED)), np.float32)
    judged = Judged(demands, resources, demand, resource, merged.targets, nothing)
    return _Corpus(merged, judged, demand_ids, text, nearness, groups)


def _learn(encoder: Encoder, corpus: _Corpus, chosen: Settings, about: dict[str, object]) -> Model:
    """Prior, kernel regression, then the three paths."""
    text = np.concatenate(
        [corpus.table, place_features(corpus.table, corpus.judged.demand)], axis=1
    )
    used = text[:, KERNEL_USED]
    centre, spread = used.mean(axis=0), used.std(axis=0) + np.float32(1e-6)
    judged = replace(corpus.judged, features=((used - centre) / spread).astype(np.float32))
    targets = corpus.merged.targets
    start = Curve.fit(prior_odds(text), targets)
    prior = start(prior_odds(text))
    size = len(corpus.merged)
    at_random = random_folds(size, min(FOLDS, size), chosen.seed)
    groups = corpus.groups[judged.demand]
    grouped = group_folds(groups, min(FOLDS, len(np.unique(groups))), chosen.seed + 1)
    weights, (warm_kernel, cold_kernel) = kernel.fit(
        judged,
        corpus.nearness,
        probability(prior).astype(np.float32),
        [at_random, grouped],
        chosen.seed,
    )
    nothing = np.zeros_like(warm_kernel)
    warmth = np.ones(size)
    measured = {
        "fast": Measured(text, prior, nothing, warmth),
        "cold": Measured(
            _with_judgements(judged, corpus.nearness, text, grouped), prior, cold_kernel, warmth
        ),
        "warm": Measured(
            _with_judgements(judged, corpus.nearness, text, at_random), prior, warm_kernel, warmth
        ),
    }
    folds = {"fast": grouped, "cold": grouped, "warm": at_random}
    paths: dict[str, Path] = {}
    figures: dict[str, float] = {}
    for name, one in measured.items():
        paths[name], figures[name] = _path(name, one, targets, folds[name], chosen)
    memory = Memory(
        judged, corpus.demand_ids, corpus.merged.resource_ids, corpus.table, weights, centre, spread
    )
    return Model(encoder, memory, start, paths, {**about, "held_out_score": figures})


def _with_judgements(judged: Judged, nearness: Floats, text: Floats, folds: Rows) -> Floats:
    asked = kernel.asking_itself(judged, nearness)
    features, _ = judgement_features(judged, asked, None, Folds(folds, folds))
    assert features.shape[1] == len(JUDGEMENT_FEATURES)
    return np.concatenate([text, features], axis=1)


def _path(
    name: str, measured: Measured, targets: Floats, folds: Rows, chosen: Settings
) -> tuple[Path, float]:
    """Grow on all pairs; the curve from pairs that were held out while growing."""
    share = SHARES.get(name, 1.0)
    chosen = _grown(name, chosen)
    if len(targets) < FEWEST_FOR_TREES:
        # The kernel regression alone moves the prior.
        path = Path(None, NO_CHANGE, 0.0 if share < 1 else 1.0)
        odds = mixed_odds(path, measured, chosen.threads)
    else:
        parts = folds % min(TREE_FOLDS, int(folds.max()) + 1)
        odds = np.zeros_like(measured.prior)
        for part in np.unique(parts):
            out = parts == part
            grown = Trees.grow(measured.table[~out], targets[~out], measured.prior[~out], chosen)
            odds[out] = mixed_odds(
                Path(grown, NO_CHANGE, share), measured.rows(out), chosen.threads
            )
        whole = Trees.grow(measured.table, targets, measured.prior, chosen)
        path = Path(whole, NO_CHANGE, share)
    curve = Curve.fit(odds, targets)
    level = median_level(probability(curve(odds)))
    error = np.abs(level - 1 - targets.sum(axis=1)).mean()
    return replace(path, curve=curve), round(float(1 / (1 + error)), 4)
