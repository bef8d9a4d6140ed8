"""A recommendation leads to a case: who may, once, linked both ways, with nothing disclosed."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from lianshu.authority import Refusal
from lianshu.casework.models import Case
from lianshu.casework.queries_exchange import loops_for_pairs, proposed_members
from lianshu.casework.reading import read_case
from lianshu.casework.services.acting import act
from lianshu.casework.services.forms import Given
from lianshu.casework.services.from_exchange import open_from_recommendation
from lianshu.engine.loops import Action
from lianshu.exchange.disclosure import Disclosure
from lianshu.exchange.models import Project, Recommendation, RecommendationStatus
from lianshu.exchange.queries import demand_by_id, recommendations_for
from lianshu.exchange.services.confidentiality import disclose_to
from lianshu.exchange.services.matching import match_post
from lianshu.exchange.services.recommendations import (
    accept_recommendation,
    decline_recommendation,
    send_recommendation,
)
from tests.casework.loops import order_loop
from tests.casework.schedules import published
from tests.casework.test_acting import ASKED
from tests.cast import NOW, Cast


@pytest.fixture(autouse=True)
def _fixed_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def pair(cast: Cast) -> Recommendation:
    """Alice's demand and Carol's resource, found and sent by the office."""
    officer = cast.actor("officer")
    demand = cast.demand(detail="赤狐配方")
    cast.resource(detail="赤狐工艺")
    row = demand_by_id(officer, demand.public_id)
    assert row is not None
    match_post(actor=officer, post=row, now=NOW)
    found = recommendations_for(officer).get()
    return send_recommendation(actor=officer, recommendation=found, now=NOW)


def opened(cast: Cast, pair: Recommendation, by: str = "alice") -> Case:
    return open_from_recommendation(
        actor=cast.actor(by), recommendation=pair, version=order_loop(), now=NOW
    )


def test_accepting_opens_a_case_for_who_has_the_demand(cast: Cast, pair: Recommendation) -> None:
    case = opened(cast, pair)
    project = Project.objects.get()
    assert (case.asker, case.subject) == (cast.organisations["magnets"], project.title)
    assert case.recommendation == project.recommendation == pair
    assert case.opened_by_id == cast.users["alice"].pk
    told = str(case.events.get().payload.data)
    assert "赤狐" not in told, "no detail goes into a case"


def test_a_second_time_it_is_the_same_case(cast: Cast, pair: Recommendation) -> None:
    first = opened(cast, pair)
    assert opened(cast, pair) == first == opened(cast, pair, "officer")
    assert Case.objects.count() == Project.objects.count() == 1


def test_a_pair_that_is_a_project_already_gets_its_case(cast: Cast, pair: Recommendation) -> None:
    accept_recommendation(actor=cast.actor("carol"), recommendation=pair, now=NOW)
    assert opened(cast, pair, "officer").recommendation == pair
    assert Project.objects.count() == 1


@pytest.mark.parametrize(
    ("who", "said"),
    [
        ("carol", "为它提出办件"),  # may accept, but no case for somebody else's demand
        ("bob", "收到这条推荐的一方"),
        ("anna", "收到这条推荐的一方"),
        ("yinzhou", ""),
    ],
)
def test_both_rules_are_asked(cast: Cast, pair: Recommendation, who: str, said: str) -> None:
    if who == "yinzhou":
        assert opened(cast, pair, who).asker == cast.organisations["magnets"]
        return
    with pytest.raises(Refusal, match=said):
        opened(cast, pair, who)
    pair.refresh_from_db()
    assert pair.status == RecommendationStatus.PROPOSED, "both or neither"
    assert not Case.objects.exists() and not Project.objects.exists()


def test_a_declined_pair_opens_nothing(cast: Cast, pair: Recommendation) -> None:
    decline_recommendation(actor=cast.actor("alice"), recommendation=pair, reason="price", now=NOW)
    with pytest.raises(Refusal, match="撤销谢绝"):
        opened(cast, pair)


def test_loops_that_an_asker_begins_and_somebody_is_appointed_in(cast: Cast) -> None:
    published()
    order_loop()
    assert [version.loop for version in loops_for_pairs()] == ["order"]


def let_alice_know(cast: Cast, pair: Recommendation) -> None:
    """Carol says to Alice whose resource it is."""
    disclose_to(
        actor=cast.actor("carol"),
        post=pair.resource,
        organisation=cast.organisations["magnets"],
        level=Disclosure.IDENTITY,
        now=NOW,
    )


def assign_of(cast: Cast, case: Case) -> Action:
    reading = read_case(cast.actor("officer"), seen(cast, case), now=NOW)
    return next(each for each in reading.actions if each.id == "assign")


def seen(cast: Cast, case: Case, by: str = "officer") -> Case:
    return Case.objects.with_care(cast.actor(by)).get(pk=case.pk)


def test_the_resources_owner_is_proposed_to_who_dispatches(
    cast: Cast, pair: Recommendation
) -> None:
    case = opened(cast, pair)
    act(actor=cast.actor("alice"), case=case, action="send", given=ASKED, now=NOW)
    action = assign_of(cast, case)
    assert proposed_members(cast.actor("officer"), case, action) == {}, "Alice would learn of it"
    let_alice_know(cast, pair)
    assert proposed_members(cast.actor("officer"), case, action) == {"role-solver": "东海大学"}
    assert proposed_members(cast.actor("bob"), case, action) == {}
    for who, name, given in (
        ("officer", "assign", Given(appointed={"solver": [cast.organisations["university"]]})),
        ("carol", "refuse", Given(reason="no_capacity")),
        ("officer", "assign", Given(appointed={"solver": [cast.organisations["bank"]]})),
        ("dan", "refuse", Given(reason="no_capacity")),
    ):
        act(actor=cast.actor(who), case=case, action=name, given=given, now=NOW)
    case.refresh_from_db()
    assert proposed_members(cast.actor("officer"), case, action) == {}, "it handed it back"


def test_in_the_browser(client: Client, cast: Cast, pair: Recommendation) -> None:
    order_loop()
    client.force_login(cast.users["alice"])
    address = f"/recommendations/{pair.public_id}/open-case/"
    shown = client.get(f"/recommendations/{pair.public_id}/").content.decode()
    assert address in shown and "采纳并开出办件" in shown
    page = client.get(address).content.decode()
    assert "企业点单闭环" in page and "同时向对方披露" in page
    assert client.post(address, {"loop": "order"}).status_code == 422, "no default consent"
    assert client.post(address, {"loop": "none", "disclose": "1"}).status_code == 422
    chosen = {"loop": "order", "disclose": str(int(Disclosure.IDENTITY)), "urgent": "on"}
    done = client.post(address, chosen)
    case = Case.objects.get()
    assert done.headers["Location"] == f"/cases/{case.public_id}/" and case.urgent
    assert client.post(address, chosen).headers["Location"] == done.headers["Location"]
    assert client.get(address).headers["Location"] == done.headers["Location"]
    project = Project.objects.get()
    shown = client.get(f"/cases/{case.public_id}/").content.decode()
    assert f"/projects/{project.public_id}/" in shown
    for page_of in (f"/projects/{project.public_id}/", f"/recommendations/{pair.public_id}/"):
        assert f"/cases/{case.public_id}/" in client.get(page_of).content.decode()
    client.force_login(cast.users["officer"])
    let_alice_know(cast, pair)
    act(actor=cast.actor("alice"), case=case, action="send", given=ASKED, now=NOW)
    form = client.get(f"/cases/{case.public_id}/act/assign/").content.decode()
    assert 'value="东海大学"' in form


def test_who_may_not_is_not_offered_it_and_is_told_why(
    client: Client, cast: Cast, pair: Recommendation
) -> None:
    order_loop()
    address = f"/recommendations/{pair.public_id}/open-case/"
    assert client.get(address).status_code == 302
    client.force_login(cast.users["carol"])
    assert "open-case" not in client.get(f"/recommendations/{pair.public_id}/").content.decode()
    assert client.get(address).status_code == 403
    client.force_login(cast.users["bob"])
    assert client.get(address).status_code == 404
    client.force_login(cast.users["alice"])
    assert client.put(address).status_code == 405
    opened(cast, pair)
    project = Project.objects.get()
    client.force_login(cast.users["carol"])
    shown = client.get(f"/projects/{project.public_id}/").content.decode()
    assert "/cases/" not in shown.split("</header>")[-1].split('class="page-actions"')[-1][:400]
    assert "open-case" not in shown, "there is one, which she has no part in yet"


def test_the_office_opens_it_without_disclosing_for_anybody(
    client: Client, cast: Cast, pair: Recommendation
) -> None:
    order_loop()
    client.force_login(cast.users["officer"])
    address = f"/recommendations/{pair.public_id}/open-case/"
    assert "同时向对方披露" not in client.get(address).content.decode()
    assert client.post(address, {"loop": "order"}).status_code == 302
    demand = Project.objects.get().demand
    assert not demand.disclosures.exists()
