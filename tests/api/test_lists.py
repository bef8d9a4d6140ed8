"""Lists: what they can be asked, how many queries they take, and that nothing crashes them."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lianshu.exchange.models import Demand, Recommendation, Resource
from lianshu.exchange.queries import demand_by_id, recommendations_for
from lianshu.exchange.services.matching import match_post
from lianshu.exchange.services.recommendations import accept_recommendation
from lianshu.registry.services import edit_organisation, merge_organisation, set_identifier
from tests.api.conftest import Callers
from tests.cast import NOW, SYSTEM, Cast, credit_code


def grow(cast: Cast, rows: int) -> None:
    """`rows` more demands, resources, pairs and projects."""
    officer = cast.actor("officer")
    for number in range(rows):
        demand = cast.demand(f"晶界扩散 {number}", detail="配方")
        cast.resource(f"晶界扩散技术 {number}", detail="工艺")
        row = demand_by_id(officer, demand.public_id)
        assert row is not None
        match_post(actor=officer, post=row, now=NOW)
        pair = recommendations_for(officer).filter(demand=demand).first()
        assert pair is not None
        accept_recommendation(actor=officer, recommendation=pair, now=NOW)


@pytest.mark.parametrize(
    ("path", "queries"),
    [
        ("/demands", 5),
        ("/resources", 5),
        ("/recommendations", 7),
        ("/projects", 7),
        ("/organisations", 5),
    ],
)
def test_a_list_takes_the_same_queries_for_one_row_and_for_many(
    callers: Callers, cast: Cast, path: str, queries: int
) -> None:
    officer = callers.by("officer")
    officer.get("/me")  # the use of a token is noted once a minute
    for rows in (1, 2):
        grow(cast, rows)
        with CaptureQueriesContext(connection) as captured:
            assert officer.get(path)["total"] >= rows
        assert len(captured) == queries, [query["sql"] for query in captured]


def titles(answer: dict[str, Any]) -> list[str]:
    return [item["title"] for item in answer["items"]]


@pytest.fixture
def posts(cast: Cast) -> tuple[Demand, Demand, Resource]:
    return (
        cast.demand("磁钢工艺", trl_level=3, detail="赤狐"),
        cast.demand("电机轴承", by="motors", kind="supply"),
        cast.resource(),
    )


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("sort=title", ["磁钢工艺", "电机轴承"]),
        ("q=磁钢", ["磁钢工艺"]),
        ("q=赤狐", ["磁钢工艺"]),
        ("q=没有的", []),
        ("kind=supply", ["电机轴承"]),
        ("kind=supply&kind=technology", ["磁钢工艺", "电机轴承"]),
        ("status=draft", []),
        ("region=cixi", ["电机轴承"]),
        ("region=ningbo", ["磁钢工艺", "电机轴承"]),
        ("region=atlantis", []),
        ("chain=magnets&trl_least=3&trl_most=3", ["磁钢工艺"]),
        ("chain=petro", []),
        ("mine=true", []),
        ("sort=-title", ["电机轴承", "磁钢工艺"]),
        ("sort=title&limit=1&page=2", ["电机轴承"]),
        ("page=10000", []),
    ],
)
def test_demands_can_be_searched_filtered_and_sorted(
    callers: Callers, posts: object, query: str, expected: list[str]
) -> None:
    ordered = query if "sort" in query else f"{query}&sort=title"
    assert titles(callers.by("officer").get(f"/demands?{ordered}")) == expected


def test_total_counts_all_pages(callers: Callers, posts: object) -> None:
    answer = callers.by("alice").get("/demands?limit=1")
    assert (answer["total"], answer["page"], answer["limit"], len(answer["items"])) == (2, 1, 1, 1)
    assert titles(callers.by("alice").get("/demands?mine=true")) == ["磁钢工艺"]
    assert titles(callers.by("alice").get("/demands?mine=false")) == ["电机轴承"]


LISTS = (
    "/demands",
    "/resources",
    "/recommendations",
    "/projects",
    "/organisations",
    "/imports",
    "/cases",
    "/tasks",
)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("page=0", "page"),
        ("page=99999999999999999999999", "page"),
        ("page=x", "page"),
        ("limit=101", "limit"),
        ("limit=-1", "limit"),
        ("q=%00", "q"),
        ("q=" + "a" * 201, "q"),
        ("wings=2", "wings"),
        ("status[]=x", "status[]"),
        ("%00=1", "\x00"),
    ],
)
def test_what_cannot_be_read_is_named(callers: Callers, query: str, field: str) -> None:
    eve = callers.by("eve")
    for path in LISTS:
        assert eve.refused("GET", f"{path}?{query}") == (422, "invalid", field), path


def test_any_word_can_be_searched(callers: Callers, posts: object) -> None:
    officer = callers.by("officer")
    for word in ("'", '"', "%", "_", "\\", "*", "AND", "🐋", "﷽", "a'b\"c", "~", "-"):
        for path in ("/demands", "/resources", "/organisations"):
            assert officer.get(f"{path}?q={quote(word)}")["total"] >= 0


def test_recommendations_are_filtered_by_post_and_status(callers: Callers, cast: Cast) -> None:
    grow(cast, 2)
    officer = callers.by("officer")
    accepted = officer.get("/recommendations?status=accepted")["items"]
    assert len(accepted) == 2
    demand = accepted[0]["demand"]["id"]
    of_one = officer.get(f"/recommendations?demand={demand}")["items"]
    assert {item["demand"]["id"] for item in of_one} == {demand}
    assert officer.get("/recommendations?resource=zzzzzzzzzzzz")["total"] == 0
    ranks = [item["rank"] for item in officer.get("/recommendations?sort=rank")["items"]]
    assert ranks == sorted(ranks)
    assert officer.get("/recommendations")["total"] == Recommendation.objects.count()


def test_an_organisation_says_what_it_was_called_and_what_became_of_it(
    callers: Callers, cast: Cast
) -> None:
    magnets, motors = cast.organisations["magnets"], cast.organisations["motors"]
    how = {"actor": SYSTEM, "organisation": magnets, "now": NOW}
    edit_organisation(changes={"name": "甬江永磁股份有限公司"}, **how)  # type: ignore[arg-type]
    wrong = credit_code(900)[:-1] + ("1" if credit_code(900)[-1] == "0" else "0")
    set_identifier(kind="uscc", value=wrong, override_reason="证照如此", **how)  # type: ignore[arg-type]
    merge_organisation(
        actor=SYSTEM,
        predecessor=motors,
        successor=magnets,
        kind="absorbed",
        reason="公告",
        on=date(2026, 11, 2),
        now=NOW,
    )
    alice = callers.by("alice")
    one = alice.get(f"/organisations/{magnets.public_id}")
    assert {each["value"] for each in one["other_names"]} == {
        "甬江磁材有限公司",
        "慈湖电机有限公司",
    }
    assert [each["warning"] for each in one["identifiers"] if "证照如此" in each["warning"]]
    assert one["merged_into"] is None
    gone = alice.get(f"/organisations/{motors.public_id}")
    assert gone["ended_on"] == "2026-11-02"
    assert gone["merged_into"] == {"id": magnets.public_id, "name": "甬江永磁股份有限公司"}
    assert motors.public_id not in [row["id"] for row in alice.get("/organisations")["items"]]
    ever = alice.get("/organisations?ended=true")["items"]
    assert motors.public_id in [row["id"] for row in ever]
