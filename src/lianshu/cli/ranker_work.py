"""The work of `lianshu ranker`: tables in, a model folder, a scored table or figures out."""

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from lianshu.cli.judgements import (
    Library,
    PairTable,
    labels_of,
    library,
    read_pairs,
    tell_contradictions,
)
from lianshu.cli.output import put_table, refuse_overwriting
from lianshu.cli.posts import read_posts
from lianshu.cli.running import InputError, say
from lianshu.engine.matching import ranking
from lianshu.engine.matching.ranking.evaluation import evaluate
from lianshu.engine.matching.ranking.labels import merge
from lianshu.engine.sheets import OutCell

ADDED = ("level", "p2", "p3", "p4", "confidence", "rank_score")
GIVEN = "level_given"


def _judged(demands: Path, resources: Path, labels: Path) -> tuple[Library, list[ranking.Label]]:
    wanted = read_posts(demands, "demand")
    offered = read_posts(resources, "resource")
    table = read_pairs(labels, judged=True)
    posts = library(wanted, offered, table)
    found = labels_of(table)
    tell_contradictions(table.name, merge(found).contradicting)
    return posts, found


def learn_files(
    demands: Path, resources: Path, labels: Path, out: Path, *, seed: int, threads: int
) -> None:
    """Learn and write the model folder, whole or not at all. Raises `SheetError`, `InputError`."""
    posts, found = _judged(demands, resources, labels)
    settings = ranking.Settings(seed=seed, threads=threads)
    model = ranking.learn(posts.demands, posts.resources, found, settings=settings)
    _save(model, out)
    about = model.about
    say(f"已从 {about['judgements']} 条评判（{about['judged_pairs']} 对）学习，模型写到 {out}。")
    figures = about.get("held_out_score")
    if figures:
        say(
            "学习时留出的部分，1/(1+平均绝对误差)："
            f"已有评判的需求 {figures['warm']:.4f}，全新的需求 {figures['cold']:.4f}，"
            f"只用文字 {figures['fast']:.4f}。"
        )


def _save(model: ranking.Model, out: Path) -> None:
    try:
        ranking.write_model(model, out)
    except ranking.ModelError as error:
        raise InputError(str(error)) from error
    except OSError as error:
        raise InputError(
            f"{out}：写不进去（{error.strerror or error}）。请换一个文件夹，或检查权限和磁盘空间。"
        ) from error


def score_files(
    model: Path,
    demands: Path,
    resources: Path,
    pairs: Path,
    out: Path | None,
    *,
    fast: bool,
    threads: int,
) -> None:
    """Score the pairs and write them with their columns. Raises `SheetError`, `InputError`."""
    refuse_overwriting(out, (demands, resources, pairs))
    try:
        learned = ranking.load(model)
    except ranking.ModelError as error:
        raise InputError(str(error)) from error
    wanted = read_posts(demands, "demand")
    offered = read_posts(resources, "resource")
    table = read_pairs(pairs, judged=False)
    posts = library(wanted, offered, table)
    candidates = ranking.Candidates(
        posts.demands,
        posts.resources,
        np.array([posts.demand_row[row.demand_id] for row in table.rows], dtype=np.int64),
        np.array([posts.resource_row[row.resource_id] for row in table.rows], dtype=np.int64),
    )
    scores = learned.score(candidates, fast=fast, threads=threads)
    header, given = _header(table)
    put_table(out, header, _scored(table, header, scores, given=given))


def _header(table: PairTable) -> tuple[tuple[str, ...], bool]:
    """The input's columns, then those added; levels that were given are kept under another name."""
    given = any(row.level is not None for row in table.rows) and "level" in table.header
    more = [name for name in ADDED if name not in table.header]
    if given:
        say(f"{table.name}：表里已有的 level 保留为“{GIVEN}”列，level 列写预测的等级。")
        more += [GIVEN] if GIVEN not in table.header else []
    return (*table.header, *more), given


def _scored(
    table: PairTable, header: tuple[str, ...], scores: ranking.Scores, *, given: bool
) -> Iterator[list[OutCell]]:
    at = {name: header.index(name) for name in ADDED}
    for number, row in enumerate(table.rows):
        cells: list[OutCell] = [*row.cells[: len(table.header)]]
        cells += [None] * (len(header) - len(cells))
        if given:
            cells[header.index(GIVEN)] = row.level
        cells[at["level"]] = int(scores.level[number])
        for name, value in zip(("p2", "p3", "p4"), scores.chances[number].tolist(), strict=True):
            cells[at[name]] = value
        cells[at["confidence"]] = float(scores.confidence[number])
        cells[at["rank_score"]] = float(scores.rank_score[number])
        yield cells


def evaluate_files(
    demands: Path, resources: Path, labels: Path, *, seed: int, threads: int, as_json: bool
) -> None:
    """Evaluate and print a table, or JSON, to stdout. Raises `SheetError`, `InputError`."""
    posts, found = _judged(demands, resources, labels)
    settings = ranking.Settings(seed=seed, threads=threads)
    try:
        report = evaluate(posts.demands, posts.resources, found, settings=settings, tell=_progress)
    except ValueError as error:
        raise InputError(f"{labels.name}：{error}") from error
    sys.stdout.write(report.as_json() if as_json else report.as_text())
    sys.stdout.flush()


def _progress(done: int, of: int) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{done}/{of}" + ("\n" if done == of else ""))
        sys.stderr.flush()
