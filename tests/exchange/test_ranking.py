"""The order that learns: labels from events, asking, learning, history and going back."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from lianshu.authority import Refusal
from lianshu.exchange import ranker
from lianshu.exchange.asking import ASKED, gain_of, to_ask
from lianshu.exchange.labels import levels_by_pair
from lianshu.exchange.matching import partners_of
from lianshu.exchange.models import Demand, Judgement, RankerModel, Recommendation, Resource
from lianshu.exchange.queries import demand_by_id
from lianshu.exchange.ranker import current_model
from lianshu.exchange.services.matching import match_post
from lianshu.exchange.services.posts import withdraw_post
from lianshu.exchange.services.projects import update_project
from lianshu.exchange.services.ranking import judge_pair, learn_ranker, use_ranker
from lianshu.exchange.services.recommendations import (
    accept_recommendation,
    decline_recommendation,
)
from lianshu.records.errors import DomainError
from tests.cast import NOW, SYSTEM, Cast

PARTS = ["晶界扩散", "烧结工艺", "磁钢涂层", "充磁设备", "磁体回收", "电机装配"]


def seen(cast: Cast, demand: Demand, who: str = "officer") -> Demand:
    row = demand_by_id(cast.actor(who), demand.public_id)
    assert row is not None
    return row


def taught(cast: Cast) -> tuple[list[Demand], list[Resource]]:
    """Demands and resources of six matters, each pair of them judged."""
    resources = [cast.resource(f"稀土永磁{part}技术", summary=f"面向{part}") for part in PARTS]
    demands = [cast.demand(f"磁材{part}需求", summary=f"寻找{part}") for part in PARTS]
    for at, demand in enumerate(demands):
        for other, resource in enumerate(resources):
            judge_pair(
                actor=cast.actor("officer"),
                demand=demand,
                resource=resource,
                level=4 if at == other else 1,
                now=NOW,
            )
    return demands, resources


def test_events_become_levels(cast: Cast) -> None:
    officer = cast.actor("officer")
    demand = cast.demand()
    for name in ("晶界扩散一", "晶界扩散二", "晶界扩散三", "晶界扩散四"):
        cast.resource(name)
    match_post(actor=officer, post=seen(cast, demand), now=NOW)
    first, second, third, fourth = Recommendation.objects.order_by("pk")
    project = accept_recommendation(actor=officer, recommendation=first, now=NOW)
    for pair, reason in ((second, "wrong_field"), (third, "price"), (fourth, "no_capacity")):
        decline_recommendation(actor=officer, recommendation=pair, reason=reason, text="", now=NOW)
    levels = {resource: found for (_demand, resource), found in levels_by_pair().items()}
    assert levels == {first.resource_id: [3], second.resource_id: [1], third.resource_id: [2]}
    update_project(actor=officer, project=project, status="signed", note="", version=1, now=NOW)
    judge_pair(actor=officer, demand=demand, resource=first.resource, level=2, now=NOW)
    assert levels_by_pair()[demand.pk, first.resource_id] == [4, 2]


def test_a_model_is_learned_used_and_gone_back_from(cast: Cast) -> None:
    officer = cast.actor("officer")
    assert learn_ranker(actor=officer, now=NOW, only_if_new=True)["learned"] is False
    demands, resources = taught(cast)
    by_words = partners_of(officer, seen(cast, demands[0]), now=NOW)
    assert by_words.model is None
    assert learn_ranker(actor=officer, now=NOW, only_if_new=True)["learned"] is True
    assert learn_ranker(actor=SYSTEM, now=NOW, only_if_new=True)["learned"] is False
    learned = partners_of(officer, seen(cast, demands[0]), now=NOW)
    assert learned.model is not None
    assert learned.ranked[0][0] == resources[0].pk
    assert set(learned.expected) == {pk for pk, _one in learned.ranked}
    best = learned.expected[resources[0].pk]
    assert best.level >= 3
    assert 0 <= best.confidence <= 1
    match_post(actor=officer, post=seen(cast, demands[0]), now=NOW)
    stored = Recommendation.objects.get(demand=demands[0], rank=1)
    assert (stored.level, stored.chances) == (best.level, list(best.chances))
    model = current_model()
    use_ranker(actor=officer, model=None, now=NOW)
    assert partners_of(officer, seen(cast, demands[0]), now=NOW).model is None
    use_ranker(actor=officer, model=model, now=NOW)
    assert current_model() == model
    for who in ("alice", "eve"):
        with pytest.raises(Refusal):
            use_ranker(actor=cast.actor(who), model=None, now=NOW)
        with pytest.raises(Refusal):
            learn_ranker(actor=cast.actor(who), now=NOW, only_if_new=True)


def test_eight_are_asked_about_and_what_was_answered_is_not_asked_again(cast: Cast) -> None:
    officer = cast.actor("officer")
    demand = cast.demand()
    for number in range(20):
        cast.resource(f"晶界扩散方案{number}")
    asked = to_ask(officer, seen(cast, demand), now=NOW)
    assert len({row.pk for row in asked}) == ASKED
    assert gain_of(officer, seen(cast, demand), now=NOW) is None
    judge_pair(actor=officer, demand=demand, resource=asked[0], level=4, now=NOW)
    again = to_ask(officer, seen(cast, demand), now=NOW)
    assert len(again) == ASKED - 1
    assert asked[0] not in again
    gain = gain_of(officer, seen(cast, demand), now=NOW)
    assert gain is not None
    assert gain.rows
    with pytest.raises(DomainError):
        judge_pair(actor=officer, demand=demand, resource=asked[0], level=5, now=NOW)
    with pytest.raises(Refusal):
        judge_pair(actor=cast.actor("bob"), demand=demand, resource=asked[0], level=1, now=NOW)


def test_a_taught_model_asks_where_it_is_unsure(cast: Cast) -> None:
    officer = cast.actor("officer")
    demands, _resources = taught(cast)
    learn_ranker(actor=officer, now=NOW, only_if_new=True)
    fresh = cast.demand("磁材晶界扩散与涂层", summary="寻找晶界扩散")
    asked = to_ask(officer, seen(cast, fresh), now=NOW)
    assert asked
    assert len(asked) <= ASKED
    assert demands


def test_asking_pages(client: Client, cast: Cast) -> None:
    demand, resource = cast.demand(), cast.resource()
    judge = reverse("demand-judge", args=[demand.public_id])
    one = reverse("demand-judge-one", args=[demand.public_id, resource.public_id])
    gain = reverse("demand-gain", args=[demand.public_id])
    for address in (judge, one, gain):
        assert client.post(address).status_code == 302
    client.force_login(cast.users["bob"])
    assert client.get(judge).status_code == 403
    assert client.post(one, {"level": "4"}).status_code == 403
    assert client.post(gain).status_code == 403
    client.force_login(cast.users["officer"])
    assert resource.title in client.get(judge).content.decode()
    assert [each.channel for each in resource.readings.all()] == ["page"]
    assert client.get(one).status_code == client.get(gain).status_code == 405
    assert client.post(gain).status_code == 422
    assert client.post(one, {"level": "9"}).status_code == 422
    part = client.post(one, {"level": "4"}, headers={"HX-Request": "true"})
    assert "很合适" in part.content.decode()
    assert client.post(one, {"level": "3"}).status_code == 302
    assert Judgement.objects.get().level == 3
    assert "已判断 1 条" in client.get(judge).content.decode()
    assert "把握从" in client.post(gain).content.decode()
    gone = reverse("demand-judge-one", args=[demand.public_id, "nothing"])
    assert client.post(gone, {"level": "1"}).status_code == 404


def test_model_pages(client: Client, cast: Cast) -> None:
    models, learn = reverse("ranker-models"), reverse("ranker-learn")
    words = reverse("ranker-use", args=["words"])
    for address in (models, learn, words):
        assert client.post(address).status_code == 302
    for who in ("alice", "admin", "eve"):
        client.force_login(cast.users[who])
        assert client.get(models).status_code == 403
        assert client.post(learn).status_code == 403
        assert client.post(words).status_code == 403
    client.force_login(cast.users["officer"])
    assert "还没有学过" in client.get(models).content.decode()
    assert client.get(learn).status_code == client.get(words).status_code == 405
    demands, _resources = taught(cast)
    learn_ranker(actor=cast.actor("officer"), now=NOW, only_if_new=True)
    html = client.get(models).content.decode()
    assert "使用中" in html
    assert demands[0].title in html
    assert client.post(words).status_code == 302
    row = RankerModel.objects.get()
    assert client.post(reverse("ranker-use", args=[row.public_id])).status_code == 302
    assert client.post(reverse("ranker-use", args=["nothing"])).status_code == 404
    assert client.post(learn).status_code == 302
    page = client.get(reverse("demand", args=[demands[0].public_id])).content.decode()
    assert "判断候选" in page


def test_a_recommendation_shows_what_the_model_goes_by(client: Client, cast: Cast) -> None:
    officer = cast.actor("officer")
    demands, resources = taught(cast)
    match_post(actor=officer, post=seen(cast, demands[1]), now=NOW)
    by_words = Recommendation.objects.get(demand=demands[1], rank=1)
    client.force_login(cast.users["officer"])
    address = reverse("recommendation", args=[by_words.public_id])
    assert "模型排序的依据" not in client.get(address).content.decode()
    learn_ranker(actor=officer, now=NOW, only_if_new=True)
    match_post(actor=officer, post=seen(cast, demands[0]), now=NOW)
    best = Recommendation.objects.get(demand=demands[0], rank=1)
    assert best.resource == resources[0]
    html = client.get(reverse("recommendation", args=[best.public_id])).content.decode()
    assert "模型排序的依据" in html
    assert "支持" in html
    assert "把握" in html


def test_with_a_model_the_index_is_as_of_now_too(cast: Cast) -> None:
    officer = cast.actor("officer")
    demands, resources = taught(cast)
    learn_ranker(actor=officer, now=NOW, only_if_new=True)
    demand = seen(cast, demands[0])
    assert resources[0].pk in dict(partners_of(officer, demand, now=NOW).ranked)
    fresh = cast.resource("稀土永磁晶界扩散装备", summary="面向晶界扩散")
    assert fresh.pk in dict(partners_of(officer, demand, now=NOW).ranked)
    withdraw_post(actor=SYSTEM, post=fresh, now=NOW)
    assert fresh.pk not in dict(partners_of(officer, demand, now=NOW).ranked)
    # Who reads the public summaries only has an index, and vectors, of its own.
    assert resources[0].pk in dict(
        partners_of(cast.actor("alice"), seen(cast, demands[0], "alice"), now=NOW).ranked
    )


def test_learning_tells_that_it_goes_on(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    taught(cast)
    monkeypatch.setattr(ranker, "BEAT_SECONDS", 0.01)
    beats: list[int] = []
    done = learn_ranker(
        actor=cast.actor("officer"), now=NOW, only_if_new=True, beat=lambda: beats.append(1)
    )
    assert done["learned"] is True
    assert beats
