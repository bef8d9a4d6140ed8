"""Learning with no, few and many judgements; determinism; a model survives its folder."""

import json
from pathlib import Path

import numpy as np
import pytest

from lianshu.engine.matching import Post
from lianshu.engine.matching.ranking import (
    Candidates,
    Label,
    Model,
    ModelError,
    Scores,
    Settings,
    learn,
    load,
    write_model,
)

SUBJECTS = ("锂离子电池", "伺服电机", "高浓度废水", "碳化硅陶瓷", "工业机器人", "大豆蛋白")
THINGS = ("制备方法", "检测装置", "控制系统", "回收工艺", "节能改造", "产业化项目")
DEMANDS = [
    Post(
        f"d{row}",
        f"{subject}的{THINGS[row % 6]}",
        f"希望解决{subject}{THINGS[(row + 2) % 6]}问题。",
    )
    for row, subject in enumerate(SUBJECTS * 2)
]
RESOURCES = [
    Post(f"r{row}-{at}", f"一种{subject}{thing}")
    for row, subject in enumerate(SUBJECTS)
    for at, thing in enumerate(THINGS)
]


def level_of(demand: int, resource: int) -> int:
    """The same subject is good, the same thing better."""
    same = demand % 6 == resource // 6
    return (4 if demand % 6 == resource % 6 else 3) if same else 1 + (demand + resource) % 2


LABELS = [
    Label(demand.id, resource.id, level_of(row, at))
    for row, demand in enumerate(DEMANDS)
    for at, resource in enumerate(RESOURCES)
    if (row + at) % 3
]
SETTINGS = Settings(rounds=40)


def every_pair() -> Candidates:
    demand, resource = np.divmod(np.arange(len(DEMANDS) * len(RESOURCES)), len(RESOURCES))
    return Candidates(DEMANDS, RESOURCES, demand.astype(np.int64), resource.astype(np.int64))


@pytest.fixture(scope="module")
def model() -> Model:
    return learn(DEMANDS, RESOURCES, LABELS, settings=SETTINGS)


def check(scores: Scores) -> None:
    assert set(scores.level.tolist()) <= {1, 2, 3, 4}
    assert (np.diff(scores.chances, axis=1) <= 0).all()
    assert ((scores.chances >= 0) & (scores.chances <= 1)).all()
    ladder = np.hstack([np.ones((len(scores.level), 1)), scores.chances])
    ladder = np.hstack([ladder, np.zeros((len(ladder), 1))])
    rows = np.arange(len(ladder))
    own = ladder[rows, scores.level - 1] - ladder[rows, scores.level]
    assert np.allclose(scores.confidence, own, atol=1e-6)
    # The median: at least half the chance at or above it, less than half above.
    assert (ladder[rows, scores.level - 1] >= 0.5).all()
    assert (ladder[rows, scores.level] < 0.5).all()


def test_without_labels_what_shares_more_ranks_higher() -> None:
    scores = learn(DEMANDS, RESOURCES, []).score(every_pair())
    check(scores)
    same = scores.rank_score.reshape(len(DEMANDS), 6, 6)
    for row in range(len(DEMANDS)):
        others = [at for at in range(6) if at != row % 6]
        assert same[row, row % 6].mean() > same[row, others].mean()


@pytest.mark.parametrize("many", [1, 2, 7, 60])
def test_few_labels_move_the_prior(many: int) -> None:
    found = learn(DEMANDS, RESOURCES, LABELS[:many], settings=SETTINGS)
    check(found.score(every_pair()))


def test_a_judgement_raises_its_like() -> None:
    demand, judged, like = DEMANDS[0], Post("a", "水下焊接机器人"), Post("b", "水下焊接机器人装置")
    posts = [*RESOURCES, judged, like]
    asked = Candidates([demand], [like], np.zeros(1, np.int64), np.zeros(1, np.int64))
    high = learn(DEMANDS, posts, [Label(demand.id, "a", 4)] * 1).score(asked)
    low = learn(DEMANDS, posts, [Label(demand.id, "a", 1)] * 1).score(asked)
    assert high.rank_score[0] > low.rank_score[0]


def test_many_labels_are_learned(model: Model) -> None:
    scores = model.score(every_pair())
    check(scores)
    wanted = [level_of(row, at) for row in range(len(DEMANDS)) for at in range(len(RESOURCES))]
    assert np.abs(scores.level - np.array(wanted)).mean() < 0.5
    check(model.score(every_pair(), fast=True))
    assert model.about["judged_pairs"] == len(LABELS)


def test_the_same_input_and_seed_give_the_same_model(model: Model) -> None:
    again = learn(DEMANDS, RESOURCES, LABELS, settings=SETTINGS)
    one, other = model.score(every_pair()), again.score(every_pair())
    assert (one.chances == other.chances).all()


def test_the_order_of_pairs_changes_nothing(model: Model) -> None:
    pairs = every_pair()
    turned = np.random.default_rng(1).permutation(len(pairs))
    shuffled = Candidates(DEMANDS, RESOURCES, pairs.demand[turned], pairs.resource[turned])
    one, other = model.score(pairs), model.score(shuffled)
    # Sums in another order differ in the seventh digit, which a tree may round either way.
    assert np.isclose(one.chances[turned], other.chances, atol=1e-4).mean() > 0.99


def test_no_pairs_give_no_scores(model: Model) -> None:
    nothing = np.zeros(0, np.int64)
    assert len(model.score(Candidates([], [], nothing, nothing)).level) == 0


def test_texts_of_any_kind_are_scored(model: Model) -> None:
    texts = ["", "😀😀", "ABC-123 ≥1.80 克/立方厘米 数控 機械 ①", "  ", "锂" * 200_000]
    posts = [Post(f"x{row}", text, text) for row, text in enumerate(texts)]
    demand, resource = np.divmod(np.arange(len(posts) ** 2), len(posts))
    check(model.score(Candidates(posts, posts, demand, resource)))


def test_levels_out_of_range_and_unknown_ids_are_refused() -> None:
    with pytest.raises(ValueError, match="level 5"):
        learn(DEMANDS, RESOURCES, [Label("d0", "r0-0", 5)])
    with pytest.raises(ValueError, match="no text"):
        learn(DEMANDS, RESOURCES, [Label("d0", "nobody", 2)])
    with pytest.raises(ValueError, match="occurs twice"):
        learn([*DEMANDS, DEMANDS[0]], RESOURCES, [])


def test_contradicting_judgements_are_averaged() -> None:
    found = learn(DEMANDS, RESOURCES, [Label("d0", "r0-0", 1), Label("d0", "r0-0", 4)])
    assert found.about["contradicting"] == 1 and found.memory is not None
    assert found.memory.judged.targets.tolist() == [[0.5, 0.5, 0.5]]


def test_a_saved_model_scores_the_same(model: Model, tmp_path: Path) -> None:
    write_model(model, tmp_path / "model")
    write_model(model, tmp_path / "model")
    again = load(tmp_path / "model")
    assert (again.score(every_pair()).chances == model.score(every_pair()).chances).all()
    assert [one.name for one in tmp_path.iterdir()] == ["model"]
    empty = learn(DEMANDS, RESOURCES, [])
    write_model(empty, tmp_path / "empty")
    assert (
        load(tmp_path / "empty").score(every_pair()).level == empty.score(every_pair()).level
    ).all()


def test_an_altered_or_foreign_folder_is_refused(model: Model, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"manifest\.json"):
        load(tmp_path)
    write_model(model, tmp_path / "model")
    file = tmp_path / "model" / "warm-2.txt"
    file.write_text(file.read_text() + " ")
    with pytest.raises(ModelError, match=r"warm-2\.txt"):
        load(tmp_path / "model")
    manifest = tmp_path / "model" / "manifest.json"
    told = json.loads(manifest.read_text()) | {"version": 99}
    manifest.write_text(json.dumps(told))
    with pytest.raises(ModelError, match="99"):
        load(tmp_path / "model")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "letter.txt").write_text("kept")
    with pytest.raises(ModelError, match="不会覆盖"):
        write_model(model, tmp_path / "other")
    assert (tmp_path / "other" / "letter.txt").read_text() == "kept"
