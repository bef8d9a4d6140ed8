"""Export → import is the identity: what was written is what is read."""

import io
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lianshu.engine.sheets import (
    Cell,
    Column,
    Format,
    OutCell,
    RowParser,
    Value,
    guess_mapping,
    read_table,
    to_cell,
    write_table,
)
from lianshu.engine.sheets.guard import guard, unguard

FORMATS: tuple[Format, ...] = ("csv", "xlsx")
MAX = 2**63 - 1

# What no format holds is refused when written: half pairs, NUL and two that are no characters.
characters = st.characters(exclude_categories=["Cs"], exclude_characters="\x00\ufffe\uffff")
any_text = st.text(characters, min_size=1, max_size=30)
tricky = st.text(st.sampled_from("'=+-@\t\r\n\",;_x0041<r>/& \x01\ufeff"), min_size=1)
texts = any_text | tricky | st.sampled_from(["<r><t>a</t></r>", "_x000D_", "_x005F_x0041_"])


def copied(format: Format, rows: Sequence[Sequence[OutCell]]) -> list[tuple[Cell, ...]]:
    """The cells read back of the rows written. A first column keeps every row from being blank."""
    header = ["#"] + [f"列{index}" for index in range(len(rows[0]))]
    stream = io.BytesIO()
    write_table(stream, header, [["r", *row] for row in rows], format=format)
    table = read_table(stream)
    assert list(table.header) == header
    return [row.cells[1:] for row in table.rows]


@given(texts)
@example("'=x")
@example("''=x")
@example("'")
@example("")
def test_guard(text: str) -> None:
    assert unguard(guard(text)) == text
    assert guard(text)[:1] not in tuple("=+-@\t\r")


@pytest.mark.parametrize("format", FORMATS)
@given(rows=st.lists(st.tuples(texts, st.none() | texts), min_size=1, max_size=5))
@settings(max_examples=100, deadline=None)
def test_texts(format: Format, rows: list[tuple[str, str | None]]) -> None:
    assert copied(format, rows) == rows


# A mark at the start of a CSV file is its byte order mark, never part of the first name.
names = texts.map(lambda text: text.replace("\ufeff", "").strip()).filter(bool)


@given(header=st.lists(names, min_size=1, max_size=4, unique=True))
@settings(deadline=None)
def test_headers(header: list[str]) -> None:
    for format in FORMATS:
        stream = io.BytesIO()
        write_table(stream, header, [["x"] * len(header)], format=format)
        assert list(read_table(stream).header) == header


@given(
    st.lists(
        st.integers(-(10**15) + 1, 10**15 - 1)
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.booleans()
        | st.none()
        | st.dates(date(1900, 3, 1))
        | st.datetimes(datetime(1900, 3, 1)).map(lambda moment: moment.replace(microsecond=0)),
        min_size=1,
    )
)
@settings(deadline=None)
def test_excel_keeps_types(cells: list[Cell]) -> None:
    found = copied("xlsx", [cells])[0]
    # A moment at midnight and a whole float are what Excel cannot tell from a day and an integer.
    assert [_day(cell) for cell in found] == [_day(cell) for cell in cells]
    assert [isinstance(cell, bool) for cell in found] == [isinstance(cell, bool) for cell in cells]


def _day(cell: Cell) -> Cell:
    return datetime(cell.year, cell.month, cell.day) if type(cell) is date else cell


COLUMNS = (
    Column("key", "编号", kind="identifier", required=True),
    Column("text", "内容"),
    Column("integer", "数量", kind="integer", allow_negative=True),
    Column("decimal", "比例", kind="decimal", allow_negative=True),
    Column("yuan", "金额", kind="money", allow_negative=True),
    Column("wan", "预算", kind="money", unit="万元"),
    Column("yi", "产值", kind="money", unit="亿元"),
    Column("date", "日期", kind="date"),
    Column("choice", "类别", kind="choice", choices={"tech": ("技术", "科技"), "-x": ("=其他",)}),
    Column("multi", "关键词", kind="multi"),
)


def _kept(text: str) -> bool:
    """Texts that parsing can give: trimmed, without control characters."""
    return bool(text) and text == text.strip() and all(m >= " " or m in "\n\t\r" for m in text)


clean = texts.map(str.strip).filter(_kept).filter(lambda text: "\x7f" not in text)
words = st.text(st.sampled_from("轴承=-'ab 1"), min_size=1).map(str.strip).filter(bool)
values = st.fixed_dictionaries(
    {
        "key": st.text(st.sampled_from("AZ09-=+'_. 编"), min_size=1).map(str.strip).filter(bool),
        "text": st.none() | clean,
        "integer": st.none() | st.integers(-MAX, MAX),
        "decimal": st.none() | st.decimals(allow_nan=False, allow_infinity=False, places=9),
        "yuan": st.none() | st.integers(-MAX, MAX),
        "wan": st.none() | st.integers(0, MAX),
        "yi": st.none() | st.integers(0, MAX),
        "date": st.none() | st.dates(),
        "choice": st.sampled_from([None, "tech", "-x"]),
        "multi": st.none() | st.lists(words, min_size=1, unique=True).map(tuple),
    }
)


@pytest.mark.parametrize("format", FORMATS)
@given(rows=st.lists(values, min_size=1, max_size=4))
@settings(max_examples=50, deadline=None)
def test_values_through_columns(format: Format, rows: list[dict[str, Value]]) -> None:
    stream = io.BytesIO()
    header = [column.heading for column in COLUMNS]
    cells = [[to_cell(column, row[column.id]) for column in COLUMNS] for row in rows]
    write_table(stream, header, cells, format=format)
    table = read_table(stream)
    mapping = guess_mapping(table.header, COLUMNS)
    assert list(mapping.values()) == list(range(len(COLUMNS)))
    parser = RowParser(COLUMNS, mapping, header=table.header, file=table.name)
    for row, expected in zip(table.rows, rows, strict=True):
        assert parser.parse(row) == (expected, [])


def test_money_is_written_in_its_unit() -> None:
    assert to_cell(COLUMNS[5], 12_300_000) == Decimal("12.3")
    assert to_cell(COLUMNS[4], 1) == Decimal("0.01")
    assert to_cell(COLUMNS[9], ("a", "b")) == "a；b"
    assert to_cell(COLUMNS[8], "tech") == "技术"
