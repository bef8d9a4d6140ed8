"""Actors, scopes and verdicts."""

from __future__ import annotations

import pytest

from lianshu.authority import (
    EVERY_CHAIN,
    Actor,
    ActorMembership,
    Capability,
    Grant,
    Refusal,
    Scope,
    Verdict,
    require,
    system_actor,
)


def test_a_refusal_must_say_why() -> None:
    with pytest.raises(ValueError, match="must say why"):
        Verdict.no("")


def test_a_verdict_cannot_be_used_as_a_boolean() -> None:
    with pytest.raises(TypeError, match=r"read \.allowed"):
        bool(Verdict.yes())


def test_require_raises_the_reason() -> None:
    require(Verdict.yes())
    with pytest.raises(Refusal, match="请联系管理员"):
        require(Verdict.no("请联系管理员"))


def test_a_person_with_two_roles_has_the_union() -> None:
    actor = Actor(
        user_id=1,
        name="两岗",
        memberships=(
            ActorMembership(1, "甲", "viewer"),
            ActorMembership(2, "乙", "handler"),
        ),
        grants=(Grant(Capability.COORDINATE, Scope(7, EVERY_CHAIN)),),
    )
    assert actor.organisation_ids == {1, 2}
    assert actor.acting_organisation_ids == {2}
    assert list(actor.scopes(Capability.COORDINATE)) == [Scope(7, EVERY_CHAIN)]
    assert not actor.has(Capability.OPERATE)


def test_a_stranger_is_nobody_and_a_system_actor_needs_a_name() -> None:
    assert not Actor().is_known
    assert not Actor().has(Capability.COORDINATE)
    assert system_actor("clock").has(Capability.OPERATE)
    with pytest.raises(ValueError, match="needs a name"):
        system_actor("")
