"""Wide sheets of facts: a year and a source for the whole sheet, units, blanks, corrections."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import openpyxl
import pytest

from lianshu.engine.tables import KNOWN_ABSENT, Period, Ratio, Use
from lianshu.imports.models import ImportRun
from lianshu.imports.services.requests import configure_import, confirm_import
from lianshu.records.errors import DomainError
from lianshu.registry.models import Fact
from lianshu.registry.queries.organisations import current_code
from tests.cast import NOW, Cast
from tests.imports.running import load, problems, table, upload, work

OPTIONS = {"period": "2025", "source": "industry_department", "uses": "service,decision"}
AUDITED = OPTIONS | {"source": "audited_report"}
SPECIAL = OPTIONS | {"source": "special_audit"}
HEADER = (
    "单位名称",
    "统一社会信用代码",
    "2025年营业收入（万元）",
    "净利润（万元）",
    "总资产（亿元）",
)


def sheet(*rows: object, header: tuple[str, ...] = HEADER) -> bytes:
    return table(*rows, header=header)  # type: ignore[arg-type]


def sent(cast: Cast, content: bytes, by: str = "officer", **options: str) -> ImportRun:
    return upload(
        cast.actor(by), content, name="报表.csv", target="facts", options=AUDITED | options
    )


def known(fact: str) -> Fact:
    return Fact.objects.current().get(fact=fact)


def test_nothing_is_read_before_period_source_and_uses_are_chosen(cast: Cast) -> None:
    officer = cast.actor("officer")
    run = upload(officer, sheet(["甬江磁材有限公司"]), target="facts")
    told = [note["message"] for note in run.notes if note["rule"] == "I003"]
    assert [word in "".join(told) for word in ("期间", "数据来自", "允许用于")] == [True] * 3
    assert (run.blocked, run.total_rows) == (True, 0)
    with pytest.raises(DomainError, match="不是期间"):
        configure_import(
            actor=officer,
            run=run,
            mapping=run.mapping or {},
            options=AUDITED | {"period": "25"},
            now=NOW,
        )
    configure_import(actor=officer, run=run, mapping=run.mapping or {}, options=AUDITED, now=NOW)
    assert not work(run).blocked


def test_units_blanks_zero_and_absence_are_kept_apart_and_corrections_shown(cast: Cast) -> None:
    officer = cast.actor("officer")
    rows = [
        ["甬江磁材有限公司", "", "12,345.6", "-20", "无"],
        ["慈湖电机有限公司", "", "0", "", "1.5"],
        ["不知名公司", "", "1", "", ""],
    ]
    run = sent(cast, sheet(*rows))
    assert (run.to_create, run.bad_count, run.blocked) == (2, 1, False)
    assert [each["name"] for each in run.unknown_names] == ["不知名公司"]
    assert {n["value"] for n in run.notes if n["rule"] == "S017"} == {"万元", "亿元"}
    confirm_import(actor=officer, run=run, mode="good", now=NOW)
    assert work(run).created == 2
    magnets, motors = (cast.organisations[name] for name in ("magnets", "motors"))
    facts = {(f.organisation_id, f.fact): f for f in Fact.objects.current()}
    assert set(facts) == {
        *((magnets.pk, name) for name in ("revenue", "net_profit", "total_assets")),
        *((motors.pk, name) for name in ("revenue", "total_assets")),
    }
    assert facts[magnets.pk, "revenue"].value == 12_345_600_000
    assert facts[magnets.pk, "net_profit"].value == -20_000_000
    assert facts[magnets.pk, "total_assets"].value is KNOWN_ABSENT
    assert (facts[motors.pk, "revenue"].value, facts[motors.pk, "revenue"].whole) == (0, 0)
    given = facts[magnets.pk, "revenue"]
    assert (given.period, given.source) == (Period.year(2025), "audited_report")
    assert (given.permitted, given.evidence_note) == (Use.SERVICE | Use.DECISION, "市科技局")

    again = sent(cast, sheet(rows[0], ["慈湖电机有限公司", "", "8", "1", "1.5"]))
    assert (again.to_leave, again.to_change, again.to_create) == (1, 1, 0)
    [change] = again.changes
    assert [(f["label"], f["old"], f["new"]) for f in change["fields"]] == [
        ("营业收入 · 2025 年", "0 元", "8 万元"),
        ("净利润 · 2025 年", "（还没有）", "1 万元"),
    ]
    later = NOW + timedelta(hours=1)
    confirm_import(actor=officer, run=again, mode="all", now=later)
    assert work(again, now=later).changed == 1
    corrected = Fact.objects.get(organisation=motors, fact="revenue", revision=1)
    assert corrected.superseded_by == Fact.objects.get(
        organisation=motors, fact="revenue", revision=2
    )


def test_bad_values_name_row_and_column(cast: Cast) -> None:
    header = ("单位名称", "信用代码", "职工人数", "境内研发占比", "行业代码", "居民企业")
    firm = "甬江磁材有限公司"
    rows = [
        [firm, "", "-3", "120%", "半导体器件专用设备制造", "是"],
        ["慈湖电机有限公司", "", "3亩", "0.6", "9Z99", "也许"],
        [firm, "", "1", "", "", ""],
        ["", "", "1", "", "", ""],
        [firm, current_code(cast.organisations["motors"]), "1", "", "", ""],
    ]
    run = upload(
        cast.actor("officer"),
        sheet(*rows, header=header),
        target="facts",
        options=OPTIONS | {"source": "organisation"},
    )
    told = {number: " ".join(lines) for number, lines in problems(run).items()}
    assert "第 2 行“职工人数”列的值“-3”是负数" in told[2]
    assert run.bad_count == 4
    assert "不能准确换算成人" in told[3] and "不是数字" not in told[3] and "居民企业" in told[3]
    assert "没有写单位" in told[5] and "是“慈湖电机有限公司”的代码" in told[6]

    good = [
        [firm, "", "3", "120%", "C3562", "有"],
        ["慈湖电机有限公司", "", "1万人", "60%", "9Z99", ""],
    ]
    good.append([firm, "", "4", "", "", ""])
    run = upload(
        cast.actor("officer"),
        sheet(*good, header=header),
        target="facts",
        options=OPTIONS | {"source": "organisation"},
    )
    told = {number: " ".join(lines) for number, lines in problems(run).items()}
    assert "境内研发占比”不能超过 100%，现在是 6/5" in told[2]
    assert "不在“行业代码”的代码里" in told[3] and "和第 2 行是同一家单位" in told[4]


def test_a_header_of_another_year_or_of_what_the_source_cannot_say(cast: Cast) -> None:
    run = sent(cast, sheet(["甬江磁材有限公司"]), period="2024")
    assert run.blocked and "写的是 2025 年，这次导入的期间是 2024 年" in str(run.notes)
    run = sent(cast, sheet(["甬江磁材有限公司"]), source="tax", uses="statistics")
    assert not run.blocked
    run = sent(cast, sheet(["甬江磁材有限公司"]), source="market_regulator")
    assert run.blocked and "不能来自“市场监管部门”" in str(run.notes)
    run = sent(cast, sheet(["甬江磁材有限公司"], header=("单位", "净利润")), period="2025Q1")
    assert run.blocked and "的数据按年记录" in str(run.notes)
    run = sent(cast, sheet(["1"], header=("净利润", "营业收入")))
    assert run.blocked and "缺少“单位”" in str(run.notes)
    with pytest.raises(DomainError, match="要有企业的同意"):
        sent(cast, sheet(["甬江磁材有限公司"]), source="tax", uses="service")
    with pytest.raises(DomainError, match="最多用于统计"):
        sent(cast, sheet(["甬江磁材有限公司"]), source="statistics_bureau")


def test_two_row_headers_percent_cells_and_several_years(cast: Cast, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    page = book.worksheets[0]
    page.append(["2025年度企业研发情况表"])
    page.append(["单位名称", "2024年", None, "2025年", None, None])
    page.append(
        [
            None,
            "研发费用（万元）",
            "境内研发占比（%）",
            "研发费用（万元）",
            "境内研发占比（%）",
            "成立日期",
        ]
    )
    page.append(["甬江磁材有限公司", 10, 0.5, 20, 0.875, "2011-05-06"])
    for merged in ("B2:C2", "D2:F2", "A2:A3"):
        page.merge_cells(merged)
    for place in ("C4", "E4"):
        page[place].number_format = "0.0%"
    book.save(tmp_path / "a.xlsx")
    run = load(
        cast.actor("officer"),
        (tmp_path / "a.xlsx").read_bytes(),
        name="a.xlsx",
        target="facts",
        options=OPTIONS | {"source": "organisation"},
    )
    assert (run.created, run.bad_count) == (1, 0), (run.notes, problems(run))
    assert known("rd_total").value == 20_000_000
    assert known("rd_domestic_share").value == Ratio(7, 8)
    assert known("registered_on").period == Period.parse("2025-12-31")


def test_what_the_reader_may_not_read_is_not_shown_before_it_is_corrected(cast: Cast) -> None:
    options = {"source": "statistics_bureau", "uses": "statistics"}
    officer = cast.actor("officer")
    load(officer, sheet(["甬江磁材有限公司", "", "5"]), target="facts", options=AUDITED | options)
    run = sent(cast, sheet(["甬江磁材有限公司", "", "6"]), **options)
    assert run.changes[0]["fields"][0]["old"] == "…"
    assert sent(cast, sheet(["慈湖电机有限公司", "", "6"]), by="yinzhou").bad_count == 1
