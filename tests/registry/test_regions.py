"""The tree of regions: who keeps it, what cannot be, what the page shows."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lianshu.authority import Refusal
from lianshu.records.errors import DomainError
from lianshu.registry.models import Region, RegionSuccession
from lianshu.registry.queries.regions import region_tree
from lianshu.registry.services import create_region, edit_region, succeed_region
from tests.cast import NOW, SYSTEM, Cast

TODAY = date(2026, 11, 2)


def test_a_manager_keeps_the_tree_below_the_grant(cast: Cast) -> None:
    admin, yinzhou, cixi = cast.actor("admin"), cast.regions["yinzhou"], cast.regions["cixi"]

    def new(**values: str) -> Region:
        given = {"code": "xingchuang", "name": "新创谷", "kind": "zone", **values}
        return create_region(actor=admin, parent=yinzhou, now=NOW, **given)

    zone = new()
    assert set(zone.ancestry.values_list("ancestor__code", flat=True)) == {
        *("ningbo", "yinzhou", "xingchuang")
    }
    for values, why in (
        ({"name": "另一处"}, "已经用过"),
        ({"code": "b"}, "同一级已经有"),
        ({"code": "中"}, "请填写代码"),
        ({"code": "b", "name": "乙", "kind": "planet"}, "不认识的区域种类"),
        ({"code": "b", "name": "乙", "official_code": "33O2"}, "只有数字"),
    ):
        with pytest.raises(DomainError, match=why):
            new(**values)
    edit_region(actor=admin, region=zone, name="新创科技谷", kind="zone", official_code="", now=NOW)
    zone.refresh_from_db()
    assert zone.name == "新创科技谷"
    with pytest.raises(Refusal, match="维护"):
        edit_region(
            actor=cast.actor("officer"),
            region=zone,
            name="x",
            kind="zone",
            official_code="",
            now=NOW,
        )
    how = {"actor": admin, "now": NOW, "on": TODAY}
    succeed_region(predecessor=cixi, successor=yinzhou, note="批复", **how)  # type: ignore[arg-type]
    succeed_region(predecessor=yinzhou, successor=zone, **how)  # type: ignore[arg-type]
    for old, new_one, why in (
        (cixi, yinzhou, "已经登记过"),
        (zone, cixi, "不能反过来"),
        (zone, zone, "不能接替自己"),
    ):
        with pytest.raises(DomainError, match=why):
            succeed_region(predecessor=old, successor=new_one, **how)  # type: ignore[arg-type]
    with pytest.raises(DomainError, match="还没有到"):
        succeed_region(actor=admin, predecessor=zone, successor=cixi, on=date(2027, 1, 1), now=NOW)


def test_the_page_shows_the_tree_and_asks_four_times(client: Client, cast: Cast) -> None:
    address = reverse("regions")
    assert client.get(address).status_code == 302
    client.force_login(cast.users["alice"])
    said = client.get(address).content.decode()
    assert "鄞州区" in said
    assert "维护" not in said
    assert client.post(address).status_code == 405
    counts = {each.region.code: (each.depth, each.count) for each in region_tree(SYSTEM)}
    assert counts == {"ningbo": (0, 7), "yinzhou": (1, 3), "cixi": (1, 1)}
    succeed_region(
        actor=SYSTEM,
        predecessor=cast.regions["cixi"],
        successor=cast.regions["yinzhou"],
        on=TODAY,
        now=NOW,
    )
    with CaptureQueriesContext(connection) as captured:
        region_tree(SYSTEM)
    assert len(captured) == 3
    client.force_login(cast.users["admin"])
    said = client.get(address).content.decode()
    for text in ("由“慈溪市”调整而来", "调整为“鄞州区”", "维护"):
        assert text in said


def test_the_forms_add_correct_and_succeed(client: Client, cast: Cast) -> None:
    city, yinzhou = cast.regions["ningbo"].public_id, cast.regions["yinzhou"].public_id
    new, edit, succeed = (
        reverse(f"region-{verb}", args=[city if verb == "new" else yinzhou])
        for verb in ("new", "edit", "succeed")
    )
    client.force_login(cast.users["officer"])
    for address in (new, edit, succeed):
        assert client.get(address).status_code == 403
    client.force_login(cast.users["admin"])
    for address in (new, edit, succeed):
        assert client.get(address).status_code == 200
        assert client.put(address).status_code == 405
    data = {"code": "beilun", "name": "北仑区", "kind": "county", "official_code": "330206"}
    assert client.post(new, data).status_code == 302
    assert client.post(new, data).status_code == 422
    client.post(edit, {"name": "鄞州", "kind": "county"})
    made = Region.objects.get(code="beilun")
    client.post(succeed, {"successor": made.public_id, "on": "2026-11-02"})
    assert RegionSuccession.objects.get().predecessor.name == "鄞州"
    assert client.get(reverse("region-edit", args=["nowhere"])).status_code == 404
