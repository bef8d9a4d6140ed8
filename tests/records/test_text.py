"""Search tokens and sort keys."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianshu.records.text import is_beginning, name_key, query_alternatives, search_tokens

HAN = st.text(alphabet=st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1)


def is_found(text: str, query: str) -> bool:
    """What the databases do with the columns."""
    tokens = set(search_tokens(text, initials=True).split())

    def there(token: str) -> bool:
        if is_beginning(token):
            return any(each.startswith(token) for each in tokens)
        return token in tokens

    return all(
        any(all(map(there, wanted)) for wanted in alternatives)
        for alternatives in query_alternatives(query)
    )


@pytest.mark.parametrize(
    "query", ["甬江", "磁", "nbyj", "yjcc", "NdFeB", "ndf", "Ｎｄ", "n52 甬江", "n52磁材"]
)
def test_finds_words_of_two_characters_pinyin_initials_and_beginnings(query: str) -> None:
    assert is_found("宁波甬江磁材有限公司 NdFeB N52", query)


@pytest.mark.parametrize("query", ["江甬", "nbyx", "feb", "甬江 电机"])
def test_does_not_find_what_is_not_there(query: str) -> None:
    assert not is_found("宁波甬江磁材有限公司 NdFeB N52", query)


def test_confidential_texts_give_no_initials() -> None:
    assert not any(t.startswith("~") for t in search_tokens("甬江").split())


@given(HAN, st.data())
def test_every_piece_of_a_chinese_text_is_found(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    assert is_found(text, text[start:end])


@given(st.text())
def test_any_text_gives_clean_sorted_tokens(text: str) -> None:
    tokens = search_tokens(text, initials=True).split(" ") if search_tokens(text) else []
    assert all(re.fullmatch(r"~?[a-z0-9]+|[㐀-鿿豈-﫿]+", t) for t in tokens if t)


@given(st.text())
def test_a_sort_key_has_only_what_every_collation_orders_alike(text: str) -> None:
    assert re.fullmatch(r"[0-9a-z]*", name_key(text))


def test_names_sort_by_pinyin() -> None:
    names = ["重庆", "安吉", "宁波", "宁海", "ABB", "北仑"]
    assert sorted(names, key=name_key) == ["ABB", "安吉", "北仑", "重庆", "宁波", "宁海"]
