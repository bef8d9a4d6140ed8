"""A secret word in each level, looked for as everybody."""

from __future__ import annotations

import pytest

from lianshu.authority import Refusal
from lianshu.exchange.disclosure import Disclosure
from lianshu.exchange.models import Demand
from lianshu.exchange.queries import demand_by_id, demands_for
from lianshu.exchange.reading import read_post
from lianshu.exchange.services.confidentiality import disclose_to, open_detail, set_exclusions
from tests.cast import NOW, Cast

PUBLIC, IDENTITY, DETAIL = "蓝鲸公开", "青鸟主体", "赤狐详情"


@pytest.fixture
def demand(cast: Cast) -> Demand:
    return cast.demand(
        f"磁钢工艺 {PUBLIC}", contact_name=IDENTITY, detail=f"配方 {DETAIL}", indicators="剩磁≥1.4T"
    )


def found(cast: Cast, who: str, word: str) -> int:
    return demands_for(cast.actor(who)).found_by(word).count()


@pytest.mark.parametrize(
    ("who", "public", "identity", "detail"),
    [
        ("alice", 1, 1, 1),
        ("anna", 1, 1, 1),
        ("officer", 1, 1, 1),
        ("yinzhou", 1, 1, 1),
        ("bob", 1, 0, 0),
        ("carol", 1, 0, 0),
        ("eve", 1, 0, 0),
    ],
)
def test_search_and_counts_use_only_the_readers_levels(
    cast: Cast, demand: Demand, who: str, public: int, identity: int, detail: int
) -> None:
    assert (
        found(cast, who, PUBLIC),
        found(cast, who, IDENTITY),
        found(cast, who, DETAIL),
    ) == (public, identity, detail)


def test_a_word_of_each_level_is_found_only_by_who_may_read_both(
    cast: Cast, demand: Demand
) -> None:
    assert found(cast, "bob", f"{PUBLIC} {DETAIL}") == 0
    assert found(cast, "alice", f"{PUBLIC} {DETAIL}") == 1


def test_a_reading_holds_nothing_above_its_level(cast: Cast, demand: Demand) -> None:
    row = demand_by_id(cast.actor("bob"), demand.public_id)
    assert row is not None
    reading = read_post(row)
    assert reading.level == Disclosure.SUMMARY
    assert IDENTITY not in repr(reading) and DETAIL not in repr(reading)
    assert (reading.owner, reading.contact, reading.detail, reading.indicators) == (None,) * 4


def test_disclosure_raises_the_level_of_one_organisation_only(cast: Cast, demand: Demand) -> None:
    disclose_to(
        actor=cast.actor("alice"),
        post=demand,
        organisation=cast.organisations["university"],
        level=Disclosure.IDENTITY,
        now=NOW,
    )
    assert (found(cast, "carol", IDENTITY), found(cast, "carol", DETAIL)) == (1, 0)
    assert found(cast, "bob", IDENTITY) == 0


def test_only_the_owner_discloses(cast: Cast, demand: Demand) -> None:
    for who in ("officer", "bob", "anna"):
        with pytest.raises(Refusal, match="只有发布单位"):
            disclose_to(
                actor=cast.actor(who),
                post=demand,
                organisation=cast.organisations["university"],
                level=Disclosure.DETAIL,
                now=NOW,
            )


def test_an_excluded_organisation_sees_nothing_at_all(cast: Cast, demand: Demand) -> None:
    motors = cast.organisations["motors"]
    set_exclusions(actor=cast.actor("alice"), post=demand, organisations=[motors], now=NOW)
    assert found(cast, "bob", PUBLIC) == 0
    assert demand_by_id(cast.actor("bob"), demand.public_id) is None
    assert found(cast, "carol", PUBLIC) == 1


def test_exclusion_wins_over_an_earlier_disclosure(cast: Cast, demand: Demand) -> None:
    alice, motors = cast.actor("alice"), cast.organisations["motors"]
    disclose_to(actor=alice, post=demand, organisation=motors, level=Disclosure.DETAIL, now=NOW)
    set_exclusions(actor=alice, post=demand, organisations=[motors], now=NOW)
    assert demand_by_id(cast.actor("bob"), demand.public_id) is None


def test_who_opens_the_detail_is_known_to_the_owner(cast: Cast, demand: Demand) -> None:
    for who in ("officer", "alice", "bob"):
        row = demand_by_id(cast.actor(who), demand.public_id)
        assert row is not None
        open_detail(actor=cast.actor(who), post=row, channel="page", now=NOW)
    assert [r.user_name for r in demand.readings.all()] == ["欧阳链"]


def test_an_officer_of_another_district_reads_the_summary_only(cast: Cast) -> None:
    elsewhere = cast.demand(f"电机 {PUBLIC}", by="motors", detail=DETAIL)
    row = demand_by_id(cast.actor("yinzhou"), elsewhere.public_id)
    assert row is not None
    assert read_post(row).detail is None
    assert found(cast, "yinzhou", DETAIL) == 0


def test_a_draft_is_its_owners_alone(cast: Cast) -> None:
    draft = cast.demand("未发布的想法", publish=False)
    seen = {
        who: demand_by_id(cast.actor(who), draft.public_id) is not None
        for who in ("alice", "anna", "officer", "bob", "eve")
    }
    assert seen == {"alice": True, "anna": True, "officer": False, "bob": False, "eve": False}
