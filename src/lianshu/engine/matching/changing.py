"""An index that changes: a base built once, what changed since beside it, what is gone masked.

What changed is weighed with the base's rarity and mean lengths, so that its scores can be compared
with the base's; a word the base has never seen is as rare as can be. A new post is found at once
and costs milliseconds, however large the base.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from lianshu.engine.matching.evidence import Evidence, Parsed, Weighing
from lianshu.engine.matching.fuse import fuse
from lianshu.engine.matching.index import best_of, inverted
from lianshu.engine.matching.lexicon import Lexicon
from lianshu.engine.matching.matcher import Candidate, Matcher
from lianshu.engine.matching.posts import Post
from lianshu.engine.matching.vocabulary import Grams, Words


def beside(base: Matcher, posts: Sequence[Post], lexicon: Lexicon | None = None) -> Matcher:
    """A matcher of these posts (sorted by id) whose scores are on the scale of `base`; with its
    lexicon or another one, to see what that would do."""
    words_known = base.lexicon if lexicon is None else lexicon
    parsed = [Parsed.of(post, words_known) for post in posts]
    fields = [part for one in parsed for part in (one.title, one.content)]
    words, grams = Words.of(fields), Grams.of(fields)
    by_word, by_gram = base.evidence
    rarest = base.explainer.rarest
    word_weighing = Weighing(
        words, _rarity(by_word.weighing, words.columns_in(by_word.weighing.vocabulary), rarest),
        by_word.weighing.mean_lengths,
    )  # fmt: skip
    gram_weighing = Weighing(
        grams, _rarity(by_gram.weighing, grams.columns_in(by_gram.weighing.vocabulary), rarest),
        by_gram.weighing.mean_lengths,
    )  # fmt: skip
    return Matcher(
        ids=tuple(post.id for post in posts),
        explainer=base.explainer,
        evidence=(
            Evidence(word_weighing, inverted(word_weighing.rows(parsed))),
            Evidence(gram_weighing, inverted(gram_weighing.rows(parsed))),
        ),
        lexicon=words_known,
    )


def _rarity(
    weighing: Weighing[Words] | Weighing[Grams], columns: NDArray[np.int64], rarest: float
) -> NDArray[np.float32]:
    found = np.full(len(columns), rarest, dtype=np.float32)
    known = columns >= 0
    found[known] = weighing.rarity[columns[known]]
    return found


@dataclass(frozen=True)
class Changing:
    """`parts` are the base and what stands beside it; places are positions in `ids`, in the order
    of the parts."""

    parts: tuple[Matcher, ...]
    ids: tuple[str, ...]

    @classmethod
    def of(cls, base: Matcher, posts: Sequence[Post], settled: Matcher | None = None) -> Self:
        """The base, what was put `beside` it before, and these changed posts, of which the older
        rows are to be masked by `keep`."""
        parts = [base] if settled is None else [base, settled]
        if posts:
            parts.append(beside(base, sorted(posts, key=lambda post: post.id)))
        return cls(tuple(parts), tuple(one for part in parts for one in part.ids))

    def evidence(self, query: Post) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """What each place shares with the query, by words and by characters."""
        parsed = [Parsed.of(query, self.parts[0].lexicon)]
        found = [[each.scores(parsed)[0] for each in part.evidence] for part in self.parts]
        words, characters = (np.concatenate(rows) for rows in zip(*found, strict=True))
        return words, characters

    def rank(
        self,
        evidence: Sequence[NDArray[np.float32]],
        keep: NDArray[np.bool_],
        top: int,
    ) -> list[tuple[int, Candidate]]:
        """The best places among those kept, by a query's evidence: what is not kept takes no place
        and moves no other. Only what shares something; equal scores by id.

        `evidence` are rows by words and by characters, and of further kinds where there are any.
        """
        chosen = np.flatnonzero(keep)
        rows = [np.asarray(row[chosen], dtype=np.float32) for row in evidence]
        if not len(chosen):
            return []
        words, characters = rows[:2]
        fused = fuse(rows, top)
        best = best_of(chosen, fused, top)
        equal_by_id = sorted(best.tolist(), key=lambda at: (-fused[at], self.ids[chosen[at]]))
        return [
            (
                int(chosen[at]),
                Candidate(
                    id=self.ids[chosen[at]],
                    rank=rank,
                    score=float(fused[at]),
                    words=float(words[at]),
                    characters=float(characters[at]),
                ),
            )
            for rank, at in enumerate(equal_by_id, start=1)
            if fused[at] > 0
        ]
