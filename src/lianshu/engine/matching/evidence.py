"""Evidence that two posts belong together: the weighted terms they share, one vocabulary each.

The weight of a term in a post is BM25's saturated frequency, title and content apart, times the
rarity of the term. A pair's evidence is the dot product of the two posts, so it is the same
whichever of them is asked for. Rarity is counted over distinct texts of both sides: what every
demand form says is worth as little as what every achievement title says.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, Self, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from lianshu.engine.matching import text
from lianshu.engine.matching.index import (
    inverse_document_frequency,
    inverted,
    mean_length,
    saturate,
)
from lianshu.engine.matching.lexicon import NO_LEXICON, Lexicon
from lianshu.engine.matching.posts import Post
from lianshu.engine.matching.vocabulary import Counts, Vocabulary

V = TypeVar("V", bound=Vocabulary)

# A demand's content is long and loose beside its title. Between 0.25 and 0.5 nothing changes much.
CONTENT_WEIGHT = 0.35


@dataclass(frozen=True, slots=True)
class Parsed:
    """A post cut into terms. A post without a title is matched by its content as its title."""

    title: text.Terms
    content: text.Terms

    @classmethod
    def of(cls, post: Post, lexicon: Lexicon = NO_LEXICON) -> Self:
        title, content = text.terms(post.title), text.terms(post.content)
        title, content = lexicon.apply(title), lexicon.apply(content)
        if not title.words and not title.han:
            return cls(content, title)
        return cls(title, content)


@dataclass(frozen=True)
class Weighing(Generic[V]):
    """Turns posts into weighted rows over one vocabulary."""

    vocabulary: V
    rarity: NDArray[np.float32]
    mean_lengths: tuple[float, float]

    @classmethod
    def over(cls, vocabulary: V, distinct: Sequence[Parsed]) -> Self:
        """Weights learned from these posts, each text once."""
        titles, title_lengths = vocabulary.count([one.title for one in distinct])
        contents, content_lengths = vocabulary.count([one.content for one in distinct])
        present = np.bincount((titles + contents).indices, minlength=len(vocabulary))
        return cls(
            vocabulary=vocabulary,
            rarity=inverse_document_frequency(present, len(distinct)),
            mean_lengths=(mean_length(title_lengths), mean_length(content_lengths)),
        )

    def rows(self, posts: Sequence[Parsed]) -> Counts:
        """Weighted rows (posts × terms)."""
        titles = saturate(
            *self.vocabulary.count([one.title for one in posts]), self.mean_lengths[0]
        )
        contents = saturate(
            *self.vocabulary.count([one.content for one in posts]), self.mean_lengths[1]
        )
        contents.data *= np.float32(CONTENT_WEIGHT)
        rows = titles + contents
        rows.sort_indices()
        rows.data *= self.rarity[rows.indices]
        return rows


@dataclass(frozen=True)
class Evidence(Generic[V]):
    """One vocabulary's evidence over a fixed list of posts."""

    weighing: Weighing[V]
    postings: csr_array[np.float32]

    @classmethod
    def build(
        cls,
        make: Callable[[Sequence[text.Terms]], V],
        posts: Sequence[Parsed],
        distinct: Sequence[Parsed],
    ) -> Self:
        vocabulary = make([field for one in posts for field in (one.title, one.content)])
        weighing = Weighing[V].over(vocabulary, distinct)
        return cls(weighing, inverted(weighing.rows(posts)))

    def scores(self, queries: Sequence[Parsed]) -> NDArray[np.float32]:
        """Evidence (queries × posts), 0 where nothing is shared."""
        found: NDArray[np.float32] = (self.weighing.rows(queries) @ self.postings).toarray()
        return found
