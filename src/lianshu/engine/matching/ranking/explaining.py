"""Why a pair is scored as it is: the model's own evidence, by group of features.

The trees' part is TreeSHAP (Lundberg, Erion and Lee 2018, exact for trees), the prior's and the
kernel regression's are their own terms. All are log odds of "at least 3", so they can be added.
"""

from dataclasses import dataclass

import numpy as np

from lianshu.engine.matching.posts import Post
from lianshu.engine.matching.ranking.features import Group
from lianshu.engine.matching.ranking.judgements import LEVELS
from lianshu.engine.matching.ranking.model import FEATURES, Candidates, Measured, Model
from lianshu.engine.matching.ranking.ordinal import logit, probability
from lianshu.engine.matching.ranking.prior import prior_parts

ASKED = LEVELS.index(3)


@dataclass(frozen=True)
class Evidence:
    """What one group of features says: weight > 0 speaks for the pair, < 0 against it.

    features: the names in the group that say most, with what each adds.
    """

    group: Group
    weight: float
    features: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Explained:
    """The scores of one pair and its evidence, strongest first."""

    level: int
    chances: tuple[float, float, float]
    confidence: float
    rank_score: float
    path: str
    evidence: tuple[Evidence, ...]


def explain(
    model: Model,
    demand: Post,
    resource: Post,
    *,
    others: tuple[Post, ...] = (),
    most: int = 3,
) -> Explained:
    """Explain one pair among the other candidates of its list, which give it its place."""
    posts = [resource, *others]
    size = len(posts)
    pairs = Candidates([demand], posts, np.zeros(size, np.int64), np.arange(size, dtype=np.int64))
    scores = model.score(pairs)
    measured = model.measure(pairs).rows(np.arange(size) == 0)
    name = "warm" if measured.warmth[0] > 0 else "cold"
    added = _added(model, name, measured)
    groups: dict[Group, dict[str, float]] = {}
    for feature, weight in added.items():
        groups.setdefault(FEATURES[feature], {})[feature] = weight
    evidence = [
        Evidence(
            group,
            round(sum(parts.values()), 4),
            tuple(
                (feature, round(weight, 4))
                for feature, weight in sorted(parts.items(), key=lambda one: -abs(one[1]))[:most]
            ),
        )
        for group, parts in groups.items()
    ]
    chances = scores.chances[0].tolist()
    return Explained(
        int(scores.level[0]),
        (chances[0], chances[1], chances[2]),
        float(scores.confidence[0]),
        float(scores.rank_score[0]),
        name,
        tuple(sorted(evidence, key=lambda one: (-abs(one.weight), one.group))),
    )


def _added(model: Model, name: str, measured: Measured) -> dict[str, float]:
    """Log odds that each feature adds."""
    path = model.paths[name]
    added = dict.fromkeys(FEATURES, 0.0)
    slope = model.start.slope[ASKED]
    for feature, weight in prior_parts(measured.table)[ASKED].items():
        added[feature] += slope * weight
    if path.trees is not None:
        grown = path.trees.contributions(measured.table)[ASKED, 0]
        for feature, weight in zip(FEATURES, grown.tolist(), strict=True):
            added[feature] += weight
    if path.share < 1:
        before = probability(measured.prior)
        moved = logit(before + measured.kernel) - measured.prior
        added["judged_near_3"] += (1 - path.share) * float(moved[0, ASKED])
    return added
