"""Which candidates to show to a person first: those whose judgement helps the ranking most."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lianshu.engine.matching.evidence import Parsed
from lianshu.engine.matching.posts import Post
from lianshu.engine.matching.ranking.kinship import title_kin
from lianshu.engine.matching.ranking.model import Candidates, Model
from lianshu.engine.matching.ranking.spaces import Floats

MANY = 8
# A judgement is believed to settle similar titles by this power of their nearness.
REACH = 3


@dataclass(frozen=True)
class Question:
    """A candidate to be judged; `gain` is the doubt about the whole list its judgement removes."""

    resource_id: str
    gain: float


def ask(
    model: Model, demand: Post, resources: Sequence[Post], *, many: int = MANY
) -> list[Question]:
    """The `many` candidates to ask about, most helpful first.

    Doubt of a candidate is the spread of its level, more where it would be shown high. Asking
    about one removes its own doubt and, by their nearness, part of that of similar titles; chosen
    one after the other (greedy, within 63% of the best set for such sums: Nemhauser, Wolsey and
    Fisher 1978). The order of `resources` changes nothing.
    """
    posts = sorted(resources, key=lambda post: post.id)
    size = len(posts)
    if not size:
        return []
    every = np.arange(size, dtype=np.int64)
    pairs = Candidates([demand], posts, np.zeros(size, np.int64), every)
    scores = model.score(pairs)
    chances = scores.chances
    # The variance of the level: each step's chance times its complement, and how steps go together.
    mean = chances.sum(axis=1)
    second = (chances * np.array([1, 3, 5])).sum(axis=1)
    doubt = np.maximum(second - mean**2, 0) * (0.2 + scores.rank_score)
    encoded = model.encoder.encode([Parsed.of(post) for post in posts])
    near: Floats = title_kin(encoded, encoded, every, every).mixed ** REACH
    np.fill_diagonal(near, 1)
    settled = np.zeros(size)
    asked: list[Question] = []
    left = set(range(size))
    for _ in range(min(many, size)):
        gains = np.round((np.maximum(near, settled) - settled) @ doubt, 6)
        best = max(left, key=lambda row: (gains[row], doubt[row], -row))
        asked.append(Question(posts[best].id, float(gains[best])))
        settled = np.maximum(settled, near[best])
        left.remove(best)
    return asked
