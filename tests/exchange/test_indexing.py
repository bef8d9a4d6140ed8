"""The index is as of now for every reader: new, changed, expired, disclosed, excluded, left out."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from lianshu.exchange import index_bases, indexing
from lianshu.exchange.disclosure import Disclosure
from lianshu.exchange.matching import Partners, partners_of
from lianshu.exchange.models import Demand, MatchingRun, Resource
from lianshu.exchange.queries import demand_by_id, resource_by_id
from lianshu.exchange.services.confidentiality import disclose_to, set_exclusions
from lianshu.exchange.services.matching import match_post
from lianshu.exchange.services.posts import edit_post, withdraw_post
from lianshu.registry.services.links import add_link
from tests.cast import NOW, SYSTEM, Cast

SECRET = "赤狐配方"


def found(cast: Cast, who: str, post: Demand | Resource, **kwargs: object) -> Partners:
    find = demand_by_id if isinstance(post, Demand) else resource_by_id
    row = find(cast.actor(who), post.public_id)
    assert row is not None
    return partners_of(cast.actor(who), row, now=NOW, **kwargs)  # type: ignore[arg-type]


def pks(cast: Cast, who: str, post: Demand | Resource) -> list[int]:
    return [pk for pk, _one in found(cast, who, post).ranked]


@pytest.mark.parametrize("who", ["officer", "alice"])
def test_what_is_written_is_there_at_the_next_question(cast: Cast, who: str) -> None:
    demand = cast.demand()
    first = cast.resource()
    assert pks(cast, who, demand) == [first.pk]
    second = cast.resource("晶界扩散装备")
    assert set(pks(cast, who, demand)) == {first.pk, second.pk}
    edit_post(actor=SYSTEM, post=second, values={"title": "口腔种植体"}, version=1, now=NOW)
    assert pks(cast, who, demand) == [first.pk]
    withdraw_post(actor=SYSTEM, post=first, now=NOW)
    assert pks(cast, who, demand) == []


def test_what_has_expired_is_gone_before_the_clock_says_so(cast: Cast) -> None:
    demand, resource = cast.demand(), cast.resource()
    row = demand_by_id(cast.actor("officer"), demand.public_id)
    assert row is not None
    assert resource.expires_at is not None
    late = resource.expires_at + timedelta(seconds=1)
    assert partners_of(cast.actor("officer"), row, now=NOW).ranked
    assert partners_of(cast.actor("officer"), row, now=late).ranked == []


def test_a_disclosed_detail_is_matched_at_once_and_for_nobody_else(cast: Cast) -> None:
    demand = cast.demand(f"求{SECRET}")
    resource = cast.resource("合作意向", detail=f"拥有{SECRET}")
    assert pks(cast, "alice", demand) == []
    firm = cast.organisations["magnets"]
    for level, there in ((Disclosure.DETAIL, True), (Disclosure.SUMMARY, False)):
        disclose_to(actor=SYSTEM, post=resource, organisation=firm, level=level, now=NOW)
        assert (pks(cast, "alice", demand) == [resource.pk]) is there
    theirs = cast.demand(f"另求{SECRET}", by="motors")
    assert pks(cast, "bob", theirs) == []
    assert pks(cast, "officer", theirs) == [resource.pk]


def test_a_district_officer_reads_its_district_whole_and_the_rest_in_public(cast: Cast) -> None:
    demand = cast.demand(f"求{SECRET}")
    near = cast.resource("合作意向一", detail=f"拥有{SECRET}")
    cast.resource("合作意向二", detail=f"拥有{SECRET}", by="motors")
    assert pks(cast, "yinzhou", demand) == [near.pk]
    assert len(pks(cast, "officer", demand)) == 2


def test_a_conflict_of_interest_is_left_out_and_told(cast: Cast) -> None:
    demand = cast.demand()
    ours, theirs = cast.resource(by="motors"), cast.resource()
    add_link(
        actor=SYSTEM,
        holder=cast.organisations["magnets"],
        subject=cast.organisations["motors"],
        kind="parent",
        valid_from=date(2026, 1, 1),
        now=NOW,
    )
    partners = found(cast, "officer", demand)
    assert [pk for pk, _one in partners.ranked] == [theirs.pk]
    assert ours.pk != theirs.pk
    assert partners.left_out == {"conflict": 1}
    assert partners.ranked[0][1].rank == 1


def test_named_exclusions_of_either_side_are_left_out(cast: Cast) -> None:
    demand = cast.demand()
    cast.resource(by="motors")
    shy = cast.resource(by="bank")
    fits = cast.resource()
    motors, magnets = cast.organisations["motors"], cast.organisations["magnets"]
    assert len(found(cast, "officer", demand).ranked) == 3
    set_exclusions(actor=SYSTEM, post=demand, organisations=[motors], now=NOW)
    set_exclusions(actor=SYSTEM, post=shy, organisations=[magnets], now=NOW)
    partners = found(cast, "officer", demand)
    assert [pk for pk, _one in partners.ranked] == [fits.pk]
    assert partners.left_out == {"excluded": 2}


def test_a_wanted_region_leaves_out_the_others_in_both_directions(cast: Cast) -> None:
    demand = cast.demand(partner_region=cast.regions["yinzhou"])
    far = cast.resource(by="motors")
    near = cast.resource()
    partners = found(cast, "officer", demand)
    assert [pk for pk, _one in partners.ranked] == [near.pk]
    assert partners.left_out == {"region": 1}
    assert pks(cast, "officer", far) == []
    choosy = cast.resource("晶界扩散服务", partner_region=cast.regions["cixi"])
    assert choosy.pk not in pks(cast, "officer", demand)


def test_the_cut_counts_only_who_may_be_proposed(cast: Cast) -> None:
    demand = cast.demand()
    excluded = [cast.resource(f"高矫顽力磁钢晶界扩散工艺{n}", by="motors") for n in range(3)]
    cast.resource("晶界扩散")
    set_exclusions(actor=SYSTEM, post=demand, organisations=[cast.organisations["motors"]], now=NOW)
    partners = found(cast, "officer", demand, top=1)
    assert len(partners.ranked) == 1
    assert partners.ranked[0][0] not in {post.pk for post in excluded}
    assert partners.left_out == {"excluded": 1}


def test_only_the_office_sees_why_somebody_was_left_out(client: Client, cast: Cast) -> None:
    demand = cast.demand()
    cast.resource(by="motors")
    cast.resource()
    set_exclusions(actor=SYSTEM, post=demand, organisations=[cast.organisations["motors"]], now=NOW)
    officer = cast.actor("officer")
    row = demand_by_id(officer, demand.public_id)
    assert row is not None
    match_post(actor=officer, post=row, now=NOW)
    assert MatchingRun.objects.get().left_out == {"excluded": 1}
    address = reverse("demand", args=[demand.public_id])
    for who, seen in (("officer", True), ("alice", False), ("carol", False)):
        client.force_login(cast.users[who])
        assert ("对方单位在保密名单里" in client.get(address).content.decode()) is seen


def test_a_large_base_is_kept_in_a_file_and_used_by_the_next_process(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, settings: Settings, tmp_path: Path
) -> None:
    settings.VAR = tmp_path
    monkeypatch.setattr(index_bases, "BUILT_AT_ONCE", 0)
    monkeypatch.setattr(index_bases, "ALWAYS_WHOLE", -1)
    demand, resource = cast.demand(), cast.resource()

    def restarted() -> list[int]:
        monkeypatch.setattr(index_bases, "_bases", index_bases.Shelf(4))
        monkeypatch.setattr(indexing, "_audiences", index_bases.Shelf(4))
        return pks(cast, "officer", demand)

    assert restarted() == [resource.pk]
    (kept,) = (tmp_path / "matching").glob("resource-*.npz")
    assert kept.stat().st_mode & 0o077 == 0
    late = cast.resource("晶界扩散装备")
    monkeypatch.setattr(index_bases, "_build", None)
    assert set(restarted()) == {resource.pk, late.pk}
    monkeypatch.undo()
    settings.VAR = tmp_path
    kept.write_bytes(b"PK broken")
    assert set(restarted()) == {resource.pk, late.pk}
