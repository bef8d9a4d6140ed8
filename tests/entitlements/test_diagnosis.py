"""A firm's page of policies: what it says, to whom, and what can be done there."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from lianshu.authority import Refusal
from lianshu.casework.services.acting import act
from lianshu.casework.services.forms import Given
from lianshu.casework.services.publishing import publish_loop
from lianshu.engine.loops import load_loop
from lianshu.engine.tables import Period, Use
from lianshu.entitlements.diagnosis import diagnose
from lianshu.entitlements.models import (
    FeedbackKind,
    PolicyDecision,
    PolicyFeedback,
    PolicyVersion,
)
from lianshu.entitlements.services.correcting import corrections_wait, follow_corrections
from lianshu.entitlements.services.deciding import keep_decision, recompute_decisions
from lianshu.entitlements.services.feedback import give_feedback
from lianshu.entitlements.services.publishing import publish_policies
from lianshu.registry.models import ListTold
from lianshu.registry.services import record_fact
from lianshu.registry.services.entries import FactEntry, Provenance
from tests.cast import NOW, SYSTEM, Cast

ON = date(2026, 11, 2)
DECIDES = Use.SERVICE | Use.DECISION


@pytest.fixture
def published(db: None) -> dict[str, PolicyVersion]:
    """The national policies."""
    packs = Path(settings.PACKS)
    rows = publish_policies(actor=SYSTEM, folders=[packs / "national"], now=NOW)
    return {row.policy: row for row in rows}


def told(cast: Cast, fact: str, period: str, value: object, *, uses: Use = DECIDES) -> None:
    """Alice's firm is known to have this figure, by its own word."""
    units = {"staff": "person", "science_staff": "person", "registered_on": "none"}
    entry = FactEntry(
        cast.organisations["magnets"],
        fact,
        Period.parse(period),
        value,  # type: ignore[arg-type]
        units.get(fact, "fen" if isinstance(value, int) else "none"),
        Provenance(source="organisation", uses=uses),
    )
    record_fact(actor=cast.actor("alice"), entry=entry, now=NOW)


def small_firm(cast: Cast) -> None:
    told(cast, "industry", "2026-01-01", "3985")
    told(cast, "staff", "2025", 80)
    told(cast, "revenue", "2025", 3_000_000_000)
    told(cast, "total_assets", "2025", 2_000_000_000)


def place_of(cast: Cast, policy: str) -> str:
    found = diagnose(cast.actor("alice"), cast.organisations["magnets"], on=ON)
    return next(
        group.id
        for group in found.groups
        for each in group.readings
        if each.version.policy == policy
    )


def test_unknown_until_the_figures_are_there(
    cast: Cast, published: dict[str, PolicyVersion]
) -> None:
    assert place_of(cast, "sme-size") == "unknown"
    small_firm(cast)
    assert place_of(cast, "sme-size") == "met"
    assert place_of(cast, "single-champion") in {"unknown", "not_met"}


def test_a_figure_that_may_not_decide_is_named_as_such(
    cast: Cast, published: dict[str, PolicyVersion]
) -> None:
    told(cast, "industry", "2026-01-01", "3985")
    told(cast, "revenue", "2025", 3_000_000_000, uses=Use.SERVICE)
    found = diagnose(cast.actor("alice"), cast.organisations["magnets"], on=ON)
    missing = {
        one.key: one.withheld
        for group in found.groups
        for each in group.readings
        for one in each.missing
        if each.version.policy == "sme-size"
    }
    assert missing == {"staff@2025": False, "revenue@2025": True}


def test_an_empty_list_is_unknown_until_somebody_says_it_is_whole(
    client: Client, cast: Cast, published: dict[str, PolicyVersion]
) -> None:
    address = f"/organisations/{cast.organisations['magnets'].public_id}/lists/ip_right/"
    assert place_of(cast, "high-value-patent") == "unknown"
    assert client.post(address).status_code == 302
    client.force_login(cast.users["bob"])
    assert client.post(address).status_code == 403 and not ListTold.objects.exists()
    client.force_login(cast.users["alice"])
    assert client.get(address).status_code == 405
    assert client.post(address).status_code == 302
    assert client.post(address).status_code == 302, "twice a day is once"
    assert ListTold.objects.count() == 1
    assert place_of(cast, "high-value-patent") in {"nearly", "not_met"}


def test_the_page_is_the_firms_and_its_offices(
    client: Client, cast: Cast, published: dict[str, PolicyVersion]
) -> None:
    small_firm(cast)
    address = f"/organisations/{cast.organisations['magnets'].public_id}/diagnosis/"
    assert client.get(address).status_code == 302
    for who, status in (("bob", 403), ("alice", 200), ("officer", 200), ("yinzhou", 200)):
        client.force_login(cast.users[who])
        assert client.get(address).status_code == status, who
    client.force_login(cast.users["alice"])
    assert client.post(address).status_code == 405
    page = client.get(address).content.decode()
    assert "中小微企业划型" in page and "2025 年职工总数 80 人" in page
    assert "fact=" in page, "what is missing can be filled in"
    before = client.get(f"{address}?on=2010-01-01").content.decode()
    assert "2025 年职工总数" not in before
    assert client.get(f"{address}?on=someday").status_code == 200


def test_as_many_queries_whatever_is_published(
    client: Client, cast: Cast, published: dict[str, PolicyVersion]
) -> None:
    small_firm(cast)
    address = f"/organisations/{cast.organisations['magnets'].public_id}/diagnosis/"
    client.force_login(cast.users["alice"])
    counts = []
    for _round in range(2):
        client.get(address)
        with CaptureQueriesContext(connection) as found:
            client.get(address)
        counts.append(len(found))
        keep = published["little-giant"]
        PolicyVersion.objects.exclude(pk=keep.pk).filter(policy="technology-contract").update(
            retired_at=NOW
        )
    assert counts[0] == counts[1]


def test_a_decision_keeps_rule_and_facts_and_is_superseded(
    client: Client, cast: Cast, published: dict[str, PolicyVersion]
) -> None:
    small_firm(cast)
    firm, alice = cast.organisations["magnets"], cast.actor("alice")
    with pytest.raises(Refusal):
        keep_decision(
            actor=cast.actor("bob"),
            organisation=firm,
            version=published["sme-size"],
            on=ON,
            now=NOW,
        )
    address = f"/organisations/{firm.public_id}/policies/sme-size/2017/keep/?on={ON}"
    client.force_login(cast.users["alice"])
    assert client.get(address).status_code == 405
    done = client.post(address, follow=True)
    first = PolicyDecision.objects.get()
    assert first.outcome == "met" and first.facts["staff@2025"]["value"] == 80
    assert first.facts["staff@2025"]["source"] == "organisation"
    assert "当时用到的数据" in done.content.decode()
    client.force_login(cast.users["bob"])
    assert client.get(f"/decisions/{first.public_id}/").status_code == 404
    assert recompute_decisions(actor=SYSTEM, now=NOW + timedelta(hours=1)) == 0
    assert PolicyDecision.objects.count() == 1, "nothing was recorded since"
    entry = FactEntry(
        firm,
        "revenue",
        Period.parse("2025"),
        2_800_000_000,
        "fen",
        Provenance(source="audited_report", uses=DECIDES),
    )
    later = NOW + timedelta(days=30)
    record_fact(actor=cast.actor("officer"), entry=entry, now=later)
    assert recompute_decisions(actor=SYSTEM, now=later) == 0, "it comes to the same"
    again = PolicyDecision.objects.current().get()
    assert again.facts["revenue@2025"] == {
        "value": 2_800_000_000,
        "absent": False,
        "source": "audited_report",
    }
    first.refresh_from_db()
    assert first.superseded_by == again
    assert first.facts["revenue@2025"]["value"] == 3_000_000_000, "as it was used then"
    keep_decision(actor=alice, organisation=firm, version=published["sme-size"], on=ON, now=later)
    assert PolicyDecision.objects.current().count() == 1


def test_feedback_becomes_a_case_that_must_be_answered(
    client: Client, cast: Cast, published: dict[str, PolicyVersion]
) -> None:
    firm = cast.organisations["magnets"]
    address = f"/organisations/{firm.public_id}/policies/little-giant/2026/feedback/"
    assert client.get(address).status_code == 302
    client.force_login(cast.users["officer"])
    assert client.get(address).status_code == 403, "firms speak for themselves"
    client.force_login(cast.users["alice"])
    given = {"kind": "wrong_fact", "text": "收入少记了一个零"}
    unready = client.post(address, {**given, "fact": "revenue@2025"})
    assert unready.status_code == 422 and "还没有发布" in unready.content.decode()
    loop = settings.PACKS / "national" / "loops" / "policy-feedback.yaml"
    publish_loop(actor=SYSTEM, loaded=load_loop(loop), now=NOW)
    assert client.post(address, given).status_code == 422, "which figure?"
    assert client.post(address, {"kind": "unclear", "text": " "}).status_code == 422
    assert not PolicyFeedback.objects.exists()
    assert client.post(address, {**given, "fact": "revenue@2025"}).status_code == 302
    row = PolicyFeedback.objects.get()
    assert row.case is not None and row.case.step == "answer" and row.fact == "revenue@2025"
    client.force_login(cast.users["officer"])
    assert row.case.subject in client.get("/tasks/").content.decode()
    unknown = f"/organisations/{firm.public_id}/policies/no-such/1/feedback/"
    client.force_login(cast.users["alice"])
    assert client.get(unknown).status_code == 404


def test_a_wrong_figure_corrected_reaches_the_open_decisions(
    client: Client, cast: Cast, published: dict[str, PolicyVersion]
) -> None:
    loop = settings.PACKS / "national" / "loops" / "policy-feedback.yaml"
    publish_loop(actor=SYSTEM, loaded=load_loop(loop), now=NOW)
    small_firm(cast)
    firm, alice = cast.organisations["magnets"], cast.actor("alice")
    first = keep_decision(
        actor=alice, organisation=firm, version=published["sme-size"], on=ON, now=NOW
    )
    client.force_login(cast.users["alice"])
    said = f"/organisations/{firm.public_id}/policies/sme-size/2017/feedback/"
    assert said in client.get(f"/decisions/{first.public_id}/").content.decode()
    assert said in client.get("/policies/sme-size/").content.decode()
    row = give_feedback(
        actor=alice,
        organisation=firm,
        version=published["sme-size"],
        kind=FeedbackKind.WRONG_FACT,
        text="收入少了一位",
        condition="SME-1",
        fact="revenue@2025",
        now=NOW,
    )
    assert row.decision == first and row.case is not None
    event = row.case.events.get(action="send")
    assert "2025 年营业收入，现在是 3,000 万元" in str(event.payload.data), (
        "the unit sees what is meant"
    )
    assert not corrections_wait(NOW)
    later = NOW + timedelta(hours=2)
    entry = FactEntry(
        firm,
        "revenue",
        Period.parse("2025"),
        30_000_000_000,
        "fen",
        Provenance(source="audited_report", uses=DECIDES),
    )
    record_fact(actor=cast.actor("officer"), entry=entry, now=later)
    row.case.refresh_from_db()
    act(
        actor=cast.actor("officer"),
        case=row.case,
        action="correct",
        given=Given({"reply": "已按审计报告更正"}),
        now=later,
    )
    assert corrections_wait(later)
    follow_corrections(actor=SYSTEM, now=later)
    again = PolicyDecision.objects.current().get()
    assert again.pk != first.pk and again.facts["revenue@2025"]["value"] == 30_000_000_000
    row.refresh_from_db()
    assert row.recomputed_at == later and not corrections_wait(later)
    page = client.get(f"/organisations/{firm.public_id}/diagnosis/").content.decode()
    assert "数据更正后已重新判断" in page


def test_windows_are_open_coming_or_closed(cast: Cast, published: dict[str, PolicyVersion]) -> None:
    def states(day: date) -> dict[str, str]:
        found = diagnose(cast.actor("alice"), cast.organisations["magnets"], on=day)
        return {one.policy: one.state for one in found.windows}

    assert states(date(2026, 5, 1)) == {"little-giant": "正在受理", "tech-sme": "未开始"}
    assert states(ON) == {"little-giant": "已截止", "tech-sme": "已截止"}
    assert states(date(2027, 10, 1)) == {}, "what is long over is not told"
