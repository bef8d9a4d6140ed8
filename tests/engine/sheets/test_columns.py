"""Which header is which column, and what is told about headers."""

import pytest

from lianshu.engine.sheets import Column, check_mapping, guess_mapping, header_key
from lianshu.engine.sheets.columns import unit_of

DEMAND = (
    Column("demand_id", "需求编号", ("id",), "identifier", required=True),
    Column("title", "标题", ("名称", "achievement_terms"), required=True),
    Column("content", "内容", ("简介",)),
    Column("budget", "预算", ("最高预算",), "money", unit="万元"),
)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (["demand_id", "title", "content"], {"demand_id": 0, "title": 1, "content": 2}),
        (["内容", "标题", "需求编号"], {"content": 0, "title": 1, "demand_id": 2}),
        (["ID", " Title "], {"demand_id": 0, "title": 1}),
        (
            ["*需求 编号（必填）", "＊名称\n", "预算（万元）"],
            {"demand_id": 0, "title": 1, "budget": 2},
        ),
        (["ｄｅｍａｎｄ－ｉｄ", "简介：", "预算/元"], {"demand_id": 0, "content": 1, "budget": 2}),
        (["需求编号（由系统生成）", "标题【不超过50字】"], {"demand_id": 0, "title": 1}),
        (["预算万元", "别的"], {"budget": 0}),
        (["", "备注"], {}),
    ],
)
def test_guess(header: list[str], expected: dict[str, int]) -> None:
    assert guess_mapping(header, DEMAND) == expected


def test_own_name_wins_over_alias_and_whole_over_bare() -> None:
    assert guess_mapping(["id", "需求编号"], DEMAND) == {"demand_id": 1}
    assert guess_mapping(["标题（旧）", "标题"], DEMAND) == {"title": 1}
    columns = (Column("short", "简称", ("名称",)), Column("name", "名称"))
    assert guess_mapping(["名称"], columns) == {"name": 0}


def test_one_header_is_never_given_twice() -> None:
    columns = (Column("a", "甲", ("名称",)), Column("b", "乙", ("名称",)))
    assert guess_mapping(["名称"], columns) == {"a": 0}
    assert guess_mapping(["名称", "名称（二）"], columns) == {"a": 0, "b": 1}


def test_header_key() -> None:
    assert header_key("＊ Demand_ID（必填）：") == header_key("demandid") == "demandid"


@pytest.mark.parametrize(
    ("title", "unit"),
    [
        ("预算（万元）", "万元"),
        ("预算(单位：万元)", "万元"),
        ("预算（人民币，元）", "元"),
        ("预算[亿元]", "亿元"),
        ("预算/千元", "千元"),
        ("预算 百万元", "百万元"),
        ("预算（百万）", "百万元"),
        ("预算（最高，万元）", "万元"),
        ("预算", "万元"),
        ("预算（含税）", "万元"),
        ("预算（万美元）", None),
        ("预算（USD）", None),
    ],
)
def test_unit_in_header(title: str, unit: str | None) -> None:
    assert unit_of(DEMAND[3], title) == unit


def test_heading_carries_the_unit_that_reading_finds() -> None:
    assert DEMAND[3].heading == "预算（万元）"
    assert DEMAND[0].heading == "需求编号"
    assert guess_mapping([column.heading for column in DEMAND], DEMAND) == {
        "demand_id": 0,
        "title": 1,
        "content": 2,
        "budget": 3,
    }


def test_what_is_told_about_the_header() -> None:
    header = ["标题", "预算（亿元）", "", "备注"]
    mapping = guess_mapping(header, DEMAND)
    found = check_mapping(header, mapping, DEMAND, file="a.xlsx", header_row=3)
    assert [(f.rule, f.severity, f.line, f.column) for f in found] == [
        ("S015", "error", 3, "需求编号"),
        ("S017", "info", 3, "预算（亿元）"),
        ("S016", "warning", 3, "备注"),
    ]
    assert "需求编号、id" in found[0].message
    assert "乘以 100,000,000 换算成元" in found[1].message
    assert "D 列“备注”没有对应的字段" in found[2].message
    assert {f.file for f in found} == {"a.xlsx"}


def test_foreign_money_in_the_header() -> None:
    found = check_mapping(["标题", "预算（万美元）"], {"title": 0, "budget": 1}, DEMAND[1:])
    assert [(f.rule, f.severity) for f in found] == [("S025", "error")]
