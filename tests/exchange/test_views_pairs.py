"""Recommendations and projects in the browser."""

from __future__ import annotations

import io
from dataclasses import dataclass

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lianshu.engine.sheets import read_table
from lianshu.exchange.disclosure import Disclosure
from lianshu.exchange.models import Demand, Project, Recommendation, RecommendationStatus
from lianshu.exchange.queries import demand_by_id
from lianshu.exchange.services.matching import match_post
from lianshu.exchange.services.recommendations import (
    accept_recommendation,
    decline_recommendation,
    send_recommendation,
)
from tests.cast import NOW, Cast


@dataclass
class Scene:
    """A client and one pair that the officer found and sent."""

    client: Client
    cast: Cast
    pair: Recommendation

    def login(self, name: str) -> Client:
        self.client.force_login(self.cast.users[name])
        return self.client

    def address(self, what: str = "") -> str:
        name = f"recommendation-{what}" if what else "recommendation"
        return reverse(name, args=[self.pair.public_id])


def propose(cast: Cast, demand: Demand) -> None:
    officer = cast.actor("officer")
    mine = demand_by_id(officer, demand.public_id)
    assert mine is not None
    match_post(actor=officer, post=mine, now=NOW)


@pytest.fixture
def scene(client: Client, cast: Cast) -> Scene:
    demand = cast.demand("稀土永磁晶界扩散", detail="矫顽力 25 kOe")
    cast.resource("稀土永磁晶界扩散技术", detail="镝扩散炉")
    propose(cast, demand)
    pair = Recommendation.objects.select_related("demand", "resource").get()
    return Scene(client, cast, pair)


def sent(scene: Scene) -> Scene:
    send_recommendation(actor=scene.cast.actor("officer"), recommendation=scene.pair, now=NOW)
    return scene


def test_strangers_methods_and_others(scene: Scene) -> None:
    deeds = ("send", "accept", "decline", "undo")
    assert scene.client.get(scene.address()).status_code == 302
    scene.login("officer")
    for deed in deeds:
        assert scene.client.get(scene.address(deed)).status_code == 405
    assert scene.client.post(scene.address()).status_code == 405
    for name in ("bob", "alice", "carol", "eve"):  # not sent to anybody yet
        scene.login(name)
        assert scene.client.get(scene.address()).status_code == 404
        for deed in deeds:
            assert scene.client.post(scene.address(deed)).status_code == 404


def test_the_officer_sends_and_both_sides_read_their_own_reasons(scene: Scene) -> None:
    html = scene.login("officer").post(scene.address("send"), follow=True).content.decode()
    assert "已推送给双方" in html
    html = scene.login("alice").get(scene.address()).content.decode()
    assert "共同关键词" in html
    assert "东海大学" not in html
    assert "镝扩散炉" not in html
    html = scene.login("carol").get(scene.address()).content.decode()
    assert "甬江磁材" not in html
    assert "25 kOe" not in html
    assert scene.login("bob").get(scene.address()).status_code == 404


def test_accepting_opens_a_project_and_discloses_what_was_chosen(scene: Scene) -> None:
    done = sent(scene).login("alice").post(scene.address("accept"), {"disclose": "2"})
    project = Project.objects.get()
    assert done.headers["Location"] == reverse("project", args=[project.public_id])
    assert scene.pair.demand.disclosures.get().level == Disclosure.IDENTITY
    html = scene.login("carol").get(done.headers["Location"]).content.decode()
    assert "甬江磁材有限公司" in html
    assert "25 kOe" not in html
    assert scene.client.post(scene.address("accept")).status_code == 403  # decided already


def test_accepting_without_saying_so_discloses_nothing(scene: Scene) -> None:
    sent(scene).login("alice").post(scene.address("accept"))
    assert Project.objects.exists()
    assert not scene.pair.demand.disclosures.exists()


def test_a_wrong_choice_accepts_nothing(scene: Scene) -> None:
    refused = sent(scene).login("alice").post(scene.address("accept"), {"disclose": "x"})
    assert refused.status_code == 422
    assert not Project.objects.exists()


def test_declining_needs_a_reason_and_can_be_undone(scene: Scene) -> None:
    sent(scene).login("carol")
    assert scene.client.post(scene.address("decline")).status_code == 422
    assert scene.client.post(scene.address("decline"), {"reason": "other"}).status_code == 422
    html = scene.client.post(
        scene.address("decline"), {"reason": "price", "text": "太贵"}, follow=True
    ).content.decode()
    assert f'action="{scene.address("undo")}"' in html
    assert "价格不合适" in html
    scene.pair.refresh_from_db()
    assert scene.pair.status == RecommendationStatus.DECLINED
    scene.client.post(scene.address("undo"))
    scene.pair.refresh_from_db()
    assert scene.pair.status == RecommendationStatus.PROPOSED


@pytest.mark.parametrize(
    ("back", "leads"),
    [
        ("/demands/abc/", "/demands/abc/"),
        ("https://evil.example/", ""),
        ("//evil.example/", ""),
        ("/demands/\\evil.example", ""),
    ],
)
def test_a_form_returns_within_the_site_only(scene: Scene, back: str, leads: str) -> None:
    scene.login("officer")
    done = scene.client.post(scene.address("decline"), {"reason": "ip", "back": back})
    assert done.headers["Location"] == (leads or scene.address())


def test_many_pairs_are_declined_with_one_reason_and_undone(scene: Scene) -> None:
    scene.login("officer")
    bulk = reverse("recommendations-bulk", args=["decline"])
    preview = scene.client.post(bulk, {"row": scene.pair.public_id}).content.decode()
    assert "谢绝原因" in preview
    run = {"row": scene.pair.public_id, "step": "run"}
    assert scene.client.post(bulk, run | {"reason": "other"}).status_code == 422
    result = scene.client.post(bulk, run | {"reason": "location"}).content.decode()
    assert "完成 1 行" in result
    assert reverse("recommendations-bulk", args=["undo"]) in result
    scene.client.post(reverse("recommendations-bulk", args=["undo"]), run)
    scene.pair.refresh_from_db()
    assert scene.pair.status == RecommendationStatus.PROPOSED


@pytest.fixture
def project(scene: Scene) -> Project:
    sent(scene)
    return accept_recommendation(
        actor=scene.cast.actor("alice"), recommendation=scene.pair, now=NOW
    )


def test_a_project_is_seen_by_its_parties_and_the_office(scene: Scene, project: Project) -> None:
    address = reverse("project", args=[project.public_id])
    assert scene.client.get(address).status_code == 302
    for name, status in [
        ("alice", 200),
        ("carol", 200),
        ("officer", 200),
        ("bob", 404),
        ("eve", 404),
    ]:
        assert scene.login(name).get(address).status_code == status, name
    assert scene.login("anna").post(address, {"status": "signed", "version": 1}).status_code == 403


def test_progress_is_reported_once_per_version(scene: Scene, project: Project) -> None:
    address = reverse("project", args=[project.public_id])
    scene.login("carol")
    typed = {"status": "signed", "note": "合同已签", "version": "1"}
    assert scene.client.post(address, typed).status_code == 302
    stale = scene.client.post(address, typed | {"status": "finished"})
    assert (stale.status_code, "刚刚被别人更新过" in stale.content.decode()) == (409, True)
    now = {"version": "2"}
    assert scene.client.post(address, now | {"status": "talking"}).status_code == 422
    ended = scene.client.post(address, now | {"status": "ended"})
    assert "请写明原因" in ended.content.decode()
    assert scene.client.post(address, {"status": "signed", "version": "x"}).status_code == 422
    project.refresh_from_db()
    assert (project.status, project.status_note) == ("signed", "合同已签")


def test_a_party_decides_what_the_other_reads(scene: Scene, project: Project) -> None:
    address = reverse("project-disclose", args=[project.public_id])
    assert scene.login("alice").get(address).status_code == 405
    scene.client.post(address, {"side": "demand", "level": "3"})
    html = scene.login("carol").get(reverse("project", args=[project.public_id])).content.decode()
    assert "矫顽力 25 kOe" in html
    assert scene.client.post(address, {"side": "demand", "level": "3"}).status_code == 403
    for wrong in ({"side": "x", "level": "3"}, {"side": "resource", "level": "many"}, {}):
        assert scene.client.post(address, wrong).status_code == 422
    assert scene.login("bob").post(address, {"side": "demand", "level": "1"}).status_code == 404


def test_the_project_list_is_exported(scene: Scene, project: Project) -> None:
    scene.login("officer")
    response = scene.client.get(reverse("projects-export", args=["xlsx"]))
    data = b"".join(response.streaming_content)  # type: ignore[attr-defined]
    table = read_table(io.BytesIO(data), name="x.xlsx")
    rows = [dict(zip(table.header, row.cells, strict=False)) for row in table.rows]
    assert rows[0]["项目名称"] == "稀土永磁晶界扩散"
    assert rows[0]["需求单位"] == "甬江磁材有限公司"
    assert "共同关键词" in str(rows[0]["推荐理由"])
    scene.login("alice")
    response = scene.client.get(reverse("projects-export", args=["csv"]))
    text = b"".join(response.streaming_content).decode()  # type: ignore[attr-defined]
    assert "东海大学" not in text


def _pairs(scene: Scene, titles: list[str]) -> None:
    for title in titles:
        propose(scene.cast, scene.cast.demand(title))


@pytest.mark.parametrize("name", ["recommendations", "projects", "home"])
def test_the_number_of_queries_does_not_grow(scene: Scene, project: Project, name: str) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert scene.login("officer").get(reverse(name)).status_code == 200
        return len(captured)

    _pairs(scene, ["稀土永磁晶界扩散再一"])
    decline_recommendation(
        actor=scene.cast.actor("officer"),
        recommendation=Recommendation.objects.get(demand__title="稀土永磁晶界扩散再一"),
        reason="price",
        now=NOW,
    )
    _pairs(scene, ["稀土永磁晶界扩散再二"])
    count()
    few = count()
    titles = ["稀土永磁三", "稀土永磁四", "稀土永磁五"]
    _pairs(scene, titles)
    officer = scene.cast.actor("officer")
    for pair in Recommendation.objects.filter(demand__title__in=titles[:2]):
        accept_recommendation(actor=officer, recommendation=pair, now=NOW)
    count()  # the background of reasons is built anew for new posts
    assert count() == few
