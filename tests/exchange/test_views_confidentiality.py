"""A secret word in each level, looked for in every page, part, count, order and file as everybody.

The pages are found by following links from the first one, so that a page added later is read too.
"""

from __future__ import annotations

import io
import re
from collections import deque
from html import unescape
from urllib.parse import quote, urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from lianshu.engine.sheets import read_table
from lianshu.exchange.disclosure import Disclosure
from lianshu.exchange.models import Demand
from lianshu.exchange.queries import demand_by_id
from lianshu.exchange.services.confidentiality import disclose_to, set_exclusions
from lianshu.exchange.services.matching import match_post
from lianshu.exchange.services.recommendations import (
    accept_recommendation,
    send_recommendation,
)
from tests.cast import NOW, Cast

PUBLIC, IDENTITY, DETAIL = "蓝鲸公开", "青鸟主体", "赤狐详情"
WORDS = (PUBLIC, IDENTITY, DETAIL)
MONEY = "98765.43"
READS_ALL = {"officer", "yinzhou", "alice", "anna"}
PEOPLE = ("officer", "yinzhou", "alice", "anna", "bob", "carol", "dan", "admin", "eve")
PAGES_MOST = 70
# Other orders and sizes of a list hold the same rows; leaving the site is not reading it.
NOT_FOLLOWED = re.compile(r"[?&](sort|size)=|/logout/|/static/|/accounts/|/imports/template/")


@pytest.fixture
def demand(cast: Cast) -> Demand:
    """Alice's, matched with Carol's resource and the competitor's, and sent to all of them."""
    demand = cast.demand(
        f"磁钢晶界扩散 {PUBLIC}",
        summary=f"稀土永磁 {PUBLIC}",
        contact_name=IDENTITY,
        detail=f"配方 {DETAIL}",
        indicators=f"剩磁 {DETAIL}",
        budget_min=9_876_543,
    )
    cast.resource("晶界扩散技术", detail="工艺炉")
    cast.resource("晶界扩散代工", by="motors")
    officer = cast.actor("officer")
    mine = demand_by_id(officer, demand.public_id)
    assert mine is not None
    assert match_post(actor=officer, post=mine, now=NOW) == 2
    for pair in demand.recommendations.all():
        send_recommendation(actor=officer, recommendation=pair, now=NOW)
    return demand


def links_of(html: str) -> list[str]:
    """Addresses of this site that the page leads to, as links or by HTMX."""
    found = re.findall(r'(?:href|hx-get)="(/[^"#]*)"', html)
    return [link for each in found if not NOT_FOLLOWED.search(link := unescape(each))]


def everything_shown(client: Client) -> str:
    """All pages, parts and files that links lead to from the first page, as one text."""
    waiting, seen = deque(["/"]), {"/"}
    said: list[str] = []
    while waiting and len(said) < PAGES_MOST:
        address = waiting.popleft()
        response = client.get(address)
        assert response.status_code in {200, 302}, (response.status_code, address)
        if response.streaming:
            data = b"".join(response.streaming_content)  # type: ignore[attr-defined]
            said.append(_text_of_file(data, urlsplit(address).path))
            continue
        text = response.content.decode()
        said.append(text)
        for link in links_of(text):
            if link not in seen:
                seen.add(link)
                waiting.append(link)
    return "\n".join(said)


def _text_of_file(data: bytes, path: str) -> str:
    if "xlsx" not in path:
        return data.decode()
    table = read_table(io.BytesIO(data), name="x.xlsx", allow_no_rows=True)
    return "\n".join(str(row.cells) for row in table.rows)


@pytest.mark.parametrize("who", PEOPLE)
def test_no_page_part_or_file_holds_more_than_the_reader_may_know(
    client: Client, cast: Cast, demand: Demand, who: str
) -> None:
    client.force_login(cast.users[who])
    said = everything_shown(client)
    found = {word for word in WORDS if word in said}
    assert found == (set(WORDS) if who in READS_ALL else {PUBLIC})
    assert (MONEY in said.replace(",", "")) == (who in READS_ALL)


@pytest.mark.parametrize("who", PEOPLE)
def test_neither_search_nor_filter_nor_order_tells_what_is_hidden(
    client: Client, cast: Cast, demand: Demand, who: str
) -> None:
    client.force_login(cast.users[who])

    def total(query: str) -> int:
        html = client.get(f"{reverse('demands')}?{query}").content.decode()
        found = re.search(r"(?:共|找到) <b>(\d+)</b>", html)
        assert found is not None
        return int(found[1])

    everything = int(who in READS_ALL)
    assert total(f"q={quote(PUBLIC)}") == 1
    for query in (
        f"q={quote(IDENTITY)}",
        f"q={quote(DETAIL)}",
        f"q={quote('甬江磁材')}",
        f"owner={quote('甬江磁材')}",
        f"owner={cast.organisations['magnets'].public_id}",
        "budget_from=9&budget_to=10",
        "recommended=1",
    ):
        assert total(query) == everything, query
    for query in ("budget_to=1", "recommended=0", f"q={quote('白熊')}"):
        assert total(query) == 0, query


def test_the_order_by_owner_is_the_same_whoever_the_hidden_owners_are(
    client: Client, cast: Cast
) -> None:
    for title, owner in (("一", "university"), ("二", "bank"), ("三", "magnets"), ("四", "motors")):
        cast.demand(title, by=owner)
    client.force_login(cast.users["eve"])
    order = [
        re.findall(r'class="row-link"[^>]*>([^<]+)<', client.get(address).content.decode())
        for address in ("/demands/?sort=owner", "/demands/?sort=-owner")
    ]
    assert order[0] == order[1] == ["一", "二", "三", "四"]


def test_an_excluded_competitor_finds_no_trace(client: Client, cast: Cast, demand: Demand) -> None:
    alice, motors = cast.actor("alice"), cast.organisations["motors"]
    disclose_to(actor=alice, post=demand, organisation=motors, level=Disclosure.DETAIL, now=NOW)
    set_exclusions(actor=alice, post=demand, organisations=[motors], now=NOW)
    client.force_login(cast.users["bob"])
    client.post("/inbox/read/")
    said = everything_shown(client)
    assert not [word for word in WORDS if word in said.replace(demand.title, "")]
    assert demand.title not in client.get("/demands/").content.decode()
    assert demand.title not in client.get("/recommendations/").content.decode()
    assert client.get(reverse("demand", args=[demand.public_id])).status_code == 404
    assert client.get(f"/demands/?q={quote(PUBLIC)}").content.decode().count("row-link") == 0


def test_a_partner_reads_after_accepting_what_was_disclosed_and_no_more(
    client: Client, cast: Cast, demand: Demand
) -> None:
    university = cast.organisations["university"]
    pair = demand.recommendations.get(resource__owner=university)
    accept_recommendation(
        actor=cast.actor("alice"), recommendation=pair, disclose=Disclosure.IDENTITY, now=NOW
    )
    client.force_login(cast.users["carol"])
    said = everything_shown(client)
    assert {word for word in WORDS if word in said} == {PUBLIC, IDENTITY}
    client.force_login(cast.users["bob"])
    assert IDENTITY not in everything_shown(client)
