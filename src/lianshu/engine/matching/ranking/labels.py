"""Judgements as they are learned from: one row per pair, contradictions averaged and told."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from lianshu.engine.matching.ranking.encoder import Rows
from lianshu.engine.matching.ranking.judgements import LEVELS
from lianshu.engine.matching.ranking.spaces import Floats

LOWEST, HIGHEST = 1, 4


@dataclass(frozen=True, slots=True)
class Label:
    """One judgement of one pair: 4 strong, 3 fair, 2 weak, 1 none."""

    demand_id: str
    resource_id: str
    level: int


@dataclass(frozen=True)
class Merged:
    """Judged pairs sorted by demand, then resource.

    targets: the share of a pair's judgements that were at least 2, 3 and 4;
    contradicting: pairs judged at more than one level, with these levels.
    """

    demand_ids: tuple[str, ...]
    resource_ids: tuple[str, ...]
    targets: Floats
    contradicting: tuple[tuple[str, str, tuple[int, ...]], ...]

    def __len__(self) -> int:
        return len(self.demand_ids)


def merge(labels: Iterable[Label]) -> Merged:
    """Each pair once. Raises ValueError for a level that is none of 1, 2, 3 and 4."""
    found: dict[tuple[str, str], list[int]] = defaultdict(list)
    for label in labels:
        if label.level not in range(LOWEST, HIGHEST + 1):
            raise ValueError(
                f"level {label.level!r} of demand {label.demand_id!r} and resource "
                f"{label.resource_id!r} is none of 1, 2, 3, 4"
            )
        found[label.demand_id, label.resource_id].append(label.level)
    pairs = sorted(found)
    targets = [
        [np.mean([one >= level for one in found[pair]]) for level in LEVELS] for pair in pairs
    ]
    return Merged(
        tuple(demand for demand, _ in pairs),
        tuple(resource for _, resource in pairs),
        np.array(targets, dtype=np.float32).reshape(len(pairs), len(LEVELS)),
        tuple((*pair, tuple(sorted(found[pair]))) for pair in pairs if len(set(found[pair])) > 1),
    )


def random_folds(size: int, folds: int, seed: int) -> Rows:
    """A fold for each row, of equal size up to one."""
    numbers = np.arange(size, dtype=np.int64) % max(folds, 1)
    np.random.default_rng(seed).shuffle(numbers)
    return numbers


def group_folds(groups: Rows, folds: int, seed: int) -> Rows:
    """The same with all rows of a group in one fold."""
    _, group = np.unique(groups, return_inverse=True)
    many = int(group.max(initial=-1)) + 1
    return random_folds(many, folds, seed)[group]


def near_duplicates(nearness: Floats, titles: Sequence[str], contents: Sequence[str]) -> Rows:
    """A group number for each demand: nearly the same demand, same title or same content.

    24 of 371 real demands share a title and 28 a content with another: split apart, a test would
    ask what training has told.
    """
    group = np.arange(len(titles), dtype=np.int64)

    def join(one: int, other: int) -> None:
        group[group == group[one]] = group[other]

    for texts in (titles, contents):
        first: dict[str, int] = {}
        for row, text in enumerate(texts):
            if text.strip():
                join(row, first.setdefault(text.strip(), row))
    for one, other in zip(*np.nonzero(np.triu(nearness >= DUPLICATE, 1)), strict=True):
        join(int(one), int(other))
    return group


# From this nearness two demands are the same demand in other words.
DUPLICATE = 0.85
