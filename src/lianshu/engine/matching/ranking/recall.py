"""The first stage: a few hundred of many posts, by four kinds of nearness fused by rank.

Words and character runs find what is written alike (`matcher`), topics and senses what is meant
alike. Rows of vectors stand beside an index that changes: a new post costs one row.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from lianshu.engine.matching.evidence import Parsed
from lianshu.engine.matching.fuse import fuse
from lianshu.engine.matching.index import best_of
from lianshu.engine.matching.ranking.encoder import Encoder
from lianshu.engine.matching.ranking.spaces import Floats


@dataclass(frozen=True)
class Vectors:
    """Topics and senses of many posts, by words and by characters: four matrices of equal rows."""

    encoder: Encoder
    parts: tuple[Floats, Floats, Floats, Floats]

    @classmethod
    def of(cls, encoder: Encoder, posts: Sequence[Parsed]) -> Self:
        encoded = encoder.encode(posts)
        words, grams = encoded.words.whole, encoded.grams.whole
        return cls(encoder, (words.topics, grams.topics, words.senses, grams.senses))

    def __len__(self) -> int:
        return len(self.parts[0])

    def beside(self, posts: Sequence[Parsed]) -> "Vectors":
        """The same with these posts after the others."""
        more = Vectors.of(self.encoder, posts)
        one, two, three, four = (
            np.concatenate(pair) for pair in zip(self.parts, more.parts, strict=True)
        )
        return Vectors(self.encoder, (one, two, three, four))

    def nearness(self, query: Parsed) -> list[Floats]:
        """Four rows of cosines with each post, 0 where the directions differ."""
        asked = Vectors.of(self.encoder, [query])
        return [
            np.maximum(part @ own[0], 0) for part, own in zip(self.parts, asked.parts, strict=True)
        ]


def recalled(
    evidence: Sequence[NDArray[np.float32]], keep: NDArray[np.bool_], top: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The best `top` places among those kept and their fused scores, best first.

    evidence: one row per kind, by words, by characters, and `Vectors.nearness`. What is not kept
    takes no place and moves no other, so hard filters come before the cut.
    """
    chosen = np.flatnonzero(keep)
    if not len(chosen):
        return chosen, np.zeros(0)
    fused = fuse([np.asarray(row[chosen], np.float32) for row in evidence], top)
    best = best_of(chosen, fused, top)
    return chosen[best], fused[best]
