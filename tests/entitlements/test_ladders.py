"""Ladders: published, counted by rung, and a firm's place on them on its page."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from lianshu.engine.definitions import DefinitionError
from lianshu.engine.policy import Evaluator
from lianshu.engine.policy.standing import stand
from lianshu.engine.tables import Period, Use
from lianshu.entitlements.diagnosis import diagnose
from lianshu.entitlements.knowledge import known_of
from lianshu.entitlements.models import LadderResult, PolicyLadder
from lianshu.entitlements.published import published, published_ladders
from lianshu.entitlements.queries_ladders import ladder_figures, ladder_results_for
from lianshu.entitlements.services.publishing import publish_policies
from lianshu.entitlements.services.running import run_policies
from lianshu.records.errors import DomainError
from lianshu.registry.services import record_fact, record_holding
from lianshu.registry.services.entries import FactEntry, HoldingEntry, Provenance
from lianshu.registry.services.told import record_list_told
from tests.cast import NOW, SYSTEM, Cast
from tests.entitlements.packs import write_pack

ON = date(2026, 11, 2)
LADDER = """
id: staff-ladder
title: {zh: 用工梯度, en: Staff ladder}
versions:
  - from: 2024-01-01
    to: 2025-12-31
    source: {document: 甬测〔2024〕1号, confidence: C2}
    rungs:
      - {id: first, title: {zh: 旧的一级, en: Old first}, policy: staff-grant}
      - id: top
        title: {zh: 旧的二级, en: Old second}
        held: exists(certificate where kind = high_tech and valid)
        note: {zh: 标准没有查到, en: No criteria}
  - from: 2026-01-01
    source: {document: 甬测〔2026〕1号, phrase: 一级—二级, confidence: CONFIDENCE}
    rungs:
      - id: first
        title: {zh: 用工一级, en: First}
        held: exists(certificate where kind = tech_sme and valid)
        note: {zh: 标准没有查到, en: No criteria}
      - id: second
        title: {zh: 用工二级, en: Second}
        policy: staff-grant
        held: exists(certificate where kind = high_tech and valid)
"""


def pack(folder: Path, *, confidence: str = "C2", policy: str = "staff-grant") -> Path:
    """The small pack with a ladder of two versions."""
    write_pack(folder)
    (folder / "ladders").mkdir(exist_ok=True)
    text = LADDER.replace("CONFIDENCE", confidence).replace("staff-grant", policy)
    (folder / "ladders" / "staff-ladder.yaml").write_text(text, encoding="utf-8")
    return folder


def fact(cast: Cast, who: str, name: str, period: str, value: object) -> None:
    units = {"staff": "person", "revenue": "fen"}
    entry = FactEntry(
        cast.organisations[who],
        name,
        Period.parse(period),
        value,  # type: ignore[arg-type]
        units.get(name, "none"),
        Provenance(source="organisation", uses=Use.SERVICE | Use.DECISION),
    )
    record_fact(actor=SYSTEM, entry=entry, now=NOW)


def title(cast: Cast, who: str, kind: str, *, until: date | None = None) -> None:
    entry = HoldingEntry(
        cast.organisations[who],
        "certificate",
        Provenance(source="organisation", uses=Use.SERVICE | Use.DECISION),
        number=f"{who}-{kind}",
        name=kind,
        valid_from=date(2025, 1, 1),
        valid_to=until,
        attributes={"kind": kind},
    )
    record_holding(actor=SYSTEM, entry=entry, now=NOW)


@pytest.fixture
def climbed(cast: Cast, tmp_path: Path) -> Cast:
    """甬江磁材 holds the first rung and is one condition short; of 慈湖电机 no title is known."""
    publish_policies(actor=SYSTEM, folders=[pack(tmp_path)], now=NOW)
    for who in ("magnets", "motors"):
        fact(cast, who, "resident", "2026-01-01", True)
        fact(cast, who, "revenue", "2025", 100)
    fact(cast, "magnets", "staff", "2025", 12)
    title(cast, "magnets", "tech_sme")
    run_policies(actor=SYSTEM, on=ON, now=NOW, clock=lambda: NOW)
    return cast


def page(client: Client, address: str, *, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status, address
    return response.content.decode()


def test_those_of_the_packs_are_published_with_their_policies(db: None) -> None:
    packs = Path(settings.PACKS)
    folders = [packs / name for name in ("national", "zhejiang", "ningbo")]
    publish_policies(actor=SYSTEM, folders=folders, now=NOW)
    rows = {row.ladder: row for row in PolicyLadder.objects.all()}
    assert {"quality-sme", "yuyao-tech-firms", "zhenhai-rd-bodies"} <= rows.keys()
    assert rows["yuyao-tech-firms"].pack == "ningbo"
    ladder = published_ladders()[rows["quality-sme"].pk]
    assert ladder.loaded.content_hash == rows["quality-sme"].content_hash
    assert [len(each.rungs) for each in ladder.versions] == [4, 4]


def test_a_changed_ladder_retires_the_one_before(db: None, tmp_path: Path) -> None:
    publish_policies(actor=SYSTEM, folders=[pack(tmp_path)], now=NOW)
    first = PolicyLadder.objects.get()
    publish_policies(actor=SYSTEM, folders=[pack(tmp_path)], now=NOW)
    assert PolicyLadder.objects.get() == first, "the same is not published twice"
    later = NOW + timedelta(days=1)
    publish_policies(actor=SYSTEM, folders=[pack(tmp_path, confidence="C3")], now=later)
    first.refresh_from_db()
    assert first.retired_at == later
    (pk,) = published_ladders()
    assert PolicyLadder.objects.get(pk=pk).confidence == "C3"


def test_a_defect_or_a_policy_not_published_leaves_everything_as_it_was(
    db: None, tmp_path: Path
) -> None:
    with pytest.raises(DefinitionError, match="没有政策 staff-grannt"):
        publish_policies(actor=SYSTEM, folders=[pack(tmp_path, policy="staff-grannt")], now=NOW)
    wrong = pack(tmp_path / "other", policy="tech-sme")
    with pytest.raises(DomainError, match="要用的政策还没有发布：tech-sme"):
        publish_policies(actor=SYSTEM, folders=[wrong], now=NOW)
    assert not PolicyLadder.objects.exists() and not published().policies


def test_a_run_says_what_the_engine_says(climbed: Cast) -> None:
    rows = {row.organisation.name: row for row in LadderResult.objects.all()}
    magnets, motors = rows["甬江磁材有限公司"], rows["慈湖电机有限公司"]
    assert (magnets.held, magnets.next_rung, magnets.outcome) == ("first", "second", "not_met")
    assert (magnets.failed, magnets.failing, magnets.open) == (["YG-1"], 1, 1)
    assert (motors.held, motors.perhaps, motors.next_rung) == ("", True, "first")
    assert (motors.outcome, motors.policy) == ("", None), "nothing is known of what is asked"
    for row in rows.values():
        firm = known_of(SYSTEM, row.organisation).firm
        (ladder,) = published_ladders().values()
        found = stand(ladder, Evaluator(published().policies, firm, ON))
        assert row.held == ("" if found.held is None else found.rungs[found.held].rung.id)


def test_a_run_before_goes_with_its_standings(climbed: Cast) -> None:
    for days in (1, 2):
        later = NOW + timedelta(days=days)
        run_policies(actor=SYSTEM, on=ON, now=later, clock=lambda later=later: later)  # type: ignore[misc]
    assert LadderResult.objects.count() == 4, "two runs of two firms are kept"
    assert ladder_results_for(SYSTEM).count() == 2


def test_offices_count_their_own_and_firms_none(climbed: Cast) -> None:
    (row,) = PolicyLadder.objects.all()
    figures = ladder_figures(climbed.actor("officer"), row, ["first", "second"])
    assert figures is not None
    assert (figures.firms, figures.without, figures.perhaps) == (2, 1, 1)
    assert (figures.rungs["first"].held, figures.rungs["first"].unsaid) == (1, 1)
    assert (figures.rungs["second"].near, figures.rungs["second"].not_met) == (1, 1)
    district = ladder_figures(climbed.actor("yinzhou"), row, ["first"])
    assert district is not None and district.firms == 1
    assert ladder_figures(climbed.actor("alice"), row, ["first"]) is None


def test_the_page_of_a_ladder(client: Client, climbed: Cast) -> None:
    assert client.get("/ladders/staff-ladder/").status_code == 302
    client.force_login(climbed.users["eve"])
    html = page(client, "/ladders/staff-ladder/")
    assert client.post("/ladders/staff-ladder/").status_code == 405
    assert "用工二级" in html and "/policies/staff-grant/?version=2026" in html
    assert "负责范围内的企业" not in html and "已有" not in html.replace("怎样算已有", "")
    before = page(client, "/ladders/staff-ladder/?from=2024-01-01")
    assert "旧的二级" in before and "用工二级" not in before
    assert "没有可以对照的标准" in before
    page(client, "/ladders/no-such/", status=404)
    client.force_login(climbed.users["alice"])
    own = page(client, "/ladders/staff-ladder/")
    assert "现在是“用工一级”，2 级中的第 1 级" in own
    client.force_login(climbed.users["officer"])
    counted = page(client, "/ladders/staff-ladder/")
    assert "已有 1 家" in counted and "差一两条 1" in counted
    assert "负责范围内的企业" not in page(client, "/ladders/staff-ladder/?from=2024-01-01")


def test_the_lists_have_filters_and_export(client: Client, climbed: Cast) -> None:
    client.force_login(climbed.users["officer"])
    assert "用工一级 → 用工二级" in page(client, "/ladders/")
    assert "用工梯度" in page(client, "/ladders/?q=用工二级")
    for query, name in {
        "ladder=staff-ladder&held=first": "甬江磁材",
        "next=second&near=1": "甬江磁材",
        "held=none&perhaps=1": "慈湖电机",
    }.items():
        found = page(client, f"/ladder-firms/?{query}")
        assert {each for each in ("甬江磁材", "慈湖电机") if each in found} == {name}, query
    response = client.get("/ladder-firms/export/csv/?held=first")
    body = b"".join(response.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    rows = list(csv.reader(io.StringIO(body)))
    assert len(rows) == 2 and "用工二级" in rows[1]
    client.force_login(climbed.users["bob"])
    assert "甬江磁材" not in page(client, "/ladder-firms/"), "another firm's place is its own"


def test_empty_lists_say_what_to_do(client: Client, cast: Cast) -> None:
    client.force_login(cast.users["officer"])
    assert "lianshu policy publish" in page(client, "/ladders/")
    assert "梯度还没有计算过" in page(client, "/ladder-firms/")


@pytest.mark.parametrize("address", ["/ladders/", "/ladder-firms/"])
def test_more_rows_cost_no_more_queries(client: Client, climbed: Cast, address: str) -> None:
    client.force_login(climbed.users["officer"])
    page(client, address)
    with CaptureQueriesContext(connection) as both:
        page(client, address)
    LadderResult.objects.filter(organisation=climbed.organisations["motors"]).delete()
    page(client, address)
    with CaptureQueriesContext(connection) as one:
        page(client, address)
    assert len(one) == len(both)


def test_the_diagnosis_shows_rungs_and_the_gap(client: Client, climbed: Cast) -> None:
    firm = climbed.organisations["magnets"]
    address = f"/organisations/{firm.public_id}/diagnosis/"
    client.force_login(climbed.users["alice"])
    html = page(client, f"{address}?on={ON}")
    for words in (
        "用工梯度",
        "现在是“用工一级”，2 级中的第 1 级",
        'aria-current="step"',
        "下一级“用工二级”：1 项条件不符合；1 项待人工判断",
        "还差 8 人",
        "甬测〔2026〕1号",
    ):
        assert words in html, words
    assert "旧的一级" in page(client, f"{address}?on=2025-06-01")
    assert "用工梯度" not in page(client, f"{address}?on=2023-06-01")
    client.cookies["django_language"] = "en"
    english = page(client, f"{address}?on={ON}")
    assert "Now: First, rung 1 of 2" in english and "8 people short" in english


def test_what_would_decide_can_be_supplied_there(climbed: Cast) -> None:
    record_list_told(
        actor=SYSTEM,
        organisation=climbed.organisations["motors"],
        kind="certificate",
        source="organisation",
        now=NOW,
    )
    title(climbed, "motors", "tech_sme")
    found = diagnose(climbed.actor("bob"), climbed.organisations["motors"], on=ON)
    (reading,) = found.ladders
    assert [(one.key, bool(one.supply)) for one in reading.missing] == [("staff@2025", True)]
    assert reading.climb.policy == "staff-grant"
