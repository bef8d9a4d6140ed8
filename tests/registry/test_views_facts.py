"""The pages of an organisation's data: who sees what, as known when, filling in, export."""

from __future__ import annotations

import io
from datetime import date, datetime, timedelta

import openpyxl
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from lianshu.engine.tables import KNOWN_ABSENT, Absent, Period, Ratio, Use, Value
from lianshu.files.models import StoredFile
from lianshu.registry.models import Fact
from lianshu.registry.services import FactEntry, HoldingEntry, Provenance, record_fact
from lianshu.registry.services.holdings import record_holding
from tests.cast import NOW, SYSTEM, Cast

SERVICE = Use.SERVICE | Use.DECISION
PUBLIC = SERVICE | Use.PUBLICATION


def tell(
    cast: Cast,
    fact: str,
    value: Value | Absent,
    period: str = "2025",
    *,
    source: str = "special_audit",
    uses: Use = SERVICE,
    now: datetime = NOW,
    unit: str = "fen",
    corrects: Fact | None = None,
) -> Fact:
    entry = FactEntry(
        cast.organisations["magnets"], fact, Period.parse(period), value, unit,
        Provenance(source, uses, date(2026, 1, 1), "全部", evidence_note="报告第 3 页"),
    )  # fmt: skip
    return record_fact(actor=SYSTEM, entry=entry, now=now, corrects=corrects)


def address(cast: Cast, name: str = "organisation-facts", *more: str) -> str:
    return reverse(name, args=[cast.organisations["magnets"].public_id, *more])


def seen(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status
    return answer.content.decode()


def test_the_page_by_reader_and_by_day(client: Client, cast: Cast) -> None:
    first = tell(cast, "rd_total", 5_000_000_00, now=NOW - timedelta(days=9))
    tell(cast, "rd_total", 6_000_000_00, corrects=first)
    tell(cast, "rd_total", 7_000_000_00, source="organisation")
    tell(cast, "rd_total", 4_000_000_00, "2024")
    tell(cast, "rd_domestic_share", Ratio(7, 8), unit="share")
    tell(cast, "rd_other", KNOWN_ABSENT)
    tell(cast, "revenue", 0, source="audited_report", uses=PUBLIC)
    tell(cast, "profit", 123_456_00, source="statistics_bureau", uses=Use.STATISTICS)
    tell(cast, "registered_on", date(2011, 5, 6), "2025-12-31", source="organisation", unit="none")
    for number, until in (("GR1", date(2030, 1, 1)), ("GR0", date(2020, 1, 1))):
        entry = HoldingEntry(
            cast.organisations["magnets"],
            "certificate",
            Provenance("organisation", SERVICE),
            number=number,
            valid_to=until,
            attributes={"kind": "high_tech", "level": "national"},
        )
        record_holding(actor=SYSTEM, entry=entry, now=NOW)
    path = address(cast)
    assert client.get(path).status_code == 302
    client.force_login(cast.users["alice"])
    page = seen(client, path)
    for words in ("600 万元", "700 万元", "与单位自报不一致", "87.5%", "明确没有", "2011-05-06"):
        assert words in page
    assert "0 元" in page and "未知" in page and "填写或更正" in page
    assert "已到期" in page and "2029-12-31" in page and "国家级" in page
    assert "123,456" not in page and "12.35" not in page  # for statistics only
    assert 'data-chart="chart-rd_total"' in page
    then = (NOW - timedelta(days=2)).date()
    earlier = seen(client, f"{path}?known={then}")
    assert "500 万元" in earlier and "600 万元" not in earlier
    assert "600 万元" not in seen(client, f"{path}?valid=2024-06-30")
    assert "GR0" in seen(client, f"{path}?valid=2019-06-30")
    history = seen(client, address(cast, "organisation-fact", "rd_total", "2025"))
    assert "500 万元" in history and "被更正" in history
    seen(client, address(cast, "organisation-fact", "rd_total", "25"), 404)
    assert client.post(path).status_code == 405

    client.force_login(cast.users["bob"])
    page = seen(client, path)
    assert "0 元" in page and "600 万元" not in page and "填写或更正" not in page
    assert "GR1" not in page and "谁也看不到单家的数" in page
    client.force_login(cast.users["yinzhou"])
    assert "600 万元" in seen(client, path)

    book = client.get(address(cast, "organisation-facts-export", "facts", "xlsx"))
    content = b"".join(book.streaming_content)  # type: ignore[attr-defined]
    rows = list(openpyxl.load_workbook(io.BytesIO(content)).worksheets[0].values)
    lines = {(row[1], row[2], row[6]): row for row in rows[1:]}
    assert lines["rd_total", "2025 年", "专项审计报告"][3:6] == ("600 万元", 6_000_000, "元")
    assert lines["rd_total", "2025 年", "单位自报"][7] == "否"
    assert ("profit", "2025 年", "统计部门") not in lines
    held = client.get(address(cast, "organisation-facts-export", "holdings", "csv"))
    assert "GR1" in b"".join(held.streaming_content).decode()  # type: ignore[attr-defined]
    assert client.get(address(cast, "organisation-facts-export", "all", "csv")).status_code == 404


def test_the_number_of_queries_does_not_grow_with_facts(
    client: Client, cast: Cast, django_assert_max_num_queries: object
) -> None:
    client.force_login(cast.users["alice"])
    path = address(cast)
    tell(cast, "rd_total", 1)
    seen(client, path)
    with django_assert_max_num_queries(40) as few:  # type: ignore[operator]
        seen(client, path)
    for year in ("2022", "2023", "2024"):
        tell(cast, "rd_total", 2, year)
        tell(cast, "rd_other", 2, year)
    with django_assert_max_num_queries(len(few.captured_queries)):  # type: ignore[operator]
        seen(client, path)


def test_own_people_fill_in_and_correct(client: Client, cast: Cast) -> None:
    path = address(cast, "fact-record")
    client.force_login(cast.users["bob"])
    assert client.get(path).status_code == 403
    client.force_login(cast.users["anna"])  # only looks
    assert client.get(path).status_code == 403
    client.force_login(cast.users["alice"])
    assert "请选择" in seen(client, path)
    assert "这一项按年填写" in seen(client, f"{path}?fact=rd_total&period=2025Q1", 422)
    seen(client, f"{path}?fact=rd_total&period=abc", 422)
    revenue = f"{path}?fact=revenue&period=2025"
    assert "只写数字，单位在下面选" in seen(client, revenue)
    given = {"value": "1,234.5", "unit": "万元", "uses": ["service"], "evidence_note": "年报"}
    paper = SimpleUploadedFile("年报.pdf", b"%PDF-1.4 example")
    assert client.post(revenue, given | {"evidence": paper}).status_code == 302
    [row] = Fact.objects.all()
    assert (row.value, row.source, row.permitted) == (1_234_500_000, "organisation", Use.SERVICE)
    assert row.evidence == StoredFile.objects.get() and row.evidence_note == "年报"

    form = seen(client, revenue)
    assert 'value="1234.5"' in form and "1,234.5 万元" in form and "艾丽" in form
    assert client.post(revenue, given | {"value": "2亿", "uses": ["service"]}).status_code == 302
    second = Fact.objects.current().get()
    assert (second.value, second.revision, second.evidence) == (20_000_000_000, 2, row.evidence)
    refused = {
        "负数": given | {"value": "-1"},
        "不是金额": given | {"value": "很多"},
        "请填写；确实没有的": given | {"value": ""},
        "已勾选": given | {"absent": "on"},
        "要有企业的同意": given | {"uses": ["publication"]},
        "不收依据文件": given
        | {"uses": ["statistics"], "evidence": SimpleUploadedFile("a.pdf", b"%PDF-1.4 x")},
        "只能": given | {"evidence": SimpleUploadedFile("a.exe", b"MZ\x00\x00")},
    }
    for words, body in refused.items():
        answer = client.post(revenue, body)
        assert answer.status_code == 422, words
        if words != "只能":
            assert words in answer.content.decode(), words
    assert Fact.objects.count() == 2 and StoredFile.objects.count() == 1
    absent = {"absent": "on", "unit": "万元", "uses": ["service", "decision"]}
    assert client.post(revenue, absent).status_code == 302
    assert Fact.objects.current().get().value is KNOWN_ABSENT

    file = reverse("files:download", args=[StoredFile.objects.get().public_id])
    for name, status in (("alice", 200), ("officer", 200), ("bob", 403)):
        client.force_login(cast.users[name])
        answer = client.get(file)
        assert answer.status_code == status, name
        if answer.streaming:
            b"".join(answer.streaming_content)  # type: ignore[attr-defined]


def test_the_dictionary_is_for_everybody(client: Client, cast: Cast) -> None:
    path = reverse("dictionary")
    assert client.get(path).status_code == 302
    client.force_login(cast.users["eve"])
    page = seen(client, path)
    assert 'id="revenue"' in page and "知识产权" in page and "要企业同意" in page
    found = seen(client, f"{path}?q=研发 占比")
    assert 'id="rd_domestic_share"' in found and 'id="revenue"' not in found
    assert "没有含这些词的条目" in seen(client, f"{path}?q=没有的词")
    book = client.get(reverse("dictionary-export", args=["csv"]))
    assert "ip_right.kind" in b"".join(book.streaming_content).decode()  # type: ignore[attr-defined]
    assert client.get(reverse("dictionary-export", args=["pdf"])).status_code == 404
    assert client.post(path).status_code == 405
