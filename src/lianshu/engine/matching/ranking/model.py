"""A learned ranking: what it holds and how it scores pairs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lianshu.engine.matching.evidence import Parsed
from lianshu.engine.matching.posts import Post
from lianshu.engine.matching.ranking.encoder import Encoded, Encoder, Rows
from lianshu.engine.matching.ranking.features import TEXT_FEATURES, Group, text_features
from lianshu.engine.matching.ranking.judgements import (
    JUDGEMENT_FEATURES,
    Asked,
    Judged,
    Weights,
    judgement_features,
)
from lianshu.engine.matching.ranking.kinship import demand_kin
from lianshu.engine.matching.ranking.labels import DUPLICATE
from lianshu.engine.matching.ranking.ordinal import (
    Curve,
    Probabilities,
    Trees,
    falling,
    logit,
    median_level,
    probability,
)
from lianshu.engine.matching.ranking.positions import PLACE_FEATURES, place_features
from lianshu.engine.matching.ranking.prior import prior_odds
from lianshu.engine.matching.ranking.spaces import Floats

FEATURES: dict[str, Group] = {**TEXT_FEATURES, **PLACE_FEATURES, **JUDGEMENT_FEATURES}
TEXT_ONLY = len(TEXT_FEATURES) + len(PLACE_FEATURES)
# How many judgements of a demand make the warm path count as much as the cold one.
WARMTH = 2.0
# From this warmth (18 judgements) the warm path decides alone.
WARM = 0.9
# Chances and scores are rounded to this many digits before anything is decided by them.
DIGITS = 6

KERNEL_USED = tuple(
    [*TEXT_FEATURES, *PLACE_FEATURES].index(name)
    for name in (
        "words_bm25_title", "words_bm25_content", "words_cosine_title", "words_cosine_content",
        "characters_bm25_title", "characters_bm25_content", "characters_cosine_title",
        "characters_cosine_content", "characters_cover_title", "words_topics_whole",
        "characters_topics_whole", "words_senses_whole", "characters_senses_whole",
        "aligned_title", "aligned_content", "aligned_back", "characters_size_resource",
        "words_bm25_title_percentile", "words_bm25_content_percentile",
        "words_cosine_title_percentile", "words_cosine_content_percentile",
        "characters_bm25_title_percentile", "characters_bm25_content_percentile",
        "characters_cosine_title_percentile", "characters_cosine_content_percentile",
        "characters_evidence_title_percentile", "characters_cover_title_percentile",
        "characters_cover_content_percentile", "words_topics_whole_percentile",
    )
)  # fmt: skip


@dataclass(frozen=True)
class Candidates:
    """Pairs to be scored: rows into two lists of posts. Candidates of one demand form its list."""

    demands: Sequence[Post]
    resources: Sequence[Post]
    demand: Rows
    resource: Rows

    def __len__(self) -> int:
        return len(self.demand)


@dataclass(frozen=True)
class Scores:
    """One row per pair. `chances` are P(level ≥ 2), P(≥ 3), P(≥ 4), falling."""

    level: NDArray[np.int64]
    chances: Probabilities
    confidence: NDArray[np.float64]
    rank_score: NDArray[np.float64]

    @classmethod
    def of(cls, chances: Probabilities) -> "Scores":
        kept = np.round(falling(chances), DIGITS)
        level = median_level(kept)
        ladder = np.concatenate([np.ones((len(kept), 1)), kept, np.zeros((len(kept), 1))], axis=1)
        rows = np.arange(len(kept))
        confidence = np.round(ladder[rows, level - 1] - ladder[rows, level], DIGITS)
        # The expected gain 2^level − 2 of a ranking, as a share of the highest, 14.
        gain = np.round((2 * kept[:, 0] + 4 * kept[:, 1] + 8 * kept[:, 2]) / 14, DIGITS)
        return cls(level, kept, confidence, gain)


@dataclass(frozen=True)
class Path:
    """How pairs of one kind are scored: trees where there were enough judgements, and a curve.

    share: what the trees weigh beside the kernel regression; 1 without one.
    """

    trees: Trees | None
    curve: Curve
    share: float


@dataclass(frozen=True)
class Memory:
    """The judgements a model keeps: pairs, their ids, and their features for lists."""

    judged: Judged
    demand_ids: tuple[str, ...]
    resource_ids: tuple[str, ...]
    table: Floats
    weights: Weights
    centre: Floats
    spread: Floats

    def standardised(self, table: Floats) -> Floats:
        found: Floats = ((table[:, KERNEL_USED] - self.centre) / self.spread).astype(np.float32)
        return found


@dataclass(frozen=True)
class Measured:
    """Pairs with their features: the prior, the table, what the kernel adds, the warmth."""

    table: Floats
    prior: Probabilities
    kernel: Floats
    warmth: NDArray[np.float64]

    def rows(self, chosen: NDArray[np.bool_]) -> "Measured":
        """The same of some pairs."""
        return Measured(
            self.table[chosen], self.prior[chosen], self.kernel[chosen], self.warmth[chosen]
        )


@dataclass(frozen=True)
class Model:
    """Scores pairs of a demand and a resource. Thread-safe; nothing changes after learning."""

    encoder: Encoder
    memory: Memory | None
    start: Curve
    paths: dict[str, Path]
    about: dict[str, Any]

    def score(self, pairs: Candidates, *, fast: bool = False, threads: int = 1) -> Scores:
        """Levels, chances, confidence and rank score of each pair, in the order given.

        fast: text features only, no judgements of similar pairs.
        """
        if not len(pairs):
            return Scores.of(np.zeros((0, 3)))
        measured = self.measure(pairs, fast=fast)
        if fast:
            return Scores.of(self.follow("fast", measured, threads))
        return Scores.of(self._blended(measured, threads))

    def _blended(self, measured: Measured, threads: int) -> Probabilities:
        """Warm where much was judged for the demand, cold where nothing, in between both."""
        weight = measured.warmth[:, None]
        chances = np.zeros_like(measured.prior)
        warm, cold = measured.warmth > 0, measured.warmth < WARM
        if warm.any():
            found = self.follow("warm", measured.rows(warm), threads)
            chances[warm] = np.where(weight[warm] < WARM, weight[warm], 1) * found
        if cold.any():
            found = self.follow("cold", measured.rows(cold), threads)
            chances[cold] += (1 - weight[cold]) * found
        return falling(chances)

    def follow(self, name: str, measured: Measured, threads: int = 1) -> Probabilities:
        """The chances by one path."""
        path = self.paths[name]
        odds = mixed_odds(path, measured, threads)
        return falling(probability(path.curve(odds)))

    def measure(self, pairs: Candidates, *, fast: bool = False) -> Measured:
        """All features of these pairs, sorted back into their order."""
        pairs = _needed(pairs)
        order = np.argsort(pairs.demand, kind="stable")
        demands = self.encoder.encode([Parsed.of(post) for post in pairs.demands])
        parsed, row_of = _distinct(pairs.resources)
        resources = self.encoder.encode(parsed)
        demand, resource = pairs.demand[order], row_of[pairs.resource[order]]
        text = text_features(self.encoder, demands, resources, demand, resource)
        placed = self._placed(text, pairs, demand, pairs.resource[order])
        table = np.concatenate([text, placed], axis=1)
        prior = self.start(prior_odds(table))
        size = len(pairs)
        kernel = np.zeros((size, 3), np.float32)
        warmth = np.zeros(size)
        if not fast and self.memory is not None:
            near = self._nearness(demands, pairs.demands)
            asked = Asked(resources, demand, resource, near, self.memory.standardised(table))
            judged, kernel = judgement_features(self.memory.judged, asked, self.memory.weights)
            table = np.concatenate([table, judged], axis=1)
            warmth = self._warmth(near)[demand]
        elif not fast:
            table = np.concatenate(
                [table, np.zeros((size, len(JUDGEMENT_FEATURES)), np.float32)], axis=1
            )
        back = np.empty(size, dtype=np.int64)
        back[order] = np.arange(size)
        return Measured(table[back], prior[back], kernel[back], warmth[back])

    def _nearness(self, demands: Encoded, posts: Sequence[Post]) -> Floats:
        """Nearness to the judged demands; the same id is as near as can be."""
        memory = self.memory
        assert memory is not None
        near = demand_kin(demands, memory.judged.demands)
        known = {name: row for row, name in enumerate(memory.demand_ids)}
        for row, post in enumerate(posts):
            if post.id in known:
                near[row, known[post.id]] = 1
        return near

    def _warmth(self, near: Floats) -> NDArray[np.float64]:
        """From 0 (nothing judged for this demand) towards 1."""
        memory = self.memory
        assert memory is not None
        counts = np.diff(memory.judged.bounds)
        many = (near >= DUPLICATE) @ counts
        return many / (many + WARMTH)

    def _placed(self, text: Floats, pairs: Candidates, demand: Rows, resource: Rows) -> Floats:
        """Places within the list: the candidates given and those already judged for the demand."""
        memory = self.memory
        if memory is None:
            return place_features(text, demand)
        known = {name: row for row, name in enumerate(memory.demand_ids)}
        bounds = memory.judged.bounds
        ids = [post.id for post in pairs.resources]
        context: list[int] = []
        lists: list[int] = []
        starts = np.flatnonzero(np.r_[True, demand[1:] != demand[:-1]])
        for start, end in zip(starts, [*starts[1:], len(demand)], strict=True):
            row = int(demand[start])
            own = known.get(pairs.demands[row].id)
            if own is None:
                continue
            given = {ids[one] for one in resource[start:end].tolist()}
            judged = range(int(bounds[own]), int(bounds[own + 1]))
            rows = [at for at in judged if memory.resource_ids[at] not in given]
            context += rows
            lists += [row] * len(rows)
        if not context:
            return place_features(text, demand)
        joined = np.concatenate([text, memory.table[context]])
        return place_features(joined, np.r_[demand, lists])[: len(text)]


def _needed(pairs: Candidates) -> Candidates:
    """The same pairs over the posts that they name: no other text is cut."""
    wanted, demand = np.unique(pairs.demand, return_inverse=True)
    offered, resource = np.unique(pairs.resource, return_inverse=True)
    return Candidates(
        [pairs.demands[row] for row in wanted.tolist()],
        [pairs.resources[row] for row in offered.tolist()],
        demand.astype(np.int64),
        resource.astype(np.int64),
    )


def _distinct(posts: Sequence[Post]) -> tuple[list[Parsed], Rows]:
    """Each distinct text once, and the row of each post: a third of real titles are repeated."""
    rows: dict[tuple[str, str], int] = {}
    row_of = [rows.setdefault((post.title, post.content), len(rows)) for post in posts]
    return [Parsed.of(Post("", *one)) for one in rows], np.array(row_of, dtype=np.int64)


def mixed_odds(path: Path, measured: Measured, threads: int) -> Probabilities:
    """Log odds of trees and kernel regression together, before the curve."""
    odds = measured.prior
    if path.trees is not None:
        odds = path.trees.odds(measured.table, measured.prior, threads)
    if path.share >= 1:
        return odds
    believed = probability(measured.prior) + measured.kernel
    mixed = path.share * probability(odds) + (1 - path.share) * believed
    return logit(mixed)
