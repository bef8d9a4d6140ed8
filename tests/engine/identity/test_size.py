"""Size classes: every row of the official table at its boundaries, and what is unknown."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianshu.engine.codes import load_code_lists
from lianshu.engine.definitions import DefinitionError
from lianshu.engine.identity import (
    SIZE_FILE,
    Size,
    SizeStatus,
    SizeVerdict,
    load_size_table,
    size_class,
)
from lianshu.engine.identity.size import Excluded, Measure, SizeRow

PACK = Path(__file__).resolve().parents[3] / "packs" / "national" / "codes"
TABLE = load_size_table(PACK)
WAN = 1_000_000

# The table of the method of 2017 once more: industry codes, and for each measure the least figures
# of large, medium and small.
OFFICIAL: list[tuple[str, tuple[str, ...], dict[Measure, tuple[int, int, int]]]] = [
    ("agriculture", ("0111", "05"), {"revenue": (20_000, 500, 50)}),
    (
        "industry",
        ("06", "3562", "4690"),
        {"staff": (1000, 300, 20), "revenue": (40_000, 2000, 300)},
    ),
    ("construction", ("47", "50"), {"revenue": (80_000, 6000, 300), "assets": (80_000, 5000, 300)}),
    ("wholesale", ("51",), {"staff": (200, 20, 5), "revenue": (40_000, 5000, 1000)}),
    ("retail", ("52",), {"staff": (300, 50, 10), "revenue": (20_000, 500, 100)}),
    (
        "transport",
        ("54", "55", "56", "57", "58", "5910"),
        {"staff": (1000, 300, 20), "revenue": (30_000, 3000, 200)},
    ),
    ("storage", ("592", "5990"), {"staff": (200, 100, 20), "revenue": (30_000, 1000, 100)}),
    ("post", ("60",), {"staff": (1000, 300, 20), "revenue": (30_000, 2000, 100)}),
    ("accommodation", ("61",), {"staff": (300, 100, 10), "revenue": (10_000, 2000, 100)}),
    ("catering", ("62",), {"staff": (300, 100, 10), "revenue": (10_000, 2000, 100)}),
    ("information", ("63", "64"), {"staff": (2000, 100, 10), "revenue": (100_000, 1000, 100)}),
    ("software", ("65",), {"staff": (300, 100, 10), "revenue": (10_000, 1000, 50)}),
    (
        "property_development",
        ("7010",),
        {"revenue": (200_000, 1000, 100), "assets": (10_000, 5000, 2000)},
    ),
    ("property_management", ("7020",), {"staff": (1000, 300, 100), "revenue": (5000, 1000, 500)}),
    ("leasing_business", ("71", "7249"), {"staff": (300, 100, 10), "assets": (120_000, 8000, 100)}),
    ("other", ("7030", "73", "7517", "79", "80", "85", "90"), {"staff": (300, 100, 10)}),
]
CLASSES = (Size.LARGE, Size.MEDIUM, Size.SMALL, Size.MICRO)


def judge(industry: str | None, figures: dict[Measure, int]) -> SizeVerdict:
    """With money in 10,000 yuan."""
    money = {m: figures[m] * WAN for m in ("revenue", "assets") if m in figures}
    return size_class(
        TABLE,
        industry=industry,
        staff=figures.get("staff"),
        revenue_fen=money.get("revenue"),
        assets_fen=money.get("assets"),
    )


def boundaries() -> Iterator[tuple[str, str, dict[Measure, int], Size]]:
    """Each figure at its bound and one below it, the others well above."""
    for row, codes, measures in OFFICIAL:
        for code in codes:
            for rank in range(3):
                at = {measure: least[rank] for measure, least in measures.items()}
                yield row, code, at, CLASSES[rank]
                for measure in measures:
                    rich = {one: least[0] * 2 for one, least in measures.items()}
                    yield row, code, {**rich, measure: at[measure]}, CLASSES[rank]
                    yield row, code, {**rich, measure: at[measure] - 1}, CLASSES[rank + 1]


@pytest.mark.parametrize(("row", "code", "figures", "size"), list(boundaries()))
def test_every_row_at_every_boundary(
    row: str, code: str, figures: dict[Measure, int], size: Size
) -> None:
    found = judge(code, figures)
    assert (found.status, found.size, found.row) == (SizeStatus.KNOWN, size, row)
    assert found.missing == ()
    title = {"large": "大型", "medium": "中型", "small": "小型", "micro": "微型"}[size]
    assert found.reason.endswith(f"为{title}。")


def test_one_fen_below_a_bound_is_below_it() -> None:
    at = size_class(TABLE, industry="3562", staff=5000, revenue_fen=2000 * WAN)
    below = size_class(TABLE, industry="3562", staff=5000, revenue_fen=2000 * WAN - 1)
    assert (at.size, below.size) == (Size.MEDIUM, Size.SMALL)
    assert "1999.999999 万元" in below.reason


def test_the_table_has_the_official_rows_and_no_other() -> None:
    assert [row.id for row in TABLE.rows] == [row for row, _, _ in OFFICIAL]


def test_every_industry_has_exactly_one_place() -> None:
    industries = load_code_lists(PACK)["industries"]
    rows: set[str] = set()
    for entry in industries.at_level("class"):
        place = TABLE.place_of(entry.code)
        assert place is not None, entry
        if isinstance(place, SizeRow):
            rows.add(place.id)
    assert rows == {row.id for row in TABLE.rows}
    for part in TABLE.places():
        for code in part.codes:
            assert code in industries, code


def test_sections_fall_into_the_rows_that_the_method_names() -> None:
    industries = load_code_lists(PACK)["industries"]
    rows: dict[str, set[str]] = {}
    for entry in industries.at_level("class"):
        place = TABLE.place_of(entry.code)
        section = industries.ancestors(entry.code)[-1].code
        name = "-" if isinstance(place, Excluded) or place is None else place.id
        rows.setdefault(section, set()).add(name)
    assert rows["A"] == {"agriculture"}
    assert rows["B"] == rows["C"] == rows["D"] == {"industry"}
    assert rows["F"] == {"wholesale", "retail"}
    assert rows["G"] == {"transport", "storage", "post", "-"}
    assert rows["I"] == {"information", "software"}
    assert rows["J"] == rows["P"] == rows["S"] == rows["T"] == {"-"}
    assert rows["K"] == {"property_development", "property_management", "other", "-"}
    assert rows["Q"] == {"other", "-"}
    assert all(rows[one] == {"other"} for one in "MNOR")


@given(
    st.sampled_from([codes[0] for _, codes, _ in OFFICIAL]),
    st.integers(0, 3000),
    st.integers(0, 300_000),
    st.integers(0, 300_000),
    st.sets(st.sampled_from(["staff", "revenue", "assets"])),
)
def test_a_missing_figure_is_never_guessed(
    code: str, staff: int, revenue: int, assets: int, hidden: set[Measure]
) -> None:
    whole: dict[Measure, int] = {"staff": staff, "revenue": revenue, "assets": assets}
    known = {measure: value for measure, value in whole.items() if measure not in hidden}
    full, part = judge(code, whole), judge(code, known)
    assert full.status is SizeStatus.KNOWN
    if part.status is SizeStatus.KNOWN:
        assert part.size == full.size
    else:
        assert part.size is None
        assert part.missing
        assert set(part.missing) <= hidden


def test_what_is_missing_is_named_and_only_when_it_matters() -> None:
    found = judge("3562", {"staff": 500})
    assert (found.status, found.missing) == (SizeStatus.UNKNOWN, ("revenue",))
    assert "缺少营业收入" in found.reason
    assert "可能是中型、小型、微型" in found.reason
    assert judge("3562", {}).missing == ("staff", "revenue")
    assert judge("47", {"staff": 9}).missing == ("revenue", "assets")
    assert judge("3562", {"staff": 19}).size is Size.MICRO
    assert judge("0111", {"revenue": 49}).size is Size.MICRO
    assert judge("7310", {"staff": 300}).size is Size.LARGE


def test_zero_is_known_and_none_is_not() -> None:
    assert size_class(TABLE, industry="3562", staff=0).size is Size.MICRO
    assert size_class(TABLE, industry="3562", staff=None).status is SizeStatus.UNKNOWN


@pytest.mark.parametrize(
    ("figures", "words"),
    [
        ({"staff": -1, "revenue": 500}, "从业人员是负数"),
        ({"assets": -5, "staff": 3}, "资产总额是负数"),
    ],
)
def test_a_negative_count_decides_nothing(figures: dict[Measure, int], words: str) -> None:
    found = judge("71" if "assets" in figures else "35", figures)
    assert found.status is SizeStatus.UNKNOWN
    assert words in found.reason


def test_negative_revenue_is_a_figure() -> None:
    assert judge("3562", {"staff": 50, "revenue": -3}).size is Size.MICRO


@pytest.mark.parametrize(
    ("code", "status", "words"),
    [
        (None, SizeStatus.UNKNOWN, "没有行业代码"),
        ("", SizeStatus.UNKNOWN, "没有行业代码"),
        ("C", SizeStatus.UNKNOWN, "不是 2 至 4 位数字"),
        ("制造业", SizeStatus.UNKNOWN, "不是 2 至 4 位数字"),
        ("35621", SizeStatus.UNKNOWN, "不是 2 至 4 位数字"),
        ("３５", SizeStatus.UNKNOWN, "不是 2 至 4 位数字"),
        ("59", SizeStatus.UNKNOWN, "太粗"),
        ("70", SizeStatus.UNKNOWN, "太粗"),
        ("99", SizeStatus.UNKNOWN, "不在 GB/T 4754-2017"),
        ("00", SizeStatus.UNKNOWN, "不在 GB/T 4754-2017"),
        ("5310", SizeStatus.NOT_COVERED, "铁路"),
        ("66", SizeStatus.NOT_COVERED, "金融"),
        ("7040", SizeStatus.NOT_COVERED, "自有房地产"),
        ("8310", SizeStatus.NOT_COVERED, "教育"),
        ("84", SizeStatus.NOT_COVERED, "卫生"),
        ("9226", SizeStatus.NOT_COVERED, "公共管理"),
        ("97", SizeStatus.NOT_COVERED, "国际组织"),
    ],
)
def test_an_industry_without_a_row(code: str | None, status: SizeStatus, words: str) -> None:
    found = judge(code, {"staff": 10, "revenue": 10, "assets": 10})
    assert (found.status, found.size) == (status, None)
    assert words in found.reason


def test_the_section_letter_may_stand_before_the_code() -> None:
    figures: dict[Measure, int] = {"staff": 400, "revenue": 9000}
    assert judge("C3562", figures) == judge("3562", figures) == judge(" 3562 ", figures)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("large: {revenue: 20000}", "large: {revenue: 400}", "递减"),
        ("large: {revenue: 20000}", "large: {staff: 20000}", "指标应当相同"),
        ('codes: ["51"]', 'codes: ["52"]', "出现两次"),
        ('codes: ["51"]', 'codes: ["5"]', "codes"),
        ("small: {revenue: 50}", "small: {revenue: 0}", "revenue"),
    ],
)
def test_a_wrong_table_is_refused_with_its_place(
    tmp_path: Path, old: str, new: str, words: str
) -> None:
    text = (PACK / SIZE_FILE).read_text(encoding="utf-8")
    assert old in text
    (tmp_path / SIZE_FILE).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DefinitionError) as caught:
        load_size_table(tmp_path)
    assert any(words in one.message and one.line for one in caught.value.findings)
