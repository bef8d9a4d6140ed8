"""Which pairs are worth comparing: names that share two characters in their order.

A pair of characters with one or several between them is a key, so that 醋化 finds 醋酸化工; the
sounds of neighbouring characters of a brand are keys too, for homophones. A key that thousands of
firms have says nothing and is left out unless a name has no other.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from lianshu.engine.linkage.encoding import Real, Whole, sounds
from lianshu.engine.linkage.forms import Forms

_REACH: Final = 7
_USUAL: Final = 4_000
"""Forms with a key from which on it is left out where there are others."""
_CHUNK: Final = 4_000_000
_SOUND_KEYS: Final = 1 << 33


def _keys(forms: Forms, weights: Real) -> tuple[Whole, Whole, Real]:
    """(form, key, weight) of all keys."""
    core, count = forms.core, len(forms)
    rows: list[Whole] = []
    keys: list[Whole] = []
    weighed: list[Real] = []
    everyone: Whole = np.arange(count, dtype=np.int64)
    for step in range(1, _REACH + 1):
        for at in range(core.shape[1] - step):
            first, second = core[:, at], core[:, at + step]
            here = np.flatnonzero((first != 0) & (second != 0))
            if not len(here):
                continue
            first, second = first[here], second[here]
            rows.append(everyone[here])
            keys.append((first.astype(np.int64) << 16) | second)
            weighed.append(weights[first] * weights[second] * (1.0 if step < 3 else 0.8))
    table = sounds()
    brand = table[forms.brand]
    for at in range(brand.shape[1] - 1):
        here = np.flatnonzero((forms.brand[:, at] != 0) & (forms.brand[:, at + 1] != 0))
        rows.append(everyone[here])
        pair = (brand[here, at].astype(np.int64) << 16) | brand[here, at + 1]
        keys.append(_SOUND_KEYS | pair)
        first, second = forms.brand[here, at], forms.brand[here, at + 1]
        weighed.append(0.6 * weights[first] * weights[second])
    if not rows:
        return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.float32)
    return np.concatenate(rows), np.concatenate(keys), np.concatenate(weighed)


class Postings:
    """Which forms of a register have a key."""

    def __init__(self, forms: Forms, weights: Real) -> None:
        self._weights = weights
        self._count = len(forms)
        rows, keys, _ = _keys(forms, weights)
        order = np.argsort(keys, kind="stable")
        keys = keys[order]
        first = np.flatnonzero(np.concatenate(([True], keys[1:] != keys[:-1]))[: len(keys)])
        self._keys = keys[first]
        self._starts = np.append(first, len(keys))
        self._forms = rows[order].astype(np.int32)

    def pairs(
        self, asked: Forms, most: int, alive: NDArray[np.bool_] | None = None
    ) -> Iterator[tuple[Whole, Whole]]:
        """(asked form, form of the register), for each asked one at most the `most` that share
        most, in pieces; `alive` says which forms of the register still count."""
        rows, keys, weighed = _keys(asked, self._weights)
        if not len(rows) or not len(self._keys):
            return
        at = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
        known = self._keys[at] == keys
        rows, at, weighed = rows[known], at[known], weighed[known]
        lengths = self._starts[at + 1] - self._starts[at]
        keep = _informative(rows, lengths, len(asked))
        rows, at, weighed, lengths = rows[keep], at[keep], weighed[keep], lengths[keep]
        order = np.argsort(rows, kind="stable")
        rows, at, weighed, lengths = rows[order], at[order], weighed[order], lengths[order]
        work = np.cumsum(lengths)
        right = sparse.csr_matrix(
            (np.ones(len(self._forms), np.float32), self._forms, self._starts),
            shape=(len(self._keys), self._count),
        )
        begin = 0
        while begin < len(rows):
            done = work[begin - 1] if begin else 0
            end = int(np.searchsorted(work, done + _CHUNK, side="right"))
            end = int(np.searchsorted(rows, rows[max(end, begin + 1) - 1], side="right"))
            low = int(rows[begin])
            left = sparse.csr_matrix(
                (weighed[begin:end], (rows[begin:end] - low, at[begin:end])),
                shape=(int(rows[end - 1]) - low + 1, len(self._keys)),
            )
            yield _best(left @ right, low, most, alive)
            begin = end


def _informative(rows: Whole, lengths: Whole, count: int) -> Whole:
    """Positions of the keys that are rare enough; of names that have none, the two rarest."""
    rare = lengths <= _USUAL
    lacking = np.ones(count, bool)
    lacking[rows[rare]] = False
    if not lacking.any():
        return np.flatnonzero(rare)
    others = np.flatnonzero(lacking[rows])
    order = others[np.lexsort((lengths[others], rows[others]))]
    sorted_rows = rows[order]
    place = np.arange(len(order)) - np.searchsorted(sorted_rows, sorted_rows)
    return np.sort(np.concatenate((np.flatnonzero(rare), order[place < 2])))


def _best(
    product: sparse.csr_matrix, low: int, most: int, alive: NDArray[np.bool_] | None
) -> tuple[Whole, Whole]:
    """The `most` greatest of each row; ties by position, so that the answer is always the same."""
    counts = np.diff(product.indptr)
    rows = np.repeat(np.arange(len(counts)), counts)
    if alive is not None and not alive.all():
        product.data[~alive[product.indices]] = -1
    top = np.zeros(len(counts), np.float32)
    filled = counts > 0
    top[filled] = np.maximum.reduceat(product.data, product.indptr[:-1][filled])
    near = np.flatnonzero((product.data > 0) & (product.data >= 0.2 * top[rows]))
    rows, columns, values = rows[near], product.indices[near], product.data[near]
    order = np.lexsort((columns, -values, rows))
    rows, columns = rows[order], columns[order]
    place = np.arange(len(rows)) - np.searchsorted(rows, rows)
    keep = place < most
    return rows[keep].astype(np.int64) + low, columns[keep].astype(np.int64)
