"""Every kind of column: what it takes, exactly, and how it refuses."""

from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path

import pytest

from lianshu.engine.sheets import (
    Cell,
    Column,
    Finding,
    Row,
    RowParser,
    Value,
    find_duplicates,
    guess_mapping,
    parse_row,
    read_table,
)
from tests.engine.sheets import files

KINDS = {"技术": ("技术", "技术攻关", "Technology"), "人才": ("人才引进",)}


def parsed(column: Column, cell: Cell, title: str = "列") -> tuple[Value, list[Finding]]:
    values, findings = parse_row(
        Row(7, (cell,)), {column.id: 0}, [column], header=[title], file="a.xlsx"
    )
    return values.get(column.id, "（没有值）"), findings


def value_of(column: Column, cell: Cell, title: str = "列") -> Value:
    value, findings = parsed(column, cell, title)
    assert findings == []
    return value


def refusal(column: Column, cell: Cell, rule: str, title: str = "列") -> str:
    value, findings = parsed(column, cell, title)
    assert value == "（没有值）"
    (finding,) = findings
    assert (finding.file, finding.line, finding.column) == ("a.xlsx", 7, title)
    assert (finding.rule, finding.severity) == (rule, "error")
    assert finding.message.startswith(f"第 7 行“{title}”列的值“{str(cell)[:60]}")
    assert "请" in finding.message
    return finding.message


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("  轴承\u3000\n", "轴承"),
        ("一\r\n二\t三", "一\r\n二\t三"),
        (" \u3000 ", None),
        (None, None),
        (12, "12"),
        (2.5, "2.5"),
        (True, "TRUE"),
        (date(2026, 1, 2), "2026-01-02"),
        (datetime(2026, 1, 2, 3, 4), "2026-01-02 03:04:00"),
        (time(3, 4), "03:04:00"),
    ],
)
def test_text(cell: Cell, value: Value) -> None:
    assert value_of(Column("a", "甲"), cell) == value


def test_text_refused() -> None:
    assert "U+0001" in refusal(Column("a", "甲"), "轴\x01承", "S032")
    assert "上限 3 个字" in refusal(Column("a", "甲", max_length=3), "四个汉字", "S030")
    assert value_of(Column("a", "甲", max_length=3), " 三汉字 ") == "三汉字"


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        (" ９１３３０２ＡＢ ", "913302AB"),
        (91330200, "91330200"),
        (999_999_999_999_999, "999999999999999"),
        ("91330200MA2XXXXX00", "91330200MA2XXXXX00"),
        ("1E5", "1E5"),
        ("  ", None),
    ],
)
def test_identifier(cell: Cell, value: Value) -> None:
    assert value_of(Column("a", "甲", kind="identifier"), cell) == value


@pytest.mark.parametrize("cell", [9.13302e17, 10**15, "9.13302E+17", 1.2e300])
def test_identifier_that_lost_digits(cell: Cell) -> None:
    message = refusal(Column("a", "甲", kind="identifier"), cell, "S031")
    assert "格式设为“文本”" in message


def test_identifier_with_a_line_break() -> None:
    refusal(Column("a", "甲", kind="identifier"), "A\n1", "S032")


@pytest.mark.parametrize(
    ("cell", "value"),
    [(12, 12), ("1,200", 1200), ("１２", 12), ("12.0", 12), (12.0, 12), ("+3", 3), ("0", 0)],
)
def test_integer(cell: Cell, value: int) -> None:
    assert value_of(Column("a", "甲", kind="integer"), cell) == value


@pytest.mark.parametrize(
    "cell", ["12.5", 12.5, "abc", "1,2", "1e3", "12人", True, date(2026, 1, 1), "9" * 5000, 2**63]
)
def test_integer_refused(cell: Cell) -> None:
    refusal(Column("a", "甲", kind="integer"), cell, "S023")


def test_negative_numbers() -> None:
    for kind in ("integer", "decimal", "money"):
        refusal(Column("a", "甲", kind=kind), "-1", "S027")
    allowed = Column("a", "甲", kind="integer", allow_negative=True)
    assert value_of(allowed, "－5") == -5


@pytest.mark.parametrize(
    ("cell", "value"),
    [("1,234.50", "1234.5"), (0.1, "0.1"), ("1e-07", "0.0000001"), (3, "3"), ("．5", None)],
)
def test_decimal(cell: Cell, value: str | None) -> None:
    column = Column("a", "甲", kind="decimal")
    if value is None:
        refusal(column, cell, "S024")
    else:
        assert value_of(column, cell) == Decimal(value)


@pytest.mark.parametrize(
    ("cell", "title", "fen"),
    [
        (12.3, "预算（万元）", 12_300_000),
        ("12.3", "预算（万元）", 12_300_000),
        (0.1 + 0.2, "预算", 30),
        (1.005, "预算（亿元）", 10_050_000_000),
        ("￥1,200.55", "预算", 120_055),
        ("1200元整", "预算（万元）", 120_000),
        ("3.5亿", "预算", 35_000_000_000),
        ("１２０万元", "预算", 120_000_000),
        ("人民币 5 千元", "预算", 500_000),
        (123456789012345.67, "预算", 12_345_678_901_234_567),
        (0, "预算", 0),
    ],
)
def test_money_is_exact(cell: Cell, title: str, fen: int) -> None:
    assert value_of(Column("a", "预算", kind="money"), cell, title) == fen


def test_money_refused() -> None:
    column = Column("a", "预算", kind="money", unit="万元")
    for cell in ("面议", "50-100", "$100", "1.2.3", True, 1e300, "1" * 41):
        assert "单位是万元" in refusal(column, cell, "S025")
    for cell in ("0.0000001", 0.0000001):
        assert "分以下" in refusal(column, cell, "S026")
    assert "外币" in refusal(column, 1, "S025", "预算（万美元）")


@pytest.mark.parametrize(
    "cell",
    [
        "2026-01-02",
        "2026/1/2",
        "2026.1.2",
        "2026年1月2日",
        "２０２６年１月２号",
        "20260102",
        "2026-01-02 08:30",
        "2026-01-02T08:30:15.5",
        date(2026, 1, 2),
        datetime(2026, 1, 2, 23, 59),
        46024,
        46024.75,
        20260102,
    ],
)
def test_date(cell: Cell) -> None:
    assert value_of(Column("a", "甲", kind="date"), cell) == date(2026, 1, 2)


def test_excel_serial_days_round_the_day_that_never_was() -> None:
    column = Column("a", "甲", kind="date")
    assert value_of(column, 1) == date(1900, 1, 1)
    assert value_of(column, 59) == date(1900, 2, 28)
    assert value_of(column, 61) == date(1900, 3, 1)
    refusal(column, 60, "S028")


@pytest.mark.parametrize(
    "cell",
    ["2026-02-30", "2026年13月1日", "2026-1/2", "46024", "明年", 2026, "2026年1月", -3, True, 1e99],
)
def test_date_refused(cell: Cell) -> None:
    assert "2026-01-31" in refusal(Column("a", "甲", kind="date"), cell, "S028")


def test_choice() -> None:
    column = Column("a", "甲", kind="choice", choices=KINDS)
    assert value_of(column, "ＴＥＣＨＮＯＬＯＧＹ ") == "技术"
    assert value_of(column, "人才") == "人才"
    assert "技术、人才引进" in refusal(column, "技木", "S029")
    numbered = Column("a", "甲", kind="choice", choices={"yes": ("是", "1")})
    assert value_of(numbered, 1) == "yes"


def test_multi() -> None:
    free = Column("a", "甲", kind="multi", max_length=4)
    assert value_of(free, "轴承、电机，减速器;轴承|\n") == ("轴承", "电机", "减速器")
    assert value_of(free, "、；") is None
    refusal(free, "轴承、很长的一个词", "S030")
    fixed = Column("a", "甲", kind="multi", choices=KINDS)
    assert value_of(fixed, "technology；人才引进") == ("技术", "人才")
    refusal(fixed, "技术、法律", "S029")


def test_one_word_for_two_values_is_a_mistake_of_the_program() -> None:
    column = Column("a", "甲", kind="choice", choices={"x": ("同",), "y": ("同",)})
    with pytest.raises(ValueError, match="two values"):
        RowParser([column], {"a": 0})


def test_required_and_unmapped() -> None:
    columns = [Column("a", "甲", required=True), Column("b", "乙")]
    parser = RowParser(columns, {"a": 0}, header=["甲（必填）"], file="f.csv")
    for empty in (None, "  "):
        values, (finding,) = parser.parse(Row(3, (empty,)))
        assert values == {"a": None}
        assert (finding.rule, finding.line, finding.column) == ("S022", 3, "甲（必填）")
    number = Column("a", "甲", kind="integer", required=True)
    assert parsed(number, " ")[1][0].rule == "S022"


def test_row_longer_than_the_header(tmp_path: Path) -> None:
    path = files.text(tmp_path / "a.csv", "编号,标题\nA1,轴承,高精度\nA2,电机\n")
    table = read_table(path)
    columns = [Column("id", "编号"), Column("title", "标题")]
    parser = RowParser(
        columns, guess_mapping(table.header, columns), header=table.header, file=table.name
    )
    found = [finding for row in table.rows for finding in parser.parse(row)[1]]
    assert [(f.rule, f.line, f.column, f.value) for f in found] == [("S014", 2, "C", "高精度")]
    assert "引号" in found[0].message


def test_broken_cells_of_a_workbook(tmp_path: Path) -> None:
    path = files.xlsx(tmp_path / "a.xlsx", [["编号", "数量"], ["A1", "=1+1"], ["A2", "#N/A"]])
    table = read_table(path)
    columns = [Column("id", "编号"), Column("n", "数量", kind="integer")]
    parser = RowParser(columns, {"id": 0, "n": 1}, header=table.header, file=table.name)
    results = [parser.parse(row) for row in table.rows]
    assert [values for values, _ in results] == [{"id": "A1"}, {"id": "A2"}]
    found = [findings[0] for _, findings in results]
    assert [(f.rule, f.line, f.column) for f in found] == [("S021", 2, "数量"), ("S020", 3, "数量")]
    assert "保存一次" in found[0].message
    assert "“#N/A”是 Excel 的错误值" in found[1].message


def test_duplicates_name_both_rows() -> None:
    rows: list[tuple[int, dict[str, Value]]] = [
        (2, {"source": "科技局", "id": "A1"}),
        (3, {"source": "经信局", "id": "A1"}),
        (4, {"source": "科技局", "id": None}),
        (5, {"source": "科技局", "id": None}),
        (6, {"source": "科技局", "id": "A1"}),
        (7, {"source": "科技局", "id": "A1"}),
    ]
    found = list(find_duplicates(rows, ["source", "id"], titles=["来源", "编号"], file="a.csv"))
    assert [(f.rule, f.line, f.column, f.value) for f in found] == [
        ("S033", 6, "来源、编号", "科技局、A1"),
        ("S033", 7, "来源、编号", "科技局、A1"),
    ]
    assert "与第 2 行重复" in found[0].message
    assert [f.line for f in find_duplicates(rows, ["id"])] == [3, 6, 7]
