"""The one list component, on the register and on demands."""

from __future__ import annotations

import io
import json
import re
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lianshu.engine.sheets import read_table
from lianshu.exchange.lists import DEMANDS
from lianshu.exchange.models import Demand, PostStatus
from lianshu.registry.lists import ORGANISATIONS
from lianshu.registry.services import create_organisation
from lianshu.ui.lists.state import read_state
from lianshu.ui.lists.views import list_urls
from lianshu.ui.models import SavedView
from tests.cast import NOW, SYSTEM, Cast, credit_code


def login(client: Client, cast: Cast, name: str) -> Client:
    client.force_login(cast.users[name])
    return client


def text_of(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def rows_of(html: str) -> list[str]:
    return re.findall(r'<a class="row-link" href="[^"]*">([^<]*)</a>', html)


# --- the address ---


def state(query: str, cast: Cast, name: str = "officer") -> object:
    return read_state(DEMANDS, QueryDict(query), cast.actor(name))


def test_an_address_says_everything_and_says_it_one_way(cast: Cast) -> None:
    magnets = cast.chains["magnets"].public_id
    given = urlencode(
        [("page", "3"), ("sort", "title"), ("chain", magnets), ("q", "磁"), ("size", "50")]
    )
    read = read_state(DEMANDS, QueryDict(given), cast.actor("officer"))
    assert read.problems == []
    assert (read.q, read.sort, read.page, read.size) == ("磁", "title", 3, 50)
    assert read.query(page=3) == "?" + urlencode(
        [("q", "磁"), ("chain", magnets), ("sort", "title"), ("size", "50"), ("page", "3")]
    )
    again = read_state(DEMANDS, QueryDict(read.query(page=3)[1:]), cast.actor("officer"))
    assert again.query(page=3) == read.query(page=3)
    assert read.sort_link("title").count("sort=-title") == 1


@pytest.mark.parametrize(
    "query",
    [
        "page=abc",
        "page=0",
        "page=-1",
        "page=99999999999999999999",
        "page=٣",
        "page=7",
        "sort=zzz",
        "sort=detail",
        "sort=--title",
        "size=7",
        "size=abc",
        "kind=zzz",
        "region=zzz",
        "published_from=yesterday",
        "budget_from=lots",
    ],
)
def test_a_bad_parameter_is_left_out_and_named(client: Client, cast: Cast, query: str) -> None:
    cast.demand()
    html = text_of(login(client, cast, "officer"), reverse("demands") + "?" + query)
    assert "list-problem" in html
    assert len(rows_of(html)) == 1


@pytest.mark.parametrize("query", ["q=%00", "q=" + "长" * 5000, "owner=%00", "q='\"<script>"])
def test_any_words_can_be_searched(client: Client, cast: Cast, query: str) -> None:
    html = text_of(login(client, cast, "officer"), reverse("demands") + "?" + query)
    assert "<script>'" not in html


# --- search, filters, order, pages ---


def test_search_filters_and_order(client: Client, cast: Cast) -> None:
    cast.demand("磁钢晶界扩散")
    cast.demand("电机降噪", by="motors", kind="talent")
    cast.demand("白板", kind="other")
    login(client, cast, "officer")
    address = reverse("demands")
    assert rows_of(text_of(client, address + "?q=cgjj")) == ["磁钢晶界扩散"]
    assert rows_of(text_of(client, address + "?kind=talent&kind=other&sort=title")) == [
        "白板",
        "电机降噪",
    ]
    assert rows_of(text_of(client, address + "?sort=-title"))[0] == "电机降噪"
    cixi = cast.regions["cixi"].public_id
    ningbo = cast.regions["ningbo"].public_id
    assert rows_of(text_of(client, f"{address}?region={cixi}")) == ["电机降噪"]
    assert len(rows_of(text_of(client, f"{address}?region={ningbo}"))) == 3
    html = text_of(client, address + "?sort=-title")
    assert html.count('aria-sort="descending"') == 1


def test_counts_stand_beside_choices(client: Client, cast: Cast) -> None:
    cast.demand("一")
    cast.demand("二", kind="talent")
    html = text_of(login(client, cast, "officer"), reverse("demands") + "?kind=talent")
    counts = dict(re.findall(r'id="facet-kind-(\w+)">(\d+)<', html))
    assert (counts["technology"], counts["talent"], counts["space"]) == ("1", "1", "0")


def test_pages_and_sizes(client: Client, cast: Cast) -> None:
    for number in range(60):
        cast.demand(f"需求{number:02}")
    login(client, cast, "officer")
    address = reverse("demands")
    first = text_of(client, address + "?sort=title")
    assert "共 <b>60</b> 条" in first
    third = text_of(client, address + "?sort=title&page=3")
    assert len(rows_of(third)) == 10
    assert not set(rows_of(first)) & set(rows_of(third))
    assert len(rows_of(text_of(client, address + "?size=100"))) == 60


def test_htmx_gets_the_part_and_the_canonical_address(client: Client, cast: Cast) -> None:
    cast.demand()
    login(client, cast, "officer")
    response = client.get(
        reverse("demands"), {"q": "磁", "kind": "", "sort": ""}, headers={"HX-Request": "true"}
    )
    html = response.content.decode()
    assert "<html" not in html
    assert html.startswith('<div id="list-body"')
    assert response["HX-Push-Url"] == "/demands/?" + urlencode({"q": "磁"})
    assert "HX-Request" in response["Vary"]
    assert response["Cache-Control"] == "no-store"


def test_an_empty_list_says_what_to_do(client: Client, cast: Cast) -> None:
    login(client, cast, "alice")
    assert str(DEMANDS.empty) in text_of(client, reverse("demands"))
    assert "没有符合条件的内容" in text_of(client, reverse("demands") + "?q=没有这个词")


@pytest.mark.parametrize("name", ["organisations", "demands", "resources", "users"])
def test_the_number_of_queries_does_not_grow(client: Client, cast: Cast, name: str) -> None:
    who = "admin" if name in {"users", "organisations"} else "officer"
    login(client, cast, who)

    def count() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert client.get(reverse(name)).status_code == 200
        return len(captured)

    cast.demand("第一条")
    cast.resource("第一条")
    count()  # warms what is cached per process
    few = count()
    for number in range(3):
        cast.demand(f"又一条{number}")
        cast.resource(f"又一条{number}")
        create_organisation(
            actor=SYSTEM,
            name=f"新单位{number}",
            kind="enterprise",
            region=cast.regions["cixi"],
            chain=cast.chains["petro"],
            uscc=credit_code(100 + number),
            now=NOW,
        )
    assert count() == few


# --- who may ---


@pytest.mark.parametrize("name", ["organisations", "demands", "resources", "projects", "users"])
def test_strangers_log_in_first_and_methods_are_kept(client: Client, cast: Cast, name: str) -> None:
    address = reverse(name)
    assert client.get(address).headers["Location"] == f"/accounts/login/?next={address}"
    assert (
        client.get(address, headers={"HX-Request": "true"})
        .headers["HX-Redirect"]
        .startswith("/accounts/login/")
    )
    login(client, cast, "alice")
    refused = client.post(address)
    assert (refused.status_code, refused.headers["Allow"]) == (405, "GET")
    assert client.get(reverse(f"{name}-saved")).status_code == 405
    assert client.get(reverse(f"{name}-bulk", args=["withdraw"])).status_code == 405


def test_every_list_has_its_four_addresses() -> None:
    names = [pattern.name for pattern in list_urls("x/", ORGANISATIONS)]
    assert names == [
        "organisations",
        "organisations-export",
        "organisations-bulk",
        "organisations-saved",
    ]


# --- export ---


def test_an_export_holds_the_rows_of_the_address(client: Client, cast: Cast) -> None:
    cast.demand("=SUM(A1)磁", budget_min=1_000_050, detail="第一行\n第二行")
    cast.demand("电机", by="motors", kind="talent")
    login(client, cast, "officer")
    response = client.get(reverse("demands-export", args=["csv"]) + "?kind=technology")
    data = b"".join(response.streaming_content)  # type: ignore[attr-defined]
    assert "filename*=UTF-8''" in response["Content-Disposition"]
    table = read_table(io.BytesIO(data), name="x.csv")
    rows = [dict(zip(table.header, row.cells, strict=False)) for row in table.rows]
    assert [row["标题"] for row in rows] == ["=SUM(A1)磁"]
    assert rows[0]["预算下限（元）"] == "10000.5"
    assert rows[0]["详情"] == "第一行\n第二行"
    assert rows[0]["类型"] == "技术"


@pytest.mark.parametrize("format", ["xlsx", "json"])
def test_other_formats(client: Client, cast: Cast, format: str) -> None:
    login(client, cast, "officer")
    response = client.get(reverse("organisations-export", args=[format]) + "?q=bdc")
    data = b"".join(response.streaming_content)  # type: ignore[attr-defined]
    if format == "json":
        assert json.loads(data) == []
    else:
        assert list(read_table(io.BytesIO(data), name="x.xlsx", allow_no_rows=True).rows) == []
    assert client.get(reverse("organisations-export", args=["pdf"])).status_code == 404


# --- saved views ---


def test_a_view_is_kept_under_a_name_and_removed(client: Client, cast: Cast) -> None:
    login(client, cast, "alice")
    address = reverse("demands-saved")
    kept = client.post(address, {"name": " 急的 ", "query": "kind=talent"})
    assert kept.headers["Location"] == "/demands/?kind=talent"
    html = text_of(client, "/demands/?kind=talent")
    assert ">急的</a>" in html
    client.post(address, {"name": "急的", "query": "kind=space"})
    view = SavedView.objects.get()
    assert view.query == "kind=space"
    login(client, cast, "bob")
    assert ">急的</a>" not in text_of(client, "/demands/")
    client.post(address, {"remove": str(view.pk)})
    assert SavedView.objects.count() == 1
    login(client, cast, "alice").post(address, {"remove": str(view.pk)})
    assert not SavedView.objects.exists()


def test_a_view_needs_a_name_and_there_are_at_most_twenty(client: Client, cast: Cast) -> None:
    login(client, cast, "alice")
    address = reverse("demands-saved")
    assert client.post(address, {"name": " ", "query": ""}).status_code == 422
    for number in range(20):
        client.post(address, {"name": f"视图{number}", "query": ""})
    assert "最多保存 20 个" in client.post(address, {"name": "再来", "query": ""}).content.decode()


# --- many rows at once ---


def test_a_bulk_action_is_previewed_done_row_by_row_and_undone(client: Client, cast: Cast) -> None:
    mine, draft = cast.demand("我的"), cast.demand("草稿", publish=False)
    theirs = cast.demand("别人的", by="motors")
    login(client, cast, "alice")
    address = reverse("demands-bulk", args=["withdraw"])
    keys = [mine.public_id, draft.public_id, theirs.public_id]
    preview = client.post(address, {"row": keys}).content.decode()
    assert "将处理 1 行" in preview
    assert "另有 2 行不能处理" in preview
    assert "没有在发布中" in preview
    assert Demand.objects.filter(status=PostStatus.WITHDRAWN).count() == 0
    result = client.post(address, {"row": ",".join(keys), "step": "run"}).content.decode()
    assert "完成 1 行" in result
    assert "2 行没有完成" in result
    assert Demand.objects.get(pk=mine.pk).status == PostStatus.WITHDRAWN
    assert Demand.objects.get(pk=theirs.pk).status == PostStatus.PUBLISHED
    undo = reverse("demands-bulk", args=["publish"])
    assert undo in result
    client.post(undo, {"row": mine.public_id, "step": "run"})
    assert Demand.objects.get(pk=mine.pk).status == PostStatus.PUBLISHED


def test_all_matching_rows_are_those_of_the_address(client: Client, cast: Cast) -> None:
    for number in range(30):
        cast.demand(f"轴承{number}")
    cast.demand("电机")
    login(client, cast, "alice")
    preview = client.post(
        reverse("demands-bulk", args=["renew"]), {"all": "1", "narrowing": urlencode({"q": "轴承"})}
    )
    assert "将处理 30 行" in preview.content.decode()


def test_a_bulk_action_refuses_what_is_nothing(client: Client, cast: Cast) -> None:
    login(client, cast, "alice")
    address = reverse("demands-bulk", args=["renew"])
    assert "没有选中任何行" in client.post(address).content.decode()
    for bad in ("x'; drop", "\x00", "../", "zzz"):
        assert client.post(address, {"row": bad}).status_code == 422
    assert client.post(reverse("demands-bulk", args=["nothing"])).status_code == 404
    login(client, cast, "eve")
    assert client.post(address, {"row": "x"}).status_code == 404  # not offered to her


def test_long_work_becomes_a_job(client: Client, cast: Cast) -> None:
    first, second = cast.demand("一"), cast.demand("二", publish=False)
    login(client, cast, "alice")
    address = reverse("demands-bulk", args=["match"])
    keys = [first.public_id, second.public_id]
    assert "将处理 1 行" in client.post(address, {"row": keys}).content.decode()
    started = client.post(address, {"row": ",".join(keys), "step": "run"})
    assert re.fullmatch(r"/jobs/\w+/", started.headers["Location"])
    assert client.post(address, {"row": second.public_id, "step": "run"}).status_code == 422
