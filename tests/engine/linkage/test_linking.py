"""Which firm a row is, as a clerk would say it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lianshu.engine.linkage import Index, Link, Record, doubles, link, relink, sentence

YONGJIANG = Record("1", "宁波市甬江精密机械股份有限公司", "91330200MA2AXXXX0A", "宁波")
TOWER = Record("2", "中国铁塔股份有限公司", aliases=("铁塔",))
BANK = Record("3", "中国工商银行股份有限公司", former_names=("工商银行总行",))
TYRES = Record("4", "贵州轮胎股份有限公司")
ACID = Record("5", "南通醋酸化工股份有限公司")
REGISTER = (YONGJIANG, TOWER, BANK, TYRES, ACID)


def one(row: Record, *register: Record) -> Link:
    """The answer for a list of one row."""
    [answer] = link([row], Index.build(register or REGISTER))
    return answer


@pytest.mark.parametrize(
    ("name", "entity"),
    [
        ("宁波市甬江精密机械股份有限公司", "1"),
        ("宁波甬江精密机械有限公司", "1"),
        ("*ＳＴ　铁塔", "2"),
        ("工商银行", "3"),
        ("黔轮胎A", "4"),
        ("醋化股份", "5"),
    ],
)
def test_a_firm_is_found_by_what_a_list_calls_it(name: str, entity: str) -> None:
    answer = one(Record("r", name))
    assert answer.entity_id == entity
    assert answer.candidates[0].entity_id == entity
    assert answer.reasons


def test_an_equal_name_is_a_match_with_its_reason() -> None:
    answer = one(Record("r", "中国铁塔股份有限公司"))
    assert (answer.decision, answer.entity_id) == ("match", "2")
    assert sentence(answer.reasons[0]) == "名称一致：中国铁塔股份有限公司"
    assert sentence(answer.reasons[0], "en") == "same name: 中国铁塔股份有限公司"


def test_a_former_name_is_said_to_be_one() -> None:
    answer = one(Record("r", "工商银行总行"))
    assert answer.decision == "match"
    assert answer.reasons[0].field == "former_name"


def test_nothing_alike_is_new_and_has_no_firm() -> None:
    answer = one(Record("r", "珀莱雅化妆品有限公司"))
    assert (answer.decision, answer.entity_id) == ("new", "")


@pytest.mark.parametrize("name", ["", "　", "（）", "***"])
def test_a_row_without_a_name_is_new_and_says_so(name: str) -> None:
    answer = one(Record("r", name))
    assert (answer.decision, answer.entity_id, answer.probability) == ("new", "", 0.0)
    assert [each.kind for each in answer.reasons] == ["empty"]


def test_two_firms_of_one_name_go_to_a_person() -> None:
    twice = replace(TOWER, id="9")
    answer = one(Record("r", TOWER.name), TOWER, twice)
    assert answer.decision == "review"
    assert answer.gap < 0.01
    assert {each.entity_id for each in answer.candidates} == {"2", "9"}
    assert any(each.kind == "close" for each in answer.reasons)


def test_words_of_a_trade_alone_are_no_evidence() -> None:
    assert one(Record("r", "机械有限公司")).decision != "match"


def test_the_same_brand_in_another_province_is_for_a_person() -> None:
    here = Record("a", "南京聚隆科技股份有限公司")
    answer = one(Record("r", "安徽聚隆科技股份有限公司"), here)
    assert answer.decision != "match"


def test_the_code_decides_where_the_names_agree() -> None:
    answer = one(Record("r", "甬江精机", YONGJIANG.uscc))
    assert (answer.decision, answer.entity_id) == ("match", "1")
    assert answer.reasons[0].kind == "equal"
    assert one(Record("r", "", YONGJIANG.uscc)).decision == "match"


def test_a_code_that_contradicts_the_name_is_for_a_person() -> None:
    answer = one(Record("r", "中国铁塔股份有限公司", YONGJIANG.uscc))
    assert answer.decision == "review"
    assert any(each.kind == "contradicts" for each in answer.reasons)
    assert {each.entity_id for each in answer.candidates} >= {"1", "2"}


def test_equal_names_with_different_codes_are_for_a_person() -> None:
    answer = one(Record("r", YONGJIANG.name, "91330200MA2BYYYY1B"))
    assert (answer.decision, answer.entity_id) == ("review", "1")
    assert any((each.field, each.kind) == ("uscc", "differs") for each in answer.reasons)


def test_a_code_of_several_firms_or_no_code_at_all_does_not_decide() -> None:
    other = replace(TOWER, uscc=YONGJIANG.uscc)
    answer = one(Record("r", "无名", YONGJIANG.uscc), YONGJIANG, other)
    assert answer.decision == "review"
    assert any(each.kind == "shared" for each in answer.reasons)
    filler = one(Record("r", TOWER.name, "0" * 18))
    assert filler.decision == "match"
    assert any(each.kind == "unusable" for each in filler.reasons)


def test_a_thousand_rows_of_one_firm_are_all_that_firm() -> None:
    rows = [Record(str(n), TOWER.name) for n in range(1000)]
    answers = link(rows, Index.build(REGISTER))
    assert {(each.entity_id, each.decision) for each in answers} == {("2", "match")}
    assert [each.list_id for each in answers] == [each.id for each in rows]


def test_a_change_asks_only_the_rows_that_it_touches() -> None:
    rows = [Record("a", "工商银行"), Record("b", "甬江精密机械"), Record("c", "珀莱雅化妆品")]
    index = Index.build(REGISTER)
    before = link(rows, index)
    index.put(Record("9", "珀莱雅化妆品股份有限公司"))
    after = relink(rows, before, index, ["9"])
    assert after[2].entity_id == "9"
    assert after[0] is before[0] and after[1] is before[1]
    index.remove("9")
    assert relink(rows, after, index, ["9"])[2].decision == "new"


_BRANDS = st.text(st.sampled_from("甬江海天金东方华新兴源"), min_size=2, max_size=4)
_FIRMS = st.lists(
    st.builds(
        lambda b, t, c: c + b + t,
        _BRANDS,
        st.sampled_from(["科技", "机械有限公司", "股份"]),
        st.sampled_from(["", "宁波", "杭州市"]),
    ),
    max_size=6,
)
UNRELATED = Record("zz", "QWERTY9X")


@settings(max_examples=40, deadline=None)
@given(_FIRMS, _FIRMS)
def test_one_answer_for_each_row_whatever_comes(names: list[str], firms: list[str]) -> None:
    rows = [Record(f"r{n}", name) for n, name in enumerate(names)]
    index = Index.build(Record(f"e{n}", name) for n, name in enumerate(firms))
    answers = link(rows, index)
    assert [each.list_id for each in answers] == [each.id for each in rows]
    for each in answers:
        assert (each.entity_id == "") == (each.decision == "new")
        assert each.entity_id in index or not each.entity_id
        assert 0 <= each.gap <= each.probability <= 1
        assert len(each.candidates) <= 5
        assert sum(c.probability for c in each.candidates) < 1.001


@settings(max_examples=25, deadline=None)
@given(_FIRMS, _FIRMS)
def test_an_unrelated_firm_moves_nothing_and_leaving_restores(
    names: list[str], firms: list[str]
) -> None:
    rows = [Record(f"r{n}", name) for n, name in enumerate(names)]
    index = Index.build(Record(f"e{n}", name) for n, name in enumerate(firms))
    before = link(rows, index)
    index.put(UNRELATED)
    assert link(rows, index) == before
    index.remove(UNRELATED.id)
    assert link(rows, index) == before


@settings(max_examples=25, deadline=None)
@given(_FIRMS, _FIRMS, st.data())
def test_a_firm_that_leaves_and_returns_changes_nothing(
    names: list[str], firms: list[str], data: st.DataObject
) -> None:
    rows = [Record(f"r{n}", name) for n, name in enumerate(names)]
    records = [Record(f"e{n}", name) for n, name in enumerate(firms)]
    index = Index.build(records)
    before = [(each.entity_id, each.decision) for each in link(rows, index)]
    for record in data.draw(st.lists(st.sampled_from(records), max_size=3)) if records else []:
        index.remove(record.id)
        index.put(record)
    after = [(each.entity_id, each.decision) for each in link(rows, index)]
    alike = {record.name for record in records if firms.count(record.name) > 1}
    assert alike or after == before


def test_doubles_are_what_asking_each_without_itself_says() -> None:
    names = (
        "宁波箴澜电路有限公司",
        "宁波箴澜电路公司",
        "箴澜电路",
        "慈溪甲乙轴承厂",
        "余姚丙丁染织厂",
    )
    records = [Record(str(at), name) for at, name in enumerate(names)]
    index = Index.build(records)
    for found, own in zip(doubles(records, index), records, strict=True):
        [alone] = link([own], Index.build(each for each in records if each is not own))
        assert (found.entity_id, found.decision) == (alone.entity_id, alone.decision)
        assert found.probability == pytest.approx(alone.probability, abs=1e-6)
        assert own.id not in {each.entity_id for each in found.candidates}


def test_two_records_of_one_code_are_doubles() -> None:
    code = "91330200MA2AAAAA0K"
    records = [Record("1", "宁波甲乙轴承厂", uscc=code), Record("2", "宁波甲乙轴承厂", uscc=code)]
    first, second = doubles(records, Index.build(records))
    assert (first.entity_id, second.entity_id) == ("2", "1")


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("慈溪甲乙轴承厂", "余姚丙丁染织厂"),
        ("宁波甲乙轴承厂", "宁波丙丁轴承厂"),
        ("海曙区甲乙文具商行", "海曙区丙丁文具商行"),
        ("甲乙文具店", "丙丁文具店"),
    ],
)
def test_a_common_place_trade_and_ending_make_no_firm(name: str, other: str) -> None:
    assert one(Record("r", name), Record("1", other)).decision == "new"
