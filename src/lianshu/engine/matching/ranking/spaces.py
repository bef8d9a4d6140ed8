"""Spaces in which two texts can be near: weighted terms, and vectors learned from the corpus.

Nothing is trained outside the platform's own texts. The vectors are truncated singular vectors of
weighted term counts (latent semantic analysis, Deerwester et al. 1990) and of positive pointwise
mutual information between terms of one text (Levy, Goldberg and Dagan 2015). Single terms of one
to three characters are subwords, so a word nobody wrote before still has a place.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Generic, Self, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from lianshu.engine.matching import text
from lianshu.engine.matching.evidence import Parsed
from lianshu.engine.matching.index import inverse_document_frequency, mean_length, saturate
from lianshu.engine.matching.vocabulary import Counts, Vocabulary

V = TypeVar("V", bound=Vocabulary)
Floats = NDArray[np.float32]

# Rounds of power iteration (Halko et al. 2011 find two to four enough for slowly falling values).
ROUNDS = 4
OVERSAMPLING = 16
# The exponent of a context's frequency in mutual information (Levy et al. 2015, section 3.2).
SMOOTHING = 0.75
# What a term of a content says about a topic or its company beside one of a title.
LOOSE = 0.2


def unit_rows(matrix: Floats) -> Floats:
    """Rows of length one; a row of zeros stays."""
    sizes = np.linalg.norm(matrix, axis=1, keepdims=True)
    return (matrix / np.where(sizes > 0, sizes, 1)).astype(np.float32)


def unit_sparse(rows: Counts) -> Counts:
    """The same for a sparse matrix."""
    sizes = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
    scale = (1 / np.where(sizes > 0, sizes, 1)).astype(np.float32)
    data = rows.data * np.repeat(scale, np.diff(rows.indptr))
    return csr_array((data, rows.indices, rows.indptr), shape=rows.shape)


def leading(matrix: Counts, width: int, seed: int) -> tuple[Floats, Floats]:
    """The leading right singular vectors (columns × width) and singular values.

    Randomised range finder with power iterations (Halko, Martinsson and Tropp 2011, algorithm
    4.4). Fewer where the matrix is smaller than `width`.
    """
    least = min(matrix.shape)
    width = max(1, min(width, least - 1))
    columns = min(width + OVERSAMPLING, least)
    start = np.random.default_rng(seed).standard_normal((matrix.shape[1], columns))
    turned = csr_array(matrix.T)
    basis = start.astype(np.float32)
    for _ in range(ROUNDS):
        basis = _orthonormal(turned @ _orthonormal(matrix @ basis))
    values, turns = np.linalg.eigh(_gram(matrix @ basis))
    values, turns = np.sqrt(np.maximum(values[::-1], 0)), turns[:, ::-1]
    right = (basis @ turns.astype(np.float32)).T
    # A singular vector is known up to its sign: the largest entry is made positive.
    signs = np.sign(right[np.arange(len(right)), np.abs(right).argmax(axis=1)])
    right = right * np.where(signs == 0, 1, signs)[:, None]
    return right[:width].T.astype(np.float32), values[:width].astype(np.float32)


def _gram(matrix: Floats) -> NDArray[np.float64]:
    found: NDArray[np.float64] = (matrix.T @ matrix).astype(np.float64)
    return found


def _orthonormal(matrix: Floats) -> Floats:
    """A basis of the columns by the eigenvectors of their Gram matrix.

    Products of matrices only: ten times faster than a QR decomposition of a tall matrix, and
    the next round of the iteration repairs what little orthogonality is lost.
    """
    values, turns = np.linalg.eigh(_gram(matrix))
    kept = values > values[-1] * 1e-10
    scaled = turns[:, kept] / np.sqrt(values[kept])
    found: Floats = (matrix @ scaled.astype(np.float32)).astype(np.float32)
    return found


@dataclass(frozen=True)
class Counted:
    """How often each term stands in the title and in the content of each text."""

    titles: Counts
    contents: Counts

    def loose(self) -> Counts:
        """Both fields as shares of a text, so that a long content does not weigh by its length."""
        seen = csr_array(self.titles + LOOSE * self.contents)
        sizes = np.maximum(np.asarray(seen.sum(axis=1)).ravel(), 1)
        data = (seen.data / np.repeat(sizes, np.diff(seen.indptr))).astype(np.float32)
        return csr_array((data, seen.indices, seen.indptr), shape=seen.shape)


@dataclass(frozen=True)
class Space(Generic[V]):
    """One vocabulary with the rarity of its terms and its vectors.

    topics: right singular vectors of the weighted texts (terms × width).
    senses: vectors of the terms by the words they keep company with (terms × width), rows of
    length one, in one frame for both spaces.
    """

    vocabulary: V
    rarity: Floats
    mean_lengths: tuple[float, float]
    topics: Floats
    senses: Floats

    @classmethod
    def learn(
        cls, make: Callable[[Sequence[text.Terms]], V], posts: Sequence[Parsed], width: int
    ) -> tuple[Self, "Counted"]:
        """Rarity over distinct posts, no vectors yet; and the counts it was taken from."""
        vocabulary = make([field for one in posts for field in (one.title, one.content)])
        titles, title_lengths = vocabulary.count([one.title for one in posts])
        contents, content_lengths = vocabulary.count([one.content for one in posts])
        present = np.bincount((titles + contents).indices, minlength=len(vocabulary))
        nothing = np.zeros((len(vocabulary), width), np.float32)
        space = cls(
            vocabulary,
            inverse_document_frequency(present, max(len(posts), 1)),
            (mean_length(title_lengths), mean_length(content_lengths)),
            nothing,
            nothing,
        )
        return space, Counted(titles, contents)

    def with_topics(self, counted: "Counted", seed: int) -> Self:
        """The same with latent semantic analysis of the counted texts."""
        texts = self.weighted(counted.titles) + LOOSE * self.weighted(counted.contents)
        vectors, _ = leading(unit_sparse(csr_array(texts)), self.topics.shape[1], seed)
        return replace(self, topics=padded(vectors, self.topics.shape[1]))

    def weighted(self, counts: Counts) -> Counts:
        """Damped counts times rarity, the weighting of all vectors."""
        data = (1 + np.log(np.maximum(counts.data, 1))) * self.rarity[counts.indices]
        return csr_array((data.astype(np.float32), counts.indices, counts.indptr), counts.shape)

    def saturated(self, counts: Counts, lengths: Floats, field: int) -> Counts:
        """BM25's frequency part for title (0) or content (1), without rarity."""
        return saturate(counts, lengths, self.mean_lengths[field])


def company(terms: Counts, words: Counts) -> Counts:
    """Positive pointwise mutual information of terms (rows) and the words of the same texts."""
    pairs = csr_array(terms.T @ words).tocoo()
    sums = np.bincount(pairs.row, pairs.data, minlength=pairs.shape[0])
    smooth = np.bincount(pairs.col, pairs.data, minlength=pairs.shape[1]) ** SMOOTHING
    smooth /= max(smooth.sum(), 1e-12)
    information = np.log(pairs.data / (sums[pairs.row] * smooth[pairs.col]))
    kept = information > 0
    found: Counts = csr_array(
        (information[kept].astype(np.float32), (pairs.row[kept], pairs.col[kept])),
        shape=(pairs.shape[0], pairs.shape[1]),
    )
    return found


def padded(vectors: Floats, width: int) -> Floats:
    """Vectors of a small corpus brought to the full width by zeros."""
    return np.pad(vectors, ((0, 0), (0, width - vectors.shape[1])))
