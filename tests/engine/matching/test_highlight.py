"""Marking matched terms: the text stays what it is, character by character."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianshu.engine.matching import Reason, Term
from lianshu.engine.matching.highlight import matched_terms, pieces


def marked(text: str, *terms: str) -> list[str]:
    return [piece.text for piece in pieces(text, terms) if piece.matched]


@pytest.mark.parametrize(
    ("text", "terms", "expected"),
    [
        ("晶界扩散工艺", ("晶界", "晶界扩散"), ["晶界扩散"]),
        ("PEEK 与 peek", ("Peek",), ["PEEK", "peek"]),
        ("密度1.80 克/立方厘米", ("1.80克/立方厘米",), ["1.80 克/立方厘米"]),
        ("ＡＢＣ 涂层", ("abc",), ["ＡＢＣ"]),
        ("没有", ("晶界",), []),
        ("", ("晶界",), []),
        ("耐温 -40℃", (), []),
    ],
)
def test_terms_are_found_as_written(text: str, terms: tuple[str, ...], expected: list[str]) -> None:
    assert marked(text, *terms) == expected


@given(st.text(max_size=200), st.lists(st.text(max_size=8), max_size=6))
def test_the_pieces_are_the_text(text: str, terms: list[str]) -> None:
    assert "".join(piece.text for piece in pieces(text, terms)) == text


def test_only_what_both_texts_share_is_marked() -> None:
    reasons = [
        Reason("shared_words", "", terms=(Term("晶界", 1.0), Term("晶界扩散", 2.0))),
        Reason("not_mentioned", "", terms=(Term("矫顽力", 1.0),)),
    ]
    assert matched_terms(reasons) == ("晶界扩散", "晶界")
