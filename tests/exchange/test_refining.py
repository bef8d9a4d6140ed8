"""Vague demands: what is missing, what is nearly the same, a clearer wording and who decides."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from lianshu.authority import Refusal
from lianshu.exchange.models import Demand, Refinement
from lianshu.exchange.services.posts import edit_post
from lianshu.exchange.services.refining import (
    confirm_refinement,
    propose_refinement,
    reject_refinement,
)
from lianshu.exchange.vagueness import Wording, gaps_in, near_demands
from lianshu.records.errors import Conflict, DomainError
from tests.cast import NOW, SYSTEM, Cast

CLEAR = Wording(
    title="高矫顽力烧结钕铁硼晶界扩散工艺",
    summary="现有磁钢高温退磁，希望引入镝铽晶界扩散设备与工艺，用于新能源汽车驱动电机",
    indicators="矫顽力≥25 kOe",
    trl_level=6,
    budget_max=50_000_000,
)


def codes(wording: Wording) -> set[str]:
    return {gap.code for gap in gaps_in(wording)}


def test_a_clear_demand_lacks_nothing() -> None:
    assert codes(CLEAR) == set()


@pytest.mark.parametrize(
    ("wording", "missing"),
    [
        (Wording(), {"short_title", "few_words", "no_summary", "no_budget", "no_indicator"}),
        (Wording(title="求合作", kind="talent"), {"short_title", "few_words", "no_budget"}),
        (Wording(title="密度 1.8 克/立方厘米"), {"no_indicator"}),
        (Wording(title="😀" * 10), {"few_words"}),
    ],
)
def test_what_is_missing_is_named(wording: Wording, missing: set[str]) -> None:
    assert missing <= codes(wording)
    assert "no_readiness" not in codes(Wording(kind="space"))


def test_a_demand_that_says_nearly_the_same_is_shown_as_far_as_it_may_be_read(cast: Cast) -> None:
    cast.demand("高矫顽力磁钢晶界扩散工艺", detail="秘密的详情")
    cast.demand("口腔种植体", by="motors")
    typed = Wording(title="高矫顽力磁钢晶界扩散工艺开发")
    for who, owner in (("officer", "甬江磁材有限公司"), ("carol", "")):
        (near,) = near_demands(cast.actor(who), typed, now=NOW)
        assert near.title == "高矫顽力磁钢晶界扩散工艺"
        assert near.owner == owner
        assert near.percent >= 50
    hidden = Wording(title="秘密的详情")
    assert near_demands(cast.actor("carol"), hidden, now=NOW) == []
    assert near_demands(cast.actor("carol"), Wording(title="😀"), now=NOW) == []


def test_the_owner_takes_a_wording_over(cast: Cast) -> None:
    demand = cast.demand("磁钢不行")
    one = propose_refinement(
        actor=cast.actor("officer"),
        demand=demand,
        values={"title": "提高磁钢矫顽力", "indicators": "矫顽力≥25 kOe"},
        now=NOW,
    )
    assert one.values == {"title": "提高磁钢矫顽力", "indicators": "矫顽力≥25 kOe"}
    for who in ("officer", "anna", "bob"):
        with pytest.raises(Refusal):
            confirm_refinement(actor=cast.actor(who), refinement=one, now=NOW)
    done = confirm_refinement(actor=cast.actor("alice"), refinement=one, now=NOW)
    assert (done.title, done.version) == ("提高磁钢矫顽力", 2)
    one.refresh_from_db()
    assert (one.status, one.decided_by_name) == ("confirmed", "艾丽")
    with pytest.raises(Conflict):
        reject_refinement(actor=cast.actor("alice"), refinement=one, now=NOW)


def test_a_wording_of_an_older_version_is_not_taken_over(cast: Cast) -> None:
    demand = cast.demand("磁钢不行")
    one = propose_refinement(
        actor=cast.actor("officer"), demand=demand, values={"title": "提高磁钢矫顽力"}, now=NOW
    )
    edit_post(actor=SYSTEM, post=demand, values={"summary": "变了"}, version=1, now=NOW)
    with pytest.raises(Conflict, match="重新凝练"):
        confirm_refinement(actor=cast.actor("alice"), refinement=one, now=NOW)
    assert reject_refinement(actor=cast.actor("alice"), refinement=one, now=NOW).decided_at == NOW


def test_nothing_new_and_other_fields_are_refused(cast: Cast) -> None:
    demand = cast.demand("磁钢不行")
    with pytest.raises(DomainError, match="没有改动"):
        propose_refinement(
            actor=cast.actor("officer"), demand=demand, values={"title": "磁钢不行"}, now=NOW
        )
    with pytest.raises(DomainError):
        propose_refinement(
            actor=cast.actor("officer"), demand=demand, values={"contact": "1"}, now=NOW
        )
    for who in ("bob", "carol", "eve"):
        with pytest.raises(Refusal):
            propose_refinement(
                actor=cast.actor(who), demand=demand, values={"title": "别的"}, now=NOW
            )


def test_pages(client: Client, cast: Cast) -> None:
    demand = cast.demand("磁钢不行")
    refine = reverse("demand-refine", args=[demand.public_id])
    hints = reverse("demand-hints")
    decide = reverse("refinement-decide", args=[demand.public_id, 1])
    for address in (refine, decide, hints):
        assert client.post(address).status_code == 302
    client.force_login(cast.users["officer"])
    assert client.get(hints).status_code == 405
    assert client.get(decide).status_code == 405
    html = client.post(hints, {"title": "磁钢", "kind": "technology"}).content.decode()
    assert "没有可检验的指标" in html
    near = client.post(hints, {"title": "磁钢不行了", "kind": "technology"}).content.decode()
    assert "已有相近的需求" in near
    same = client.post(hints, {"title": "磁钢不行", "post": demand.public_id}).content.decode()
    assert "已有相近的需求" not in same
    assert "还没有人凝练过" in client.get(refine).content.decode()
    typed = {"title": "提高磁钢矫顽力", "summary": "", "detail": "", "note": "补了目标"}
    assert client.post(refine, typed).status_code == 302
    assert "提高磁钢矫顽力" in client.get(refine).content.decode()
    assert client.post(refine, {"title": ""}).status_code == 422
    assert client.post(decide, {"then": "confirm"}).status_code == 403
    client.force_login(cast.users["bob"])
    assert client.get(refine).status_code == 403
    client.force_login(cast.users["alice"])
    assert "采用" in client.get(refine).content.decode()
    assert client.post(decide, {"then": "confirm"}).status_code == 302
    assert Demand.objects.get().title == "提高磁钢矫顽力"
    assert Refinement.objects.get().status == "confirmed"
    assert client.post(reverse("refinement-decide", args=[demand.public_id, 9])).status_code == 404
