"""An index that changes: what is new is found at once, on the scale of what was there."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from lianshu.engine.matching import Matcher, Post
from lianshu.engine.matching.changing import Changing, beside
from lianshu.engine.matching.evidence import Parsed

WORDS = ["晶界扩散", "钕铁硼", "永磁", "矫顽力", "隔膜", "电池", "涂覆", "注塑", "40%", "PEEK"]
TITLES = st.lists(st.sampled_from(WORDS), min_size=1, max_size=5).map("".join)


def posts(titles: list[str], prefix: str) -> list[Post]:
    return [Post(f"{prefix}{at}", title) for at, title in enumerate(titles)]


def everything(index: Changing) -> NDArray[np.bool_]:
    return np.ones(len(index.ids), dtype=np.bool_)


@given(st.lists(TITLES, min_size=1, max_size=8), TITLES)
def test_what_is_beside_a_base_weighs_like_what_is_in_it(titles: list[str], asked: str) -> None:
    base = Matcher.build(posts(titles, "a"))
    copies = beside(base, posts(titles, "b"))
    query = [Parsed.of(Post("q", asked))]
    for at in (0, 1):
        mine, theirs = copies.evidence[at].scores(query), base.evidence[at].scores(query)
        np.testing.assert_allclose(mine, theirs, rtol=1e-6)


@given(st.lists(TITLES, min_size=1, max_size=6), st.lists(TITLES, max_size=4), TITLES, st.data())
def test_what_is_not_kept_takes_no_place(
    old: list[str], new: list[str], asked: str, data: st.DataObject
) -> None:
    index = Changing.of(Matcher.build(posts(old, "a")), posts(new, "b"))
    evidence = index.evidence(Post("q", asked))
    keep = np.array([data.draw(st.booleans()) for _ in index.ids], dtype=np.bool_)
    found = index.rank(evidence, keep, top=5)
    assert all(keep[place] for place, _ in found)
    assert [one.rank for _, one in found] == list(range(1, len(found) + 1))
    assert all(first.score >= second.score for (_, first), (_, second) in pairwise(found))


def test_a_new_post_with_words_nobody_has_used_is_found() -> None:
    base = Matcher.build(posts(["晶界扩散", "电池隔膜"], "a"))
    index = Changing.of(base, [Post("new", "拓扑绝缘体薄膜 QX77")])
    (place, first), *_ = index.rank(
        index.evidence(Post("q", "拓扑绝缘体")), everything(index), top=3
    )
    assert first.id == "new"
    assert index.ids[place] == "new"
    assert index.rank(index.evidence(Post("q", "口腔")), everything(index), top=3) == []
