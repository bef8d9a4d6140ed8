"""Reciprocal rank fusion: several rankings of the same posts become one score.

Ranks can be added where scores of different indexes cannot.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

# How slowly the first places lose value. From 10 to 60 recall moves by less than a point.
DAMPING = 20
# A ranking is read down to this place or ten times what is asked for, whichever is further.
DEPTH = 1000
# Fused scores are rounded before they are compared, so that what prints equal ranks as equal.
DECIMALS = 6


def fuse(rankings: Sequence[NDArray[np.float32]], top: int) -> NDArray[np.float64]:
    """One score per post from several score rows of equal length.

    The result is in [0, 1]: 1 is first in every ranking, 0 is without evidence in any. Equal
    evidence gets equal places, so the order of the posts does not matter.
    """
    fused = np.zeros(len(rankings[0]), dtype=np.float64)
    depth = max(DEPTH, 10 * top)
    for scores in rankings:
        found = np.flatnonzero(scores > 0)
        if len(found) > depth:
            least = np.partition(scores[found], len(found) - depth)[len(found) - depth]
            found = found[scores[found] >= least]
        falling = -scores[found]
        # Equal scores share a place and the next score takes the next place: ten copies of one
        # title do not push what comes after them ten places down.
        places = np.searchsorted(np.unique(falling), falling)
        fused[found] += (DAMPING + 1) / (DAMPING + 1 + places)
    return np.round(fused / len(rankings), DECIMALS)
