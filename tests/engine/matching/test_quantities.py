"""Indicators: what is read from text, in which unit, and how two of them compare."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianshu.engine.matching.quantities import Quantity, number, read
from lianshu.engine.matching.quantities_compare import apart, compare, standing, within
from lianshu.engine.matching.quantities_units import UNITS, unit_of

F = Fraction


@pytest.mark.parametrize(
    ("written", "name", "comparator", "low", "high"),
    [
        ("密度≥1.80 克/立方厘米", "密度", "≥", F(1800), None),
        ("密度不小于1800kg/m³", "密度", "≥", F(1800), None),
        ("耐温-40℃", "耐温", "=", F(23315, 100), F(23315, 100)),
        ("纯度 99.999%", "纯度", "=", F(99999, 100000), F(99999, 100000)),
        ("100/120 粒度", "粒度", "range", F(100), F(120)),
        ("预算 50-80 万元", "预算", "range", F(500_000), F(800_000)),
        ("预算不超过1.2亿元", "预算", "≤", None, F(120_000_000)),
        ("孔隙率 40% 以上", "孔隙率", "≥", F(2, 5), None),
        ("工作温度-40℃~85℃", "工作温度", "range", F(23315, 100), F(35815, 100)),
        ("导热系数大于 200 W/(m·K)", "导热系数", ">", F(200), None),
        ("电阻率小于 10⁻⁶ Ω·m", "电阻率", "<", None, F(1, 10**6)),
        ("漏率≤1.5×10^-9 Pa·m3/s", "漏率", "≤", None, F(3, 2 * 10**9)),
        ("矫顽力提高到 25 kOe", "矫顽力", "→", F(25_000), None),
        ("定位精度达0.01mm", "定位精度", "→", None, F(1, 100_000)),
        ("抗拉强度：不低于 1,200 MPa", "抗拉强度", "≥", F(1_200_000_000), None),
        ("厚度 0.5±0.1mm", "厚度", "range", F(4, 10_000), F(6, 10_000)),
        ("整机噪声不高于 72 dB(A)", "整机噪声", "≤", None, F(72)),
        ("硬度 HRC≥60", "硬度", "≥", F(60), None),
    ],
)
def test_an_indicator_is_read_exactly(
    written: str, name: str, comparator: str, low: F | None, high: F | None
) -> None:
    (found,) = read(written)
    assert (found.name, found.comparator, found.low, found.high) == (name, comparator, low, high)


@pytest.mark.parametrize(
    "written", ["", "2025年11月", "420×300 mm", "第二批次", "😀", "GB/T 22900"]
)
def test_what_is_no_indicator_is_left_to_the_words(written: str) -> None:
    assert read(written) == ()


@given(st.text(max_size=300))
def test_any_text_is_read_without_complaint(written: str) -> None:
    for one in read(written):
        assert one.low is None or one.high is None or one.low <= one.high
        assert one.low is not None or one.high is not None
        assert one.said


def test_a_megabyte_is_read_to_a_limit() -> None:
    assert 2 <= len(read("密度≥1.80 克/立方厘米，纯度不低于 99.9%。" * 40_000)) <= 3
    assert read("1" * 1_000_000) == ()


VALUES = st.fractions(min_value=0, max_value=10**6, max_denominator=1000).map(
    lambda value: F(round(value * 1000), 1000)
)


def as_decimal(value: F) -> str:
    return f"{value.numerator * 1000 // value.denominator / 1000:.3f}"


@given(st.sampled_from(["mm", "kg", "MPa", "kW", "g/cm3", "mg/L", "%", "次", "万元"]), VALUES)
def test_numbers_are_exact(unit: str, value: F) -> None:
    (found,) = read(f"指标≥{as_decimal(value)}{unit}")
    many = 10_000 if unit.startswith("万") else 1
    known = unit_of(unit.removeprefix("万"))
    assert known is not None
    assert found.low == value * many * known.factor


@given(
    VALUES,
    VALUES,
    st.sampled_from([("mm", "cm", 10), ("MPa", "kPa", F(1, 1000)), ("g", "千克", 1000)]),
)
def test_a_comparison_does_not_depend_on_the_unit(
    asked: F, offered: F, units: tuple[str, str, F | int]
) -> None:
    small, large, ratio = units
    wanted = only(f"厚度≥{as_decimal(asked)}{small}")
    one = only(f"厚度 {as_decimal(offered)}{large}")
    assert standing(wanted, one) == ("meets" if offered * ratio >= asked else "misses")


def only(written: str) -> Quantity:
    (found,) = read(written)
    return found


QUANTITIES = st.builds(
    lambda sign, value, width: only(
        f"指标{as_decimal(value)}~{as_decimal(value + width)}mm"
        if sign == "~"
        else f"指标{sign}{as_decimal(value)}mm"
    ),
    st.sampled_from(["≥", "≤", "<", "", "~", "达到"]),
    VALUES.filter(lambda value: value > 0),
    VALUES,
)


@given(QUANTITIES, QUANTITIES)
def test_nothing_is_both_met_and_missed(asked: Quantity, offered: Quantity) -> None:
    assert not (within(offered, asked) and apart(offered, asked))
    assert standing(asked, offered) in {"meets", "misses", "unsure"}


@given(QUANTITIES)
def test_an_indicator_meets_itself(one: Quantity) -> None:
    assert standing(one, one) == "meets"


@pytest.mark.parametrize(
    ("asked", "offered", "expected"),
    [
        ("纯度≥99.999%", "纯度 99.9995%", ["meets"]),
        ("纯度≥99.999%", "纯度 99.9%", ["misses"]),
        ("纯度≥99.999%", "纯度≥99.9%", ["unsure"]),
        ("密度≥1.80 克/立方厘米", "密度1.85 g/cm³", ["meets"]),
        ("密度≥1.80 克/立方厘米", "密度 1850 kg/m3", ["meets"]),
        ("强度≥500 MPa", "强度 60 HRC", ["unit_differs"]),
        ("抗拉强度≥500 MPa", "屈服强度 600 MPa", ["not_given"]),
        ("噪声不高于 72 dB", "整机噪声 70 dB(A)", ["meets"]),
        ("额定 450 瓦", "额定 500 瓦", []),
        ("回收率≥70%，家用回收率不低于 70%", "回收率 72%", ["meets"]),
    ],
)
def test_what_is_asked_against_what_is_offered(
    asked: str, offered: str, expected: list[str]
) -> None:
    assert [each.standing for each in compare(read(asked), read(offered))] == expected


@given(st.sampled_from(sorted(UNITS)))
def test_every_unit_is_known_by_its_spelling(spelling: str) -> None:
    unit = unit_of(spelling)
    assert unit is not None
    assert unit.factor > 0


def test_numbers_as_people_write_them() -> None:
    assert number("1,200.5") == F(24_010, 20)
    assert number("1.5×10^5") == 150_000
    assert number("10^-6") == F(1, 10**6)
