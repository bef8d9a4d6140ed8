"""Terms to columns: words, and character n-grams counted without a Python loop over characters.

Columns are numbered in the order of the terms themselves, never in the order of arrival, so the
same set of texts gives the same matrix, and a sum over shared terms runs in the same order
whichever side is indexed.
"""

from collections.abc import Iterable, Sequence
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array

from lianshu.engine.matching import text

Counts = csr_array[np.float32]

# Three characters of 21 bits each fit in one 64-bit key; a code point needs no more than 21.
_BITS = 21


def counts_of(
    rows: NDArray[np.int64], columns: NDArray[np.int64], shape: tuple[int, int]
) -> Counts:
    """The matrix of how often each column occurs in each row, columns sorted within a row."""
    ones = np.ones(len(rows), dtype=np.float32)
    # From coordinates scipy adds repeated entries and sorts the columns.
    matrix = coo_array((ones, (rows, columns)), shape=shape).tocsr()
    matrix.sum_duplicates()
    return matrix


class Vocabulary(Protocol):
    """The columns of one index: what counts as a term of a text."""

    def __len__(self) -> int: ...

    def count(self, texts: Sequence[text.Terms]) -> tuple[Counts, NDArray[np.float32]]:
        """Counts (texts × terms) of known terms, and the length of each text with all terms."""


class Words:
    """Content words and whole terms, by their key."""

    def __init__(self, words: Iterable[str]) -> None:
        self.column = {word: column for column, word in enumerate(sorted(set(words)))}

    @classmethod
    def of(cls, texts: Iterable[text.Terms]) -> Self:
        return cls(key for one in texts for key in one.keys)

    def __len__(self) -> int:
        return len(self.column)

    def count(self, texts: Sequence[text.Terms]) -> tuple[Counts, NDArray[np.float32]]:
        return self.count_keys([one.keys for one in texts])

    def count_keys(self, bags: Sequence[Sequence[str]]) -> tuple[Counts, NDArray[np.float32]]:
        """The same for texts that are already cut into keys."""
        column = self.column
        found = [[column[key] for key in bag if key in column] for bag in bags]
        sizes = np.fromiter(map(len, found), dtype=np.int64, count=len(found))
        columns = np.fromiter((c for row in found for c in row), np.int64, int(sizes.sum()))
        rows = np.repeat(np.arange(len(found), dtype=np.int64), sizes)
        lengths = np.fromiter(map(len, bags), dtype=np.float32, count=len(bags))
        return counts_of(rows, columns, (len(bags), len(column))), lengths

    def columns_in(self, other: "Words") -> NDArray[np.int64]:
        """The column that each of these words has in another vocabulary, -1 where it has none."""
        found = (other.column.get(word, -1) for word in self.column)
        return np.fromiter(found, dtype=np.int64, count=len(self.column))


class Grams:
    """Runs of one to three Chinese characters, and whole terms as they are.

    Two-character words the dictionary does not know, and words it cut elsewhere on the other side,
    still meet here.
    """

    def __init__(self, keys: NDArray[np.int64], whole: Words) -> None:
        self.keys = keys
        self.whole = whole

    @classmethod
    def of(cls, texts: Sequence[text.Terms]) -> Self:
        _, keys = _grams(texts)
        return cls(np.unique(keys), Words(key for one in texts for key in one.whole))

    def __len__(self) -> int:
        return len(self.keys) + len(self.whole)

    def count(self, texts: Sequence[text.Terms]) -> tuple[Counts, NDArray[np.float32]]:
        rows, keys = _grams(texts)
        columns = np.searchsorted(self.keys, keys)
        known = np.zeros(len(keys), dtype=np.bool_)
        inside = columns < len(self.keys)
        known[inside] = self.keys[columns[inside]] == keys[inside]
        whole, whole_lengths = self.whole.count_keys([one.whole for one in texts])
        entries = whole.tocoo()
        all_rows = np.concatenate([rows[known], np.repeat(entries.row, entries.data.astype(int))])
        all_columns = np.concatenate(
            [columns[known], np.repeat(entries.col, entries.data.astype(int)) + len(self.keys)]
        )
        lengths = np.bincount(rows, minlength=len(texts)).astype(np.float32) + whole_lengths
        return counts_of(all_rows, all_columns, (len(texts), len(self))), lengths

    def columns_in(self, other: "Grams") -> NDArray[np.int64]:
        """The column that each of these terms has in another vocabulary, -1 where it has none."""
        places = np.searchsorted(other.keys, self.keys)
        inside = places < len(other.keys)
        known = np.zeros(len(self.keys), dtype=np.bool_)
        known[inside] = other.keys[places[inside]] == self.keys[inside]
        whole = self.whole.columns_in(other.whole)
        return np.concatenate(
            [np.where(known, places, -1), np.where(whole >= 0, whole + len(other.keys), -1)]
        )


def _grams(texts: Sequence[text.Terms]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Row and key of each 1-, 2- and 3-gram of the Chinese runs of the texts."""
    joined = "".join(one.han + " " for one in texts)
    codes = np.frombuffer(joined.encode("utf-32-le"), dtype=np.uint32).astype(np.int64)
    sizes = np.fromiter((len(one.han) + 1 for one in texts), np.int64, len(texts))
    row = np.repeat(np.arange(len(texts), dtype=np.int64), sizes)
    # A space ends a run, so no gram crosses a run or, as each text ends in one, a text.
    inside = codes != ord(" ")
    rows, keys = [row[inside]], [codes[inside]]
    gram = codes
    for length in (2, 3):
        gram = (gram[:-1] << _BITS) | codes[length - 1 :]
        inside = inside[:-1] & (codes[length - 1 :] != ord(" "))
        rows.append(row[: len(gram)][inside])
        keys.append(gram[inside])
    return np.concatenate(rows), np.concatenate(keys)
