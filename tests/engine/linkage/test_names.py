"""Names are taken apart: place, brand, trade, legal form, listing marks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianshu.engine.linkage import normal_name, plain_name, take_apart

_LETTERS = st.text(
    st.sampled_from("宁波市甬江集团股份有限公司*STNXABＡＢ（）()[ 　·退-UW&1"), max_size=14
)


@given(_LETTERS | st.text(max_size=12))
def test_normalising_twice_is_normalising_once(name: str) -> None:
    assert normal_name(normal_name(name)) == normal_name(name)
    assert plain_name(plain_name(name)) == plain_name(name)


@given(_LETTERS)
def test_the_parts_of_a_name_keep_its_characters_in_order(name: str) -> None:
    parts = take_apart(name)
    rest = iter(parts.plain)
    assert all(letter in rest for letter in parts.core)
    assert parts.core[parts.brand_at :].startswith(parts.brand)
    assert bool(parts.core) == bool(parts.plain)


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("万 科Ａ", "万科"),
        ("*ST海润", "海润"),
        ("S*ST云大", "云大"),
        ("PT金田A", "金田"),
        ("XD工商银", "工商银"),
        ("N华锐", "华锐"),
        ("退市海润", "海润"),
        ("大洋B", "大洋"),
        ("TCL科技", "TCL科技"),
        ("（集团）", "集团"),
        ("青岛农村商业银行股份有限公司(简称:青岛农商银行)", "青岛农村商业银行股份有限公司"),
    ],
)
def test_marks_width_blanks_and_remarks_do_not_count(name: str, plain: str) -> None:
    assert plain_name(name) == plain


@pytest.mark.parametrize(
    ("name", "place", "province", "brand", "trade", "legal"),
    [
        ("浙江省宁波市甬江精密机械有限公司", "浙江宁波", "浙江", "甬江", "精密机械", "有限公司"),
        ("深圳市物业发展（集团）股份有限公司", "深圳", "广东", "物业", "发展", "股份有限公司"),
        ("宁波舟山港股份有限公司", "宁波", "浙江", "舟山港", "", "股份有限公司"),
        ("珀莱雅化妆品股份有限公司", "", "", "珀莱雅化妆品", "", "股份有限公司"),
        ("甬江精密", "", "", "甬江", "精密", ""),
    ],
)
def test_a_full_name_has_four_parts(
    name: str, place: str, province: str, brand: str, trade: str, legal: str
) -> None:
    parts = take_apart(name)
    assert (parts.place, parts.province) == (place, province)
    assert (parts.brand, parts.trade, parts.legal) == (brand, trade, legal)
