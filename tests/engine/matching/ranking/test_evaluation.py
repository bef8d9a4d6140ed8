"""The measures by hand; splits that keep near-duplicates together."""

import json

import numpy as np
import pytest

from lianshu.engine.matching import Post
from lianshu.engine.matching.ranking import Label, Settings
from lianshu.engine.matching.ranking.evaluation import _levels, evaluate, prepare, warm_lists
from lianshu.engine.matching.ranking.labels import group_folds, merge, near_duplicates, random_folds
from lianshu.engine.matching.ranking.measures import error_score, ranking_figures


def test_error_score_by_hand() -> None:
    assert error_score(np.array([1, 2, 4]), np.array([1, 3, 2])) == 1 / 2


def test_ranking_figures_by_hand() -> None:
    level = np.array([1.0, 4.0, 2.0, 3.0, 4.0])
    score = np.array([0.9, 0.8, 0.7, 0.6, 0.5])
    demand = np.array([0, 0, 0, 0, 1])
    found = ranking_figures(score, level, demand)
    got = 14 / np.log2(3) + 2 / 2 + 6 / np.log2(5)
    best = 14 + 6 / np.log2(3) + 2 / 2
    assert found.ndcg == pytest.approx(got / best)
    assert found.map == pytest.approx((1 / 2 + 2 / 4) / 2)
    assert found.recall == 1 and found.demands == 1


def test_near_duplicates_are_one_group() -> None:
    nearness = np.eye(5, dtype=np.float32)
    nearness[3, 4] = nearness[4, 3] = 0.9
    group = near_duplicates(nearness, ["甲", "乙", "甲 ", "", ""], ["x", "y", "z", "y", ""])
    assert group[0] == group[2] and group[1] == group[3] == group[4]
    assert group[0] != group[1]
    folds = group_folds(group, 2, 0)
    assert folds[0] == folds[2] and folds[1] == folds[3] == folds[4]


def test_folds_are_even() -> None:
    assert np.bincount(random_folds(11, 3, 0)).tolist() == [4, 4, 3]


@pytest.mark.parametrize("levels", [[1], [4], [1, 4], [2, 3, 3], [1, 2, 3, 4]])
def test_averaged_judgements_are_kept_when_dealt_out(levels: list[int]) -> None:
    merged = merge([Label("d", "r", level) for level in levels])
    back = merge([Label("d", "r", level) for level in _levels(merged.targets[0].tolist())])
    assert np.allclose(merged.targets, back.targets)


SUBJECTS = ("锂电池", "伺服电机", "污水处理", "陶瓷材料", "机器人", "大豆")
DEMANDS = [Post(f"d{row}", f"{one}技术", f"{one}难题") for row, one in enumerate(SUBJECTS)]
RESOURCES = [
    Post(f"r{row}-{at}", f"{one}{thing}")
    for row, one in enumerate(SUBJECTS)
    for at, thing in enumerate(("方法", "装置", "检测"))
]
LABELS = [
    Label(f"d{row}", resource.id, 3 if resource.id.startswith(f"r{row}") else 1)
    for row in range(len(SUBJECTS))
    for resource in RESOURCES
]


def test_evaluate_tells_warm_and_cold_apart() -> None:
    seen: list[tuple[int, int]] = []
    report = evaluate(
        DEMANDS,
        RESOURCES,
        LABELS,
        settings=Settings(rounds=10),
        tell=lambda done, of: seen.append((done, of)),
    )
    assert seen[-1] == (11, 11) and report.pairs == len(LABELS)
    assert report.warm.score > report.constant and report.warm.pairs == report.cold.pairs
    assert json.loads(report.as_json())["cold"]["ranking"]["demands"] == len(SUBJECTS)
    assert "NDCG@10" in report.as_text() and "冷" not in report.as_text()


def test_warm_lists_hold_out_the_same_share_of_each_list() -> None:
    task = prepare(DEMANDS, RESOURCES, LABELS, Settings())
    out = warm_lists(task)
    assert all(out[task.demand == row].sum() == 7 for row in range(len(SUBJECTS)))


def test_too_little_to_test_is_said() -> None:
    with pytest.raises(ValueError, match="50"):
        evaluate(DEMANDS, RESOURCES, LABELS[:20])
