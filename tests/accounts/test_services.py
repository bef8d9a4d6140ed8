"""Accounts, grants and tokens; and the actor they make."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lianshu.accounts.models import Grant, Membership
from lianshu.accounts.queries import actor_by_user_id, live_token, people_acting_for
from lianshu.accounts.services import (
    add_membership,
    create_user,
    end_membership,
    give_grant,
    issue_token,
    revoke_token,
)
from lianshu.authority import Capability, Refusal
from lianshu.records.errors import DomainError, NotFound
from lianshu.registry.rules import holds_at
from tests.cast import NOW, SYSTEM, Cast


def test_a_grant_reaches_below_its_region_and_nowhere_else(cast: Cast) -> None:
    yinzhou = cast.actor("yinzhou")
    reach = {
        code: holds_at(yinzhou, Capability.COORDINATE, region_id=region.pk, chain_id=None)
        for code, region in cast.regions.items()
    }
    assert reach == {"ningbo": False, "yinzhou": True, "cixi": False}


def test_a_grant_for_one_chain_does_not_reach_rows_without_a_chain(cast: Cast) -> None:
    membership = Membership.objects.get(user=cast.users["dan"])
    give_grant(
        actor=SYSTEM,
        membership=membership,
        capability=Capability.COORDINATE,
        region=cast.regions["ningbo"],
        chain=cast.chains["magnets"],
        now=NOW,
    )
    dan, yinzhou = cast.actor("dan"), cast.regions["yinzhou"].pk
    reach = {
        chain: holds_at(dan, Capability.COORDINATE, region_id=yinzhou, chain_id=chain)
        for chain in (cast.chains["magnets"].pk, cast.chains["petro"].pk, None)
    }
    assert list(reach.values()) == [True, False, False]


def test_an_empty_grant_gives_nothing(cast: Cast) -> None:
    membership = Membership.objects.get(user=cast.users["dan"])
    for region, every in ((None, True), (cast.regions["ningbo"], False)):
        Grant.objects.create(
            membership=membership, capability="jobs.operate", region=region, every_chain=every
        )
    assert not cast.actor("dan").has(Capability.OPERATE)


def test_an_ended_membership_takes_its_grants_along(cast: Cast) -> None:
    membership = Membership.objects.get(user=cast.users["officer"])
    end_membership(actor=SYSTEM, membership=membership, now=NOW)
    later = NOW + timedelta(seconds=1)
    actor = cast.actor("officer", now=later)
    assert (actor.memberships, actor.grants) == ((), ())
    assert people_acting_for(cast.organisations["office"].pk, now=later) == []


def test_a_blocked_user_is_a_stranger(cast: Cast) -> None:
    user = cast.users["officer"]
    user.is_active = False
    user.save()
    assert not actor_by_user_id(user.pk, NOW).is_known
    assert not actor_by_user_id(10**9, NOW).is_known


def test_only_account_managers_make_accounts(cast: Cast) -> None:
    for who in ("officer", "alice", "eve"):
        with pytest.raises(Refusal, match="没有管理"):
            create_user(
                actor=cast.actor(who),
                username="new",
                name="新人",
                password="long-enough-1",
                organisation=cast.organisations["magnets"],
                role="handler",
                now=NOW,
            )
    user, _membership = create_user(
        actor=cast.actor("admin"),
        username="new",
        name="新人",
        password="long-enough-1",
        organisation=cast.organisations["magnets"],
        role="handler",
        now=NOW,
    )
    assert user.check_password("long-enough-1")
    with pytest.raises(DomainError, match="已被使用"):
        create_user(
            actor=cast.actor("admin"),
            username="new",
            name="另一个",
            password="long-enough-1",
            organisation=cast.organisations["magnets"],
            role="handler",
            now=NOW,
        )


def test_nobody_grants_beyond_their_own_scope(cast: Cast) -> None:
    district_admin = add_membership(
        actor=SYSTEM,
        user=cast.users["eve"],
        organisation=cast.organisations["yinzhou_office"],
        role="handler",
        now=NOW - timedelta(days=1),
    )
    give_grant(
        actor=SYSTEM,
        membership=district_admin,
        capability=Capability.MANAGE_ACCOUNTS,
        region=cast.regions["yinzhou"],
        every_chain=True,
        now=NOW,
    )
    with pytest.raises(Refusal, match="超出"):
        give_grant(
            actor=cast.actor("eve"),
            membership=district_admin,
            capability=Capability.COORDINATE,
            region=cast.regions["ningbo"],
            every_chain=True,
            now=NOW,
        )
    with pytest.raises(DomainError, match="全部产业链"):
        give_grant(
            actor=cast.actor("eve"),
            membership=district_admin,
            capability=Capability.COORDINATE,
            region=cast.regions["yinzhou"],
            now=NOW,
        )


def test_a_token_opens_until_it_expires_or_is_revoked(cast: Cast) -> None:
    alice = cast.actor("alice")
    token, secret = issue_token(actor=alice, label="报表", may_write=False, days=30, now=NOW)
    assert secret not in token.digest
    assert live_token(secret, now=NOW) == token
    assert live_token(secret, now=NOW + timedelta(days=31)) is None
    with pytest.raises(NotFound):
        revoke_token(actor=cast.actor("bob"), token_id=token.pk, now=NOW)
    revoke_token(actor=alice, token_id=token.pk, now=NOW)
    assert live_token(secret, now=NOW) is None
