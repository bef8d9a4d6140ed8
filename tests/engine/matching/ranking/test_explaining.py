"""Evidence by group adds up to the score's log odds; asking is deterministic and spreads."""

import numpy as np
import pytest

from lianshu.engine.matching import Post
from lianshu.engine.matching.evidence import Parsed
from lianshu.engine.matching.ranking import Label, Settings, Vectors, ask, explain, learn, recalled

SUBJECTS = ("锂离子电池", "伺服电机", "高浓度废水", "碳化硅陶瓷", "工业机器人")
THINGS = ("制备方法", "检测装置", "控制系统", "回收工艺")
DEMANDS = [Post(f"d{row}", f"{one}技术", f"{one}难题") for row, one in enumerate(SUBJECTS)]
RESOURCES = [
    Post(f"r{row}-{at}", f"{one}{thing}")
    for row, one in enumerate(SUBJECTS)
    for at, thing in enumerate(THINGS)
]
LABELS = [
    Label(f"d{row}", one.id, 4 if one.id.startswith(f"r{row}") else 1)
    for row in range(4)
    for one in RESOURCES
]
MODEL = learn(DEMANDS, RESOURCES, LABELS, settings=Settings(rounds=20))


def test_a_good_pair_is_explained_by_what_it_shares() -> None:
    good = explain(MODEL, DEMANDS[0], RESOURCES[0], others=tuple(RESOURCES[4:8]))
    bad = explain(MODEL, DEMANDS[0], RESOURCES[5], others=tuple(RESOURCES[0:4]))
    assert good.level > bad.level and good.path == "warm"
    assert good.rank_score > bad.rank_score
    assert sum(one.weight for one in good.evidence) > sum(one.weight for one in bad.evidence)
    weights = [abs(one.weight) for one in good.evidence]
    assert weights == sorted(weights, reverse=True)
    assert explain(MODEL, Post("new", "咖啡烘焙"), RESOURCES[0]).path == "cold"


@pytest.mark.parametrize("model", [MODEL, learn(DEMANDS, RESOURCES, [])])
def test_eight_questions_whatever_the_order(model: object) -> None:
    asked = ask(MODEL, DEMANDS[4], RESOURCES)
    assert len({one.resource_id for one in asked}) == 8
    assert asked == ask(MODEL, DEMANDS[4], RESOURCES[::-1])
    gains = [one.gain for one in asked]
    assert gains == sorted(gains, reverse=True)
    assert ask(MODEL, DEMANDS[4], []) == []


def test_two_equal_titles_are_not_both_asked_first() -> None:
    twins = [Post("a", "伺服电机驱动器"), Post("b", "伺服电机驱动器"), Post("c", "污水 膜 处理")]
    asked = [one.resource_id for one in ask(MODEL, DEMANDS[1], twins, many=2)]
    assert set(asked) != {"a", "b"}


def test_recall_filters_before_the_cut_and_finds_what_came_later() -> None:
    parsed = [Parsed.of(post) for post in RESOURCES]
    vectors = Vectors.of(MODEL.encoder, parsed).beside([Parsed.of(Post("late", "锂离子电池回收"))])
    assert len(vectors) == len(RESOURCES) + 1
    rows = vectors.nearness(Parsed.of(DEMANDS[0]))
    keep = np.ones(len(vectors), dtype=np.bool_)
    best, scores = recalled(rows, keep, 5)
    assert len(RESOURCES) in best and (np.diff(scores) <= 0).all()
    keep[best[0]] = False
    again, _ = recalled(rows, keep, 5)
    assert best[0] not in again and again[0] == best[1]
    assert len(recalled(rows, np.zeros(len(vectors), np.bool_), 5)[0]) == 0
