"""What is believed before anybody judged: a logistic curve on a few lexical figures.

The coefficients were fitted once on the judgements of a provincial platform (docs/decisions/0032)
and only say that a pair which shares more is better. Judgements of one's own replace them: they
are where the trees start, and a curve is fitted on top.
"""

import numpy as np

from lianshu.engine.matching.ranking.features import TEXT_FEATURES
from lianshu.engine.matching.ranking.ordinal import Probabilities
from lianshu.engine.matching.ranking.positions import PLACE_FEATURES
from lianshu.engine.matching.ranking.spaces import Floats

USED = (
    "characters_cosine_title",
    "characters_cosine_content",
    "aligned_title",
    "aligned_back",
    "words_topics_whole",
    "characters_bm25_title_percentile",
)
SHIFT = (-1.6, -3.7, -5.6)
FACTORS = (
    (0.9, 0.9, 1.2),
    (3.0, 1.5, 0.3),
    (1.3, 1.3, 1.6),
    (1.7, 1.2, 1.5),
    (1.0, 0.1, 0.0),
    (1.4, 1.2, 1.6),
)
_NAMES = [*TEXT_FEATURES, *PLACE_FEATURES]


def prior_odds(table: Floats) -> Probabilities:
    """Log odds per threshold from columns TEXT_FEATURES then PLACE_FEATURES."""
    chosen = table[:, [_NAMES.index(name) for name in USED]].astype(np.float64)
    found: Probabilities = np.array(SHIFT) + chosen @ np.array(FACTORS)
    return found


def prior_parts(table: Floats) -> list[dict[str, float]]:
    """What each figure adds to the log odds of the first pair, per threshold."""
    values = table[0, [_NAMES.index(name) for name in USED]].astype(np.float64)
    parts = values[:, None] * np.array(FACTORS)
    return [dict(zip(USED, parts[:, at].tolist(), strict=True)) for at in range(len(SHIFT))]
