"""What an agent does on the exchange: as far as the mandate goes, under both names."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from lianshu.accounts.models import Mandate
from lianshu.accounts.queries import actor_of
from lianshu.accounts.services.standing_in import record_mandate, revoke_mandate
from lianshu.audit.queries import entries_about, entries_under
from lianshu.authority import Actor, Matter, Refusal
from lianshu.exchange import rules
from lianshu.exchange.importing import may_import_posts
from lianshu.exchange.models import Demand
from lianshu.exchange.queries import demand_by_id, demands_for, recommendations_for
from lianshu.exchange.reading import read_post
from lianshu.exchange.services.confidentiality import open_detail
from lianshu.exchange.services.posts import create_post, edit_post
from lianshu.exchange.services.recommendations import (
    Ranked,
    accept_recommendation,
    send_recommendation,
    store_ranking,
)
from lianshu.registry.dictionary import OWN_SOURCE
from lianshu.registry.rules import (
    can_edit_organisation,
    can_read_organisation_record,
    can_record_about,
)
from tests.cast import NOW, SYSTEM, Cast

TODAY = date(2026, 11, 2)
WRITING = {"title": "找工艺", "kind": "technology", "contact": "138"}


def mandate(cast: Cast, *matters: Matter) -> Mandate:
    """Carol of the university acts for Alice's firm."""
    return record_mandate(
        actor=cast.actor("alice"),
        organisation=cast.organisations["magnets"],
        agent=cast.users["carol"],
        matters=matters,
        first=TODAY,
        last=TODAY + timedelta(days=30),
        note="代办",
        now=NOW,
    )


def agent(cast: Cast, row: Mandate) -> Actor:
    return actor_of(cast.users["carol"], now=NOW, standing=f"mandate:{row.pk}")


@pytest.mark.parametrize("covered", list(Matter))
def test_each_matter_opens_its_own_doors_and_the_refusal_names_the_covered(
    cast: Cast, covered: Matter
) -> None:
    acting = agent(cast, mandate(cast, covered))
    firm = cast.organisations["magnets"]
    demand, resource = cast.demand(), cast.resource(by="bank")
    store_ranking(
        actor=SYSTEM, post=demand, ranking=[Ranked(demand.pk, resource.pk, 1, 1)], now=NOW
    )
    pair = demand.recommendations.get()
    send_recommendation(actor=cast.actor("officer"), recommendation=pair, now=NOW)
    pair = demand.recommendations.select_related("demand", "resource").get()
    doors: dict[Matter, list[Callable[[], object]]] = {
        Matter.POSTS: [
            lambda: rules.can_post_for(acting, firm),
            lambda: rules.can_edit_post(acting, demand),
            lambda: rules.can_match(acting, demand),
            lambda: rules.can_control_disclosure(acting, demand),
            lambda: may_import_posts(acting),
        ],
        Matter.ANSWERS: [lambda: rules.can_decide_recommendation(acting, pair)],
        Matter.RECORDS: [
            lambda: can_edit_organisation(acting, firm),
            lambda: can_record_about(acting, firm, source=OWN_SOURCE),
        ],
    }
    for matter, verdicts in doors.items():
        for ask in verdicts:
            verdict = ask()
            assert isinstance(verdict, type(rules.can_write(acting)))
            assert verdict.allowed is (matter == covered), (matter, verdict.reason)
            if matter != covered:
                assert "“甬江磁材有限公司”委托您办理的是" in verdict.reason
                assert "重新登记" in verdict.reason
    # Reading follows: demands in detail for who works on the exchange, figures for who keeps them.
    exchange = covered is not Matter.RECORDS
    seen = demand_by_id(acting, demand.public_id)
    assert seen is not None
    assert read_post(seen).shows_detail is exchange
    assert recommendations_for(acting).exists() is exchange
    assert can_read_organisation_record(acting, firm).allowed is not exchange


def test_what_an_agent_writes_says_both_names_and_ends_with_the_mandate(cast: Cast) -> None:
    row = mandate(cast, Matter.POSTS, Matter.ANSWERS)
    acting, firm = agent(cast, row), cast.organisations["magnets"]
    demand = create_post(
        actor=acting, model=Demand, owner=firm, values=WRITING, now=NOW, publish=True
    )
    entry = entries_about(demand).get()
    assert (entry.actor_name, entry.behalf) == ("卡罗", "甬江磁材有限公司")
    assert demand.revisions.get().actor_name == "卡罗（代 甬江磁材有限公司）"
    # The agent's own place and rights are left behind meanwhile.
    with pytest.raises(Refusal, match="不是“东海大学”的经办人"):
        create_post(
            actor=acting,
            model=Demand,
            owner=cast.organisations["university"],
            values=WRITING,
            now=NOW,
        )
    # Whoever opens a detail is known to its owner, its agent too.
    seen = demands_for(acting).get(pk=demand.pk)
    open_detail(actor=acting, post=seen, channel="page", now=NOW)
    assert demand.readings.get().user_name == "卡罗（代 甬江磁材有限公司）"
    resource = cast.resource(by="bank")
    ranking = [Ranked(demand.pk, resource.pk, 1, 1)]
    store_ranking(actor=acting, post=demand, ranking=ranking, now=NOW)
    project = accept_recommendation(
        actor=acting, recommendation=demand.recommendations.get(), now=NOW
    )
    assert project.opened_by_name == "卡罗（代 甬江磁材有限公司）"
    under = entries_under(f"mandate:{row.pk}")
    assert next(e.action for e in under.order_by("pk")) == "demand.created"
    assert under.count() == 4

    revoke_mandate(actor=cast.actor("alice"), mandate=row, reason="收回", now=NOW)
    after = agent(cast, row)
    assert after == cast.actor("carol")
    with pytest.raises(Refusal):
        edit_post(actor=after, post=demand, values={"title": "改"}, version=1, now=NOW)
    assert not rules.can_edit_post(cast.actor("carol"), demand).allowed
