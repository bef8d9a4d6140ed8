"""Pages about who an organisation is: what they show, refuse and lead to."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lianshu.engine.identity import check_character, organisation_check_character
from lianshu.engine.tables import Period, Use
from lianshu.registry.models import Succession
from lianshu.registry.services import (
    FactEntry,
    Provenance,
    add_link,
    add_name,
    merge_organisation,
    record_facts,
    set_identifier,
)
from tests.cast import NOW, SYSTEM, Cast, credit_code

OWN = Provenance("organisation", Use.SERVICE | Use.DECISION)
TODAY = date(2026, 11, 2)


def inside_wrong(number: int) -> str:
    """A code whose inner check character is wrong and whose own is right: real ones exist."""
    body = f"91990000{number:08}"
    right = organisation_check_character(body[8:])
    first = body + ("1" if right != "1" else "2")
    return first + check_character(first)


def page(cast: Cast, key: str, name: str = "organisation", **more: str) -> str:
    return reverse(name, args=[cast.organisations[key].public_id])


def merged(cast: Cast) -> Succession:
    return merge_organisation(
        actor=SYSTEM,
        predecessor=cast.organisations["motors"],
        successor=cast.organisations["magnets"],
        kind="absorbed",
        reason="吸收合并公告",
        on=TODAY,
        now=NOW,
    )


def test_the_overview_says_who_it_is_and_what_is_doubtful(client: Client, cast: Cast) -> None:
    magnets, bank = cast.organisations["magnets"], cast.organisations["bank"]
    how = {"actor": SYSTEM, "organisation": magnets, "now": NOW}
    set_identifier(kind="uscc", value=inside_wrong(77), **how)  # type: ignore[arg-type]
    add_name(kind="former", value="甬江磁钢厂", **how)  # type: ignore[arg-type]
    add_link(
        actor=SYSTEM,
        holder=bank,
        subject=magnets,
        kind="shareholder",
        share=Decimal("51.5"),
        now=NOW,
    )
    client.force_login(cast.users["alice"])
    said = client.get(page(cast, "magnets")).content.decode()
    for text in ("GB 11714", "甬江磁钢厂", "港湾银行", "51.5%", "没有行业代码", "曾用"):
        assert text in said
    year = Period.year(2025)
    record_facts(
        actor=SYSTEM,
        entries=[
            FactEntry(magnets, "industry", year, "3982", "none", OWN),
            FactEntry(magnets, "staff", year, 320, "person", OWN),
            FactEntry(magnets, "revenue", year, 5_000_000_000, "fen", OWN),
        ],
        now=NOW,
    )
    said = client.get(page(cast, "magnets")).content.decode()
    assert "中型企业" in said
    assert "（2025 年数据）" in said
    client.force_login(cast.users["bob"])
    said = client.get(page(cast, "magnets")).content.decode()
    assert "中型企业" not in said
    assert "身份与名称" not in said


def test_an_empty_list_invites_only_its_own_people(client: Client, cast: Cast) -> None:
    address = reverse("organisation", args=[cast.organisations["motors"].public_id])
    for who, words in (("bob", "用一句话写下需要什么"), ("alice", "没有您可以看到的需求")):
        client.force_login(cast.users[who])
        assert words in client.get(address).content.decode()


def test_names_numbers_links_and_place_are_kept_on_their_pages(client: Client, cast: Cast) -> None:
    client.force_login(cast.users["admin"])

    def send(name: str, **data: str) -> str:
        response = client.post(page(cast, "magnets", name), data)
        assert response.status_code in (302, 422), response.status_code
        return response.content.decode() if response.status_code == 422 else ""

    magnets = cast.organisations["magnets"]
    assert send("name-new", kind="former", value="甬江磁钢厂", valid_to="2010-05-01") == ""
    assert "已经登记过" in send("name-new", kind="former", value="甬江磁钢厂")
    wrong = credit_code(700)[:8] + "O" + credit_code(700)[9:]
    assert "第 9 位改为“0”" in send("number-new", kind="uscc", value=wrong)
    assert send("number-new", kind="uscc", value=wrong, override_reason="证照如此") == ""
    assert "超过 100" in send("link-new", holder="港湾银行", kind="shareholder", share="120")
    assert "不是已登记的单位" in send("link-new", holder="无名", kind="parent")
    assert send("link-new", holder="港湾银行", kind="shareholder", share="20") == ""
    cixi = cast.regions["cixi"].public_id
    assert send("organisation-move", region=cixi, chain="") == ""
    magnets.refresh_from_db()
    assert (magnets.region, magnets.chain) == (cast.regions["cixi"], None)
    shown = client.get(page(cast, "magnets", "organisation-identity")).content.decode()
    for text in ("至 2010-05-01", "仍采用的理由：证照如此", "已停用", "20%", "现用名"):
        assert text in shown
    one = magnets.public_id
    current = magnets.identifiers.get(valid_to__isnull=True)
    link = magnets.links_up.get()
    name = magnets.other_names.get()
    assert client.post(reverse("number-end", args=[one, current.pk]), {"on": "2030-01-01"})
    assert client.post(reverse("link-end", args=[one, link.pk]), {"on": "2030-01-01"})
    assert client.post(reverse("name-remove", args=[one, name.pk]))
    current.refresh_from_db()
    link.refresh_from_db()
    assert (current.valid_to, link.valid_to) == (date(2030, 1, 1), date(2030, 1, 1))
    assert not magnets.other_names.exists()
    other = cast.organisations["bank"].public_id
    assert client.post(reverse("number-end", args=[other, current.pk])).status_code == 404
    assert client.get(reverse("link-end", args=[one, link.pk])).status_code == 405


@pytest.mark.parametrize(
    "name",
    [
        "organisation-identity",
        "name-new",
        "number-new",
        "link-new",
        "organisation-move",
        "organisation-merge",
        "organisation-split",
    ],
)
def test_who_may_open_them(client: Client, cast: Cast, name: str) -> None:
    address = page(cast, "magnets", name)
    assert client.get(address).headers["Location"].startswith("/accounts/login/")
    client.force_login(cast.users["bob"])
    reads = name == "organisation-identity"
    assert client.get(address).status_code == (200 if reads else 403)
    client.force_login(cast.users["admin"])
    assert client.get(address).status_code == 200
    assert client.delete(address).status_code == 405


def test_a_merge_is_looked_at_done_and_undone(client: Client, cast: Cast) -> None:
    magnets, motors = cast.organisations["magnets"], cast.organisations["motors"]
    client.force_login(cast.users["admin"])
    address = page(cast, "motors", "organisation-merge")
    data = {"successor": "甬江磁材有限公司", "kind": "absorbed", "on": "2026-11-02"}
    looked = client.post(address, data | {"preview": "1"}).content.decode()
    for text in ("将并入", "保留", "人员", "1 条跟去", credit_code(4)):
        assert text in looked
    assert client.post(address, data).status_code == 422
    assert (
        "并入自己"
        in client.post(
            address, data | {"successor": "慈湖电机有限公司", "preview": "1"}
        ).content.decode()
    )
    client.post(address, data | {"reason": "公告〔2026〕1 号"})
    motors.refresh_from_db()
    assert motors.merged_into == magnets
    led = client.get(page(cast, "motors"), follow=True)
    assert led.redirect_chain == [(page(cast, "magnets"), 302)]
    assert "“慈湖电机有限公司”已于 2026-11-02 并入“甬江磁材有限公司”" in led.content.decode()
    own = client.get(f"{page(cast, 'motors')}?own=1").content.decode()
    assert "这里是它原来的资料" in own
    listed = client.get(reverse("organisations")).content.decode()
    assert "慈湖电机" not in listed
    for existence in ("ever", "ended"):
        shown = client.get(reverse("organisations"), {"existence": existence}).content.decode()
        assert "已于 2026-11-02 终止" in shown
    offered = client.get(reverse("organisation-names"), {"successor": "慈湖"}).content.decode()
    assert "慈湖" not in offered.replace('value="甬江磁材有限公司"', "")
    assert "甬江磁材有限公司" in offered
    undo = reverse("succession-undo", args=[Succession.objects.get().public_id])
    client.force_login(cast.users["alice"])
    assert client.post(undo).status_code == 403
    client.force_login(cast.users["admin"])
    assert client.get(undo).status_code == 405
    assert client.post(undo).status_code == 302
    assert client.get(page(cast, "motors")).status_code == 200


def test_a_split_stands_on_both_pages(client: Client, cast: Cast) -> None:
    client.force_login(cast.users["admin"])
    client.post(
        page(cast, "magnets", "organisation-split"),
        {"successors": "慈湖电机有限公司\n", "on": "2026-11-02", "reason": "派生分立"},
    )
    assert "由本单位分立" in client.get(page(cast, "magnets")).content.decode()
    assert "本单位由它分立而来" in client.get(page(cast, "motors")).content.decode()


def test_the_overview_asks_as_much_for_many_links_as_for_one(client: Client, cast: Cast) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(page(cast, "magnets")).status_code == 200
        return len(captured)

    client.force_login(cast.users["admin"])
    keys = ("bank", "university", "platform")
    for number, key in enumerate(keys):
        for kind in ("parent", "shareholder"):
            add_link(
                actor=SYSTEM,
                holder=cast.organisations[key],
                subject=cast.organisations["magnets"],
                kind=kind,
                now=NOW,
            )
        if number == 0:
            count()
            few = count()
    assert count() == few
