"""Every defect of an expression: its rule, its place, and what it says to do."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianshu.engine.definitions.reader import read_document
from lianshu.engine.expressions import ExpressionError, check_number, check_truth, place_in
from lianshu.engine.expressions.parser import parse
from tests.engine.expressions.world import scope


@pytest.mark.parametrize(
    ("text", "rule", "at", "words"),
    [
        ("staff ＞ 3", "E001", 6, "请改成半角的 >"),
        ("staff >= 3人", "E001", 10, "数字后面紧跟“人”"),
        ("revenue >= 0.001元", "E001", 11, "不是整分"),
        ("registered_on > 2025-02-30", "E001", 16, "不是日期"),
        ('legal_form = "limited', "E001", 13, "引号没有配对"),
        ("staff > 3 && staff < 9", "E001", 10, "并且写 and"),
        ("staff == 3", "E001", 6, "等于写一个 ="),
        ("staff > 3 或 staff < 9", "E001", 10, "或者写 or"),
        ("revenue[2024Q5] > 1元", "E001", 12, "2024Q1 到 2024Q4"),
        ("age(registered_on) >= 3年", "E001", 23, "3 years"),
        ("staff > 3 AND staff < 9", "E002", 10, "小写 and"),
        ("staff > 3,000", "E002", 9, "数字里不写逗号"),
        ("today > 2024-01-01", "E003", 0, "application_date"),
        ("exists(equity_round where amount > revenue)", "E003", 35, "不能用企业的 revenue"),
        ("staff >= 10 and", "E002", 15, "现在是表达式的结尾"),
        ("1 <= staff <= 5", "E002", 11, "不能连写比较"),
        ("(staff > 1", "E002", 10, "应为 )"),
        ("", "E002", 0, "是空的"),
        ("7..8 >= 7", "E002", 1, "区间"),
        ("revnue >= 1万", "E003", 0, "是不是 revenue？"),
        ("minn(1, 2) > 1", "E003", 0, "是不是 min？"),
        ("revenue.summ(3 years) > 1元", "E003", 8, "是不是 sum？"),
        ("count(awards) > 1", "E003", 6, "是不是 award？"),
        ("exists(award where rnk <= 3)", "E003", 19, "是不是 rank？"),
        ("score(total) > 60", "E003", 6, "没有评分 total"),
        ("award >= 1", "E004", 0, "请写 exists(award where …)"),
        ("revenue and staff > 1", "E004", 0, "这里应为条件"),
        ("registered_on * 2 > 1", "E004", 14, "日期只能加减时长"),
        ("revenue / 0 > 1元", "E004", 10, "除数是零"),
        ("revenue.compound_growth(2 years) > revenue.growth(1 year)", "E004", 35, "只能与常数"),
        ("sum(ip_right.kind) > 1", "E004", 13, "不能求和"),
        ("revenue >= 1500", "E005", 8, "金额请写单位"),
        ("rd_total / revenue >= 5万元", "E005", 19, "比值不能与金额（元）比较"),
        ("revenue + staff > 1元", "E005", 8, "相加减"),
        ("min(revenue, 3) > 1元", "E005", 13, "放在一起"),
        ("age(registered_on) >= 3", "E005", 19, "3 years"),
        ("registered_on >= 2020/01/01", "E005", 14, "2026-04-01"),
        ("revenue >= 5%", "E005", 8, "同一种量"),
        ("rd_staff / staff >= staff", "E005", 17, "不能与人比较"),
        ("revenue[Q5] > 1元", "E006", 8, "不是期间"),
        ("revenue[latest] > 1元", "E006", 8, "没有这种期间"),
        ("rd_total.sum(4 quarters) > 1元", "E006", 13, "不能按 quarter 计算"),
        ("in_each(99 years, resident)", "E006", 8, "期数应是"),
        ("legal_form = limitd", "E007", 13, "是不是 limited？"),
        ('legal_form = "有限责任公司"', "E007", 13, "请写代码 limited"),
        ('industry within "ZZ"', "E007", 16, "没有代码 ZZ"),
        ("industry = 39", "E007", 11, "代码请加引号"),
        ("revenue.sum(3) > 1元", "E008", 8, ".sum(3 years)"),
        ("abs(1, 2) > 1", "E008", 0, "应有 1 个参数"),
        ("sum(equity_round.amount * 60%) > 1元", "E008", 24, "写在外面"),
        ("band(staff, >= 1: 1, >= 5: 2, else: 0) > 1", "E009", 24, "从大到小"),
        ("band(staff, >= staff: 1, else: 0) > 1", "E009", 15, "常数或参数"),
        ("band(staff, >= 5: 8..7, else: 0) > 1", "E009", 18, "从小到大"),
    ],
)
def test_defects(text: str, rule: str, at: int, words: str) -> None:
    with pytest.raises(ExpressionError) as error:
        check_truth(text, scope())
    assert (error.value.rule, error.value.at) == (rule, at), error.value.message
    assert words in error.value.message


def test_terms_that_name_each_other_are_found() -> None:
    terms = {"a": parse("b + 1"), "b": parse("a + 1")}
    with pytest.raises(ExpressionError, match="a → b → a") as error:
        check_number("a", scope(terms=terms))
    assert error.value.rule == "E010"


@pytest.mark.parametrize(
    "text", ["(" * 100 + "1" + ")" * 100, "not " * 100 + "resident", "1 + " * 2000]
)
def test_what_is_too_large_is_refused(text: str) -> None:
    with pytest.raises(ExpressionError) as error:
        check_truth(text, scope())
    assert error.value.rule == "E011"


@given(st.text(alphabet="revnustaf ()[].,:<>=+-*/\"'%万元0123456789andornotwherebd", max_size=60))
def test_any_text_is_read_or_refused_with_a_place(text: str) -> None:
    try:
        check_truth(text, scope())
    except ExpressionError as error:
        assert 0 <= error.at <= len(text)
        assert error.message


@pytest.mark.parametrize(
    ("document", "line", "column"),
    [
        ("id: x\ntest: staff >= sta\n", 2, 16),
        ('id: x\ntest:   "staff >= sta"\n', 2, 19),
        ("id: x\ntest: |\n  staff\n    >= sta\n", 4, 8),
        ("id: x\ntest: >\n    staff\n    >= sta\n", 4, 8),
        ("id: x\ntest: staff\n  >= sta\n", 3, 6),
    ],
)
def test_the_place_in_the_file(document: str, line: int, column: int, tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text(document, "utf-8")
    node = read_document(path).entries["test"].node
    text = str(getattr(node, "value", ""))
    with pytest.raises(ExpressionError) as error:
        check_truth(text, scope())
    place = place_in(node.mark, text, error.value.at)
    assert (place.line, place.column) == (line, column)
