"""The pictures' pages: who sees what, the same rows in picture and table, what is logged."""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lianshu.audit.models import AuditEntry
from lianshu.engine.sheets import read_table
from tests.cast import Cast
from tests.chainmap.picture_scenes import draw_map, firm, grant
from tests.chainmap.scenes import read_whole

PAGES = ("chain-map", "chain-flow", "chain-matrix", "chain-scenario")
FILES = ("chain-map-export", "chain-flow-export", "chain-matrix-export")


@pytest.fixture
def city(cast: Cast) -> Cast:
    return draw_map(cast)


def on(cast: Cast, chain: str = "magnets", region: str = "ningbo", **more: str) -> dict[str, str]:
    """The address of a chain in a place."""
    place = {"chain": cast.chains[chain].public_id, "region": cast.regions[region].public_id}
    return place | more


def html(client: Client, name: str, params: dict[str, Any] | None = None, *args: str) -> str:
    response = client.get(reverse(name, args=args), params or {})
    assert response.status_code == 200, name
    return str(response.content.decode())


def layers_in(page: str) -> dict[str, Any]:
    text = page.split('<script id="layers" type="application/json">')[1].split("</script>")[0]
    found: dict[str, Any] = json.loads(text)
    return found


def actions() -> list[str]:
    return list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))


def test_who_is_let_in(client: Client, city: Cast) -> None:
    addresses = [reverse(name) for name in PAGES]
    addresses += [reverse(name, args=["xlsx"]) for name in FILES]
    product = reverse("chain-map-product")
    scenario_file = reverse("chain-scenario-export", args=["losses", "csv"])
    for address in (*addresses, product, scenario_file):
        answer = client.get(address)
        assert answer.status_code == 302 and "/login/" in answer.headers["Location"], address
    for name in ("officer", "yinzhou", "alice", "carol", "eve"):
        client.force_login(city.users[name])
        for address in addresses:
            answer = client.get(address)
            assert answer.status_code == 200, (name, address)
            read_whole(answer)
            assert client.post(address).status_code == 405, (name, address)
        assert client.get(product, on(city, product="磁钢")).status_code == 200
        assert client.post(product).status_code == 405
    client.force_login(city.users["alice"])
    assert client.get(product, on(city, product="没有的")).status_code == 404
    assert client.get(reverse("chain-map-export", args=["pdf"])).status_code == 404
    assert client.get(scenario_file, on(city, firm="慈湖电机有限公司")).status_code == 403


def test_an_empty_map_says_what_to_do(client: Client, cast: Cast) -> None:
    client.force_login(cast.users["alice"])
    for name in PAGES:
        assert "还没有可以画的产业链" in html(client, name)
    assert client.get(reverse("chain-map-product")).status_code == 404
    assert client.get(reverse("chain-matrix-export", args=["csv"])).status_code == 404


def test_picture_and_table_say_the_same(client: Client, city: Cast) -> None:
    client.force_login(city.users["officer"])
    page = html(client, "chain-map", on(city))
    layers = layers_in(page)
    marks = {name: mark for name, _level, mark, *_ in layers["dots"]}
    assert marks == {
        "电机": "root",
        "磁钢": "single",
        "铜线": "single",
        "轴承": "covered",
        "稀土": "gap",
        "钢球": "gap",
        "塑料": "gap",
        "乙烯": "gap",
    }
    file = client.get(reverse("chain-map-export", args=["csv"]), on(city))
    rows = list(read_table(BytesIO(file.getvalue()), name="x.csv").rows)
    assert {row.cells[0] for row in rows} == marks.keys()
    for name in marks:
        assert f">{name}</a>" in page
    assert "电机 &gt; 磁钢 &gt; 稀土" in page


def test_others_learn_no_count_below_three(client: Client, city: Cast) -> None:
    client.force_login(city.users["alice"])
    page = html(client, "chain-map", on(city))
    marks = {name: (mark, note) for name, _level, mark, _parent, note in layers_in(page)["dots"]}
    few = {marks[name] for name in ("磁钢", "铜线", "稀土", "钢球")}
    assert len(few) == 1 and few == {("few", "少于 3 家")}
    assert marks["轴承"] == ("covered", "至少 3 家")
    for words in ("断点</", "单一来源", "薄弱"):
        assert words not in page.split("图例")[1].split("</ul>")[0]
    panel = html(client, "chain-map-product", on(city, product="稀土"))
    assert "少于 3 家" in panel and "没有它会怎样" not in panel
    assert not {"chainmap.sources_read", "chainmap.impact_read"} & set(actions())
    assert "watermark" not in page


def test_a_panel_names_only_firms_that_its_reader_may_see(client: Client, city: Cast) -> None:
    asked = on(city, product="磁钢")
    for name, seen in (("officer", True), ("alice", True), ("bob", False), ("yinzhou", False)):
        client.force_login(city.users[name])
        panel = html(client, "chain-map-product", asked)
        assert ("甬江磁材有限公司" in panel) is seen, name
        assert "电机 > 磁钢" in panel
    client.force_login(city.users["bob"])
    assert "慈湖电机有限公司" in html(client, "chain-map", on(city, product="铜线"))


def test_who_reads_few_makers_is_logged_and_named(client: Client, city: Cast) -> None:
    client.force_login(city.users["officer"])
    assert html(client, "chain-map", on(city)).count("欧阳链 20") > 3
    entry = AuditEntry.objects.latest("pk")
    assert entry.action == "chainmap.sources_read" and entry.changes["chain"] == [None, "磁性材料"]
    file = client.get(reverse("chain-map-export", args=["csv"]), on(city))
    assert actions()[-1] == "chainmap.sources_exported"
    assert file.getvalue().decode("utf-8-sig").count("欧阳链 20") == 8
    assert file.headers["Cache-Control"] == "no-store"


def test_a_grant_of_a_district_tells_that_district(client: Client, city: Cast) -> None:
    grant(city, "yinzhou", "yinzhou")
    client.force_login(city.users["yinzhou"])
    there = {
        dot[0]: dot[2]
        for dot in layers_in(html(client, "chain-map", on(city, region="yinzhou")))["dots"]
    }
    assert there["磁钢"] == "single" and there["铜线"] == "gap"
    whole = {dot[0]: dot[2] for dot in layers_in(html(client, "chain-map", on(city)))["dots"]}
    assert whole["磁钢"] == "few"
    assert "您有授权的格子从一家算起" in html(client, "chain-matrix")


def test_a_table_is_searched_sorted_and_narrowed(client: Client, city: Cast) -> None:
    client.force_login(city.users["officer"])

    def names(**params: str) -> list[str]:
        page = html(client, "chain-map", on(city, **params))
        return [
            part.split("<")[0]
            for part in page.split('class="row-link"')[1:]
            for part in [part.split(">", 1)[1]]
        ]

    assert names(**{"map-q": "钢"}) == ["磁钢", "钢球"]
    assert names(**{"map-status": "gap"}) == ["塑料", "稀土", "钢球", "乙烯"]
    assert names(**{"map-sort": "-makers"})[0] == "轴承"
    assert names(**{"map-sort": "-makers"})[-1] == "电机"
    assert names(**{"map-sort": "nonsense", "map-page": "99"}) == names()
    assert names(depth="1") == ["电机", "磁钢", "轴承", "铜线"]


def test_flows_between_segments(client: Client, city: Cast) -> None:
    client.force_login(city.users["officer"])
    page = html(client, "chain-flow", on(city))
    option = json.loads(
        page.split('<script id="flow" type="application/json">')[1].split("</script>")[0]
    )
    links = [(one["source"], one["target"], one["value"]) for one in option["series"][0]["links"]]
    assert links == [("材料", "部件", 2), ("轴承", "部件", 1)]
    file = client.get(reverse("chain-flow-export", args=["csv"]), on(city))
    assert "材料,部件,2,2,0" in file.getvalue().decode("utf-8-sig")
    branches = client.get(reverse("chain-flow-export", args=["csv"]), on(city, "petro"))
    assert "乙烯,塑料,1,0,1" in branches.getvalue().decode("utf-8-sig")


def test_the_matrix_leads_to_the_maps_behind_it(client: Client, city: Cast) -> None:
    client.force_login(city.users["officer"])
    page = html(client, "chain-matrix")
    assert "43%" in page and "3 / 7" in page  # 磁钢, 铜线, 轴承 in the whole city
    assert f"region={city.regions['cixi'].public_id}" in page
    client.force_login(city.users["alice"])
    page = html(client, "chain-matrix")
    assert "14%" in page and "1 / 7" in page  # 轴承 alone, for who learns no count below three


def test_the_number_of_queries_does_not_grow(client: Client, city: Cast) -> None:
    client.force_login(city.users["alice"])

    def counted(name: str) -> int:
        html(client, name, on(city))
        with CaptureQueriesContext(
            connection,
        ) as queries:
            html(client, name, on(city))
        return len(queries)

    before = [counted(name) for name in ("chain-map", "chain-flow", "chain-matrix")]
    for number in range(3):
        firm(city, f"又一家{number}有限公司")
    grant(city, "alice", "yinzhou", chain="petro")
    assert [counted(name) for name in ("chain-map", "chain-flow")] == before[:2]
    assert counted("chain-matrix") <= before[2] + 1


def test_a_scenario_shows_the_wave(client: Client, city: Cast) -> None:
    client.force_login(city.users["officer"])
    start = html(client, "chain-scenario", on(city))
    assert "甬江磁材有限公司" in start and "chainmap.impact_read" not in actions()
    asked = on(city) | {"firm": ["甬江磁材有限公司", "慈湖电机有限公司"], "product": ["轴承"]}
    page = html(client, "chain-scenario", asked)
    dots = {name: (level, mark) for name, level, mark, *_ in layers_in(page)["dots"]}
    assert dots["磁钢"] == dots["铜线"] == dots["轴承"] == (0, "new")
    assert "欧阳链 20" in page and actions()[-1] == "chainmap.impact_read"
    assert AuditEntry.objects.latest("pk").changes["query"][1].startswith("甬江磁材有限公司、")
    file = client.get(reverse("chain-scenario-export", args=["losses", "csv"]), asked)
    text = file.getvalue().decode("utf-8-sig")
    assert "轴承,有保障,断点,3,0" in text and "欧阳链 20" in text
    wave = client.get(reverse("chain-scenario-export", args=["wave", "csv"]), asked)
    assert wave.getvalue()
    assert (
        client.get(reverse("chain-scenario-export", args=["nothing", "csv"]), asked).status_code
        == 404
    )
    nothing = client.get(reverse("chain-scenario-export", args=["wave", "csv"]), on(city))
    assert nothing.status_code == 404


def test_a_scenario_without_a_new_gap(client: Client, city: Cast) -> None:
    client.force_login(city.users["officer"])
    page = html(client, "chain-scenario", on(city, firm="轴承甲厂有限公司"))
    assert "没有新断点" in page and "轴承甲厂有限公司" in page
    assert "这里没有“轴承家厂”" in html(client, "chain-scenario", on(city, firm="轴承家厂"))


def test_a_scenario_is_refused_without_the_capability(client: Client, city: Cast) -> None:
    grant(city, "yinzhou", "yinzhou")
    asked = on(city, firm="慈湖电机有限公司")
    for name in ("alice", "bob", "yinzhou", "eve"):
        client.force_login(city.users[name])
        page = html(client, "chain-scenario", on(city))
        assert "推演要有授权才能看" in page and "firm-names" not in page
        assert client.get(reverse("chain-scenario"), asked).status_code == 403
    assert "chainmap.impact_read" not in actions()


def test_a_grant_of_one_chain_tells_of_that_chain_only(client: Client, city: Cast) -> None:
    grant(city, "yinzhou", "ningbo", chain="petro")
    client.force_login(city.users["yinzhou"])
    page = html(client, "chain-scenario", on(city, "petro", product="乙烯"))
    assert "波及别的产业链的部分没有列出" in page
    assert {name for name, *_ in layers_in(page)["dots"]} == {"乙烯", "塑料"}
    client.force_login(city.users["officer"])
    page = html(client, "chain-scenario", on(city, "petro", product="乙烯"))
    assert {name for name, *_ in layers_in(page)["dots"]} == {"乙烯", "塑料", "铜线", "电机"}


def test_a_firm_begins_with_its_own_chain(client: Client, city: Cast) -> None:
    grant(city, "dan", "ningbo", chain="petro")
    for name, chain in (("alice", "磁性材料"), ("dan", "绿色石化"), ("eve", "磁性材料")):
        client.force_login(city.users[name])
        assert f"<h1>{chain}</h1>" in html(client, "chain-map"), name
