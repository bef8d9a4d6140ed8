"""Runs: the same as firm by firm, again and again, and never half."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from lianshu.authority import Refusal
from lianshu.engine.expressions import Outcome
from lianshu.engine.policy import Evaluator, meanings
from lianshu.engine.tables import KNOWN_ABSENT, Period, Use
from lianshu.entitlements.knowledge import known_of
from lianshu.entitlements.knowledge_many import known_of_many
from lianshu.entitlements.models import PolicyResult, PolicyRun, PolicyVersion
from lianshu.entitlements.published import published
from lianshu.entitlements.queries import policy_figures, results_for, run_in_force
from lianshu.entitlements.services import running
from lianshu.entitlements.services.publishing import publish_policies
from lianshu.entitlements.services.running import request_run, run_policies
from lianshu.jobs.models import Job, JobStatus
from lianshu.jobs.services.execution import execute
from lianshu.records.errors import Conflict, DomainError
from lianshu.registry.services import record_fact
from lianshu.registry.services.entries import FactEntry, Provenance
from lianshu.registry.services.told import record_list_told
from tests.cast import NOW, SYSTEM, Cast
from tests.engine.policy.firms import random_firms
from tests.entitlements.packs import write_pack

ON = date(2026, 11, 2)


@pytest.fixture
def policy(db: None, tmp_path: Path) -> PolicyVersion:
    """The version in force of the small pack."""
    publish_policies(actor=SYSTEM, folders=[write_pack(tmp_path)], now=NOW)
    return PolicyVersion.objects.get(version="2026")


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


def two_firms(cast: Cast) -> None:
    """甬江磁材 has too few staff, of 慈湖电机 nobody knows how many."""
    for who in ("magnets", "motors"):
        told(cast, who, "resident", "2026-01-01", True)
        told(cast, who, "revenue", "2025", 100)
    told(cast, "magnets", "staff", "2025", 12)


def run(moment: timedelta = timedelta(0)) -> PolicyRun:
    now = NOW + moment
    return run_policies(actor=SYSTEM, on=ON, now=now, clock=lambda: now)


def outcomes(made: PolicyRun) -> dict[str, tuple[object, ...]]:
    return {
        row.organisation.name: (row.outcome, row.failing, row.open, row.missing, row.failed)
        for row in PolicyResult.objects.filter(run=made).select_related("organisation")
    }


def test_a_run_says_what_the_interpreter_says(cast: Cast, policy: PolicyVersion) -> None:
    two_firms(cast)
    made = run()
    assert (made.firms, made.policies, made.finished_at) == (2, 1, NOW)
    assert outcomes(made) == {
        "甬江磁材有限公司": ("not_met", 1, 1, [], ["YG-1"]),
        "慈湖电机有限公司": ("unknown", 0, 2, ["staff@2025"], []),
    }
    for row in PolicyResult.objects.select_related("organisation"):
        found, firm = published(), known_of(SYSTEM, row.organisation).firm
        decision = Evaluator(found.policies, firm, ON).decision(found.of(policy))
        assert decision.verdict.outcome.value == row.outcome
        assert decision.score is not None and decision.score.low is not None
        assert row.score_low == decision.score.low
    again = run(timedelta(minutes=1))
    assert outcomes(again) == outcomes(made) and run_in_force() == again


def test_whom_a_policy_is_not_for_has_no_row_and_offices_never_have(
    cast: Cast, policy: PolicyVersion
) -> None:
    told(cast, "magnets", "resident", "2026-01-01", False)
    made = run()
    assert set(outcomes(made)) == {"慈湖电机有限公司"}
    figures = policy_figures(cast.actor("officer"), policy)
    assert figures is not None and (figures.firms, figures.not_applicable) == (2, 1)


def test_what_is_cut_off_changes_nothing(
    cast: Cast, policy: PolicyVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    two_firms(cast)
    first = run()
    monkeypatch.setattr(running, "CHUNK", 1)

    def killed(done: int, _total: int) -> None:
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        later = NOW + timedelta(minutes=5)
        run_policies(actor=SYSTEM, on=ON, now=later, progress=killed, clock=lambda: later)
    assert PolicyRun.objects.filter(finished_at__isnull=True).count() == 1
    assert run_in_force() == first and results_for(SYSTEM).count() == 2
    run(timedelta(hours=7))
    assert not PolicyRun.objects.filter(finished_at__isnull=True).exists()


def test_old_runs_let_their_results_go(cast: Cast, policy: PolicyVersion) -> None:
    two_firms(cast)
    runs = [run(timedelta(minutes=each)) for each in range(4)]
    kept = set(PolicyResult.objects.values_list("run", flat=True))
    assert kept == {runs[-1].pk, runs[-2].pk} and PolicyRun.objects.count() == 4


def test_an_impossible_figure_leaves_the_others_their_results(
    cast: Cast, policy: PolicyVersion, caplog: pytest.LogCaptureFixture
) -> None:
    two_firms(cast)
    told(cast, "motors", "staff", "2025", 2 * 10**18)
    made = run()
    assert set(outcomes(made)) == {"甬江磁材有限公司"}
    assert "staff@2025" in caplog.text


def test_without_policies_there_is_no_run(cast: Cast) -> None:
    with pytest.raises(DomainError, match="没有已发布的有效政策"):
        run()


def test_offices_and_operators_start_one_at_a_time(
    client: Client, cast: Cast, policy: PolicyVersion
) -> None:
    assert client.post("/policies/run/").status_code == 302 and not Job.objects.exists()
    client.force_login(cast.users["alice"])
    assert client.post("/policies/run/").status_code == 403
    client.force_login(cast.users["yinzhou"])
    assert client.get("/policies/run/").status_code == 405
    response = client.post("/policies/run/")
    job = Job.objects.get()
    assert response.headers["Location"] == f"/jobs/{job.public_id}/"
    with pytest.raises(Conflict, match="正在计算"):
        request_run(actor=cast.actor("admin"), now=NOW)
    with pytest.raises(Refusal):
        request_run(actor=cast.actor("bob"), now=NOW)
    two_firms(cast)
    execute(job.pk, job.attempt, worker="tests", clock=lambda: NOW)
    job.refresh_from_db()
    assert job.status == JobStatus.DONE and job.result == {"firms": 2, "policies": 1}
    # A district's officer started it; it covers everybody all the same.
    assert results_for(SYSTEM).count() == 2
    assert results_for(cast.actor("yinzhou")).count() == 1


def test_many_firms_are_known_as_one_is(cast: Cast, policy: PolicyVersion) -> None:
    two_firms(cast)
    told(cast, "magnets", "staff", "2024", KNOWN_ABSENT)
    record_list_told(
        actor=SYSTEM,
        organisation=cast.organisations["motors"],
        kind="ip_right",
        source="intellectual_property_office",
        now=NOW,
    )
    both = [cast.organisations[each] for each in ("magnets", "motors")]
    many = known_of_many(SYSTEM, both)
    for each in both:
        one = known_of(SYSTEM, each).firm
        assert (many[each.pk].facts, many[each.pk].withheld) == (one.facts, one.withheld)
        assert many[each.pk].holdings == one.holdings
    assert many[both[0].pk].facts["staff", "2024"] is KNOWN_ABSENT
    for firms in (both[:1], both):
        with CaptureQueriesContext(connection) as queries:
            known_of_many(SYSTEM, firms)
        assert len(queries) == 3


@pytest.mark.parametrize("seed", range(3))
def test_the_brief_evaluator_agrees_with_the_other(db: None, seed: int) -> None:
    packs = Path("packs").absolute()
    publish_policies(
        actor=SYSTEM, folders=[packs / each for each in ("national", "zhejiang", "ningbo")], now=NOW
    )
    policies = published().policies
    common = meanings(policies)
    for firm in random_firms(policies, ON, 40, seed):
        whole, brief = Evaluator(policies, firm, ON), Evaluator(policies, firm, ON, brief=common)
        for each in policies:
            one, other = whole.decision(each), brief.decision(each)
            assert other.verdict.outcome is one.verdict.outcome, each.id
            assert other.verdict.missing == one.verdict.missing, each.id
            assert (other.scores, other.amount) == (one.scores, one.amount), each.id
            told_ = {name: (j.outcome, j.missing) for name, j in one.conditions.items()}
            assert {n: (j.outcome, j.missing) for n, j in other.conditions.items()} == told_
            if one.in_force:
                assert brief.applies(each).outcome is one.applies.outcome
            else:
                assert brief.applies(each).outcome is Outcome.NOT_APPLICABLE
