"""A request sent twice is answered once."""

from __future__ import annotations

import pytest

from lianshu.authority import Actor
from lianshu.records.errors import Conflict
from lianshu.records.services import perform_once
from tests.cast import NOW, SYSTEM

pytestmark = pytest.mark.django_db


def ask(calls: list[int], *, key: str | None = "k", payload: int = 1, actor: Actor = SYSTEM) -> int:
    def perform() -> dict[str, int]:
        calls.append(payload)
        return {"answer": len(calls)}

    answer = perform_once(
        actor=actor, key=key, action="a", payload={"p": payload}, perform=perform, now=NOW
    )
    return int(answer["answer"])


def test_the_first_answer_is_given_again() -> None:
    calls: list[int] = []
    assert [ask(calls), ask(calls)] == [1, 1]
    assert calls == [1]


def test_without_a_key_it_runs_each_time() -> None:
    calls: list[int] = []
    assert [ask(calls, key=None), ask(calls, key=None)] == [1, 2]


def test_the_same_key_for_something_else_is_a_conflict() -> None:
    calls: list[int] = []
    ask(calls)
    with pytest.raises(Conflict, match="幂等键"):
        ask(calls, payload=2)
    assert calls == [1]


def test_keys_of_two_people_do_not_meet() -> None:
    calls: list[int] = []
    ask(calls)
    assert ask(calls, actor=Actor(user_id=5, name="x")) == 2


def test_a_failed_request_may_be_sent_again() -> None:
    def fail() -> dict[str, int]:
        raise Conflict("不行")

    with pytest.raises(Conflict):
        perform_once(actor=SYSTEM, key="k", action="a", payload={"p": 1}, perform=fail, now=NOW)
    assert ask([]) == 1
