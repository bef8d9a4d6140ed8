"""Credit codes: the standard's arithmetic, what is normalised, what a person is told."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianshu.engine.identity import (
    ALPHABET,
    Verdict,
    check_character,
    check_credit_code,
    normalise_credit_code,
    organisation_check_character,
)

# An unassigned region: nobody's code.
GOOD = "91990000DEM0000145"


def made(first: str, region: str, body: str) -> str:
    """A code with both check characters."""
    code = first + region + body + organisation_check_character(body)
    return code + check_character(code)


codes = st.builds(
    made,
    st.text(ALPHABET, min_size=2, max_size=2),
    st.text("0123456789", min_size=6, max_size=6),
    st.text(ALPHABET, min_size=8, max_size=8),
)


def test_every_row_of_the_vectors(lianshu_data: Path) -> None:
    with (lianshu_data / "uscc/uscc_vectors.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == 337
    wrong = [row for row in rows if check_credit_code(row["code"]).verdict != row["expected"]]
    assert wrong == []


def test_codes_in_the_published_examples() -> None:
    for code in ("91350200MA2YJ1XR9G", "91350503MA31DKY80A", "91350200776049653A"):
        assert check_credit_code(code).verdict is Verdict.VALID
    outer = check_credit_code("91350203M0001QAY9B")
    assert outer.verdict is Verdict.INVALID
    assert "第 18 位校验码应为 9，现为 B" in outer.reason


@given(codes)
def test_a_made_code_is_valid_and_says_nothing(code: str) -> None:
    found = check_credit_code(code)
    assert (found.verdict, found.reason, found.normalised) == (Verdict.VALID, "", code)
    assert found.parts is not None
    assert found.parts.region == code[2:8]
    assert found.parts.organisation_code == code[8:17]


@given(codes, st.integers(0, 17), st.sampled_from(ALPHABET))
def test_one_wrong_character_never_passes(code: str, index: int, other: str) -> None:
    if other == code[index]:
        return
    found = check_credit_code(code[:index] + other + code[index + 1 :])
    assert found.verdict is Verdict.INVALID
    assert found.reason


@given(codes, st.integers(0, 16))
def test_exchanged_neighbours_never_pass(code: str, index: int) -> None:
    turned = code[:index] + code[index + 1] + code[index] + code[index + 2 :]
    if turned != code:
        assert check_credit_code(turned).verdict is Verdict.INVALID


@given(codes, st.sampled_from(ALPHABET))
def test_a_wrong_organisation_code_alone_is_a_warning(code: str, other: str) -> None:
    if other == code[16]:
        return
    changed = code[:16] + other
    found = check_credit_code(changed + check_character(changed))
    assert found.verdict is Verdict.VALID_BY_GB32100_ONLY
    assert f"应为 {code[16]}，现为 {other}" in found.reason
    assert "确认" in found.reason


@given(
    codes,
    st.lists(
        st.tuples(
            st.integers(0, 18), st.sampled_from([" ", "\u3000", "\t", "-", "－", "—", "\u200b"])
        ),
        max_size=4,
    ),
    st.booleans(),
    st.booleans(),
)
def test_writing_is_put_right_and_told(
    code: str, put: list[tuple[int, str]], lower: bool, wide: bool
) -> None:
    text = code.lower() if lower else code
    text = "".join(chr(ord(one) + 0xFEE0) for one in text) if wide else text
    for place, what in put:
        text = text[:place] + what + text[place:]
    found = check_credit_code(text)
    assert found.normalised == code == normalise_credit_code(text)
    assert found.text == text
    assert found.verdict is (Verdict.VALID if text == code else Verdict.NORMALISE)
    assert ("全角" in found.reason) is wide
    assert bool(found.reason) is (text != code)


@given(st.text())
def test_every_text_gets_a_verdict_with_a_reason(text: str) -> None:
    found = check_credit_code(text)
    assert found.text == text
    assert bool(found.reason) is (found.verdict is not Verdict.VALID)
    assert normalise_credit_code(found.normalised) == found.normalised


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "空"),
        (" \u3000 ", "空"),
        ("12345", "现有 5 位，少了 13 位"),
        (GOOD + "5", "多了 1 位"),
        ("330200000012345", "原 15 位工商注册号"),
        ("DEM000014", "原 9 位组织机构代码"),
        ("代码" + GOOD, "还带有汉字"),
        ("9.13302E+17", "Excel"),
        ("913302010000000000.0", "Excel"),
        ("9199O000DEM0000145", "第 5 位“O”不能用"),
        ("9199O000DEM0000145", "若第 5 位改为“0”，则校验通过"),
        ("9I990000DEM0000145", "若第 2 位改为“1”，则校验通过"),
        ("91990000DEM0000I45", "若第 16 位改为“1”，则校验通过"),
        ("9199000ODEM00O0145", "若第 8 位改为“0”、第 14 位改为“0”，则校验通过"),
        ("9199A000DEM0000145", "第 5 位“A”是字母，而第 3 至 8 位行政区划码只能是数字"),
        ("91990000DЕM0000145", "第 10 位“Е”不是代码可用的数字或大写拉丁字母"),
        ("91990000DЕM0000145", "若第 10 位改为“E”，则校验通过"),
        ("91990000DEM0000\x07 45", "U+0007"),
        ("91990000DEM0000_45", "请对照证照核对"),
        ("91990000DEM00I0I45", "校验仍不通过"),
        ("91990000DEM0000154", "第 17、18 位是否颠倒"),
        ("91990000DEM0000146", "第 18 位校验码应为 5，现为 6"),
    ],
)
def test_the_reason_says_what_to_change(text: str, words: str) -> None:
    found = check_credit_code(text)
    assert found.verdict is Verdict.INVALID
    assert words in found.reason


def test_look_alikes_are_suggested_and_never_changed() -> None:
    found = check_credit_code("9199O000DEM0000145")
    assert found.normalised == "9199O000DEM0000145"
    for wrong, right, code in (
        ("S", "5", made("91", "990000", "DEM00050")),
        ("Z", "2", made("91", "990000", "DEM00020")),
        ("8", "B", made("91", "990000", "DEMB0000")),
    ):
        index = code.index(right, 8)
        reason = check_credit_code(code[:index] + wrong + code[index + 1 :]).reason
        assert f"“{right}”" in reason, reason


def test_only_full_width_forms_are_letters_and_digits() -> None:
    for odd in ("①", "Ⅰ", "²", "ß", "ı", "１\u0301"):
        assert odd[-1] in normalise_credit_code(odd)


@pytest.mark.parametrize(
    ("first", "category"),
    [
        ("11", "机构编制·机关"),
        ("12", "机构编制·事业单位"),
        ("51", "民政·社会团体"),
        ("52", "民政·民办非企业单位"),
        ("59", "民政·其他"),
        ("91", "市场监督管理·企业"),
        ("92", "市场监督管理·个体工商户"),
        ("N2", "农业农村·村级集体经济组织"),
        ("0X", None),
        ("97", None),
    ],
)
def test_the_category_is_named_and_never_decides(first: str, category: str | None) -> None:
    found = check_credit_code(made(first, "990000", "DEM00001"))
    assert found.verdict is Verdict.VALID
    assert found.parts is not None
    assert (found.parts.department, found.parts.kind) == tuple(first)
    assert found.parts.category == category


def test_check_characters_refuse_what_is_no_code() -> None:
    for text in ("", "9" * 16, "I" * 17):
        with pytest.raises(ValueError, match="17 characters"):
            check_character(text)
    for text in ("", "1234567", "1234567-", "一二三四五六七八"):
        with pytest.raises(ValueError, match="8 characters"):
            organisation_check_character(text)
    assert Counter(organisation_check_character(f"DEM{n:05}") for n in range(500)).keys() == set(
        "0123456789X"
    )
