"""`act`: whose turn it is, what is asked, one winner, the same answer to the same key."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lianshu.authority import Refusal
from lianshu.casework.models import Case, CaseEvent, Rating, Task
from lianshu.casework.services.acting import Acted, act
from lianshu.casework.services.forms import Given, Stars
from lianshu.records.errors import Conflict, DomainError
from tests.casework.loops import order
from tests.cast import NOW, SYSTEM, Cast

ASKED = Given({"subject": "借用磁测设备", "detail": "下月初用三天，测高温退磁。"})


def go(
    cast: Cast, case: Case, who: str, action: str, given: Given | None = None, key: str = ""
) -> Acted:
    """Somebody of the cast acts."""
    return act(
        actor=cast.actor(who),
        case=case,
        action=action,
        given=given or Given(),
        now=NOW + timedelta(hours=1),
        key=key,
    )


def assigned(cast: Cast) -> Given:
    return Given(appointed={"solver": [cast.organisations["university"]]})


def test_a_case_goes_round_and_is_rated(cast: Cast) -> None:
    case = order(cast)
    go(cast, case, "alice", "send", ASKED)
    go(cast, case, "officer", "assign", assigned(cast))
    assert Task.objects.waiting_for(cast.actor("carol")).count() == 1
    assert not Task.objects.waiting_for(cast.actor("bob")).exists()
    go(cast, case, "carol", "accept")
    go(cast, case, "carol", "report", Given({"result": "已借出三天"}))
    rated = go(cast, case, "alice", "accept", Given(stars=Stars(5, speed=4)))
    assert rated.end == "done"
    case.refresh_from_db()
    assert (case.step, case.end_kind, case.ended_at) == ("", "done", NOW + timedelta(hours=1))
    rating = Rating.objects.get(case=case)
    assert (rating.stars, rating.handler) == (5, cast.organisations["university"])
    assert [event.seq for event in case.events.all()] == list(range(1, 7))
    assert not Task.objects.open().exists()
    assert Case.objects.visible_to(cast.actor("carol")).count() == 1
    assert not Case.objects.visible_to(cast.actor("bob")).exists()


def test_it_is_not_everybodys_turn(cast: Cast) -> None:
    case = order(cast)
    with pytest.raises(Refusal, match="由企业办理"):
        go(cast, case, "bob", "send", ASKED)
    with pytest.raises(DomainError, match="请填写“具体情况”"):
        go(cast, case, "alice", "send", Given({"subject": "x"}))
    with pytest.raises(DomainError, match="没有这个动作"):
        go(cast, case, "alice", "accept")
    go(cast, case, "alice", "send", ASKED)
    with pytest.raises(Refusal, match="由链办"):
        go(cast, case, "alice", "assign", assigned(cast))
    with pytest.raises(DomainError, match="请选择“成员单位”"):
        go(cast, case, "officer", "assign")
    with pytest.raises(DomainError, match="请选择原因"):
        go(cast, case, "officer", "decline")
    assert go(cast, case, "alice", "withdraw").end == "withdrawn"
    with pytest.raises(Refusal, match="已经结束"):
        go(cast, case, "officer", "assign", assigned(cast))


def test_nobody_rates_for_the_asker(cast: Cast) -> None:
    case = order(cast)
    for who, action, given in (
        ("alice", "send", ASKED),
        ("officer", "assign", assigned(cast)),
        ("carol", "accept", Given()),
        ("carol", "report", Given({"result": "好了"})),
    ):
        go(cast, case, who, action, given)
    with pytest.raises(Refusal):
        go(cast, case, "officer", "accept", Given(stars=Stars(5)))
    with pytest.raises(DomainError, match="1 到 5"):
        go(cast, case, "alice", "accept")
    with pytest.raises(Refusal, match="评价"):
        act(actor=SYSTEM, case=case, action="accept", given=Given(stars=Stars(5)), now=NOW)


def test_a_repeated_key_is_answered_as_before(cast: Cast) -> None:
    case = order(cast)
    first = go(cast, case, "alice", "send", ASKED, key="k1")
    again = go(cast, case, "alice", "send", ASKED, key="k1")
    assert (again.seq, again.step, again.repeated) == (first.seq, "dispatch", True)
    with pytest.raises(Conflict, match="另一个请求"):
        go(cast, case, "alice", "withdraw", key="k1")
    assert CaseEvent.objects.filter(case=case).count() == 2


def test_at_most_eight_statements(cast: Cast) -> None:
    case = order(cast)
    for who, action, given in (
        ("alice", "send", ASKED),
        ("officer", "assign", assigned(cast)),
        ("carol", "accept", Given()),
        ("carol", "report", Given({"result": "好了"})),
        ("alice", "accept", Given(stars=Stars(5))),
    ):
        actor = cast.actor(who)
        with CaptureQueriesContext(connection) as told:
            act(actor=actor, case=case, action=action, given=given, now=NOW, key=action + who)
        said = [q["sql"] for q in told if "SAVEPOINT" not in q["sql"]]
        assert len(said) <= 8, "\n".join(said)
