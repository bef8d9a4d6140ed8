"""How good ranking and recall are on real judgements, beside BM25 tuned on the same judgements.

    .venv/bin/python bench/matching_quality.py [--data ../shared/data] [--only warm,cold,…]

Parts: warm, cold, recall, speed, papers. Folds and groups are those of `lianshu ranker evaluate`;
BM25's k1, b and fields are chosen to its best on all judgements, which favours the peer. NDCG gain
is 2^level − 2; MAP over demands with a pair of level 3 or 4; demands with fewer than two judged
pairs are left out. Exits with 1 when a bar is missed; says why and does nothing without the data.
"""
# ruff: noqa: E402 - numpy reads the number of threads when it is first imported.

import os

# One core for every part: the figures of speed are for one, and the others share the machine.
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import argparse
import csv
import json
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lianshu.engine.matching import Matcher, Post
from lianshu.engine.matching.evidence import Parsed
from lianshu.engine.matching.fuse import fuse
from lianshu.engine.matching.index import inverse_document_frequency
from lianshu.engine.matching.ranking import Candidates, Label, Settings, Vectors, learn
from lianshu.engine.matching.ranking.encoder import Encoder
from lianshu.engine.matching.ranking.evaluation import (
    FOLDS,
    Task,
    cross_validated,
    prepare,
    warm_lists,
)
from lianshu.engine.matching.ranking.labels import group_folds, random_folds
from lianshu.engine.matching.ranking.measures import Ranking, error_score, ranking_figures
from lianshu.engine.matching.ranking.ordinal import Curve, median_level, probability
from lianshu.engine.matching.text import short_cut
from lianshu.engine.matching.vocabulary import Words

ROOT = Path(__file__).resolve().parent.parent
K1 = (0.6, 0.9, 1.2, 1.6, 2.0, 3.0)
B = (0.0, 0.25, 0.5, 0.75, 1.0)
DEPTH = 200
Matrix = NDArray[np.float32]


class Table:
    """Collects figures beside their bars and remembers what was missed."""

    def __init__(self) -> None:
        self.missed: list[str] = []

    def row(self, name: str, figure: float, peer: str = "", bar: float | None = None) -> None:
        met = bar is None or figure >= bar
        if not met:
            self.missed.append(name)
        told = "" if bar is None else f"{bar:>9.3f} {'met' if met else 'MISSED'}"
        print(f"  {name:<44}{figure:>10.4f}  {peer:<34}{told}", flush=True)


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig") as stream:
        return list(csv.DictReader(stream))


def bm25(documents: Sequence[Parsed], queries: Sequence[Parsed], k1: float, b: float) -> Matrix:
    """Plain BM25 over words (queries × documents); each word of a query counts once."""
    bags = [[*one.title.keys, *one.content.keys] for one in documents]
    words = Words(word for bag in bags for word in bag)
    counts, lengths = words.count_keys(bags)
    norm = k1 * (1 - b + b * lengths / lengths.mean())
    counts.data = counts.data * (k1 + 1) / (counts.data + np.repeat(norm, np.diff(counts.indptr)))
    present = np.bincount(counts.indices, minlength=len(words))
    counts.data = counts.data * inverse_document_frequency(present, len(bags))[counts.indices]
    asked, _ = words.count_keys([[*{*one.title.keys, *one.content.keys}] for one in queries])
    found: Matrix = (asked @ counts.T).toarray().astype(np.float32)
    return found


def tuned(task: Task, pool: Sequence[Parsed], asked: Sequence[Parsed]) -> tuple[str, Matrix]:
    """The best of k1 × b × (title, title and content) by NDCG@10 on all judgements."""
    best: tuple[float, str, Matrix] | None = None
    empty = Parsed.of(Post("", ""))
    for name, queries in (
        ("title", [Parsed(one.title, empty.content) for one in asked]),
        ("title+content", asked),
    ):
        for k1 in K1:
            for b in B:
                scores = bm25(pool, queries, k1, b)
                own = scores[task.demand, task.resource].astype(np.float64)
                figure = ranking_figures(own, task.level, task.demand).ndcg
                if best is None or figure > best[0]:
                    best = (figure, f"BM25 {name} k1={k1} b={b}", scores)
    assert best is not None
    return best[1], best[2]


def bm25_levels(task: Task, scores: NDArray[np.float64], folds: NDArray[np.int64]) -> float:
    """1/(1+MAE) of BM25 alone: a curve per threshold from the other folds, then the median."""
    spread = (scores - scores.mean()) / scores.std()
    odds = np.repeat(spread[:, None], 3, axis=1)
    level = np.zeros(len(scores))
    for fold in np.unique(folds):
        out = folds == fold
        curve = Curve.fit(odds[~out], task.merged.targets[~out])
        level[out] = median_level(probability(curve(odds[out])))
    return error_score(level, task.level)


def told(figures: Ranking) -> str:
    return f"MAP {figures.map:.3f} recall@10 {figures.recall:.3f}"


def warm(table: Table, task: Task, peer: tuple[str, Matrix]) -> None:
    folds = random_folds(len(task.merged), FOLDS, task.settings.seed + 100)
    own = peer[1][task.demand, task.resource].astype(np.float64)
    full, fast = cross_validated(task, folds)
    base = bm25_levels(task, own, folds)
    print(f"warm, {FOLDS}-fold, {peer[0]}")
    table.row("1/(1+MAE)", error_score(full.level, task.level), f"BM25 {base:.4f}", 0.766)
    table.row("1/(1+MAE) --fast", error_score(fast.level, task.level))
    surer = np.argsort(-full.confidence, kind="stable")[: len(full.level) // 2]
    table.row("1/(1+MAE), surer half", error_score(full.level[surer], task.level[surer]))
    out = warm_lists(task)
    scored, _ = task.held_out(out)
    mine = ranking_figures(scored.rank_score, task.level[out], task.demand[out])
    other = ranking_figures(own[out], task.level[out], task.demand[out])
    table.row("NDCG@10, 40% of each list, one model", mine.ndcg, f"BM25 {other.ndcg:.4f}")
    print(f"    {told(mine)}; BM25 {told(other)}")


def cold(table: Table, task: Task, peer: tuple[str, Matrix]) -> None:
    folds = group_folds(task.groups, FOLDS, task.settings.seed + 100)
    own = peer[1][task.demand, task.resource].astype(np.float64)
    full, fast = cross_validated(task, folds)
    base = bm25_levels(task, own, folds)
    print(f"cold, {FOLDS}-fold over {len(np.unique(task.groups))} groups of demands, {peer[0]}")
    table.row("1/(1+MAE)", error_score(full.level, task.level), f"BM25 {base:.4f}", 0.705)
    table.row("1/(1+MAE) --fast", error_score(fast.level, task.level))
    mine = ranking_figures(full.rank_score, task.level, task.demand)
    quick = ranking_figures(fast.rank_score, task.level, task.demand)
    other = ranking_figures(own, task.level, task.demand)
    table.row("NDCG@10", mine.ndcg, f"BM25 {other.ndcg:.4f}")
    table.row("NDCG@10 gain over BM25", mine.ndcg - other.ndcg, "", 0.05)
    table.row("NDCG@10 --fast", quick.ndcg)
    print(f"    {told(mine)}; BM25 {told(other)}")


def recall_of(scores: Matrix, task: Task, depth: int) -> float:
    """The share of all pairs of level 3 or 4 among the first `depth` of their demand."""
    good = task.level >= 3
    order = np.argsort(-scores, axis=1, kind="stable")[:, :depth]
    kept = np.zeros(scores.shape, dtype=np.bool_)
    np.put_along_axis(kept, order, True, axis=1)
    return float(kept[task.demand[good], task.resource[good]].mean())


def recall(
    table: Table, task: Task, pool: Sequence[Parsed], asked: Sequence[Parsed], peer: Matrix
) -> None:
    matcher = Matcher.of_parsed(task.resources, pool, asked)
    words, grams = (one.scores(asked) for one in matcher.evidence)
    vectors = Vectors.of(task.encoder, pool)
    plain, ours = np.zeros_like(words), np.zeros_like(words)
    for row, query in enumerate(asked):
        plain[row] = fuse((words[row], grams[row]), DEPTH)
        ours[row] = fuse((words[row], grams[row], *vectors.nearness(query)), DEPTH)
    print(f"recall of level ≥ 3 among {len(pool)} achievements, no judgement used")
    for name, scores in (
        ("BM25 words, tuned for NDCG", peer),
        ("words", words),
        ("characters", grams),
        ("plain fusion of both", plain),
    ):
        table.row(f"recall@200, {name}", recall_of(scores, task, DEPTH))
    table.row(
        "recall@200, fusion with topics and senses",
        recall_of(ours, task, DEPTH),
        f"recall@50 {recall_of(ours, task, 50):.3f} @100 {recall_of(ours, task, 100):.3f}",
        0.64,
    )


def speed(table: Table, task: Task) -> None:
    """Pairs per second of a learned model, texts cut and encoded anew in each call."""
    print(f"pairs per second, one core, load {os.getloadavg()[0]:.1f}")
    labels = [
        Label(one, other, round(level))
        for one, other, level in zip(
            task.merged.demand_ids, task.merged.resource_ids, task.level.tolist(), strict=True
        )
    ]
    start = time.process_time()
    model = learn(
        task.demands, task.resources, labels, settings=task.settings, encoder=task.encoder
    )
    print(f"  learned from {len(labels)} judgements in {time.process_time() - start:.1f} s")
    pairs = Candidates(task.demands, task.resources, task.demand, task.resource)
    for name, fast, bar in (("--fast", True, 20_000.0), ("full", False, 3_000.0)):
        taken = []
        for _ in range(8):
            short_cut.cache_clear()
            start = time.process_time()
            model.score(pairs, fast=fast)
            taken.append(time.process_time() - start)
        table.row(f"pairs/s, {name} (quality: see above)", len(pairs) / min(taken), "", bar)


def papers(table: Table, path: Path) -> None:
    """Find a paper's abstract from its keywords; no judgement, nothing but the abstracts."""
    found = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]
    documents = [Parsed.of(Post(one["id"], "", one["abstract"])) for one in found]
    posts = [Post(one["id"], "", one["abstract"]) for one in found]
    asked = [Parsed.of(Post(one["id"], " ".join(one["keywords"]))) for one in found]
    best = max((_hits(bm25(documents, asked, k1, b)), f"k1={k1} b={b}") for k1 in K1 for b in B)
    matcher = Matcher.of_parsed(posts, documents, [])
    vectors = Vectors.of(Encoder.learn(documents, seed=0), documents)
    evidence = [one.scores(asked) for one in matcher.evidence]
    ours = np.stack(
        [
            fuse([*(one[row] for one in evidence), *vectors.nearness(query)], 50)
            for row, query in enumerate(asked)
        ]
    )
    print(f"papers: {len(found)} abstracts, keywords as queries")
    table.row("recall@10", _hits(ours), f"BM25 {best[0]:.4f} ({best[1]})", best[0] + 1e-9)


def _hits(scores: NDArray[np.floating]) -> float:
    """The share of queries whose own document is among the first ten; ties count against it."""
    own = np.diagonal(scores)[:, None]
    return float(((scores >= own).sum(axis=1) <= 10).mean())


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    default = os.environ.get("LIANSHU_DATA", str(ROOT.parent / "shared" / "data"))
    options.add_argument("--data", type=Path, default=Path(default))
    options.add_argument("--only", default="recall,papers,speed,warm,cold")
    chosen = options.parse_args()
    folder = chosen.data / "demands"
    if not folder.is_dir():
        print(f"skipped: {folder} is absent (set LIANSHU_DATA or --data)")
        return 0
    demands = [
        Post(one["demand_id"], one["title"], one["content"]) for one in rows(folder / "demands.csv")
    ]
    resources = [
        Post(one["achievement_id"], one["achievement_terms"])
        for one in rows(folder / "achievements.csv")
    ]
    labels = [
        Label(one["demand_id"], one["achievement_id"], int(one["level"]))
        for one in rows(folder / "labelled_pairs.csv")
    ]
    # The matcher lists its posts by id, and so do all scores here.
    demands.sort(key=lambda post: post.id)
    resources.sort(key=lambda post: post.id)
    task = prepare(demands, resources, labels, Settings())
    pool, asked = ([Parsed.of(post) for post in side] for side in (resources, demands))
    peer = tuned(task, pool, asked)
    table = Table()
    parts: dict[str, Callable[[], None]] = {
        "recall": lambda: recall(table, task, pool, asked, peer[1]),
        "papers": lambda: papers(table, chosen.data / "text" / "csl_papers_dev.jsonl"),
        "speed": lambda: speed(table, task),
        "warm": lambda: warm(table, task, peer),
        "cold": lambda: cold(table, task, peer),
    }
    for name in chosen.only.split(","):
        parts[name]()
    print(f"load {os.getloadavg()[0]:.1f}; missed: {', '.join(table.missed) or 'nothing'}")
    return 1 if table.missed else 0


if __name__ == "__main__":
    sys.exit(main())
