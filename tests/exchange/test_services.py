"""Writing posts, deciding on pairs, and the race for both."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lianshu.audit.queries import entries_about
from lianshu.authority import Refusal
from lianshu.exchange.disclosure import Disclosure
from lianshu.exchange.models import Demand, Recommendation
from lianshu.exchange.queries import (
    demand_by_id,
    open_recommendations_of,
    projects_for,
    recommendations_for,
)
from lianshu.exchange.services.bulk import PostRow, plan_rows, write_rows
from lianshu.exchange.services.cleaning import clean_values
from lianshu.exchange.services.confidentiality import set_exclusions
from lianshu.exchange.services.posts import (
    create_post,
    edit_post,
    expire_due_posts,
    publish_post,
    renew_post,
    withdraw_post,
)
from lianshu.exchange.services.projects import update_project
from lianshu.exchange.services.recommendations import (
    Ranked,
    accept_recommendation,
    decline_recommendation,
    send_recommendation,
    store_ranking,
    undo_decline,
)
from lianshu.notices.models import Notice
from lianshu.records.errors import Conflict, DomainError
from tests.cast import NOW, SYSTEM, Cast


def pair(cast: Cast, *, by: str = "officer") -> Recommendation:
    demand, resource = cast.demand(), cast.resource()
    store_ranking(
        actor=cast.actor(by),
        post=demand,
        ranking=[Ranked(demand.pk, resource.pk, 1, 0.9)],
        now=NOW,
    )
    return Recommendation.objects.get()


def test_one_sentence_and_a_way_to_be_reached_are_enough_to_publish(cast: Cast) -> None:
    alice, owner = cast.actor("alice"), cast.organisations["magnets"]
    draft = create_post(
        actor=alice, model=Demand, owner=owner, values={"title": "要人", "kind": "talent"}, now=NOW
    )
    with pytest.raises(DomainError, match="联系方式") as refused:
        publish_post(actor=alice, post=draft, now=NOW)
    assert refused.value.field == "contact"
    edited = edit_post(
        actor=alice, post=draft, values={"contact": "138"}, version=draft.version, now=NOW
    )
    assert publish_post(actor=alice, post=edited, now=NOW).status == "published"


def test_an_outdated_edit_is_refused_and_loses_nothing(cast: Cast) -> None:
    demand = cast.demand()
    alice = cast.actor("alice")
    edit_post(actor=alice, post=demand, values={"summary": "甲"}, version=1, now=NOW)
    with pytest.raises(Conflict):
        edit_post(actor=alice, post=demand, values={"summary": "乙"}, version=1, now=NOW)
    assert Demand.objects.get().summary == "甲"


def test_every_write_leaves_a_revision_and_an_audit_entry_without_the_wording(cast: Cast) -> None:
    demand = cast.demand(detail="旧的秘密")
    edit_post(
        actor=cast.actor("alice"), post=demand, values={"detail": "新的秘密"}, version=1, now=NOW
    )
    assert [r.number for r in demand.revisions.all()] == [2, 1]
    entry = entries_about(demand)[0]
    assert entry.action == "demand.edited"
    assert entry.changes == {"detail": ["…", "…"]}


def test_typing_a_draft_is_one_revision_and_a_later_sitting_another(cast: Cast) -> None:
    alice, draft = cast.actor("alice"), cast.demand(publish=False)
    for number, minutes in ((1, 0), (2, 1), (3, 2), (4, 30)):
        edit_post(
            actor=alice,
            post=draft,
            values={"summary": f"第 {number} 稿"},
            version=number,
            now=NOW + timedelta(minutes=minutes),
        )
    history = [(r.number, r.content["summary"]) for r in draft.revisions.all()]
    assert history == [(5, "第 4 稿"), (4, "第 3 稿"), (1, "")]


def test_a_competitor_may_not_edit_and_a_viewer_neither(cast: Cast) -> None:
    demand = cast.demand()
    for who in ("bob", "anna", "dan", "eve"):
        with pytest.raises(Refusal):
            edit_post(
                actor=cast.actor(who), post=demand, values={"summary": "x"}, version=1, now=NOW
            )


def test_a_stale_post_leaves_matching_once_and_its_owner_is_told(cast: Cast) -> None:
    pair(cast)
    demand = Demand.objects.get()
    later = NOW + timedelta(days=181)
    assert expire_due_posts(actor=SYSTEM, now=later) == 1
    assert expire_due_posts(actor=SYSTEM, now=later) == 0
    assert demand_by_id(cast.actor("bob"), demand.public_id) is None
    assert recommendations_for(cast.actor("officer")).of_live_posts().count() == 0
    assert Notice.objects.get().recipient.username == "alice"
    renewed = renew_post(actor=cast.actor("alice"), post=demand, now=later)
    assert renewed.status == "published"
    assert renewed.expires_at == later + timedelta(days=180)


def test_withdrawing_removes_proposals_nobody_was_shown(cast: Cast) -> None:
    pair(cast)
    withdraw_post(actor=cast.actor("alice"), post=Demand.objects.get(), now=NOW)
    assert Recommendation.objects.count() == 0


def test_the_office_sees_its_proposals_and_the_sides_see_what_was_sent(cast: Cast) -> None:
    row = pair(cast)

    def seen_by() -> set[str]:
        return {
            who
            for who in ("officer", "yinzhou", "alice", "carol", "bob", "dan", "eve")
            if recommendations_for(cast.actor(who)).exists()
        }

    assert seen_by() == {"officer", "yinzhou"}
    send_recommendation(actor=cast.actor("officer"), recommendation=row, now=NOW)
    assert seen_by() == {"officer", "yinzhou", "alice", "carol"}
    assert set(Notice.objects.values_list("recipient__username", flat=True)) == {"alice", "carol"}


def test_an_owner_who_looks_for_itself_is_shown_what_it_finds(cast: Cast) -> None:
    pair(cast, by="alice")
    assert recommendations_for(cast.actor("alice")).count() == 1
    assert recommendations_for(cast.actor("carol")).count() == 0


def test_accepting_opens_one_project_and_discloses_only_what_the_side_said(cast: Cast) -> None:
    row = send_recommendation(actor=cast.actor("officer"), recommendation=pair(cast), now=NOW)
    project = accept_recommendation(
        actor=cast.actor("alice"), recommendation=row, disclose=Disclosure.IDENTITY, now=NOW
    )
    carols = projects_for(cast.actor("carol")).get()
    alices = projects_for(cast.actor("alice")).get()
    assert carols.pk == alices.pk == project.pk
    assert carols.demand.level == Disclosure.IDENTITY  # type: ignore[attr-defined]
    assert alices.resource.level == Disclosure.SUMMARY  # type: ignore[attr-defined]
    assert not projects_for(cast.actor("bob")).exists()
    with pytest.raises(Refusal, match="已处理"):
        accept_recommendation(actor=cast.actor("carol"), recommendation=row, now=NOW)


def test_the_office_accepts_without_disclosing_for_anybody(cast: Cast) -> None:
    row = pair(cast)
    with pytest.raises(Refusal, match="不能替双方披露"):
        accept_recommendation(
            actor=cast.actor("officer"), recommendation=row, disclose=Disclosure.DETAIL, now=NOW
        )
    accept_recommendation(actor=cast.actor("officer"), recommendation=row, now=NOW)
    assert projects_for(cast.actor("carol")).get().demand.level == Disclosure.SUMMARY  # type: ignore[attr-defined]


def test_declining_needs_a_coded_reason_and_can_be_undone(cast: Cast) -> None:
    row = pair(cast)
    officer = cast.actor("officer")
    with pytest.raises(DomainError, match="选择谢绝的原因"):
        decline_recommendation(actor=officer, recommendation=row, reason="", now=NOW)
    with pytest.raises(DomainError, match="写明原因"):
        decline_recommendation(actor=officer, recommendation=row, reason="other", now=NOW)
    declined = decline_recommendation(actor=officer, recommendation=row, reason="price", now=NOW)
    assert (declined.status, declined.decline_reason) == ("declined", "price")
    again = undo_decline(actor=officer, recommendation=declined, now=NOW)
    assert (again.status, again.decline_reason, again.decided_at) == ("proposed", "", None)


def test_a_new_ranking_keeps_what_was_decided_or_shown(cast: Cast) -> None:
    demand = cast.demand()
    officer = cast.actor("officer")
    resources = [cast.resource(f"成果 {n}") for n in range(4)]
    ranking = [Ranked(demand.pk, r.pk, n, 1 / n) for n, r in enumerate(resources, start=1)]
    store_ranking(actor=officer, post=demand, ranking=ranking, now=NOW)
    rows = list(open_recommendations_of(officer, demand))
    decline_recommendation(actor=officer, recommendation=rows[0], reason="ip", now=NOW)
    send_recommendation(actor=officer, recommendation=rows[1], now=NOW)
    store_ranking(
        actor=officer, post=demand, ranking=[Ranked(demand.pk, resources[3].pk, 1, 1.0)], now=NOW
    )
    kept = {row.resource_id: row.status for row in open_recommendations_of(officer, demand)}
    assert kept == {
        resources[0].pk: "declined",
        resources[1].pk: "proposed",
        resources[3].pk: "proposed",
    }


def test_the_other_party_of_a_project_cannot_be_excluded_before_the_project_ends(
    cast: Cast,
) -> None:
    project = accept_recommendation(actor=cast.actor("officer"), recommendation=pair(cast), now=NOW)
    alice, university = cast.actor("alice"), cast.organisations["university"]
    with pytest.raises(DomainError, match="先终止项目"):
        set_exclusions(actor=alice, post=project.demand, organisations=[university], now=NOW)
    update_project(actor=alice, project=project, status="ended", note="不合适", version=1, now=NOW)
    set_exclusions(actor=alice, post=project.demand, organisations=[university], now=NOW)
    assert demand_by_id(cast.actor("carol"), project.demand.public_id) is None


def test_a_project_moves_by_allowed_steps_and_its_first_editor_wins(cast: Cast) -> None:
    project = accept_recommendation(actor=cast.actor("officer"), recommendation=pair(cast), now=NOW)
    alice = cast.actor("alice")
    with pytest.raises(DomainError, match="之后只能是"):
        update_project(actor=alice, project=project, status="finished", note="", version=1, now=NOW)
    update_project(actor=alice, project=project, status="signed", note="", version=1, now=NOW)
    with pytest.raises(Conflict):
        update_project(
            actor=cast.actor("carol"), project=project, status="ended", note="x", version=1, now=NOW
        )


def test_bulk_writes_match_by_source_and_leave_the_same_history(cast: Cast) -> None:
    officer, owner = cast.actor("officer"), cast.organisations["magnets"]

    def row(number: int, title: str) -> PostRow:
        values = {"title": title, "kind": "technology", "contact": "x"}
        return PostRow(number, f"D{number}", owner, clean_values(Demand, values))

    first = write_rows(
        actor=officer,
        model=Demand,
        source="经信局",
        rows=[row(1, "甲"), row(2, "乙")],
        publish=True,
        now=NOW,
    )
    assert (first.created, first.changed, first.same) == (2, 0, 0)
    rows = [row(1, "甲"), row(2, "乙二"), row(3, "丙")]
    plan = plan_rows(actor=officer, model=Demand, source="经信局", rows=rows)
    assert [(p.action, p.changed) for p in plan] == [
        ("same", ()),
        ("change", ("title",)),
        ("create", ()),
    ]
    second = write_rows(
        actor=officer, model=Demand, source="经信局", rows=rows, publish=True, now=NOW
    )
    assert (second.created, second.changed, second.same) == (1, 1, 1)
    changed = Demand.objects.get(external_id="D2")
    assert [r.action for r in changed.revisions.all()] == ["edited", "created"]
    assert entries_about(changed).count() == 2


def test_a_refused_row_undoes_the_whole_chunk(cast: Cast) -> None:
    rows = [
        PostRow(n, f"D{n}", cast.organisations[key], {"title": "t", "kind": "other"})
        for n, key in ((2, "magnets"), (3, "motors"))
    ]
    with pytest.raises(DomainError, match="第 3 行"):
        write_rows(
            actor=cast.actor("yinzhou"), model=Demand, source="s", rows=rows, publish=False, now=NOW
        )
    assert Demand.objects.count() == 0
