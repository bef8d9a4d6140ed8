"""A secret word in each level, looked for in every answer of the API as everybody."""

from __future__ import annotations

import pytest

from lianshu.exchange.disclosure import Disclosure
from lianshu.exchange.services.confidentiality import disclose_to, set_exclusions
from tests.api.conftest import Callers
from tests.cast import NOW, Cast

PUBLIC, IDENTITY, DETAIL = "蓝鲸公开", "青鸟主体", "赤狐详情"
PEOPLE = ("officer", "yinzhou", "alice", "anna", "bob", "carol", "dan", "admin", "eve")
EVERYTHING = {PUBLIC, IDENTITY, DETAIL}
READS_ALL = {"officer": EVERYTHING, "yinzhou": EVERYTHING, "alice": EVERYTHING, "anna": EVERYTHING}


@pytest.fixture
def scene(cast: Cast, callers: Callers) -> dict[str, str]:
    """Alice's demand, matched with Carol's resource and sent to both."""
    demand = cast.demand(
        f"磁钢晶界扩散 {PUBLIC}",
        contact_name=IDENTITY,
        detail=f"稀土永磁配方 {DETAIL}",
        indicators=f"剩磁 {DETAIL}",
        budget_min=98_765_43,
    )
    cast.resource(f"稀土永磁 {PUBLIC} 晶界扩散", detail=f"工艺 {DETAIL}", contact_name=IDENTITY)
    cast.resource(f"晶界扩散 {PUBLIC}", by="motors")
    officer = callers.by("officer")
    officer.call("POST", f"/demands/{demand.public_id}/match")
    pairs = officer.get("/recommendations")["items"]
    for pair in pairs:
        officer.call("POST", f"/recommendations/{pair['id']}/send")
    return {"demand": demand.public_id} | {
        f"pair{number}": pair["id"] for number, pair in enumerate(pairs)
    }


def everything_answered(callers: Callers, who: str, scene: dict[str, str]) -> str:
    """All that this person can make the API say about the demand."""
    caller = callers.by(who)
    pairs = [pair for name, pair in scene.items() if name.startswith("pair")]
    paths = [
        "/demands?limit=100",
        f"/demands/{scene['demand']}",
        "/recommendations",
        *(f"/recommendations/{pair}" for pair in pairs),
        f"/recommendations?demand={scene['demand']}",
        "/projects",
        "/organisations",
        "/imports",
        "/me",
    ]
    said = [caller.call("GET", path).content.decode() for path in paths]
    for method, path, body in [
        ("PATCH", f"/demands/{scene['demand']}", {"version": 1, "trl_level": 3}),
        ("POST", f"/demands/{scene['demand']}/match", None),
        ("POST", f"/demands/{scene['demand']}/publish", None),
        *(("POST", f"/recommendations/{pair}/send", None) for pair in pairs),
        *(("POST", f"/recommendations/{pair}/decline", {"reason": "ip"}) for pair in pairs),
    ]:
        said.append(caller.call(method, path, body).content.decode())
    return "\n".join(said)


@pytest.mark.parametrize("who", PEOPLE)
def test_no_answer_holds_more_than_the_readers_level(
    callers: Callers, cast: Cast, scene: dict[str, str], who: str
) -> None:
    # Carol's own resource holds the words too: what she may read of the demand alone is asked for.
    said = everything_answered(callers, who, scene)
    if who == "carol":
        said = "\n".join(
            callers.by(who).call("GET", path).content.decode()
            for path in ("/demands", f"/demands/{scene['demand']}")
        )
    found = {word for word in EVERYTHING if word in said}
    assert found == READS_ALL.get(who, {PUBLIC})
    assert ("9876543" in said) == (who in READS_ALL)


def test_a_count_tells_nothing_above_the_readers_level(
    callers: Callers, scene: dict[str, str]
) -> None:
    for who in PEOPLE:
        caller = callers.by(who)
        for word in EVERYTHING:
            expected = 1 if word in READS_ALL.get(who, {PUBLIC}) else 0
            assert caller.get(f"/demands?q={word}")["total"] == expected, (who, word)


def test_lists_hold_no_detail_for_anybody(callers: Callers, scene: dict[str, str]) -> None:
    for who in PEOPLE:
        caller = callers.by(who)
        for path in ("/demands", "/resources", "/recommendations", "/projects"):
            answer = caller.call("GET", path).content.decode()
            assert DETAIL not in answer and "9876543" not in answer, (who, path)


def test_an_excluded_competitor_learns_nothing(
    callers: Callers, cast: Cast, scene: dict[str, str]
) -> None:
    demand = cast.demand(f"另一条 {PUBLIC}", detail=DETAIL)
    motors = cast.organisations["motors"]
    disclose_to(
        actor=cast.actor("alice"),
        post=demand,
        organisation=motors,
        level=Disclosure.DETAIL,
        now=NOW,
    )
    set_exclusions(actor=cast.actor("alice"), post=demand, organisations=[motors], now=NOW)
    bob = callers.by("bob")
    unknown = bob.call("GET", "/demands/zzzzzzzzzzzz").content
    assert bob.call("GET", f"/demands/{demand.public_id}").content == unknown
    assert "另一条" not in bob.call("GET", "/demands").content.decode()
    assert bob.get("/demands?q=另一条")["total"] == 0


def test_who_decided_is_not_told_to_the_other_side(callers: Callers, scene: dict[str, str]) -> None:
    callers.by("alice").call("POST", f"/recommendations/{scene['pair0']}/accept", {})
    said = "".join(
        callers.by("carol").call("GET", path).content.decode()
        for path in ("/projects", "/recommendations", f"/recommendations/{scene['pair0']}")
    )
    assert "艾丽" not in said and "甬江磁材" not in said
