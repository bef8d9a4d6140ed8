"""Matching on the exchange: who is proposed for what, to whom, on which texts."""

from __future__ import annotations

import pytest

from lianshu.authority import Refusal
from lianshu.exchange.matching import ranked_partners, reason_line, reasons_for
from lianshu.exchange.models import Demand, Recommendation, Resource
from lianshu.exchange.queries import demand_by_id, recommendations_for, resource_by_id
from lianshu.exchange.services.confidentiality import set_exclusions
from lianshu.exchange.services.matching import match_post
from lianshu.exchange.services.posts import withdraw_post
from lianshu.exchange.services.recommendations import send_recommendation
from tests.cast import NOW, SYSTEM, Cast

SECRET = "赤狐配方"


def as_seen(cast: Cast, who: str, post: Demand | Resource) -> Demand | Resource:
    find = demand_by_id if isinstance(post, Demand) else resource_by_id
    row = find(cast.actor(who), post.public_id)
    assert row is not None
    return row


def partners(cast: Cast, who: str, post: Demand | Resource) -> list[int]:
    return [pk for pk, _ in ranked_partners(cast.actor(who), as_seen(cast, who, post))]


def test_the_fitting_resource_comes_first_in_both_directions(cast: Cast) -> None:
    demand, resource = cast.demand(), cast.resource()
    cast.resource("口腔种植体表面处理")
    cast.demand("电机壳体压铸模具", by="motors")
    assert partners(cast, "officer", demand)[0] == resource.pk
    assert partners(cast, "officer", resource)[0] == demand.pk


def test_nobody_is_proposed_to_itself_nor_to_whom_it_excluded(cast: Cast) -> None:
    demand = cast.demand()
    cast.resource(by="magnets")
    excluded = cast.resource(by="motors")
    shy = cast.resource(by="bank")
    fits = cast.resource()
    set_exclusions(
        actor=cast.actor("alice"),
        post=demand,
        organisations=[cast.organisations["motors"]],
        now=NOW,
    )
    set_exclusions(actor=SYSTEM, post=shy, organisations=[cast.organisations["magnets"]], now=NOW)
    assert excluded.pk != fits.pk
    assert partners(cast, "officer", demand) == [fits.pk]


def test_a_withdrawn_post_is_gone_and_a_new_one_there_at_once(cast: Cast) -> None:
    demand, resource = cast.demand(), cast.resource()
    assert partners(cast, "officer", demand) == [resource.pk]
    withdraw_post(actor=SYSTEM, post=resource, now=NOW)
    assert partners(cast, "officer", demand) == []
    fresh = cast.resource("晶界扩散工艺装备")
    assert partners(cast, "officer", demand) == [fresh.pk]


def test_an_owner_matches_on_what_it_may_read_and_the_office_on_detail(cast: Cast) -> None:
    demand = cast.demand("求合作", detail=SECRET)
    resource = cast.resource("合作意向", detail=SECRET)
    other = cast.resource("求购合作")

    def evidence(who: str) -> dict[int, float]:
        found = ranked_partners(cast.actor(who), as_seen(cast, who, demand))
        return {pk: candidate.words + candidate.characters for pk, candidate in found}

    office, owner = evidence("officer"), evidence("alice")
    assert office[resource.pk] > owner[resource.pk]
    assert other.pk in owner


def test_reasons_are_rebuilt_from_the_readers_levels(cast: Cast) -> None:
    demand = cast.demand(detail=f"需要 {SECRET}")
    cast.resource(detail=f"拥有 {SECRET}")
    officer = cast.actor("officer")
    match_post(actor=officer, post=as_seen(cast, "officer", demand), now=NOW)
    send_recommendation(actor=officer, recommendation=Recommendation.objects.get(), now=NOW)

    def line(who: str) -> str:
        rows = list(recommendations_for(cast.actor(who)))
        return reason_line(reasons_for(rows)[rows[0].pk])

    assert "赤狐" in line("officer")
    for who in ("alice", "carol"):
        assert "赤狐" not in line(who)
        assert "晶界" in line(who)


def test_whose_detail_was_used_is_known_to_the_owner(cast: Cast) -> None:
    demand, resource = cast.demand(), cast.resource()
    match_post(actor=cast.actor("officer"), post=as_seen(cast, "officer", demand), now=NOW)
    assert [r.channel for r in demand.readings.all()] == ["match"]
    assert [r.channel for r in resource.readings.all()] == ["match"]
    demand.readings.all().delete()
    match_post(actor=cast.actor("alice"), post=as_seen(cast, "alice", demand), now=NOW)
    assert not demand.readings.exists()


@pytest.mark.parametrize("who", ["bob", "anna", "dan"])
def test_others_may_not_match_somebody_elses_post(cast: Cast, who: str) -> None:
    demand = cast.demand()
    with pytest.raises(Refusal, match="只有发布单位或负责的链办"):
        match_post(actor=cast.actor(who), post=as_seen(cast, who, demand), now=NOW)
