"""How near two titles are, and how near two demands: the ground on which judgements carry over.

A judgement says something about similar titles for the same or a similar demand. The kernel of a
pair of pairs is a product of the nearness of the titles and of the demands, plus small parts for
the title alone and the demand alone.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lianshu.engine.matching.ranking.encoder import Encoded, Field, Rows
from lianshu.engine.matching.ranking.spaces import Floats

# A demand less near than this teaches nothing about another; its eighth power is below 0.00002.
NEAR = 0.25
# No more than this many near demands are read for one.
MOST_NEAR = 40


@dataclass(frozen=True)
class TitleKin:
    """Nearness of titles (rows × columns), each from 0 to 1."""

    mixed: Floats
    grams: Floats
    topics: Floats
    senses: Floats


def _cosines(left: Field, right: Field, rows: Rows, columns: Rows) -> Floats:
    width = max(left.indices.max(initial=0), right.indices.max(initial=0)) + 1
    first, second = left.sparse(int(width))[rows], right.sparse(int(width))[columns]
    found: Floats = (first @ second.T).toarray()
    kept: Floats = np.clip(found, 0, 1)
    return kept


def _positive(left: Floats, right: Floats) -> Floats:
    found: Floats = np.clip(left @ right.T, 0, 1)
    return found


def title_kin(left: Encoded, right: Encoded, rows: Rows, columns: Rows) -> TitleKin:
    """Nearness of the texts `rows` of `left` and `columns` of `right`."""
    mine, other = left.grams.whole, right.grams.whole
    grams = _cosines(mine, other, rows, columns)
    words = _cosines(left.words.whole, right.words.whole, rows, columns)
    topics = _positive(mine.topics[rows], other.topics[columns])
    senses = _positive(mine.senses[rows], other.senses[columns])
    mixed = 0.5 * grams + 0.2 * words + 0.3 * topics
    return TitleKin(mixed.astype(np.float32), grams, topics, senses)


def demand_kin(left: Encoded, right: Encoded) -> Floats:
    """Nearness of demands by title and content."""
    mine, other = left.grams.whole, right.grams.whole
    rows = np.arange(len(left), dtype=np.int64)
    columns = np.arange(len(right), dtype=np.int64)
    grams = _cosines(mine, other, rows, columns)
    found = 0.6 * grams + 0.4 * _positive(mine.topics, other.topics)
    kept: Floats = np.clip(found, 0, 1).astype(np.float32)
    return kept


def fourth(values: Floats) -> Floats:
    """The fourth power by two products: `**` takes ten times as long."""
    squared = values * values
    return squared * squared


def title_part(kin: TitleKin) -> Floats:
    """What the nearness of titles carries over between the same demands."""
    found: Floats = (
        0.3 * kin.grams
        + 0.3 * kin.topics * kin.topics
        + 0.3 * kin.senses * kin.senses
        + 0.3 * fourth(kin.grams)
    ).astype(np.float32)
    return found


# Shares of the parts that need no product: the demand alone, the title alone, the features.
DEMAND_SHARE, TITLE_SHARE, FEATURE_SHARE = 0.1, 0.15, 0.3


def feature_part(left: Floats, right: Floats) -> Floats:
    """Nearness by standardised features: a Gaussian of the distance.

    The squares of the lengths ride along as two more columns, so that one product of matrices
    gives the exponents.
    """
    scale = np.float32(1 / max(left.shape[1], 1))

    def sizes(rows: Floats) -> Floats:
        found: Floats = (rows * rows).sum(axis=1, keepdims=True) * (-scale / 2)
        return found

    one, other = np.ones((len(left), 1), np.float32), np.ones((len(right), 1), np.float32)
    mine = np.concatenate([left * scale, sizes(left), one], axis=1).astype(np.float32)
    others = np.concatenate([right, other, sizes(right)], axis=1).astype(np.float32)
    found: Floats = mine @ others.T
    np.exp(found, out=found)
    return found


def near_demands(nearness: Floats) -> NDArray[np.int64]:
    """The demands that teach about one, by their row, in rising order."""
    near = np.flatnonzero(nearness >= NEAR)
    if len(near) > MOST_NEAR:
        best = np.argsort(-nearness[near], kind="stable")[:MOST_NEAR]
        near = np.sort(near[best])
    return near
