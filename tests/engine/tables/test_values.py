"""Values are exact, typed and within the dictionary's bounds."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianshu.engine.tables import (
    KNOWN_ABSENT,
    Absent,
    FactDictionary,
    Quantity,
    Ratio,
    Use,
    Value,
    ValueProblem,
    checked_attributes,
    checked_value,
    combinations_with,
    plain_value,
    value_of_plain,
)

FACTS: dict[str, dict[str, object]] = {
    "staff": {"type": "count", "unit": "person"},
    "profit": {"type": "money", "unit": "fen", "min": None},
    "share": {"type": "ratio", "unit": "share", "max": 1},
    "note": {"type": "text"},
    "founded": {"type": "date"},
    "resident": {"type": "bool"},
    "colour": {"type": "code", "codes": "colours"},
    "industry": {"type": "code", "public_codes": "industries"},
}
EACH: dict[str, object] = {"definition": "x", "periods": ["year"], "sources": ["tax"]}
DICTIONARY = FactDictionary.model_validate(
    {
        "id": "t",
        "title": "测试",
        "version": "2026-11",
        "units": [{"id": "person", "title": "人"}, {"id": "share", "title": "占比"}],
        "sources": [{"id": "tax", "title": "税务", "permits": ["statistics"]}],
        "code_lists": [{"id": "colours", "title": "色", "choices": [{"id": "red", "title": "红"}]}],
        "facts": [{"id": name, "title": name, **EACH, **more} for name, more in FACTS.items()],
        "holdings": [
            {
                "id": "award",
                "title": "奖励",
                "definition": "x",
                "sources": ["tax"],
                "attributes": [
                    {
                        **{"id": "colour", "title": "色", "type": "code"},
                        **{"codes": "colours", "required": True},
                    },
                    {"id": "people", "title": "人数", "type": "count", "unit": "person"},
                ],
            }
        ],
    }
)


def check(fact: str, value: Any, unit: str | None = None) -> Value | Absent:
    quantity = DICTIONARY.facts_by_id[fact]
    return checked_value(
        quantity,
        value,
        unit=quantity.unit if unit is None else unit,
        dictionary=DICTIONARY,
        code_known=lambda name, code: (name, code) == ("industries", "3562"),
    )


@pytest.mark.parametrize(
    ("fact", "value"),
    [
        ("staff", 0),
        ("profit", -5),
        ("share", Ratio(1, 1)),
        ("share", Ratio(0, 7)),
        ("note", "有"),
        ("founded", date(2020, 2, 29)),
        ("resident", False),
        ("colour", "red"),
        ("industry", "3562"),
        ("staff", KNOWN_ABSENT),
    ],
)
def test_what_fits_is_taken_as_it_is(fact: str, value: Any) -> None:
    assert check(fact, value) is value


@pytest.mark.parametrize(
    ("fact", "value", "sentence"),
    [
        ("staff", -1, "不能小于 0，现在是 -1"),
        ("staff", True, "应为整数"),
        ("staff", 2**63, "太大"),
        ("staff", "12", "应为整数"),
        ("share", Ratio(101, 100), "不能超过 100%，现在是 101/100"),
        ("share", Ratio(-1, 100), "不能小于 0"),
        ("share", 1, "应为比值"),
        ("note", " ", "不能是空的"),
        ("note", "长" * 501, "不能超过 500 个字"),
        ("founded", datetime(2020, 1, 1), "应为日期"),
        ("resident", 1, "应为是或否"),
        ("colour", "blue", "没有代码 blue；可用的是：red（红）"),
        ("industry", "9999", "没有代码 9999"),
    ],
)
def test_what_does_not_fit_is_refused_with_a_sentence(fact: str, value: Any, sentence: str) -> None:
    with pytest.raises(ValueProblem, match=sentence):
        check(fact, value)


def test_a_wrong_unit_is_refused_even_for_nothing() -> None:
    with pytest.raises(ValueProblem, match="单位是人，不是分，请换算"):
        check("staff", KNOWN_ABSENT, unit="fen")
    with pytest.raises(ValueProblem, match="单位是分，不是wan_yuan"):
        check("profit", 1, unit="wan_yuan")


def test_attributes_are_known_complete_and_right() -> None:
    award = DICTIONARY.holdings_by_id["award"]

    def attributes(**given: Any) -> dict[str, Value]:
        return checked_attributes(
            award, given, dictionary=DICTIONARY, code_known=lambda _name, _code: False
        )

    assert attributes(colour="red", people=None) == {"colour": "red"}
    for wrong, sentence in (
        ({"people": 3}, "缺少“色”"),
        ({"colour": "red", "size": 3}, "没有“size”这一项；可用的是：colour、people"),
        ({"colour": "red", "people": -3}, "不能小于 0"),
    ):
        with pytest.raises(ValueProblem, match=sentence):
            attributes(**wrong)


@given(st.integers(-(2**62), 2**62), st.integers(1, 2**62))
def test_a_ratio_survives_as_the_pair_it_was(numerator: int, denominator: int) -> None:
    ratio = Ratio(numerator, denominator)
    assert value_of_plain(DICTIONARY.facts_by_id["share"], plain_value(ratio)) == ratio


def test_other_values_survive_too() -> None:
    for fact, value in (
        ("founded", date(2020, 1, 2)),
        ("resident", True),
        ("staff", 3),
        ("colour", "red"),
    ):
        quantity: Quantity = DICTIONARY.facts_by_id[fact]
        assert value_of_plain(quantity, plain_value(value)) == value


def test_uses_are_sets() -> None:
    assert Use.of("statistics", "decision").names == ("statistics", "decision")
    assert combinations_with(Use.PUBLICATION) == tuple(range(8, 16))
    assert 1 not in combinations_with(Use.SERVICE | Use.DECISION | Use.PUBLICATION)
