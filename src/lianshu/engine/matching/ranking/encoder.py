"""Texts turned into numbers once, so that a pair costs a few look-ups."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from lianshu.engine.matching.evidence import CONTENT_WEIGHT, Parsed
from lianshu.engine.matching.ranking.spaces import (
    Floats,
    Space,
    company,
    leading,
    padded,
    unit_rows,
    unit_sparse,
)
from lianshu.engine.matching.vocabulary import Counts, Grams, Words

# Dimensions of the learned vectors.
WIDTH = 128
# What the content adds to the vector of a whole text beside the title.
CONTENT_VECTOR = 0.5

Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Field:
    """One field of many texts in one space. The arrays of entries run along `indices`.

    saturated: BM25's frequency part; unit: weights of length one; topics, senses: vectors of
    length one; lengths: number of terms, known or not.
    """

    indptr: NDArray[np.int64]
    indices: NDArray[np.int64]
    saturated: Floats
    unit: Floats
    topics: Floats
    senses: Floats
    lengths: Floats

    def sparse(self, width: int) -> Counts:
        """The weights of length one as a matrix of this many columns."""
        shape = (len(self.indptr) - 1, width)
        return csr_array((self.unit, self.indices, self.indptr), shape=shape)


@dataclass(frozen=True)
class Fields:
    """Title, content, and both together."""

    title: Field
    content: Field
    whole: Field


@dataclass(frozen=True)
class Encoded:
    """Many texts in both spaces."""

    words: Fields
    grams: Fields

    def __len__(self) -> int:
        return len(self.words.title.lengths)


@dataclass(frozen=True)
class Encoder:
    """What was learned from the corpus: rarity and vectors of words and of characters."""

    words: Space[Words]
    grams: Space[Grams]

    @classmethod
    def learn(cls, posts: Sequence[Parsed], *, seed: int, width: int = WIDTH) -> Self:
        """From the texts of both sides, each distinct text once; nothing from outside."""
        distinct = list(dict.fromkeys(posts))
        words, word_counts = Space[Words].learn(Words.of, distinct, width)
        grams, gram_counts = Space[Grams].learn(Grams.of, distinct, width)
        if not len(words.vocabulary) or not len(grams.vocabulary) or len(distinct) < 2:
            return cls(words, grams)
        described = word_counts.loose()
        near = company(described, described)
        frame, values = leading(near, width, seed)
        # Both vocabularies are laid into the frame of the words, so a word never seen is where
        # its characters are.
        scaled = padded(frame / np.sqrt(np.maximum(values, values[0] * 1e-6)), width)
        around = company(gram_counts.loose(), described)
        return cls(
            replace(words.with_topics(word_counts, seed + 1), senses=unit_rows(near @ scaled)),
            replace(grams.with_topics(gram_counts, seed + 2), senses=unit_rows(around @ scaled)),
        )

    def encode(self, posts: Sequence[Parsed]) -> Encoded:
        """The same texts as numbers; a term never seen counts in the length only."""
        return Encoded(_fields(self.words, posts), _fields(self.grams, posts))


def _fields(space: Space[Words] | Space[Grams], posts: Sequence[Parsed]) -> Fields:
    titles, title_lengths = space.vocabulary.count([one.title for one in posts])
    contents, content_lengths = space.vocabulary.count([one.content for one in posts])
    titled, described = (unit_sparse(space.weighted(one)) for one in (titles, contents))
    title = _field(space, space.saturated(titles, title_lengths, 0), titled, title_lengths)
    if not contents.nnz:
        # Titles alone, as in most lists of achievements: nothing is computed twice.
        empty = np.zeros_like(title_lengths)
        return Fields(title, _field(space, contents, contents, empty), title)
    content = _field(
        space, space.saturated(contents, content_lengths, 1), described, content_lengths
    )
    saturated = csr_array(
        space.saturated(titles, title_lengths, 0)
        + CONTENT_WEIGHT * space.saturated(contents, content_lengths, 1)
    )
    weighted = csr_array(space.weighted(titles) + CONTENT_WEIGHT * space.weighted(contents))
    whole = Field(
        indptr=saturated.indptr.astype(np.int64),
        indices=saturated.indices.astype(np.int64),
        saturated=saturated.data.astype(np.float32),
        unit=unit_sparse(weighted).data,
        topics=unit_rows(title.topics + CONTENT_VECTOR * content.topics),
        senses=unit_rows(title.senses + CONTENT_VECTOR * content.senses),
        lengths=title_lengths + content_lengths,
    )
    return Fields(title, content, whole)


def _field(
    space: Space[Words] | Space[Grams], saturated: Counts, unit: Counts, lengths: Floats
) -> Field:
    return Field(
        indptr=saturated.indptr.astype(np.int64),
        indices=saturated.indices.astype(np.int64),
        saturated=saturated.data.astype(np.float32),
        unit=unit.data.astype(np.float32),
        topics=unit_rows(unit @ space.topics),
        senses=unit_rows(unit @ space.senses),
        lengths=lengths,
    )
