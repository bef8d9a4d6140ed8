"""Facets side by side: what agrees, what speaks against, what is open, exactly."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from lianshu.engine.matching import Facets, Matcher, Post, Readiness, line
from lianshu.engine.matching.facets import compare, shared_ipc
from lianshu.engine.matching.materials import contradiction, named_in
from lianshu.engine.matching.record import HALVING_DAYS, Signed, decay, record_of

CITY = (("330200", "宁波市"),)
YINZHOU = (*CITY, ("330212", "鄞州区"))
CIXI = (*CITY, ("330282", "慈溪市"))


def said(demand: Facets, resource: Facets) -> str:
    return "；".join(reason.text for reason in compare(demand, resource))


def test_a_readiness_level_too_low_speaks_against() -> None:
    wanted = Facets(readiness=Readiness("gbt22900", 7))
    reasons = list(compare(wanted, Facets(readiness=Readiness("gbt22900", 5))))
    assert [(one.code, one.facet) for one in reasons] == [("facet_differs", "readiness")]
    assert "5 级，低于要求的 7 级" in reasons[0].text
    assert "标尺不同" in said(wanted, Facets(readiness=Readiness("nasa", 9)))
    assert said(wanted, Facets()) == "资源未填写技术成熟度"


def test_a_price_is_compared_with_the_budget_in_whole_fen() -> None:
    wanted = Facets(budget_fen=(None, 50_000_000))
    assert "报价在预算以内" in said(wanted, Facets(budget_fen=(50_000_000, None)))
    assert "报价高于预算（50.000001 万元起，上限 50 万元）" in said(
        wanted, Facets(budget_fen=(50_000_001, None))
    )
    assert "无法比较" in said(wanted, Facets(budget_fen=(None, 9)))


def test_nearness_speaks_for_a_pair_and_distance_against_none() -> None:
    assert said(Facets(place=YINZHOU), Facets(place=YINZHOU)) == "距离：同在鄞州区"
    assert said(Facets(place=YINZHOU), Facets(place=CIXI)) == "距离：同在宁波市，不同区县"
    assert "需求在鄞州区，资源在上海" in said(
        Facets(place=YINZHOU), Facets(place=(("31", "上海"),))
    )
    assert said(Facets(place=YINZHOU), Facets()) == ""
    assert "国标行业 C398" in said(Facets(industry="C3985"), Facets(industry="C3984"))
    assert said(Facets(industry="C3985"), Facets(industry="A0111")) == ""


def test_patent_classes_share_their_longest_class() -> None:
    assert shared_ipc(("H01F 1/057",), ("H01F1/057", "C22C 38/00")) == "H01F 1/057"
    assert shared_ipc(("H01F 1/057",), ("H01F 41/02",)) == "H01F"
    assert shared_ipc(("H01F 1/057",), ("H01F 1/04",)) == "H01F 1"
    assert shared_ipc(("H01F 1/057",), ("C22C 38/00",)) == ""


def test_another_material_is_a_contradiction_and_a_wider_word_is_none() -> None:
    def between(asked: str, offered: str, body: str = "") -> tuple[str, str] | None:
        return contradiction(asked, asked, offered, f"{offered}{body}")

    assert between("碳化硅陶瓷密封环", "氮化铝陶瓷基板") == ("碳化硅", "氮化铝")
    assert between("碳化硅陶瓷密封环", "SiC 密封环") is None
    assert between("碳化硅陶瓷密封环", "氮化铝陶瓷基板", "也适用于碳化硅") is None
    assert between("陶瓷密封环", "氮化铝陶瓷基板") is None
    assert named_in("立方氮化硼单晶") == {"氮化硼"}


def test_a_pair_says_that_the_material_differs_and_the_indicator_is_missed() -> None:
    demand = Post("d", "碳化硅陶瓷密封环", "密度≥3.1 g/cm3，纯度不低于99%")
    resource = Post("r", "氮化铝陶瓷基板", "密度 2.9 克/立方厘米")
    words = line(Matcher.build([resource], context=[demand]).explain(demand, resource))
    assert "材料不同：需求是碳化硅，资源是氮化铝" in words
    assert "指标达不到：要求密度≥3.1 g/cm3，资源密度 2.9 克/立方厘米" in words
    assert "资源没有给出指标：纯度≥99%" in words


@given(st.integers(0, 20_000), st.integers(0, 20_000))
def test_a_record_fades_and_never_vanishes(first: int, second: int) -> None:
    assert 0 < decay(first) <= 1
    if first <= second:
        assert decay(first) >= decay(second)
    assert decay(first + HALVING_DAYS) == decay(first) / 2


@given(st.lists(st.tuples(st.integers(0, 5000), st.one_of(st.none(), st.integers(1, 5)))))
def test_a_record_counts_what_came_and_nothing_to_come(
    projects: list[tuple[int, int | None]],
) -> None:
    today = date(2026, 11, 30)
    every = [Signed(today - timedelta(days=days), stars) for days, stars in projects]
    found = record_of([*every, Signed(today + timedelta(days=1))], on=today)
    assert found.signed == len(projects)
    assert found.rated == sum(stars is not None for _days, stars in projects)
    assert 0 <= found.weight <= len(projects)
    assert isinstance(found.weight, Fraction)
