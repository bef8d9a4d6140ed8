"""Evaluation that cannot fool itself.

Warm: judged pairs are dealt out at random, so each demand has judgements left to learn from. Cold:
whole demands are dealt out, near-duplicates together, so nothing about a tested demand was told.
Warm ranking is judged on one split with one model, because predictions of several models inside
one list cannot be compared; cold lists are whole and each is scored by one model anyway.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from lianshu.engine.matching.evidence import Parsed
from lianshu.engine.matching.posts import Post
from lianshu.engine.matching.ranking.encoder import Encoder, Rows
from lianshu.engine.matching.ranking.kinship import demand_kin
from lianshu.engine.matching.ranking.labels import (
    Label,
    Merged,
    group_folds,
    merge,
    near_duplicates,
    random_folds,
)
from lianshu.engine.matching.ranking.learning import learn
from lianshu.engine.matching.ranking.measures import Ranking, error_score, ranking_figures
from lianshu.engine.matching.ranking.model import Candidates, Scores
from lianshu.engine.matching.ranking.ordinal import Settings

FOLDS = 5
# The share of each list held out for warm ranking: as much as a held-out contest list has.
HELD_OUT = 0.4
FEWEST = 50


@dataclass(frozen=True)
class Part:
    """The figures of one way of testing.

    score: 1/(1 + mean absolute error); confident: the score of the half of pairs that the model is
    surer of; calibration: the mean distance of confidence and hit rate over ten equal parts.
    """

    pairs: int
    score: float
    fast: float
    confident: float
    calibration: float
    ranking: Ranking


@dataclass(frozen=True)
class Report:
    """All figures, and what they were taken from."""

    judgements: int
    pairs: int
    demands: int
    groups: int
    contradicting: int
    constant: float
    warm: Part
    cold: Part

    def as_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False, indent=1) + "\n"

    def as_text(self) -> str:
        """A table in Chinese and English."""
        head = (
            f"评判 judgements {self.judgements}，配对 pairs {self.pairs}，"
            f"需求 demands {self.demands}（合并近似后 groups {self.groups}），"
            f"不一致 contradicting {self.contradicting}\n"
            f"全部猜最常见的等级 constant level: {self.constant:.4f}\n\n"
        )
        rows = [("", "warm 已有评判的需求", "cold 全新的需求")]
        for name, get in _LINES:
            rows.append((name, f"{get(self.warm):.4f}", f"{get(self.cold):.4f}"))
        return head + "".join(
            f"{_pad(one, 46)}{_pad(two, 24)}{three}\n" for one, two, three in rows
        )


_LINES: tuple[tuple[str, Callable[[Part], float]], ...] = (
    ("1/(1+MAE)", lambda part: part.score),
    ("1/(1+MAE), --fast 只用文字", lambda part: part.fast),
    ("1/(1+MAE), 把握大的一半 surer half", lambda part: part.confident),
    ("校准误差 calibration error", lambda part: part.calibration),
    ("NDCG@10 (2^level − 2)", lambda part: part.ranking.ndcg),
    ("MAP (level ≥ 3)", lambda part: part.ranking.map),
    ("recall@10 (level ≥ 3)", lambda part: part.ranking.recall),
)


def _pad(text: str, width: int) -> str:
    """Padded to a width at which a Chinese character takes two places."""
    taken = sum(2 if ord(one) > 0x2E80 else 1 for one in text)
    return text + " " * max(1, width - taken)


@dataclass(frozen=True)
class Task:
    """Judged pairs ready to be dealt out, and what was learned from the texts alone."""

    demands: Sequence[Post]
    resources: Sequence[Post]
    merged: Merged
    demand: Rows
    resource: Rows
    groups: Rows
    encoder: Encoder
    settings: Settings

    @property
    def level(self) -> NDArray[np.float64]:
        """The judged level; the mean where judgements differ."""
        found: NDArray[np.float64] = 1 + self.merged.targets.sum(axis=1).astype(np.float64)
        return found

    def held_out(self, out: NDArray[np.bool_], *, fast: bool = False) -> tuple[Scores, Scores]:
        """Scores of the pairs `out` by one model learned from the others; full, and text only."""
        rows = np.flatnonzero(~out).tolist()
        labels = [
            Label(self.merged.demand_ids[row], self.merged.resource_ids[row], level)
            for row in rows
            for level in _levels(self.merged.targets[row].tolist())
        ]
        model = learn(
            self.demands, self.resources, labels, settings=self.settings, encoder=self.encoder
        )
        asked = Candidates(self.demands, self.resources, self.demand[out], self.resource[out])
        text = model.score(asked, fast=True)
        return (text if fast else model.score(asked)), text


def _levels(targets: list[float]) -> list[int]:
    """Judgements with these shares: one level, or those that average to them."""
    if all(share in (0.0, 1.0) for share in targets):
        return [1 + round(sum(targets))]
    for many in range(2, 9):
        counts = [round(share * many) for share in targets]
        if all(abs(c - share * many) < 1e-3 for c, share in zip(counts, targets, strict=True)):
            return [1 + sum(c > one for c in counts) for one in range(many)]
    return [1 + round(sum(targets))]


def prepare(
    demands: Sequence[Post],
    resources: Sequence[Post],
    labels: Sequence[Label],
    settings: Settings,
) -> Task:
    """Raises ValueError where there is too little to test."""
    merged = merge(labels)
    if len(merged) < FEWEST or len(set(merged.demand_ids)) < FOLDS:
        raise ValueError(
            f"评估至少要 {FEWEST} 对评判、{FOLDS} 条需求，这里有 {len(merged)} 对、"
            f"{len(set(merged.demand_ids))} 条。请先积累评判。"
        )
    wanted = {post.id: row for row, post in enumerate(demands)}
    offered = {post.id: row for row, post in enumerate(resources)}
    demand = np.array([wanted[name] for name in merged.demand_ids], dtype=np.int64)
    resource = np.array([offered[name] for name in merged.resource_ids], dtype=np.int64)
    encoder = Encoder.learn(
        [Parsed.of(post) for post in (*demands, *resources)], seed=settings.seed
    )
    encoded = encoder.encode([Parsed.of(post) for post in demands])
    groups = near_duplicates(
        demand_kin(encoded, encoded),
        [post.title for post in demands],
        [post.content for post in demands],
    )
    return Task(demands, resources, merged, demand, resource, groups[demand], encoder, settings)


def evaluate(
    demands: Sequence[Post],
    resources: Sequence[Post],
    labels: Sequence[Label],
    *,
    settings: Settings | None = None,
    tell: Callable[[int, int], None] | None = None,
) -> Report:
    """Learn and test eleven times: five folds warm, five cold, one split for warm ranking."""
    chosen = settings or Settings()
    task = prepare(demands, resources, labels, chosen)
    total = 2 * FOLDS + 1
    say = tell or _silent
    size = len(task.merged)
    warm = cross_validated(
        task, random_folds(size, FOLDS, chosen.seed + 100), lambda done: say(done, total)
    )
    cold = cross_validated(
        task,
        group_folds(task.groups, FOLDS, chosen.seed + 100),
        lambda done: say(FOLDS + done, total),
    )
    lists = warm_lists(task)
    one, _ = task.held_out(lists)
    say(total, total)
    counts = np.bincount(np.round(task.level).astype(np.int64), minlength=5)[1:]
    constant = max(
        error_score(np.full(size, level), task.level) for level in range(1, len(counts) + 1)
    )
    return Report(
        judgements=len(labels),
        pairs=size,
        demands=len(set(task.merged.demand_ids)),
        groups=len(np.unique(task.groups)),
        contradicting=len(task.merged.contradicting),
        constant=constant,
        warm=_part(
            task,
            *warm,
            ranking_figures(one.rank_score, task.level[lists], task.demand[lists]),
        ),
        cold=_part(task, *cold, ranking_figures(cold[0].rank_score, task.level, task.demand)),
    )


def _silent(done: int, of: int) -> None:
    """Nobody watches."""


def warm_lists(task: Task) -> NDArray[np.bool_]:
    """The pairs held out for warm ranking: the same share of each list."""
    rng = np.random.default_rng(task.settings.seed + 200)
    draw = rng.random(len(task.demand))
    out = np.zeros(len(draw), dtype=np.bool_)
    for row in np.unique(task.demand):
        mine = np.flatnonzero(task.demand == row)
        best = np.argsort(draw[mine], kind="stable")[: round(HELD_OUT * len(mine))]
        out[mine[best]] = True
    return out


def cross_validated(
    task: Task, folds: Rows, tell: Callable[[int], None] | None = None
) -> tuple[Scores, Scores]:
    """Each pair scored by a model that never saw its fold; full, and text only."""
    size = len(task.merged)
    full = Scores(np.zeros(size, np.int64), np.zeros((size, 3)), np.zeros(size), np.zeros(size))
    fast = Scores(np.zeros(size, np.int64), np.zeros((size, 3)), np.zeros(size), np.zeros(size))
    for number, fold in enumerate(np.unique(folds), start=1):
        out = folds == fold
        for into, found in zip((full, fast), task.held_out(out), strict=True):
            into.level[out], into.chances[out] = found.level, found.chances
            into.confidence[out], into.rank_score[out] = found.confidence, found.rank_score
        if tell is not None:
            tell(number)
    return full, fast


def _part(task: Task, full: Scores, fast: Scores, ranking: Ranking) -> Part:
    surer = np.argsort(-full.confidence, kind="stable")[: max(1, len(full.level) // 2)]
    return Part(
        pairs=len(full.level),
        score=error_score(full.level, task.level),
        fast=error_score(fast.level, task.level),
        confident=error_score(full.level[surer], task.level[surer]),
        calibration=_calibration(full.confidence, full.level == np.round(task.level)),
        ranking=ranking,
    )


def _calibration(confidence: NDArray[np.float64], hit: NDArray[np.bool_]) -> float:
    parts = np.array_split(np.argsort(confidence, kind="stable"), 10)
    apart = [
        len(part) * abs(float(confidence[part].mean()) - float(hit[part].mean()))
        for part in parts
        if len(part)
    ]
    return float(sum(apart) / len(confidence))
