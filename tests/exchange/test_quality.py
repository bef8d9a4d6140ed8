"""How good matching is: counted from what happened, within scope, fair to small firms."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from lianshu.exchange.models import PairView, Recommendation
from lianshu.exchange.quality import quality_of, served_worse
from lianshu.exchange.queries import demand_by_id
from lianshu.exchange.services.matching import match_post
from lianshu.exchange.services.projects import update_project
from lianshu.exchange.services.recommendations import (
    accept_recommendation,
    decline_recommendation,
    send_recommendation,
)
from lianshu.exchange.services.viewing import note_views
from tests.cast import NOW, Cast


def matched(
    cast: Cast, title: str = "高矫顽力磁钢晶界扩散工艺", by: str = "magnets"
) -> list[Recommendation]:
    officer = cast.actor("officer")
    demand = cast.demand(title, by=by)
    row = demand_by_id(officer, demand.public_id)
    assert row is not None
    match_post(actor=officer, post=row, now=NOW)
    return list(Recommendation.objects.filter(demand=demand).order_by("rank"))


def counts(cast: Cast, who: str = "officer") -> list[object]:
    funnel = quality_of(cast.actor(who), now=NOW)[0]
    return [row[1] for row in funnel.rows]


def test_each_step_is_counted_when_it_happened(cast: Cast) -> None:
    officer = cast.actor("officer")
    cast.resource()
    (pair,) = matched(cast)
    assert counts(cast) == [1, 1, 0, 0, 0, 0]
    note_views(actor=officer, pairs=[pair], now=NOW)
    assert counts(cast)[2] == 0, "the office's own look is no view"
    send_recommendation(actor=officer, recommendation=pair, now=NOW)
    pair.refresh_from_db()
    assert note_views(actor=cast.actor("alice"), pairs=[pair], now=NOW) == 1
    assert note_views(actor=cast.actor("alice"), pairs=[pair], now=NOW) == 0
    assert counts(cast) == [1, 1, 1, 0, 0, 0]
    project = accept_recommendation(actor=officer, recommendation=pair, now=NOW)
    assert counts(cast) == [1, 1, 1, 1, 0, 0]
    update_project(actor=officer, project=project, status="signed", note="", version=1, now=NOW)
    assert counts(cast) == [1, 1, 1, 1, 1, 0]


def test_a_district_counts_its_own(cast: Cast) -> None:
    cast.resource()
    matched(cast)
    matched(cast, "电机壳体晶界扩散", by="motors")
    assert counts(cast, "officer")[:2] == [2, 2]
    assert counts(cast, "yinzhou")[:2] == [1, 1]
    assert counts(cast, "alice")[:2] == [0, 0]


def test_decline_reasons_ranks_and_calibration(cast: Cast) -> None:
    officer = cast.actor("officer")
    cast.resource()
    (pair,) = matched(cast)
    Recommendation.objects.filter(pk=pair.pk).update(chances=[0.9, 0.7, 0.2])
    decline_recommendation(actor=officer, recommendation=pair, reason="price", text="", now=NOW)
    by_id = {each.id: each for each in quality_of(officer, now=NOW)}
    assert by_id["declines"].rows == [("价格不合适", 1, "100%")]
    assert by_id["by-rank"].rows[0] == ("1", 1, 0, "0%")
    assert by_id["by-rank"].rows[1][3] == "—"
    assert by_id["calibration"].rows[3] == ("60–80%", 1, "70%", "0%")


@given(st.integers(0, 500), st.integers(0, 50), st.integers(0, 5000), st.integers(0, 500))
def test_a_class_served_a_fifth_worse_is_seen(
    found: int, asked: int, all_: int, demands: int
) -> None:
    expected = asked >= 5 and demands > 0 and found / asked < 0.8 * all_ / demands - 1e-9
    if expected or not (asked >= 5 and demands > 0):
        assert served_worse((found, asked), (all_, demands)) is expected


def test_pages(client: Client, cast: Cast) -> None:
    address = reverse("matching-quality")
    export = reverse("matching-quality-export", args=["funnel", "csv"])
    for each in (address, export):
        assert client.get(each).status_code == 302
    for who in ("alice", "eve", "admin"):
        client.force_login(cast.users[who])
        for each in (address, export):
            assert client.get(each).status_code == 403
    client.force_login(cast.users["officer"])
    assert "没有发布过需求" in client.get(address).content.decode()
    cast.resource()
    matched(cast)
    client.force_login(cast.users["officer"])
    html = client.get(f"{address}?months=24").content.decode()
    assert "从发布到评价" in html
    assert client.post(address).status_code == 405
    assert client.get(f"{address}?months=x&chain=nothing").status_code == 200
    text = b"".join(client.get(f"{export}?months=24").streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert text.splitlines()[1].startswith("已发布,")
    for table, kind in (("nothing", "csv"), ("funnel", "exe")):
        gone = reverse("matching-quality-export", args=[table, kind])
        assert client.get(gone).status_code == 404


def test_opening_a_recommendation_is_a_view(client: Client, cast: Cast) -> None:
    cast.resource()
    (pair,) = matched(cast)
    send_recommendation(actor=cast.actor("officer"), recommendation=pair, now=NOW)
    for who, side in (("carol", "resource"), ("anna", "demand")):
        client.force_login(cast.users[who])
        client.get(reverse("recommendation", args=[pair.public_id]))
        assert PairView.objects.get(user_id=cast.users[who].pk).side == side


@pytest.mark.parametrize("more", [2])
def test_figures_ask_as_much_for_three_as_for_one(cast: Cast, more: int) -> None:
    cast.resource()
    asked = []
    for number in range(1 + more):
        matched(cast, f"高矫顽力磁钢晶界扩散工艺{number}")
        with CaptureQueriesContext(connection) as captured:
            quality_of(cast.actor("officer"), now=NOW)
        asked.append(len(captured))
    assert asked[0] == asked[-1]
