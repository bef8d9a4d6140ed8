"""Twelve files as offices send them: what is read, what is left out, and that it is said."""

import io
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lianshu.engine.sheets import (
    ABSENT,
    Column,
    Finding,
    Layout,
    PersonalGuard,
    RowParser,
    SheetError,
    Table,
    Value,
    check_mapping,
    guess_mapping,
    read_office_table,
    read_office_tables,
    read_table,
    sheet_names,
    write_table,
)
from tests.engine.sheets import files
from tests.engine.sheets.offices import COLUMNS, ID_CARD, OFFICE_FILES, book

MAGNETS, MOTORS = "甬江磁材有限公司", "慈湖电机有限公司"


def opened(tmp_path: Path, name: str) -> Table:
    return read_office_table(OFFICE_FILES[name](tmp_path / name), columns=COLUMNS)


def records(table: Table, columns: Sequence[Column] = COLUMNS) -> dict[int, dict[str, Value]]:
    mapping = guess_mapping(table.header, columns)
    parser = RowParser(columns, mapping, header=table.header, unit=table.unit)
    found = {}
    for row in table.rows:
        values, findings = parser.parse(row)
        assert findings == []
        found[row.number] = values
    return found


def told(table: Table, rule: str) -> Finding:
    mapping = guess_mapping(table.header, COLUMNS)
    notes = [*table.notes, *check_mapping(table.header, mapping, COLUMNS, unit=table.unit)]
    (note,) = [note for note in notes if note.rule == rule]
    return note


def test_titles_unit_above_total_and_signatures(tmp_path: Path) -> None:
    table = opened(tmp_path, "汇总表.xlsx")
    assert (table.header_row, table.header_rows, table.unit) == (4, 1, "万元")
    assert {number: row["budget"] for number, row in records(table).items()} == {
        5: 120_000_000,
        6: 80_500_000,
    }
    assert "2026年企业技术需求汇总表" in told(table, "S040").message
    assert "第 7 行“合 计”" in told(table, "S042").message
    assert "第 8 行“填表人：王工”、第 9 行“备注" in told(table, "S043").message
    assert "10,000" in told(table, "S017").message


@pytest.mark.parametrize("name", ["两行表头.xlsx", "两行表头.xls", "两行表头.csv"])
def test_a_header_of_two_rows_reads_alike_from_every_format(tmp_path: Path, name: str) -> None:
    table = opened(tmp_path, name)
    assert table.header == (
        "序号",
        "单位名称",
        "2025年营业收入（万元）",
        "2025年研发投入占比（%）",
        "2024年营业收入（万元）",
        "联系人·姓名",
        "联系人·电话",
    )
    assert (table.header_row, table.header_rows) == (1, 2)
    first, second = records(table, COLUMNS[2:]).values()
    assert (first["revenue"], first["revenue_before"]) == (1_234_560_000, 1_000_000_000)
    assert (second["revenue"], second["revenue_before"]) == (0, None)
    assert (second["contact_name"], second["contact"]) == ("李工", "0574-0000-0002")
    assert "第 1—2 行合成了一行表头" in told(table, "S041").message


def test_units_in_a_row_of_their_own(tmp_path: Path) -> None:
    table = opened(tmp_path, "单位一行.xlsx")
    assert records(table, COLUMNS[2:]) == {
        4: {
            "owner": MAGNETS,
            "revenue": 15_000_000_000,
            "share": Decimal("0.0325"),
            "staff": 1200,
            "area": Decimal(25000),
        }
    }
    assert "第 3 行“甲”" in told(table, "S044").message
    mapping = guess_mapping(table.header, COLUMNS)
    factors = [
        (note.value, note.message.split("乘以 ")[1].split(" ")[0])
        for note in check_mapping(table.header, mapping, COLUMNS)
        if note.rule == "S017"
    ]
    assert factors == [
        ("亿元", "100,000,000"),
        ("%", "0.01"),
        ("万人", "10,000"),
        ("公顷", "10,000"),
    ]


def test_three_rows_below_a_title(tmp_path: Path) -> None:
    table = opened(tmp_path, "三行表头.xlsx")
    assert (table.header_row, table.header_rows) == (2, 3)
    assert table.header[1] == "经营情况·2025年营业收入（千元）"
    (record,) = records(table, COLUMNS[2:]).values()
    assert (record["revenue"], record["revenue_before"], record["staff"]) == (
        1_500_000,
        2_000_000,
        300,
    )


def test_several_sheets(tmp_path: Path) -> None:
    path = OFFICE_FILES["多个工作表.xlsx"](tmp_path / "多个工作表.xlsx")
    assert sheet_names(path) == ("填表说明", "技术需求", "人才需求")
    table = read_office_table(path, columns=COLUMNS)
    assert (table.sheet, table.sheets) == ("技术需求", sheet_names(path))
    assert "没有读取：填表说明、人才需求" in told(table, "S019").message
    named = read_office_table(path, columns=COLUMNS, sheet="人才需求")
    assert (named.header_row, len(records(named))) == (2, 2)
    each = {table.sheet: table.header for table in read_office_tables(path, columns=COLUMNS)}
    assert list(each) == ["填表说明", "技术需求", "人才需求"]
    assert each["人才需求"] == ("标题", "单位")


def test_printed_pages(tmp_path: Path) -> None:
    table = opened(tmp_path, "分页打印.xlsx")
    assert [row["id"] for row in records(table).values()] == ["A1", "A2", "B1"]
    left = {note.rule: note for note in table.notes}
    assert set(left) == {"S042", "S043", "S044"}
    assert left["S042"].value == "3"
    assert "第 5 行“磁性材料小计”" in left["S042"].message
    headings = [note.message for note in table.notes if note.rule == "S044"]
    assert "第 2 行“一、磁性材料”、第 7 行“二、电机”" in headings[0]
    assert "重复的表头行）：第 6 行" in headings[1]


def test_nothing_dash_none_and_zero_are_four_things(tmp_path: Path) -> None:
    rows = records(opened(tmp_path, "空与无.csv"))
    assert {
        number: (row["revenue"], row["staff"], row["patents"]) for number, row in rows.items()
    } == {
        2: (None, None, None),
        3: (None, None, ABSENT),
        4: (None, None, ABSENT),
        5: (0, 0, 0),
    }


def test_merged_cells_below_the_header_say_what_they_show(tmp_path: Path) -> None:
    table = opened(tmp_path, "合并单位.xlsx")
    assert [row["owner"] for row in records(table).values()] == [MAGNETS] * 3 + [MOTORS]
    assert "第 3、4 行" in told(table, "S045").message


def test_personal_columns_and_statements(tmp_path: Path) -> None:
    for name in ("个人信息.xlsx", "文字里的信息.csv"):
        table = opened(tmp_path, name)
        guard = PersonalGuard(table.header)
        kept = str([guard.clean(row).cells for row in table.rows])
        assert ID_CARD not in kept
        assert "中共党员" not in kept
        assert "王工" in kept
        assert {note.rule for note in guard.findings()} == {
            "S047" if name == "个人信息.xlsx" else "S048"
        }


def test_a_person_says_where_the_header_is(tmp_path: Path) -> None:
    rows: list[list[Any]] = [["甲", "乙"], ["编码", "叫什么"], ["1", "x"], ["2", "y"]]
    path = files.xlsx(tmp_path / "a.xlsx", rows)
    table = read_office_table(path, layout=Layout(2))
    assert (table.header, [row.number for row in table.rows]) == (("编码", "叫什么"), [3, 4])
    assert read_office_table(path, layout=Layout(1, 2)).header == ("甲·编码", "乙·叫什么")
    with pytest.raises(SheetError) as caught:
        read_office_table(path, layout=Layout(9))
    assert (caught.value.rule, "第 9 行没有内容" in str(caught.value)) == ("S046", True)


@pytest.mark.parametrize(
    ("rows", "kept"),
    [
        ([["1", "合计", "x"]], [2]),  # begins with a number: a record
        ([["合计工程", "说明", "3"]], [2]),
        ([["合计", "甲厂", "3"]], [2]),  # more than a total says
        ([["审核", "x", "y"]], [2]),
        ([["说明书编写", "", ""]], [2]),
        ([["备注：无", "甲", "乙"]], [2]),
        ([["一、二级传感器", "甲", "3"]], [2]),
        ([["", "合计", "3"], ["a", "b", "c"]], [3]),
        ([["平均", "", "2.5"], ["a", "b", "c"]], [3]),
        ([["单位（盖章）", "", ""], ["a", "b", "c"]], [3]),
        ([["2026年1月5日", "", ""], ["a", "b", "c"]], [3]),
        ([["填表人：", "王工", "2026年1月"], ["a", "b", "c"]], [2, 3]),
        ([["填表人：", "王工", "审核人：李工"], ["a", "b", "c"]], [3]),
    ],
)
def test_only_what_surely_is_no_record_is_left_out(
    tmp_path: Path, rows: list[list[str]], kept: list[int]
) -> None:
    content = "\n".join(",".join(row) for row in [["编号", "标题", "数量"], *rows]) + "\n"
    table = read_office_table(files.text(tmp_path / "a.csv", content), columns=COLUMNS)
    assert [row.number for row in table.rows] == kept


def test_left_out_rows_do_not_repeat_personal_data(tmp_path: Path) -> None:
    content = f"填报人：王工 身份证{ID_CARD}\n标题,单位\na,b\n备注：王工（中共党员）\n"
    table = read_office_table(files.text(tmp_path / "a.csv", content), columns=COLUMNS)
    messages = "".join(note.message for note in table.notes)
    assert ID_CARD not in messages
    assert "中共党员" not in messages


def test_merged_header_over_data_without_names_is_refused(tmp_path: Path) -> None:
    rows: list[list[Any]] = [["标题", "联系方式", None], ["a", "王工", "123"]]
    path = book(tmp_path / "a.xlsx", {"数据": rows}, ["B1:C1"])
    with pytest.raises(SheetError) as caught:
        read_office_table(path, columns=COLUMNS)
    assert caught.value.rule == "S011"
    assert "B1:C1 是合并单元格" in str(caught.value)


def test_only_totals_is_no_data(tmp_path: Path) -> None:
    path = files.text(tmp_path / "a.csv", "标题,单位,预算\n合计,,5\n")
    with pytest.raises(SheetError) as caught:
        read_office_table(path, columns=COLUMNS)
    assert caught.value.rule == "S003"


def test_a_unit_without_exact_factor_stops(tmp_path: Path) -> None:
    path = files.text(tmp_path / "a.csv", "标题,用地面积（亩）\na,3\n")
    table = read_office_table(path, columns=COLUMNS)
    assert told(table, "S034").severity == "error"
    mapping = guess_mapping(table.header, COLUMNS)
    values, (finding,) = RowParser(COLUMNS, mapping, header=table.header).parse(
        next(iter(table.rows))
    )
    assert (finding.rule, "area" in values) == ("S034", False)


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("12.5%", Decimal("0.125")),
        ("12.5％", Decimal("0.125")),
        (0.1, Decimal("0.1")),
        ("3‰", Decimal("0.003")),
    ],
)
def test_a_unit_in_the_cell_wins(cell: str | float, value: Decimal) -> None:
    column = Column("share", "占比", kind="decimal", measure="比例")
    stream = io.BytesIO()
    write_table(stream, ["编号", "占比"], [["a", cell]], format="xlsx")
    table = read_table(stream)
    (row,) = table.rows
    assert RowParser([column], {"share": 1}, header=table.header).parse(row) == (
        {"share": value},
        [],
    )


names = st.text(st.characters(categories=["L"]), min_size=1, max_size=8)
cells = st.none() | names | st.integers(-999, 999) | st.text("合计小：:、-—/无0 ", max_size=5)


@given(
    header=st.lists(names, min_size=2, max_size=5, unique=True),
    rows=st.lists(st.lists(cells, min_size=6, max_size=6), min_size=1, max_size=6),
    known=st.booleans(),
)
@settings(deadline=None, max_examples=150)
def test_a_plain_table_reads_as_the_plain_reader_reads_it(
    header: list[str], rows: list[list[Any]], known: bool
) -> None:
    titles = ["需求编号", *(["标题"] if known else []), *(f"列{name}" for name in header)]
    body = [[f"r{n}", *row[: len(titles) - 1]] for n, row in enumerate(rows)]
    stream = io.BytesIO()
    write_table(stream, titles, body, format="xlsx")
    plain, office = read_table(stream), read_office_table(stream, columns=COLUMNS if known else ())
    assert office.header == plain.header
    assert (office.header_row, office.header_rows) == (1, 1)
    assert list(office.rows) == list(plain.rows)
