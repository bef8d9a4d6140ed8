"""Writing and reading demands and resources."""

from __future__ import annotations

from typing import Any

import pytest

from lianshu.exchange.models import Demand, Resource
from tests.api.conftest import Callers
from tests.cast import Cast


def new_demand(cast: Cast, **changes: Any) -> dict[str, Any]:
    return {
        "owner": cast.organisations["magnets"].public_id,
        "title": "高矫顽力磁钢",
        "kind": "technology",
        "contact": "0574-0000-0001",
        "detail": "配方保密",
        "budget_min": 100_000_00,
        "budget_max": 200_000_00,
        "deadline": "2027-03-01",
        "trl_level": 6,
        **changes,
    }


def test_a_demand_is_created_read_changed_and_withdrawn(callers: Callers, cast: Cast) -> None:
    alice = callers.by("alice")
    response = alice.call("POST", "/demands", new_demand(cast, publish=True))
    assert response.status_code == 201, response.content.decode()
    state = response.json()
    assert (state["status"], state["version"]) == ("published", 1)
    address = f"/demands/{state['id']}"
    got = alice.get(address)
    assert (got["level"], got["detail"], got["budget_min"], got["deadline"]) == (
        "detail",
        "配方保密",
        10_000_000,
        "2027-03-01",
    )
    assert got["region"] == {"code": "yinzhou", "name": "鄞州区"}
    change = {"version": 1, "chain": None, "budget_min": None, "region": "ningbo"}
    assert alice.call("PATCH", address, change).json()["version"] == 2
    got = alice.get(address)
    assert (got["chain"], got["budget_min"], got["title"]) == (None, None, "高矫顽力磁钢")
    assert got["region"]["code"] == "ningbo"
    assert alice.call("POST", f"{address}/withdraw").json()["status"] == "withdrawn"
    assert alice.refused("POST", f"{address}/renew")[:2] == (403, "refused")


def test_a_resource_keeps_its_facets(callers: Callers, cast: Cast) -> None:
    body = {
        "owner": cast.organisations["university"].public_id,
        "title": "晶界扩散专利",
        "kind": "patent",
        "facets": {"patent_number": "ZL2026"},
    }
    carol = callers.by("carol")
    state = carol.call("POST", "/resources", body).json()
    assert carol.get(f"/resources/{state['id']}")["facets"] == {"patent_number": "ZL2026"}
    wrong = carol.refused("POST", "/resources", body | {"facets": {"wings": 2}})
    assert wrong == (422, "invalid", "facets")


def test_who_changed_it_first_wins(callers: Callers, cast: Cast) -> None:
    demand = cast.demand()
    address = f"/demands/{demand.public_id}"
    alice = callers.by("alice")
    assert alice.call("PATCH", address, {"version": 1, "title": "甲"}).status_code == 200
    assert alice.refused("PATCH", address, {"version": 1, "title": "乙"})[:2] == (409, "conflict")
    assert alice.get(address)["title"] == "甲"


def test_a_repeated_request_creates_nothing_twice(callers: Callers, cast: Cast) -> None:
    alice, key = callers.by("alice"), {"Idempotency-Key": "k-1"}
    first = alice.call("POST", "/demands", new_demand(cast), **key)
    again = alice.call("POST", "/demands", new_demand(cast), **key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert Demand.objects.count() == 1
    other = alice.call("POST", "/demands", new_demand(cast, title="别的"), **key)
    assert other.status_code == 409
    # The key is this person's: somebody else's same key is another request.
    officer = callers.by("officer")
    assert officer.call("POST", "/demands", new_demand(cast), **key).status_code == 201
    assert Demand.objects.count() == 2


@pytest.mark.parametrize("key", ["", " ", "a" * 129, "钥匙", "a b"])
def test_a_key_that_cannot_be_kept_is_refused(callers: Callers, cast: Cast, key: str) -> None:
    sent = key.encode().decode("latin-1")
    response = callers.by("alice").call(
        "POST", "/demands", new_demand(cast), **{"Idempotency-Key": sent}
    )
    assert response.status_code == 422
    assert Demand.objects.count() == 0


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "长" * 201}, "title"),
        ({"title": 5}, "title"),
        ({"kind": "magic"}, "kind"),
        ({"owner": "zzzzzzzzzzzz"}, "owner"),
        ({"owner": "../x"}, "owner"),
        ({"region": "atlantis"}, "region"),
        ({"region": None}, "region"),
        ({"chain": "atlantis"}, "chain"),
        ({"trl_level": 10}, "trl_level"),
        ({"trl_level": True}, "trl_level"),
        ({"budget_min": -1}, "budget_min"),
        ({"budget_min": 2**63}, "budget_min"),
        ({"budget_min": "5"}, "budget_min"),
        ({"budget_min": 3, "budget_max": 2}, "budget_min"),
        ({"deadline": "2026-02-30"}, "deadline"),
        ({"deadline": 5}, "deadline"),
        ({"deadline": "soon"}, "deadline"),
        ({"publish": "yes"}, "publish"),
        ({"publish": True, "contact": ""}, "contact"),
        ({"wings": 2}, "wings"),
    ],
)
def test_bad_contents_name_the_field(
    callers: Callers, cast: Cast, change: dict[str, Any], field: str
) -> None:
    body = new_demand(cast) | change
    assert callers.by("alice").refused("POST", "/demands", body) == (422, "invalid", field)
    assert Demand.objects.count() == 0


@pytest.mark.parametrize(
    "text",
    ["{", "", "[]", "null", '"x"', '{"title": NaN}', "[" * 100_000, "1" * 5_000]
    + [f'{{"title": "{bad}"}}' for bad in ("\\u0000", "\\ud800", "\x00")],
)
def test_a_body_that_is_no_object_is_an_error_not_a_crash(callers: Callers, text: str) -> None:
    assert callers.by("alice").refused("POST", "/demands", text)[0] in {400, 422}


def test_a_body_that_is_too_large_is_413(callers: Callers, cast: Cast) -> None:
    body = new_demand(cast, detail="长" * 2_000_000)
    assert callers.by("alice").refused("POST", "/demands", body)[:2] == (413, "too_large")


def test_exclusions_hide_the_post_and_disclosures_open_it(callers: Callers, cast: Cast) -> None:
    demand = cast.demand(detail="配方保密")
    address = f"/demands/{demand.public_id}"
    alice, bob, dan = (callers.by(who) for who in ("alice", "bob", "dan"))
    bank, motors = (cast.organisations[name].public_id for name in ("bank", "motors"))
    alice.call("PUT", f"{address}/disclosures/{bank}", {"level": "detail"})
    assert dan.get(address)["detail"] == "配方保密"
    alice.call("PUT", f"{address}/disclosures/{bank}", {"level": "summary"})
    assert dan.get(address)["detail"] is None
    set_ = alice.call("PUT", f"{address}/exclusions", {"organisations": [motors, motors]})
    assert set_.json() == {"organisations": [{"id": motors, "name": "慈湖电机有限公司"}]}
    assert bob.refused("GET", address)[0] == 404
    assert bob.get("/demands")["total"] == 0
    unknown = {"organisations": ["zzzzzzzzzzzz"]}
    assert alice.refused("PUT", f"{address}/exclusions", unknown) == (
        422,
        "invalid",
        "organisations",
    )
    alice.call("PUT", f"{address}/exclusions", {"organisations": []})
    assert bob.get("/demands")["total"] == 1


def test_the_owner_sees_who_read_the_detail_by_the_api(callers: Callers, cast: Cast) -> None:
    demand = cast.demand(detail="配方")
    for who in ("officer", "alice", "bob"):
        callers.by(who).get(f"/demands/{demand.public_id}")
        callers.by(who).get("/demands")
    assert [(r.user_name, r.channel) for r in demand.readings.all()] == [("欧阳链", "api")]


def test_messages_come_in_the_language_asked_for(callers: Callers) -> None:
    answers = [
        callers.by("eve", language=language).call("GET", "/demands/none").headers
        for language in ("zh-hans", "en")
    ]
    assert [headers["Content-Language"] for headers in answers] == ["zh-hans", "en"]
    assert all("Accept-Language" in headers["Vary"] for headers in answers)


def test_a_resource_is_matched_from_its_side_too(callers: Callers, cast: Cast) -> None:
    cast.demand()
    resource: Resource = cast.resource()
    carol = callers.by("carol")
    matched = carol.call("POST", f"/resources/{resource.public_id}/match")
    assert matched.json() == {"proposals": 1}
    (pair,) = carol.get(f"/recommendations?resource={resource.public_id}")["items"]
    assert pair["resource_rank"] == 1
