"""A sparse inverted index: BM25 weights of documents, and the best documents of a query.

The postings are one CSR matrix (terms × documents); a batch of queries is one sparse product.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from lianshu.engine.matching.vocabulary import Counts, Words

K1 = 1.2
B = 0.75
# Bounds are compared with room for the rounding of 32-bit sums.
SLACK = 1.0001
# The share of documents from which a term is common: at most 50 rows per term of mean length.
COMMON = 0.02
# A list this short is added without asking whether it could be skipped.
SHORT = 1000


def inverse_document_frequency(present: NDArray[np.int64], documents: int) -> NDArray[np.float32]:
    """The weight of a term by the number of documents that hold it; always positive."""
    return np.log1p((documents - present + 0.5) / (present + 0.5)).astype(np.float32)


def saturate(counts: Counts, lengths: NDArray[np.float32], mean_length: float) -> Counts:
    """BM25's term frequency part: grows with the count, levels off, shrinks with the length.

    A matrix of the same shape; a mean length of 0 (every text empty) leaves the counts as they are.
    """
    if mean_length <= 0:
        return counts
    scale = K1 * (1 - B + B * lengths / np.float32(mean_length))
    scale_of_entry = np.repeat(scale, np.diff(counts.indptr))
    data = counts.data * np.float32(K1 + 1) / (counts.data + scale_of_entry)
    return csr_array((data.astype(np.float32), counts.indices, counts.indptr), shape=counts.shape)


def mean_length(lengths: NDArray[np.float32]) -> float:
    """The mean over texts that say something; 0 where none does."""
    filled = lengths[lengths > 0]
    return float(filled.mean()) if len(filled) else 0.0


@dataclass(frozen=True)
class Index:
    """Documents by term. `postings` is terms × documents; `words` names its rows.

    `highest` is the highest weight within each term, which bounds what a term can still add;
    `bounds` is where each term's list starts; `common` holds the lists of very common terms a
    second time as whole rows, so that one document is looked up without a search.
    """

    postings: csr_array[np.float32]
    highest: NDArray[np.float32]
    words: Words
    bounds: list[int]
    common: dict[int, NDArray[np.float32]]

    @classmethod
    def build(cls, documents: Sequence[Sequence[str]]) -> Self:
        """Index documents that are already cut into terms, with plain BM25 weights."""
        words = Words(word for document in documents for word in document)
        counts, lengths = words.count_keys(documents)
        present = np.bincount(counts.indices, minlength=len(words))
        weights = saturate(counts, lengths, mean_length(lengths))
        weights.data *= inverse_document_frequency(present, len(documents))[weights.indices]
        postings = inverted(weights)
        highest = np.zeros(len(words), dtype=np.float32)
        if len(words):
            # Every word came from a document, so no row of the postings is empty.
            highest = np.maximum.reduceat(postings.data, postings.indptr[:-1])
        sizes = np.diff(postings.indptr)
        common = np.flatnonzero(sizes > len(documents) * COMMON)
        return cls(
            postings=postings,
            highest=highest,
            words=words,
            bounds=postings.indptr.tolist(),
            common={int(t): postings[[t]].toarray()[0] for t in common},
        )

    def search(
        self, queries: Sequence[Sequence[str]], top: int
    ) -> tuple[list[NDArray[np.int32]], list[NDArray[np.float32]]]:
        """The best `top` documents of each query and their scores, best first.

        A document without any term of the query is not listed; equal scores by document number.
        """
        sums = np.zeros(self.postings.shape[1], dtype=np.float32)
        numbers: list[NDArray[np.int32]] = []
        scores: list[NDArray[np.float32]] = []
        for query in queries:
            found, reached = self._candidates(query, top, sums)
            best = best_of(found, reached, top)
            numbers.append(found[best])
            scores.append(reached[best])
        return numbers, scores

    def _candidates(
        self, query: Sequence[str], top: int, sums: NDArray[np.float32]
    ) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """Documents among which the best `top` are, with their whole scores.

        MaxScore, a list at a time: rare terms first. As soon as the terms left cannot lift a new
        document over the worst of the best `top`, only documents already seen are looked up.
        `sums` is a scratch row, all zero before and after.
        """
        column = self.words.column
        wanted = Counter(column[word] for word in query if word in column)
        lists = sorted(
            (self._list(term, count) for term, count in wanted.items()), key=attrgetter("size")
        )
        left = sum(one.highest for one in lists)
        parts = [np.zeros(0, dtype=np.int32)]
        total = 0
        for position, one in enumerate(lists):
            if total >= top and one.size > SHORT:
                seen = np.concatenate(parts)
                reached = sums[seen]
                if left * SLACK < _least(reached, top):
                    sums[seen] = 0
                    return _look_up(seen, reached, lists[position:], left, top)
                parts = [seen]
            before = sums[one.numbers]
            sums[one.numbers] = before + one.weights
            parts.append(one.numbers[before == 0])
            total += len(parts[-1])
            left -= one.highest
        seen = np.concatenate(parts)
        reached = sums[seen]
        sums[seen] = 0
        return seen, reached

    def _list(self, term: int, count: int) -> "_List":
        first, last = self.bounds[term], self.bounds[term + 1]
        weights = self.postings.data[first:last]
        return _List(
            size=last - first,
            numbers=self.postings.indices[first:last],
            weights=weights if count == 1 else weights * np.float32(count),
            highest=float(self.highest[term]) * count,
            row=self.common.get(term),
            count=count,
        )


@dataclass(frozen=True, slots=True)
class _List:
    """The documents of one term of a query and what each gains from it."""

    size: int
    numbers: NDArray[np.int32]
    weights: NDArray[np.float32]
    highest: float
    row: NDArray[np.float32] | None
    count: int

    def of(self, documents: NDArray[np.int32]) -> NDArray[np.float32]:
        """What these documents gain; 0 where the term does not occur."""
        if self.row is not None:
            return self.row[documents] * np.float32(self.count)
        places = np.searchsorted(self.numbers, documents)
        places[places == self.size] = 0
        return np.where(self.numbers[places] == documents, self.weights[places], np.float32(0))


def _look_up(
    seen: NDArray[np.int32],
    reached: NDArray[np.float32],
    lists: Sequence[_List],
    left: float,
    top: int,
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Add the remaining lists to the documents that can still be among the best `top`."""
    for one in lists:
        hopeful = np.flatnonzero(reached + np.float32(left * SLACK) >= _least(reached, top))
        seen = seen[hopeful]
        reached = reached[hopeful] + one.of(seen)
        left -= one.highest
    return seen, reached


def _least(scores: NDArray[np.floating], top: int) -> float:
    """The lowest of the `top` highest scores."""
    return float(np.partition(scores, len(scores) - top)[len(scores) - top])


def inverted(weights: csr_array[np.float32]) -> csr_array[np.float32]:
    """Documents × terms turned into postings, document numbers rising within a term."""
    postings = csr_array(weights.T)
    postings.sort_indices()
    return postings


def best_of(
    numbers: NDArray[np.integer], scores: NDArray[np.floating], top: int
) -> NDArray[np.int64]:
    """Positions of the `top` highest scores, best first; equal scores by number."""
    if len(scores) > top:
        # Everything equal to the last kept score stays in, so that numbers decide among equals.
        kept = np.flatnonzero(scores >= _least(scores, top))
    else:
        kept = np.arange(len(scores))
    order = np.lexsort((numbers[kept], -scores[kept]))[:top]
    return kept[order]
