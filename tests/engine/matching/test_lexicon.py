"""Words that staff add: synonyms meet, terms stay whole, nothing else changes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lianshu.engine.matching import Matcher, Post, line
from lianshu.engine.matching.lexicon import NO_LEXICON, lexicon_of
from lianshu.engine.matching.text import terms

MAGNETS = lexicon_of([["永磁体", "磁钢", "Magnet"]], ["热等静压"])


def test_synonyms_meet_in_both_directions() -> None:
    others = [Post("r2", "压铸模具"), Post("r3", "污水处理")]
    for asked, offered in (("磁钢", "永磁体"), ("永磁体", "磁钢"), ("magnet", "磁钢")):
        resource = Post("r1", f"高性能{offered}")
        plain = Matcher.build([resource, *others])
        taught = Matcher.build([resource, *others], lexicon=MAGNETS)
        demand = Post("d", f"{asked}失效")
        assert plain.rank(demand)[0].words == 0
        best = taught.rank(demand)[0]
        assert best.id == "r1"
        assert best.words > 0
        assert f"{asked}＝{offered}" in line(taught.explain(demand, resource))


def test_a_term_is_one_word_wherever_it_stands() -> None:
    assert "热等静压" not in terms("钛合金热等静压成形").keys
    assert "热等静压" in MAGNETS.apply(terms("钛合金热等静压成形")).keys


def test_a_search_knows_what_stands_for_the_same() -> None:
    assert MAGNETS.alternatives("磁钢") == ("磁钢", "magnet", "永磁体")
    assert MAGNETS.alternatives("电池") == ("电池",)


@given(st.text(max_size=100))
def test_without_entries_nothing_changes(text: str) -> None:
    assert NO_LEXICON.apply(terms(text)) == terms(text)


@given(st.text(max_size=60), st.lists(st.lists(st.text(max_size=5), max_size=3), max_size=3))
def test_terms_are_only_added(text: str, groups: list[list[str]]) -> None:
    before, after = terms(text), lexicon_of(groups, []).apply(terms(text))
    assert after.words[: len(before.words)] == before.words
    assert len(after.words) == len(after.keys)
    assert after.han.startswith(before.han)
