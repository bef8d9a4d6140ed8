"""Where a candidate stands among the candidates of its demand: measured within the list only.

Standing apart from the other candidates of a list says more than a bare figure, because demands
differ in how much any text can share with them. Neither the length of a list nor how many of its
candidates resemble each other or the demand is a feature: in a contest that leaks how the list was
made, and a platform's own lists are made differently.
"""

import numpy as np
from numpy.typing import NDArray

from lianshu.engine.matching.ranking.encoder import Rows
from lianshu.engine.matching.ranking.features import TEXT_FEATURES, Group
from lianshu.engine.matching.ranking.spaces import Floats

PLACED = (
    "words_bm25_title", "words_bm25_content", "words_cosine_title", "words_cosine_content",
    "characters_bm25_title", "characters_bm25_content", "characters_cosine_title",
    "characters_cosine_content", "characters_evidence_title", "characters_cover_title",
    "characters_cover_content", "words_topics_whole", "characters_topics_whole",
    "words_senses_whole", "characters_senses_whole", "aligned_title", "aligned_content",
    "aligned_back", "characters_topics_title", "characters_senses_title",
)  # fmt: skip
PLACE_FEATURES: dict[str, Group] = {
    f"{name}_{kind}": "place" for name in PLACED for kind in ("standing", "percentile")
}
# A list whose figures are all alike has no spread to divide by.
_LEAST_SPREAD = 1e-3


def place_features(table: Floats, lists: Rows) -> Floats:
    """Standing (distance from the mean in standard deviations) and percentile within the list.

    table: columns as in TEXT_FEATURES; lists: which list each row belongs to. Equal figures get
    the same percentile, so the order of the rows changes nothing.
    """
    if not len(table):
        return np.zeros((0, len(PLACE_FEATURES)), np.float32)
    _, group, sizes = np.unique(lists, return_inverse=True, return_counts=True)
    starts = np.cumsum(sizes) - sizes
    names = list(TEXT_FEATURES)
    columns: list[Floats] = []
    for name in PLACED:
        values = table[:, names.index(name)].astype(np.float64)
        mean = np.bincount(group, values) / sizes
        apart = values - mean[group]
        spread = np.sqrt(np.bincount(group, apart**2) / sizes)
        columns.append((apart / (spread[group] + _LEAST_SPREAD)).astype(np.float32))
        columns.append(_percentile(values, group, starts, sizes))
    return np.stack(columns, axis=1)


def _percentile(values: NDArray[np.float64], group: Rows, starts: Rows, sizes: Rows) -> Floats:
    order = np.lexsort((values, group))
    place = np.arange(len(values), dtype=np.float64)
    fresh = np.r_[
        True,
        (group[order][1:] != group[order][:-1]) | (values[order][1:] != values[order][:-1]),
    ]
    run = np.cumsum(fresh) - 1
    middle = np.bincount(run, place) / np.bincount(run)
    ranks = np.empty(len(values))
    ranks[order] = middle[run]
    return ((ranks - starts[group] + 0.5) / sizes[group]).astype(np.float32)
