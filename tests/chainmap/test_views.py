"""The chain map in the browser: who is let in, what each may know, and what is logged."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lianshu.audit.models import AuditEntry
from lianshu.casework.models import Case
from lianshu.casework.services.publishing import publish_loop
from lianshu.chainmap.models import ActStatus, ChainInput, GapAct, MakerRelation
from lianshu.engine.loops import load_loop
from lianshu.exchange.models import Demand
from tests.cast import NOW, SYSTEM, Cast
from tests.chainmap.scenes import MapScene, read_whole, small_map

As = Callable[[str], Client]


@pytest.fixture
def scene(cast: Cast) -> MapScene:
    return small_map(cast)


@pytest.fixture
def by(client: Client, scene: MapScene) -> As:
    def login(name: str) -> Client:
        client.force_login(scene.cast.users[name])
        return client

    return login


def text(response: object) -> str:
    assert isinstance(response, HttpResponse)
    return response.content.decode()


def test_strangers_log_in_first_and_wrong_methods_are_told(scene: MapScene, by: As) -> None:
    key = scene.input("镨钕").public_id
    firm = scene.cast.organisations["magnets"].public_id
    pages = [
        *map(reverse, ("chain-inputs", "chain-gaps", "chain-acts", "chain-sourcing")),
        *map(reverse, ("chain-words", "chain-quality", "my-supply", "chain-meeting")),
        reverse("chain-input", args=[key]),
        reverse("organisation-supply", args=[firm]),
    ]
    both = [
        reverse("chain-act-new", args=[key, "demand"]),
        reverse("supply-state", args=[firm]),
        reverse("chain-roots", args=["magnets"]),
    ]
    client = Client()
    for address in (*pages, *both):
        assert client.get(address).status_code == 302, address
    officer = by("officer")
    for address in (*pages, *both):
        if "/quality/" not in address:
            assert officer.delete(address).status_code == 405, address


def test_who_is_let_in(scene: MapScene, by: As) -> None:
    key = scene.input("镨钕").public_id
    firm = scene.cast.organisations["magnets"].public_id
    who = {
        reverse("chain-gaps"): {"officer"},
        reverse("chain-gaps-export", args=["csv"]): {"officer"},
        reverse("chain-acts"): {"officer", "yinzhou"},
        reverse("chain-meeting"): {"officer", "yinzhou"},
        reverse("chain-inputs"): {"officer", "yinzhou", "alice", "eve"},
        reverse("chain-sourcing"): {"officer", "yinzhou", "alice", "eve"},
        reverse("chain-input", args=[key]): {"officer", "yinzhou", "alice", "eve"},
        reverse("chain-act-new", args=[key, "demand"]): {"officer"},
        reverse("organisation-supply", args=[firm]): {"officer", "alice"},
        reverse("supply-state", args=[firm]): {"alice"},
        reverse("chain-quality"): {"officer", "yinzhou"},
        reverse("chain-roots", args=["magnets"]): {"officer"},
    }
    for address, allowed in who.items():
        for name in ("officer", "yinzhou", "alice", "eve"):
            expected = 200 if name in allowed else 403
            response = by(name).get(address)
            read_whole(response)
            assert response.status_code == expected, (address, name)


def test_the_list_of_sources_is_marked_narrowed_and_logged(scene: MapScene, by: As) -> None:
    officer = by("officer")
    page = text(officer.get(reverse("chain-gaps")))
    assert "欧阳链" in page and "仅供本人工作使用" in page
    assert page.count('class="row-link"') == 7 and "单一来源" in page
    page = text(officer.get(reverse("chain-gaps"), {"status": "single"}))
    assert "硅钢片" in page and "轴承" not in page
    page = text(officer.get(reverse("chain-gaps"), {"depth": "3", "q": "催化剂"}))
    assert page.count('class="row-link"') == 1
    place = scene.cast.regions["cixi"].public_id
    page = text(officer.get(reverse("chain-gaps"), {"place": place, "status": "covered"}))
    assert page.count('class="row-link"') == 0
    read = AuditEntry.objects.filter(action="chainmap.sources_read")
    assert read.count() == 4
    assert any("single" in str(entry.changes) for entry in read)


def test_every_line_of_the_file_is_marked(scene: MapScene, by: As) -> None:
    response = by("officer").get(
        reverse("chain-gaps-export", args=["csv"]), {"status": ["gap", "single"]}
    )
    content = b"".join(response.streaming_content).decode()  # type: ignore[attr-defined]
    rows = list(csv.DictReader(io.StringIO(content.removeprefix("\ufeff"))))
    assert {row["产品"] for row in rows} == {"镨钕", "薄膜", "催化剂", "硅钢片"}
    assert all("欧阳链" in row["水印"] for row in rows)
    assert {"电机 > 磁钢 > 镨钕"} == {
        row["路径（为什么需要它）"] for row in rows if row["产品"] == "镨钕"
    }
    assert AuditEntry.objects.filter(action="chainmap.sources_exported").count() == 1


SMALL = re.compile(r"(?<![\d第])[12]\s*家")


def test_others_are_told_no_small_number_however_they_filter(scene: MapScene, by: As) -> None:
    client = by("yinzhou")
    places = ["", *(scene.cast.regions[key].public_id for key in ("ningbo", "yinzhou", "cixi"))]
    for place in places:
        for covered in ("", "1", "0"):
            given = {"place": place, "covered": covered, "status": "single"}
            page = text(client.get(reverse("chain-inputs"), given))
            assert not SMALL.search(page), (place, covered)
            assert "单一来源" not in page.replace("断点与单一来源", "")
    # 断点, 单一来源 and 薄弱 are one answer: the same rows, the same words, the same order.
    page = text(client.get(reverse("chain-inputs"), {"covered": "0", "sort": "cover"}))
    assert page.count("少于 3 家") == page.count('class="row-link"') == 6
    for product in ("硅钢片", "镨钕", "轴承"):
        page = text(client.get(reverse("chain-input", args=[scene.input(product).public_id])))
        assert "少于 3 家" in page and "仅供本人" not in page
    page = text(client.get(reverse("chain-sourcing")))
    assert "单一来源" not in page and "按项数" not in page
    export = client.get(reverse("chain-inputs-export", args=["csv"]))
    content = b"".join(export.streaming_content).decode()  # type: ignore[attr-defined]
    assert "至少 3 家" in content and not SMALL.search(content)
    assert not AuditEntry.objects.filter(action__startswith="chainmap.sources").exists()


def test_the_exact_page_of_an_input_is_marked_and_logged(scene: MapScene, by: As) -> None:
    row = scene.input("硅钢片")
    page = text(by("officer").get(reverse("chain-input", args=[row.public_id])))
    assert "仅供本人工作使用" in page and "第丙零件厂" in page
    assert AuditEntry.objects.filter(action="chainmap.sources_read", object_id=row.pk).exists()
    assert "第丙零件厂" not in text(by("alice").get(reverse("chain-input", args=[row.public_id])))
    page = text(by("officer").get(reverse("chain-sourcing")))
    assert "50.0%" in page  # three of six


def test_that_a_gap_was_closed_is_told_only_to_who_may_know_few_makers(
    scene: MapScene, by: As
) -> None:
    address = reverse("chain-input", args=[scene.input("镨钕").public_id])
    scene.makes(scene.firms[0], "镨钕", visibility="office")
    assert "第甲零件厂" in text(by("officer").get(address))
    page = text(by("alice").get(address))
    assert "少于 3 家" in page and "补上" not in page and "第甲零件厂" not in page


def test_one_click_makes_an_open_bid_case(scene: MapScene, by: As) -> None:
    path = Path(settings.PACKS) / "ningbo" / "loops" / "open-bid.yaml"
    bases = sorted(Path(settings.PACKS).glob("*/loops"))
    publish_loop(actor=SYSTEM, loaded=load_loop(path, bases=bases), now=NOW)
    row = scene.input("镨钕")
    address = reverse("chain-act-new", args=[row.public_id, "challenge"])
    office = scene.cast.organisations["office"].public_id
    page = text(by("officer").get(address))
    assert "电机 &gt; 磁钢 &gt; 镨钕" in page and "发榜揭榜攻关" in page
    given = {"title": "揭榜：镨钕", "owner": office, "loop": "open-bid"}
    response = by("officer").post(address, given)
    case = Case.objects.get()
    assert response.status_code == 302 and case.public_id in response["Location"]
    assert "电机 &gt; 磁钢 &gt; 镨钕" in text(by("officer").get(response["Location"]))
    page = text(by("officer").get(reverse("chain-input", args=[row.public_id])))
    act = GapAct.objects.get()
    assert "进行中" in page and act.public_id in page
    assert case.subject in text(by("officer").get(reverse("chain-act", args=[act.public_id])))
    assert by("officer").post(address, given).status_code == 422
    response = by("officer").post(reverse("chain-act", args=[act.public_id]), {"result": "已揭榜"})
    assert response.status_code == 302
    assert GapAct.objects.get().status == ActStatus.ENDED
    assert "揭榜挂帅" in text(by("officer").get(reverse("chain-acts")))


def test_a_demand_is_one_more_click(scene: MapScene, by: As) -> None:
    address = reverse("chain-act-new", args=[scene.input("轴承").public_id, "demand"])
    office = scene.cast.organisations["office"].public_id
    response = by("officer").post(address, {"title": "寻找轴承", "owner": office})
    assert response.status_code == 302 and Demand.objects.get().title == "寻找轴承"
    response = by("officer").post(address, {"title": "", "owner": office})
    assert response.status_code == 422


def test_a_firm_sees_its_neighbours_and_corrects_the_map(scene: MapScene, by: As) -> None:
    firm = scene.cast.organisations["magnets"]
    address = reverse("organisation-supply", args=[firm.public_id])
    assert by("alice").get(reverse("my-supply"))["Location"] == address
    page = text(by("alice").get(address))
    assert "粘结磁钢" in page and "慈湖电机有限公司" in page
    relation = MakerRelation.objects.get(organisation=firm)
    deny = reverse("supply-deny", args=[firm.public_id, relation.pk])
    assert by("bob").get(deny).status_code == 403
    assert by("alice").post(deny, {"note": "早已停产"}).status_code == 302
    page = text(by("alice").get(address))
    assert "不生产" in page and "以前的说法" in page and scene.input("磁钢").makers == 3
    assert by("alice").get(deny).status_code == 404
    state = reverse("supply-state", args=[firm.public_id])
    given = {"product": "镨钕", "percent": "12.5", "visibility": "office"}
    assert by("alice").post(state, given).status_code == 302
    assert scene.input("镨钕").status == "single"
    assert by("alice").post(state, given | {"percent": "120"}).status_code == 422
    assert "12.5%" in text(by("alice").get(address))


def test_two_chains_meet(scene: MapScene, by: As) -> None:
    a, b = (scene.cast.chains[key].public_id for key in ("petro", "magnets"))
    scene.makes(scene.firms[0], "薄膜")
    page = text(by("officer").get(reverse("chain-meeting"), {"a": a, "b": b}))
    assert "绿色石化供给磁性材料" in page and "第甲零件厂" in page and "欧阳链" in page
    file = by("officer").get(reverse("chain-meeting-export", args=["csv"]), {"a": a, "b": b})
    content = b"".join(file.streaming_content).decode()  # type: ignore[attr-defined]
    assert "第甲零件厂" in content and "欧阳链" in content
    assert "请选两条不同" in text(by("officer").get(reverse("chain-meeting"), {"a": a, "b": a}))
    address = reverse("chain-meeting-export", args=["csv"])
    assert by("officer").get(address).status_code == 404
    assert by("alice").get(address, {"a": a, "b": b}).status_code == 403


def test_quality_of_the_map_and_of_files(scene: MapScene, by: As) -> None:
    page = text(by("officer").get(reverse("chain-quality")))
    assert "没有企业生产的上游材料" in page
    edges = SimpleUploadedFile(
        "e.csv", "from_product,to_product,rel\n甲,甲,上游材料\n甲,乙,怪\n".encode()
    )
    makers = SimpleUploadedFile("m.csv", "company_code,product_name,weight\n1,甲,-1\n".encode())
    before = ChainInput.objects.count(), MakerRelation.objects.count()
    page = text(by("officer").post(reverse("chain-quality"), {"edges": edges, "makers": makers}))
    assert "自己的上游或小类" in page and "占比是负数" in page and "关系不认识" in page
    assert (ChainInput.objects.count(), MakerRelation.objects.count()) == before
    bad = SimpleUploadedFile("e.csv", b"a,b\n1,2\n")
    makers = SimpleUploadedFile("m.csv", "company_code,product_name\n1,甲\n".encode())
    response = by("officer").post(reverse("chain-quality"), {"edges": bad, "makers": makers})
    assert response.status_code == 422


def test_roots_are_set_on_a_page(scene: MapScene, by: As) -> None:
    address = reverse("chain-roots", args=["magnets"])
    assert by("officer").post(address, {"roots": "磁钢\n"}).status_code == 302
    assert scene.input("镨钕").depth == 1
    response = by("officer").post(address, {"roots": "磁刚"})
    assert response.status_code == 422 and "磁钢" in text(response)


@pytest.mark.parametrize("name", ["chain-inputs", "chain-gaps", "chain-acts"])
def test_a_longer_list_asks_no_more(scene: MapScene, by: As, name: str) -> None:
    officer = by("officer")
    officer.get(reverse(name))
    counts = []
    for query in ({"q": "镨钕"}, {}):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            officer.get(reverse(name), query)
        counts.append(len(asked))
    assert counts[0] == counts[1]
