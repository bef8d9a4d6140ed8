"""Text is cut so that technical terms stay whole and forms' phrases drop out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianshu.engine.matching import text


@pytest.mark.parametrize(
    ("written", "whole"),
    [
        ("堆积密度≥1.80 克/立方厘米", "≥1.80克/立方厘米"),
        ("耐受 -40℃ 的低温", "-40°C"),
        ("纯度 99.999%", "99.999%"),
        ("100/120 粒度的单晶", "100/120粒度"),
        ("导热系数≥0.5W/(m·K)", "≥0.5W/(m·K)"),
        ("直径 φ0.25~φ0.45mm", "φ0.25~φ0.45mm"),
        ("浓度 10⁻⁶mol", "10^-6mol"),
        ("磷酸铁锂 LiFePO₄", "LiFePO4"),
        ("氢氧化钙 Ca(OH)2 粉体", "Ca(OH)2"),
        ("功率９０ＫＷ以下", "90KW"),
        ("牌号 304 不锈钢", "304"),
    ],
)
def test_technical_terms_stay_whole(written: str, whole: str) -> None:
    assert whole in text.terms(written).words


def test_a_number_alone_that_counts_a_list_is_no_term() -> None:
    assert text.terms("1、2、3.").words == ()


def test_a_unit_ends_where_its_letters_end() -> None:
    assert "5m" not in text.terms("5micro").words


def test_words_of_the_trade_are_one_term_and_still_meet_their_parts() -> None:
    words = text.terms("高韧性立方氮化硼单晶").words
    assert "立方氮化硼" in words
    assert "氮化硼" in words


def test_what_every_form_says_is_dropped() -> None:
    assert text.terms("希望通过研究解决以上问题").words == ()


def test_comparator_and_case_do_not_separate_terms() -> None:
    assert text.key("≥1.80克/立方厘米") == text.key("1.80克/立方厘米")
    assert text.terms("CBN").keys == text.terms("cbn").keys


def test_compound_latin_terms_meet_whole_and_in_parts() -> None:
    assert set(text.terms("Ni-Co").words) == {"Ni-Co", "Ni", "Co"}


def test_a_paragraph_pasted_twice_counts_once() -> None:
    once = "开发防爆锂离子电池。解决安全隐患。"
    assert text.terms(once + once) == text.terms(once)


@pytest.mark.parametrize("empty", ["", "   ", "😀😀", "——？！", "\x00\n"])
def test_nothing_said_gives_no_terms(empty: str) -> None:
    found = text.terms(empty)
    assert (found.words, found.keys, found.whole, found.han) == ((), (), (), "")


@given(st.text(max_size=200))
def test_any_text_is_cut_without_error_and_keys_follow_words(written: str) -> None:
    found = text.terms(written)
    assert len(found.keys) == len(found.words)
    assert all(key.strip() and ";" not in key for key in found.keys)
