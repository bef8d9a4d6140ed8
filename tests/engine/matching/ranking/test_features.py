"""The feature list: what is in it, what may never be, and that the values keep to it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lianshu.engine.matching import Post
from lianshu.engine.matching.ranking import FEATURES, Candidates, Label, learn
from lianshu.engine.matching.ranking.features import TEXT_FEATURES
from lianshu.engine.matching.ranking.judgements import JUDGEMENT_FEATURES
from lianshu.engine.matching.ranking.positions import PLACE_FEATURES

DEMANDS = [Post("d0", "防爆锂离子电池", "电池安全"), Post("d1", "伺服电机控制")]
RESOURCES = [
    Post("r0", "锂离子电池电解液"),
    Post("r1", "电机控制系统"),
    Post("r2", "锂电池隔膜"),
    Post("r3", "玉米种植"),
]
LABELS = [Label("d0", "r0", 4), Label("d1", "r1", 3), Label("d0", "r3", 1)]
GROUPS = {"words", "characters", "topics", "senses", "field", "wording", "place", "judgements"}
FORBIDDEN = (
    "density", "crowd", "count", "pool", "list_size", "candidates", "party", "branch", "owner",
    "state", "private", "event", "attend", "fame", "famous", "rank_of", "popular", "title_of",
)  # fmt: skip


def test_every_feature_is_named_and_grouped() -> None:
    assert [*FEATURES] == [*TEXT_FEATURES, *PLACE_FEATURES, *JUDGEMENT_FEATURES]
    assert set(FEATURES.values()) == GROUPS


@pytest.mark.parametrize("name", FORBIDDEN)
def test_no_feature_is_about_what_must_not_count(name: str) -> None:
    assert not [feature for feature in FEATURES if name in feature]


def pairs(resources: list[Post]) -> Candidates:
    size = len(resources)
    return Candidates(
        DEMANDS[:1], resources, np.zeros(size, np.int64), np.arange(size, dtype=np.int64)
    )


def test_text_and_judgement_features_do_not_see_the_list() -> None:
    model = learn(DEMANDS, RESOURCES, LABELS)
    alone = model.measure(pairs(RESOURCES[:1])).table[0]
    copies = [Post(f"copy{row}", RESOURCES[0].title) for row in range(30)]
    crowded = model.measure(pairs([*RESOURCES, *copies])).table[0]
    placed = [at for at, group in enumerate(FEATURES.values()) if group != "place"]
    assert np.allclose(alone[placed], crowded[placed], atol=1e-6)


@settings(max_examples=20, deadline=None)
@given(times=st.integers(2, 12))
def test_a_list_repeated_gives_the_same_places(times: int) -> None:
    """Neither how long a list is nor how many of its candidates are alike moves anything."""
    model = learn(DEMANDS, RESOURCES, [])
    once = model.measure(pairs(RESOURCES)).table
    copies = [
        Post(f"{post.id}-{number}", post.title) for number in range(times) for post in RESOURCES
    ]
    many = model.measure(pairs(copies)).table[: len(RESOURCES)]
    standing = [at for at, name in enumerate(FEATURES) if name.endswith("_standing")]
    assert np.allclose(once[:, standing], many[:, standing], atol=1e-4)
    percentile = [at for at, name in enumerate(FEATURES) if name.endswith("_percentile")]
    assert np.allclose(once[:, percentile], many[:, percentile], atol=1e-6)


def test_judgements_say_nothing_where_nothing_similar_was_judged() -> None:
    model = learn(DEMANDS, RESOURCES, LABELS)
    far = Post("d9", "qwerty")
    asked = Candidates([far], [Post("r9", "zxcvb")], np.zeros(1, np.int64), np.zeros(1, np.int64))
    table = model.measure(asked).table
    judged = [at for at, group in enumerate(FEATURES.values()) if group == "judgements"]
    assert (table[:, judged] == 0).all()


def test_facets_and_owners_cannot_move_a_score() -> None:
    """A post is read by title and content only: nothing else that is known of it enters."""
    model = learn(DEMANDS, RESOURCES, LABELS)
    plain = model.score(pairs(RESOURCES))
    renamed = model.score(pairs([Post(f"国企-{post.id}", post.title) for post in RESOURCES]))
    assert np.allclose(plain.chances, renamed.chances, atol=0.2)
    texts = model.measure(pairs(RESOURCES)).table[:, : len(TEXT_FEATURES)]
    again = model.measure(pairs([Post(f"x{p.id}", p.title) for p in RESOURCES])).table
    assert np.array_equal(texts, again[:, : len(TEXT_FEATURES)])
