"""Matched terms are marked in both texts, and only where the reader may read both."""

from __future__ import annotations

from django.test import Client
from django.urls import reverse

from lianshu.exchange.models import Recommendation
from lianshu.exchange.queries import demand_by_id
from lianshu.exchange.services.matching import match_post
from lianshu.exchange.services.recommendations import send_recommendation
from lianshu.exchange.templatetags.exchange import marked
from tests.cast import NOW, Cast


def shown(client: Client, cast: Cast, who: str, pair: Recommendation) -> str:
    client.force_login(cast.users[who])
    response = client.get(reverse("recommendation", args=[pair.public_id]))
    assert response.status_code == 200
    return response.content.decode()


def test_a_hidden_text_marks_nothing_in_an_open_one(client: Client, cast: Cast) -> None:
    demand = cast.demand(summary="希望采用赤狐方法", detail="预算保密")
    cast.resource(summary="永磁表面处理", detail="已掌握赤狐方法")
    officer = cast.actor("officer")
    row = demand_by_id(officer, demand.public_id)
    assert row is not None
    match_post(actor=officer, post=row, now=NOW)
    pair = Recommendation.objects.get()
    send_recommendation(actor=officer, recommendation=pair, now=NOW)
    html = shown(client, cast, "officer", pair)
    assert "<mark>晶界" in html
    assert html.count("<mark>赤狐") == 2
    # Alice reads her own text and the resource's summary: what its detail shares stays unmarked.
    html = shown(client, cast, "alice", pair)
    assert "<mark>晶界" in html
    assert "希望采用赤狐方法" in html
    assert "<mark>赤狐" not in html
    assert "已掌握" not in html


def test_the_demand_page_lists_what_was_read_as_indicators(client: Client, cast: Cast) -> None:
    demand = cast.demand(summary="密度≥7.5 克/立方厘米", indicators="纯度不低于 99.999%")
    for who, seen in (("alice", True), ("carol", False)):
        client.force_login(cast.users[who])
        html = client.get(reverse("demand", args=[demand.public_id])).content.decode()
        assert "密度≥7.5 克/立方厘米" in html
        assert ("纯度≥99.999%" in html) is seen


def test_marking_escapes() -> None:
    assert marked("<b>晶界</b>", ["晶界"]) == "&lt;b&gt;<mark>晶界</mark>&lt;/b&gt;"
    assert marked("", ["晶界"]) == ""
