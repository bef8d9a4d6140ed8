"""An index in arrays and back answers alike."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianshu.engine.matching import Matcher, Post
from lianshu.engine.matching.keeping import arrays_of, matcher_of
from lianshu.engine.matching.lexicon import NO_LEXICON

TITLES = st.lists(st.text(alphabet="晶界扩散钕铁硼永磁 PEK40%", max_size=12), max_size=6)


@given(TITLES, st.text(alphabet="晶界扩散钕铁硼PEK", max_size=8))
def test_an_index_answers_alike_after_it_was_kept(titles: list[str], asked: str) -> None:
    matcher = Matcher.build(Post(f"r{at}", title) for at, title in enumerate(titles))
    again = matcher_of(arrays_of(matcher), NO_LEXICON)
    query = Post("q", asked)
    assert again.rank(query) == matcher.rank(query)
    for at, title in enumerate(titles):
        resource = Post(f"r{at}", title)
        assert again.explain(query, resource) == matcher.explain(query, resource)


def test_another_form_is_not_read() -> None:
    arrays = arrays_of(Matcher.build([Post("r", "晶界扩散")]))
    with pytest.raises(ValueError, match="another form"):
        matcher_of({**arrays, "form": np.array(["other"])}, NO_LEXICON)
