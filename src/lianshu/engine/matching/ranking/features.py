"""What a pair of texts is measured by. Each feature has a name and a group, told to the reader.

Every figure follows from the two texts and the corpus. None counts the candidates of a list, none
knows who owns a resource, how often its owner comes to events, whether there is a Party branch, or
how well known anybody is (tests/engine/matching/ranking/test_features.py holds the list to that).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from lianshu.engine.matching.ranking.encoder import Encoded, Encoder, Field, Fields, Rows
from lianshu.engine.matching.ranking.spaces import Floats, Space, unit_rows
from lianshu.engine.matching.vocabulary import Grams, Words

Group = Literal[
    "words", "characters", "topics", "senses", "field", "wording", "place", "judgements"
]
Column = NDArray[np.float64]
Columns = dict[str, Column]

# The leading dimensions of the topics tell the field of technology, the rest the subject in it.
DOMAIN = 16
COORDINATES = 8
# A key of three characters is longer than 42 bits (vocabulary.Grams).
_THREE = 1 << 42

_LEXICAL = (
    "bm25_title", "evidence_title", "cosine_title", "cover_title", "shared_title", "rarest_title",
    "back_title", "bm25_content", "evidence_content", "cosine_content", "cover_content",
    "shared_content", "rarest_content",
)  # fmt: skip
_VECTORS = ("title", "content", "whole")


def _names() -> dict[str, Group]:
    named: dict[str, Group] = {f"words_{name}": "words" for name in _LEXICAL}
    named |= {f"characters_{name}": "characters" for name in _LEXICAL}
    named |= {"characters_long_title": "characters", "characters_long_content": "characters"}
    for space in ("words", "characters"):
        named |= {f"{space}_topics_{field}": "topics" for field in _VECTORS}
        named |= {f"{space}_senses_{field}": "senses" for field in _VECTORS}
        named |= {f"{space}_domain": "field"}
        named |= {f"{space}_size_{of}": "wording" for of in ("resource", "title", "content")}
    named |= {f"aligned_{name}": "senses" for name in ("title", "content", "back")}
    named |= {f"aligned_best_{name}": "senses" for name in ("title", "content")}
    for number in range(COORDINATES):
        named |= {f"resource_field_{number}": "field", f"demand_field_{number}": "field"}
    return named


TEXT_FEATURES: dict[str, Group] = _names()


@dataclass(frozen=True)
class Pairs:
    """Rows of demands and resources that form the pairs, in the order of their demands."""

    demands: Rows
    resources: Rows
    order: Rows

    @classmethod
    def of(cls, demands: Rows, resources: Rows) -> "Pairs":
        order = np.argsort(demands, kind="stable")
        return cls(demands[order], resources[order], order)

    def __len__(self) -> int:
        return len(self.demands)

    def blocks(self) -> list[tuple[int, int, int]]:
        """Each demand with its first pair and the one after its last."""
        starts = np.flatnonzero(np.r_[True, self.demands[1:] != self.demands[:-1]])
        ends = np.r_[starts[1:], len(self)]
        return list(zip(self.demands[starts].tolist(), starts.tolist(), ends.tolist(), strict=True))


def text_features(
    encoder: Encoder, demands: Encoded, resources: Encoded, wanted: Rows, offered: Rows
) -> Floats:
    """One row per pair (wanted[i], offered[i]), columns as in TEXT_FEATURES."""
    if not len(wanted):
        return np.zeros((0, len(TEXT_FEATURES)), np.float32)
    pairs = Pairs.of(wanted, offered)
    columns: Columns = {}
    sides = (
        ("words", encoder.words, demands.words, resources.words),
        ("characters", encoder.grams, demands.grams, resources.grams),
    )
    for name, space, demand, resource in sides:
        found = _lexical(space, demand, resource.whole, pairs) | _vectors(demand, resource, pairs)
        columns |= {f"{name}_{key}": value for key, value in found.items()}
    columns |= _aligned(encoder.words, demands.words, resources.words.whole, pairs)
    topics = resources.grams.whole.topics, demands.grams.whole.topics
    for number in range(COORDINATES):
        columns[f"resource_field_{number}"] = _at(topics[0], number, pairs.resources)
        columns[f"demand_field_{number}"] = _at(topics[1], number, pairs.demands)
    table = np.empty((len(pairs), len(TEXT_FEATURES)), np.float32)
    for at, key in enumerate(TEXT_FEATURES):
        table[pairs.order, at] = columns[key]
    # Sums of the same numbers in another order differ in the last digits; nothing may hang on it.
    return np.round(table, 4)


def _at(vectors: Floats, number: int, rows: Rows) -> Column:
    if number >= vectors.shape[1]:
        return np.zeros(len(rows))
    found: Column = vectors[rows, number].astype(np.float64)
    return found


@dataclass(frozen=True)
class _Entries:
    """The terms of the resources of all pairs, laid out one after the other.

    pair: whose entry it is; place: where it stands in the field; bounds: where each pair begins.
    """

    pair: Rows
    place: Rows
    columns: Rows
    bounds: Rows

    @classmethod
    def of(cls, field: Field, rows: Rows) -> "_Entries":
        sizes = np.diff(field.indptr)[rows]
        bounds = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        starts = np.repeat(field.indptr[rows] - bounds[:-1], sizes)
        place = np.arange(bounds[-1], dtype=np.int64) + starts
        pair = np.repeat(np.arange(len(rows), dtype=np.int64), sizes)
        return cls(pair, place, field.indices[place], bounds)


def _share(part: Column, whole: Column) -> Column:
    return part / np.where(whole > 0, whole, 1)


def _lexical(
    space: Space[Words] | Space[Grams], demand: Fields, resource: Field, pairs: Pairs
) -> Columns:
    """Terms that both texts write, weighed in several ways, for title and content apart."""
    entries = _Entries.of(resource, pairs.resources)
    rarity = space.rarity.astype(np.float64)
    weights = rarity[entries.columns]
    whole = _sum(entries.pair, weights, len(pairs))
    long = _long(space)
    columns: Columns = {}
    for name, field in (("title", demand.title), ("content", demand.content)):
        places = _meet(field, entries, pairs, len(rarity))
        hit = np.flatnonzero(places >= 0)
        pair, there, weight = entries.pair[hit], places[hit], weights[hit]
        here = entries.place[hit]
        total = _summing(pair, len(pairs))
        saturated = weight * resource.saturated[here]
        shared = total(weight)
        columns[f"bm25_{name}"] = total(saturated)
        columns[f"evidence_{name}"] = total(saturated * weight * field.saturated[there])
        columns[f"cosine_{name}"] = total(resource.unit[here] * field.unit[there])
        columns[f"cover_{name}"] = _share(shared, whole)
        columns[f"shared_{name}"] = total(np.ones(len(pair)))
        columns[f"rarest_{name}"] = _highest(pair, weight, len(pairs))
        if name == "title":
            own = _summing(_rows_of(field), len(field.lengths))(rarity[field.indices])
            columns["back_title"] = _share(shared, own[pairs.demands])
        if long is not None:
            of_long = _sum(entries.pair, weights * long[entries.columns], len(pairs))
            columns[f"long_{name}"] = _share(total(weight * long[entries.columns[hit]]), of_long)
    return columns


def _long(space: Space[Words] | Space[Grams]) -> NDArray[np.float64] | None:
    """1 where a term has three characters or is a whole technical term; of characters only."""
    if not isinstance(space.vocabulary, Grams):
        return None
    long = np.r_[space.vocabulary.keys >= _THREE, np.ones(len(space.vocabulary.whole), bool)]
    return np.asarray(long, np.float64)


def _rows_of(field: Field) -> Rows:
    return np.repeat(np.arange(len(field.lengths), dtype=np.int64), np.diff(field.indptr))


def _summing(pair: Rows, size: int) -> Callable[[NDArray[np.floating]], Column]:
    return lambda values: _sum(pair, values, size)


def _sum(pair: Rows, values: NDArray[np.floating], size: int) -> Column:
    """The sum of the entries of each pair."""
    return np.asarray(np.bincount(pair, values, minlength=size), np.float64)


def _highest(pair: Rows, values: Column, size: int) -> Column:
    """The highest value of each pair, 0 where it has none. `pair` rises."""
    highest = np.zeros(size)
    if len(pair):
        starts = np.flatnonzero(np.r_[True, pair[1:] != pair[:-1]])
        highest[pair[starts]] = np.maximum.reduceat(values, starts)
    return highest


def _meet(field: Field, entries: _Entries, pairs: Pairs, terms: int) -> Rows:
    """For each entry its place in the demand's field, -1 where the demand does not say it."""
    places = np.full(len(entries.columns), -1, dtype=np.int64)
    scratch = np.full(terms, -1, dtype=np.int64)
    for demand, first, last in pairs.blocks():
        low, high = int(field.indptr[demand]), int(field.indptr[demand + 1])
        said = field.indices[low:high]
        scratch[said] = np.arange(low, high)
        part = slice(int(entries.bounds[first]), int(entries.bounds[last]))
        places[part] = scratch[entries.columns[part]]
        scratch[said] = -1
    return places


def _dot(left: Floats, right: Floats, pairs: Pairs) -> Column:
    found = np.einsum("ij,ij->i", left[pairs.demands], right[pairs.resources])
    return np.asarray(found, np.float64)


def _vectors(demand: Fields, resource: Fields, pairs: Pairs) -> Columns:
    """Cosines of vectors; sizes of the texts."""
    columns: Columns = {}
    whole = resource.whole
    for name, field in (
        ("title", demand.title),
        ("content", demand.content),
        ("whole", demand.whole),
    ):
        columns[f"topics_{name}"] = _dot(field.topics, whole.topics, pairs)
        columns[f"senses_{name}"] = _dot(field.senses, whole.senses, pairs)
    columns["domain"] = _dot(
        unit_rows(demand.whole.topics[:, :DOMAIN]), unit_rows(whole.topics[:, :DOMAIN]), pairs
    )
    columns["size_resource"] = whole.lengths[pairs.resources].astype(np.float64)
    columns["size_title"] = demand.title.lengths[pairs.demands].astype(np.float64)
    columns["size_content"] = demand.content.lengths[pairs.demands].astype(np.float64)
    return columns


def _aligned(space: Space[Words], demand: Fields, resource: Field, pairs: Pairs) -> Columns:
    """Each word of one text beside the nearest word of the other, weighed by rarity.

    Words need not be equal, only used in the same company: "锂电池" stands near "电芯".
    """
    entries = _Entries.of(resource, pairs.resources)
    weights = space.rarity[entries.columns].astype(np.float64)
    whole = _sum(entries.pair, weights, len(pairs))
    columns: Columns = {"aligned_back": np.zeros(len(pairs))}
    for name, field in (("title", demand.title), ("content", demand.content)):
        nearest = np.zeros(len(entries.columns))
        for row, first, last in pairs.blocks():
            said = field.indices[field.indptr[row] : field.indptr[row + 1]]
            part = slice(int(entries.bounds[first]), int(entries.bounds[last]))
            if not len(said) or part.start == part.stop:
                continue
            written, which = np.unique(entries.columns[part], return_inverse=True)
            near = space.senses[written] @ space.senses[said].T
            nearest[part] = near.max(axis=1)[which]
            if name == "title":
                columns["aligned_back"][first:last] = _back(
                    near[which], space.rarity[said], entries.bounds[first : last + 1]
                )
        columns[f"aligned_{name}"] = _share(
            _sum(entries.pair, nearest * weights, len(pairs)), whole
        )
        columns[f"aligned_best_{name}"] = _highest(entries.pair, nearest * weights, len(pairs))
    return columns


def _back(near: Floats, rarity: Floats, bounds: Rows) -> Column:
    """How well each demand word is met by the best word of each resource."""
    found = np.zeros(len(bounds) - 1)
    filled = bounds[1:] > bounds[:-1]
    if filled.any():
        best = np.maximum.reduceat(near, (bounds[:-1] - bounds[0])[filled], axis=0)
        found[filled] = best @ rarity / rarity.sum()
    return found
