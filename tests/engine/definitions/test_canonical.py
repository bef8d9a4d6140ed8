"""One byte sequence per meaning."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianshu.engine.definitions import Definition, Text, canonical_json, content_hash, load_file
from lianshu.engine.definitions.canonical import decimal_text


class Rule(Definition):
    id: str
    title: Text
    share: Decimal = Decimal("0.5")
    since: date | None = None


def rule(tmp_path: Path, text: str) -> str:
    path = tmp_path / "r.yaml"
    path.write_text(text, encoding="utf-8")
    return load_file(path, Rule).content_hash


def test_the_form_is_fixed() -> None:
    value = {"b": [Decimal("1.50"), None, True], "a": "e\u0301", "d": date(2026, 1, 2), "c": {3, 1}}
    form = '{"a":"é","b":["1.5",null,true],"c":[1,3],"d":"2026-01-02"}'
    assert canonical_json(value) == form
    assert content_hash(value) == "sha256:" + hashlib.sha256(form.encode()).hexdigest()


def test_a_value_of_an_engine_is_its_canonical_text() -> None:
    class Limit:
        def canonical(self) -> str:
            return "3 workdays"

    assert canonical_json({"limit": Limit()}) == '{"limit":"3 workdays"}'


def test_the_hash_ignores_layout_and_sees_every_change(tmp_path: Path) -> None:
    first = rule(tmp_path, "id: r\ntitle: 甲\n")
    assert rule(tmp_path, "# 注释\ntitle: {zh: '甲'}\nshare: 0.50\nid: r\n") == first
    changed = ["id: r\ntitle: 乙\n", "id: r\ntitle: 甲\nshare: 0.51\n", "id: q\ntitle: 甲\n"]
    assert len({first, *(rule(tmp_path, text) for text in changed)}) == 4


@pytest.mark.parametrize("value", [1.5, {"a": [float("nan")]}, object(), Decimal("Infinity")])
def test_what_has_no_exact_form_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        canonical_json(value)


def test_keys_that_are_one_after_nfc_are_refused() -> None:
    with pytest.raises(ValueError, match="NFC"):
        canonical_json({"é": 1, "e\u0301": 2})


@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_decimal_text_is_exact_and_one_per_value(value: Decimal) -> None:
    text = decimal_text(value)
    assert Decimal(text) == value
    sign, digits, exponent = value.as_tuple()
    longer = Decimal((sign, (*digits, 0, 0), int(exponent) - 2))
    assert decimal_text(longer) == text
    assert len(text) < len(value.as_tuple().digits) + 60


@given(st.dictionaries(st.text("abc", max_size=3), st.integers() | st.text("xyé")))
def test_the_order_of_keys_changes_nothing_and_it_is_json(data: dict[str, object]) -> None:
    backwards = dict(reversed(list(data.items())))
    assert canonical_json(data) == canonical_json(backwards)
    assert json.loads(canonical_json(data)) == data
