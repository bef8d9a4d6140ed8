"""The whole demo city into a database, and the page that says what is invented."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client, override_settings
from django.urls import reverse

from lianshu.accounts.models import Claim, Invitation, Mandate, Substitution, User
from lianshu.accounts.queries import actor_of
from lianshu.audit.models import AuditEntry
from lianshu.casework.colours import colour_of
from lianshu.casework.models import (
    Case,
    Colour,
    Rating,
    RecurredCase,
    Recurrence,
    ScheduleVersion,
    Task,
)
from lianshu.coverage.models import (
    CampaignFirm,
    DuplicatePair,
    FirmList,
    LinkDecision,
    ListRow,
)
from lianshu.demo.city.sources import read_city
from lianshu.demo.pack import read_demo
from lianshu.demo.queries import city_figures
from lianshu.demo.services import PASSWORD, load_demo
from lianshu.exchange.models import (
    Demand,
    LexiconEntry,
    PairView,
    Project,
    RankerModel,
    Recommendation,
    Refinement,
    Resource,
)
from lianshu.records.errors import DomainError
from lianshu.registry.models import (
    Chain,
    ChainMember,
    Fact,
    Holding,
    LiaisonAssignment,
    Organisation,
    OrganisationLink,
)
from lianshu.rounds.models import Round, RoundStatus
from tests.cast import NOW, Cast

PACKS = Path(__file__).parents[2] / "packs"
ABOUT = reverse("about-demo")


def test_the_page_is_there_for_the_demo_only(client: Client, cast: Cast) -> None:
    with override_settings(ENVIRONMENT="test"):
        assert client.get(ABOUT).status_code == 404
    with override_settings(ENVIRONMENT="demo"):
        answer = client.get(ABOUT)
        assert answer.status_code == 200
        assert "还没有装入演示城市" in answer.content.decode()
        assert client.post(ABOUT).status_code == 405
        assert ABOUT in client.get(reverse("account_login")).content.decode()
        client.force_login(cast.users["alice"])
        assert client.get(ABOUT).status_code == 200
    with pytest.raises(DomainError, match="已有账号"):
        load_demo(pack=read_demo(PACKS / "demo"), now=NOW, progress=lambda *_told: None)


@pytest.mark.django_db
def test_the_whole_city_loads(client: Client) -> None:
    told: list[tuple[int, int, str]] = []
    load_demo(
        pack=read_demo(PACKS / "demo"),
        sources=read_city(PACKS / "demo/city", PACKS / "national/codes"),
        now=NOW,
        progress=lambda done, total, text: told.append((done, total, text)),
    )
    assert all(done <= total for done, total, _text in told)
    assert told[-1][0] == told[-1][1]
    counts = {figure.label: figure.count for figure in city_figures()}
    assert counts["产业链（核心 7、协同 10、特色 4）"] == 21
    assert counts["产业社区（工业型 38、楼宇型 9、市场型 3）"] == 50
    assert (counts["需求"], counts["资源"]) == (400, 1_200)
    assert 1_900 <= counts["全部单位"] <= 2_100
    assert Chain.objects.filter(office__isnull=True).count() == 0
    assert Fact.objects.current().count() > 60_000
    assert Holding.objects.current().count() > 5_000
    assert ChainMember.objects.count() > 1_800
    planned, strict = Round.objects.order_by("created_at")
    assert (planned.status, strict.status) == (RoundStatus.PLANNED, RoundStatus.INFEASIBLE)
    told_of = {each["kind"] for each in strict.plans.get().conflict}
    assert told_of == {"least", "group_most"} and strict.plans.get().proved
    lists = {each.purpose: each for each in FirmList.objects.all()}
    assert sorted(lists) == ["liaison", "party", "visit"] and lists["party"].for_information
    assert ListRow.objects.filter(state="match").count() > 1_000
    assert ListRow.objects.filter(state="review").exists() and LinkDecision.objects.exists()
    visited = CampaignFirm.objects.filter(case__isnull=False)
    assert visited.count() == 12 and visited.filter(covered_on__isnull=False).count() == 2
    assert DuplicatePair.objects.get().state == "open"
    assert LiaisonAssignment.objects.count() > 800
    assert OrganisationLink.objects.count() >= 100
    merged = Organisation.objects.get(merged_into__isnull=False)
    assert merged.ended_on == (NOW - timedelta(days=30)).date()
    assert ScheduleVersion.objects.count() == 2
    assert Recurrence.objects.filter(active=False).count() == 1
    assert set(RecurredCase.objects.values_list("outcome", flat=True)) == {"opened"}
    waiting = RecurredCase.objects.filter(case__ended_at__isnull=True)
    assert 0 < waiting.count() < RecurredCase.objects.count()
    created = AuditEntry.objects.filter(action="organisation.created")
    assert created.count() == Organisation.objects.count(), "every one is in the audit"
    for model in (Demand, Resource):
        published = model._default_manager.values_list("published_at", flat=True)
        ages = [moment for moment in published if moment is not None]
        assert min(ages) > NOW - timedelta(days=181)
        assert max(ages) < NOW
    assert Recommendation.objects.count() > 600
    assert Project.objects.count() > 20
    assert Project.objects.filter(status="signed").count() >= 5
    assert RankerModel.objects.filter(current=True).count() == 1
    assert Recommendation.objects.filter(level__isnull=False, status="declined").exists()
    assert PairView.objects.exclude(side="office").count() > 10
    assert LexiconEntry.objects.filter(active=True).count() == 5
    assert set(Refinement.objects.values_list("status", flat=True)) == {"proposed", "confirmed"}
    opened = (Claim, Invitation, Mandate, Substitution)
    assert [model.objects.count() for model in opened] == [1, 1, 1, 1]
    _cases_are_under_way()
    liaison = actor_of(User.objects.get(username="liaison"), now=NOW)
    assert [each.organisation_name for each in liaison.memberships] == ["镇海望潮产业社区服务中心"]
    assert client.login(username="magnet_officer", password=PASSWORD)
    page = client.get(ABOUT).content.decode()
    assert "magnet_officer" in page
    assert "waiting_owner" not in page, "who waits for approval cannot log in"


def _cases_are_under_way() -> None:
    """Of every loop, in three colours, rated and unrated, and each account's to do."""
    assert Case.objects.values("loop_version__loop").distinct().count() == 32
    assert {colour_of(task, NOW) for task in Task.objects.open()} == set(Colour)
    assert {"", "done", "declined", "withdrawn"} <= set(
        Case.objects.values_list("end_kind", flat=True)
    )
    assert len(set(Rating.objects.values_list("stars", flat=True))) >= 4
    for name in ("chain_officer", "enterprise_owner", "university_officer", "bank_manager"):
        person = actor_of(User.objects.get(username=name), now=NOW)
        assert Task.objects.waiting_for(person).exists(), name
