"""The policy library, a policy's page and its firms: what they say, and to whom."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from lianshu.engine.tables import Period, Use
from lianshu.entitlements.models import PolicyResult, PolicyVersion
from lianshu.entitlements.services.publishing import publish_policies
from lianshu.entitlements.services.running import run_policies
from lianshu.registry.services import record_fact
from lianshu.registry.services.entries import FactEntry, Provenance
from tests.cast import NOW, SYSTEM, Cast
from tests.entitlements.packs import write_pack

PAGE = "/policies/staff-grant/"
FIRMS = "/policy-firms/"


@pytest.fixture
def rows(db: None, tmp_path: Path) -> list[PolicyVersion]:
    """Both versions of the small pack."""
    return publish_policies(actor=SYSTEM, folders=[write_pack(tmp_path)], now=NOW)


def told(cast: Cast, who: str, fact: str, period: str, value: object) -> None:
    units = {"staff": "person", "revenue": "fen"}
    entry = FactEntry(
        cast.organisations[who],
        fact,
        Period.parse(period),
        value,  # type: ignore[arg-type]
        units.get(fact, "none"),
        Provenance(source="organisation", uses=Use.SERVICE | Use.DECISION),
    )
    record_fact(actor=SYSTEM, entry=entry, now=NOW)


@pytest.fixture
def evaluated(cast: Cast, rows: list[PolicyVersion]) -> Cast:
    """甬江磁材 is one condition short, of 慈湖电机 the staff is not known."""
    for who in ("magnets", "motors"):
        told(cast, who, "resident", "2026-01-01", value=True)
        told(cast, who, "revenue", "2025", 100)
    told(cast, "magnets", "staff", "2025", 12)
    run_policies(actor=SYSTEM, on=date(2026, 11, 2), now=NOW, clock=lambda: NOW)
    return cast


def page(client: Client, address: str, *, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status, address
    return response.content.decode()


def exported(client: Client, address: str) -> list[list[str]]:
    response = client.get(address)
    assert response.status_code == 200
    body = b"".join(response.streaming_content)  # type: ignore[attr-defined]
    return list(csv.reader(io.StringIO(body.decode("utf-8-sig"))))


@pytest.mark.parametrize("address", ["/policies/", PAGE, f"{PAGE}spec/", f"{PAGE}firms/", FIRMS])
def test_strangers_log_in_first_and_nothing_is_posted(
    client: Client, cast: Cast, rows: list[PolicyVersion], address: str
) -> None:
    assert client.get(address).headers["Location"].startswith("/accounts/login/")
    client.force_login(cast.users["eve"])
    assert client.get(address).status_code in (200, 302)
    assert client.post(address).status_code == 405


def test_the_library_finds_by_sentence_and_filters(
    client: Client, cast: Cast, rows: list[PolicyVersion]
) -> None:
    client.force_login(cast.users["eve"])
    assert "共 <b>2</b> 条" in page(client, "/policies/")
    assert "用工补助" in page(client, "/policies/?q=营业收入")
    assert "用工补助" in page(client, "/policies/?q=甬测")
    assert "用工补助办法" not in page(client, "/policies/?q=没有这样的词")
    for query, found in {
        "now=1": "2026",
        "now=0": "2024",
        "status=superseded": "2024",
        "level=municipal&confidence=C1&benefit=money": "2026",
        "area=none": "2026",
    }.items():
        assert f"?version={found}" in page(client, f"/policies/?{query}"), query
    assert "?version=2024" not in page(client, "/policies/?now=1")
    assert "已忽略" in page(client, "/policies/?level=galactic")
    table = exported(client, "/policies/export/csv/?now=1")
    assert len(table) == 2 and "用工补助" in table[1] and "staff-grant" in table[1]


def test_an_empty_library_says_what_to_do(client: Client, cast: Cast) -> None:
    client.force_login(cast.users["alice"])
    assert "lianshu policy publish" in page(client, "/policies/")
    assert "没有这项政策" in page(client, PAGE, status=404)


@pytest.mark.parametrize("address", ["/policies/", FIRMS])
def test_more_rows_cost_no_more_queries(
    client: Client,
    evaluated: Cast,
    address: str,
) -> None:
    client.force_login(evaluated.users["officer"])
    page(client, address)
    with CaptureQueriesContext(connection) as both:
        page(client, address)
    PolicyResult.objects.filter(organisation=evaluated.organisations["motors"]).delete()
    PolicyVersion.objects.filter(version="2024").update(retired_at=timezone.now())
    page(client, address)
    with CaptureQueriesContext(connection) as one:
        page(client, address)
    assert len(one) == len(both)


def test_the_rule_is_read_with_its_thresholds_tables_and_versions(
    client: Client, cast: Cast, rows: list[PolicyVersion]
) -> None:
    client.force_login(cast.users["eve"])
    html = page(client, PAGE)
    for words in (
        "年职工总数 不低于 20 人",
        "第三条",
        "由主管部门查询",
        "每年补助 3 万元",
        "不低于 100 人",
        "4–6",
        "C1 读到官方原文",
        "2024 版和 2026 版有什么不同",
        "不低于 10 人",
        "新增",
        "1 条没有变",
    ):
        assert words in html, words
    assert "负责范围内的企业" not in html and "本单位的结论" not in html
    assert "有什么不同" not in page(client, f"{PAGE}?version=2024")
    assert "年职工总数 不低于 10 人" in page(client, f"{PAGE}spec/?version=2024")
    client.cookies["django_language"] = "en"
    assert "At least 20 staff" in page(client, PAGE)


def test_a_doubtful_rule_says_so(client: Client, cast: Cast, tmp_path: Path) -> None:
    publish_policies(actor=SYSTEM, folders=[write_pack(tmp_path, confidence="U")], now=NOW)
    client.force_login(cast.users["eve"])
    assert "可靠程度是 U" in page(client, PAGE)


def test_a_firms_people_read_their_own_verdict(client: Client, evaluated: Cast) -> None:
    client.force_login(evaluated.users["anna"])
    html = page(client, PAGE)
    firm = evaluated.organisations["magnets"]
    assert f"/organisations/{firm.public_id}/diagnosis/#staff-grant" in html
    assert "不符合：" in html and "慈湖电机" not in html and "负责范围内的企业" not in html
    client.force_login(evaluated.users["carol"])
    assert "本单位的结论" not in page(client, PAGE), "a university is no enterprise"


def test_an_office_sees_its_firms_and_each_figure_opens_to_its_rows(
    client: Client, evaluated: Cast
) -> None:
    client.force_login(evaluated.users["officer"])
    html = page(client, PAGE)
    assert "负责范围内的企业" in html and "鄞州区" in html and "磁性材料" in html
    assert "年职工总数" in html
    here = f"{FIRMS}?policy=staff-grant.2026"
    near = page(client, f"{here}&near=1")
    assert "甬江磁材" in near and "慈湖电机" not in near and "差 1 条" in near
    unknown = page(client, f"{here}&outcome=unknown&missing=staff@2025")
    assert "慈湖电机" in unknown and "甬江磁材" not in unknown
    assert "慈湖电机" not in page(client, f"{here}&missing=staff@202")
    region = evaluated.regions["cixi"].public_id
    assert "慈湖电机" in page(client, f"{here}&region={region}")
    response = client.get(f"{PAGE}firms/?outcome=unknown")
    assert response.headers["Location"] == f"{here}&outcome=unknown"
    table = exported(client, f"{FIRMS}export/csv/?policy=staff-grant.2026&near=1")
    assert len(table) == 2 and "甬江磁材有限公司" in table[1] and "职工人数" in table[1]


def test_a_version_that_the_run_did_not_cover_has_no_figures(
    client: Client, evaluated: Cast
) -> None:
    client.force_login(evaluated.users["officer"])
    html = page(client, f"{PAGE}?version=2024")
    assert "这个版本今天不施行" in html and "负责范围内的企业" not in html
    PolicyVersion.objects.filter(version="2026").update(published_at=NOW + timedelta(hours=1))
    html = page(client, PAGE)
    assert "没有包括这个版本" in html and "负责范围内的企业" not in html


def test_nobody_reads_of_firms_that_are_not_in_their_care(client: Client, evaluated: Cast) -> None:
    client.force_login(evaluated.users["yinzhou"])
    html = page(client, f"{FIRMS}?policy=staff-grant.2026")
    assert "甬江磁材" in html and "慈湖电机" not in html
    assert "慈溪市" not in page(client, PAGE).split('id="by-region"')[1].split("</section>")[0]
    client.force_login(evaluated.users["bob"])
    html = page(client, FIRMS)
    assert "慈湖电机" in html and "甬江磁材" not in html
    for name in ("carol", "dan", "admin", "eve"):
        client.force_login(evaluated.users[name])
        html = page(client, FIRMS)
        assert "慈湖电机" not in html and "甬江磁材" not in html, name
