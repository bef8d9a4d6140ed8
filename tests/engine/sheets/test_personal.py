"""Personal data is recognised; what only sounds like it is not."""

import pytest

from lianshu.engine.sheets import Personal, PersonalGuard, Row, personal_column
from lianshu.engine.sheets.personal import is_identity_number, without_personal
from tests.engine.sheets.offices import ID_CARD

CREDIT_CODE = "91330200144052096X"


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("政治面貌", Personal.AFFILIATION),
        ("负责人政治面貌（必填）", Personal.AFFILIATION),
        ("是否党员", Personal.AFFILIATION),
        ("是否中共党员", Personal.AFFILIATION),
        ("入党时间", Personal.AFFILIATION),
        ("党派", Personal.AFFILIATION),
        ("法人 身份证 号码", Personal.IDENTITY),
        ("身份证号", Personal.IDENTITY),
        ("公民身份号码", Personal.IDENTITY),
        ("证件号码", Personal.IDENTITY),
        ("负责人信息·证件号", Personal.IDENTITY),
        ("宗教信仰", Personal.RELIGION),
        ("健康状况", Personal.HEALTH),
        ("人员·血型", Personal.HEALTH),
        ("是否残疾", Personal.HEALTH),
        ("党组织名称", None),
        ("是否建立党组织", None),
        ("党员人数", None),
        ("党建工作", None),
        ("党支部", None),
        ("设备健康状况", None),
        ("设备·健康状况", None),
        ("统一社会信用代码", None),
        ("资质证件号码", None),
        ("健康产业", None),
        ("信仰与文化", None),
        ("残疾人就业人数", None),
        ("", None),
    ],
)
def test_columns(title: str, kind: Personal | None) -> None:
    assert personal_column(title) is kind


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("中共党员", Personal.AFFILIATION),
        ("党员", Personal.AFFILIATION),
        ("张工，男，中共党员，教授", Personal.AFFILIATION),
        ("张工（党员）", Personal.AFFILIATION),
        ("民盟盟员", Personal.AFFILIATION),
        ("政治面貌：群众", Personal.AFFILIATION),
        ("1998年6月入党", Personal.AFFILIATION),
        ("2003年7月1日加入中国共产党", Personal.AFFILIATION),
        (f"身份证 {ID_CARD}", Personal.IDENTITY),
        ("330203 19900101 0014", Personal.IDENTITY),
        ("３３０２０３１９９００１０１００１４", Personal.IDENTITY),
        ("宗教信仰：佛教", Personal.RELIGION),
        ("李工，基督徒", Personal.RELIGION),
        ("健康状况：良好", Personal.HEALTH),
        ("本人既往病史：无", Personal.HEALTH),
        ("党建引领产业链", None),
        ("甬江磁材党支部", None),
        ("中共宁波市委党校", None),
        ("党员活动室建设", None),
        ("党员先锋岗", None),
        ("面向企业、党员、群众", None),
        ("共有党员 35 人", None),
        ("2021年入党积极分子培训", None),
        ("民建大厦 3 楼", None),
        ("九三学社宁波市委会", None),
        ("伊斯兰教建筑的修缮材料", None),
        ("红色信仰：党史展馆", None),
        ("设备健康状况：在线监测", None),
        ("电池健康状况评估", None),
        ("糖尿病既往病史数据集", None),
        (CREDIT_CODE, None),
        ("330203199001010015", None),
        (f"{ID_CARD}7", None),
        ("330203199013010014", None),
        ("合同号 202601011234567890", None),
    ],
)
def test_statements(text: str, kind: Personal | None) -> None:
    cleaned, kinds = without_personal(text)
    assert kinds == (frozenset() if kind is None else {kind})
    assert (cleaned == text) is (kind is None)


def test_identity_numbers() -> None:
    assert is_identity_number(ID_CARD)
    assert not is_identity_number(ID_CARD[:-1] + "5")
    assert not is_identity_number(CREDIT_CODE)
    assert is_identity_number("11010519491231002X")
    assert is_identity_number("11010519491231002x")
    assert not is_identity_number("99010519491231002X")


def test_the_guard_empties_columns_and_marks_statements() -> None:
    guard = PersonalGuard(("标题", "政治面貌", "联系人", "统一社会信用代码"), file="a.xlsx")
    row = Row(2, ("党建平台", "群众", f"王工 {ID_CARD}", ID_CARD))
    assert guard.clean(row).cells == (
        "党建平台",
        None,
        "王工 ［身份证件号码已略去］",
        ID_CARD,  # in a column of organisation codes every code is an organisation's
    )
    plain = Row(3, ("x", None, "王工", CREDIT_CODE))
    assert guard.clean(plain) is plain
    column, cell = guard.findings()
    assert (column.rule, column.column) == ("S047", "政治面貌")
    assert (cell.rule, cell.line, cell.column, cell.value) == ("S048", 2, "联系人", None)
    assert ID_CARD not in cell.message


def test_a_number_that_excel_cut_is_recognised_by_the_rest() -> None:
    guard = PersonalGuard(("标题", "号码"))
    assert guard.clean(Row(2, ("x", float("330203199001010000")))).cells == ("x", None)
    other = Row(3, ("x", float("913302001234567890")))
    assert guard.clean(other) is other
    assert [note.rule for note in guard.findings()] == ["S048"]


def test_cells_beyond_the_header_are_guarded_too() -> None:
    guard = PersonalGuard(("标题",))
    assert guard.clean(Row(2, ("x", ID_CARD))).cells == ("x", "［身份证件号码已略去］")
    assert "有 1 处" in guard.findings()[0].message
