"""An invitation brings one person in, once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone

from lianshu.accounts.models import Invitation, Membership, User
from lianshu.accounts.queries_joining import invitation_by_secret
from lianshu.accounts.services import (
    accept_as_new_user,
    accept_invitation,
    add_membership,
    end_membership,
    invite,
    renew_invitations,
    revoke_invitation,
)
from lianshu.authority import Behalf, Refusal
from lianshu.authority.actor import Actor
from lianshu.notices.models import Notice
from lianshu.records.errors import Conflict, DomainError
from tests.cast import NOW, SYSTEM, Cast

IN_MEMORY = override_settings(EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend")
WEEK = timedelta(days=7)
PERSON = {
    "name": "新人",
    "phone": "13800000000",
    "email": "",
    "username": "newcomer",
    "password": "a-long-password-9",
}


def invited(
    cast: Cast, *, by: str = "alice", to: str = "magnets", role: str = "handler"
) -> tuple[Invitation, str]:
    """An invitation of today, as web pages have no other day."""
    now = timezone.now()
    return invite(
        actor=cast.actor(by, now=now),
        organisation=cast.organisations[to],
        role=role,
        days=7,
        now=now,
    )


def members(cast: Cast, key: str = "magnets") -> set[tuple[str, str]]:
    """Username and role of whoever is a member now."""
    rows = Membership.objects.active_at(timezone.now()).filter(organisation=cast.organisations[key])
    return set(rows.values_list("user__username", "role"))


def test_who_may_invite_whom(cast: Cast) -> None:
    for by, to, role in (
        ("alice", "magnets", "owner"),
        ("alice", "magnets", "viewer"),
        ("admin", "motors", "handler"),
        ("officer", "university", "owner"),
        ("yinzhou", "university", "owner"),
    ):
        assert invited(cast, by=by, to=to, role=role)[0].is_open(timezone.now())
    for by, to, role, why in (
        ("alice", "motors", "viewer", "负责人"),
        ("anna", "magnets", "viewer", "负责人"),
        ("carol", "university", "viewer", "负责人"),
        ("eve", "magnets", "viewer", "负责人"),
        ("officer", "magnets", "owner", "已有负责人"),
        ("officer", "university", "handler", "先邀请一位负责人"),
        ("yinzhou", "bank", "owner", "负责人"),
    ):
        with pytest.raises(Refusal, match=why):
            invited(cast, by=by, to=to, role=role)
    with pytest.raises(DomainError, match="30 天"):
        invite(
            actor=cast.actor("alice"),
            organisation=cast.organisations["magnets"],
            role="viewer",
            days=31,
            now=NOW,
        )


def test_one_of_two_at_once_wins_and_nothing_is_half_written(cast: Cast) -> None:
    _invitation, secret = invited(cast)
    now = timezone.now()
    first, second, third = (invitation_by_secret(secret) for _each in range(3))
    assert first is not None
    assert second is not None
    assert third is not None
    accept_invitation(actor=cast.actor("eve", now=now), invitation=first, now=now)
    with pytest.raises(Conflict, match="用过"):
        accept_invitation(actor=cast.actor("dan", now=now), invitation=second, now=now)
    with pytest.raises(Conflict, match="用过"):
        accept_as_new_user(invitation=third, now=now, **PERSON)
    assert not User.objects.filter(username="newcomer").exists()
    assert members(cast) == {("alice", "owner"), ("anna", "viewer"), ("eve", "handler")}
    assert Notice.objects.get(recipient=cast.users["alice"]).kind == "accounts.invitation_accepted"


def test_it_raises_a_member_and_never_lowers_one(cast: Cast) -> None:
    invitation, _secret = invited(cast, role="handler")
    now = timezone.now()
    with pytest.raises(Refusal, match="已经是"):
        accept_invitation(actor=cast.actor("alice", now=now), invitation=invitation, now=now)
    invitation.refresh_from_db()
    assert invitation.accepted_at is None
    accept_invitation(actor=cast.actor("anna", now=now), invitation=invitation, now=now)
    assert members(cast) == {("alice", "owner"), ("anna", "handler")}


def test_it_stands_on_the_right_of_who_sent_it(cast: Cast, client: Client) -> None:
    by_officer, of_office = invited(cast, by="officer", to="university", role="owner")
    now = timezone.now()
    add_membership(
        actor=SYSTEM,
        user=cast.users["eve"],
        organisation=cast.organisations["university"],
        role="owner",
        now=now,
    )
    with pytest.raises(Conflict, match="不能再邀请"):
        accept_invitation(actor=cast.actor("dan", now=now), invitation=by_officer, now=now)
    assert client.get(reverse("join", args=[of_office])).status_code == 410
    _ours, secret = invited(cast)
    end_membership(
        actor=SYSTEM, membership=Membership.objects.get(user=cast.users["alice"]), now=now
    )
    page = client.get(reverse("join", args=[secret]))
    assert page.status_code == 410
    assert "已被撤销" in page.content.decode()


def test_nobody_joins_for_somebody_else(cast: Cast) -> None:
    invitation, _secret = invited(cast)
    substitute = Actor(
        user_id=cast.users["eve"].pk,
        name="伊芙",
        behalf=Behalf("substitution", 1, "丹", user_id=cast.users["dan"].pk),
    )
    with pytest.raises(Refusal, match="自己的身份"):
        accept_invitation(actor=substitute, invitation=invitation, now=timezone.now())


def test_the_page_makes_an_account_and_is_closed_after(cast: Cast, client: Client) -> None:
    _invitation, secret = invited(cast)
    address = reverse("join", args=[secret])
    page = client.get(address)
    text = page.content.decode()
    assert page.headers["Cache-Control"] == "no-store"
    assert "甬江磁材有限公司" in text
    assert "艾丽" in text
    taken = client.post(address, PERSON | {"username": "alice"})
    assert taken.status_code == 422
    assert "已被使用" in taken.content.decode()
    assert "太相似" in client.post(address, PERSON | {"password": "newcomer"}).content.decode()
    assert "至少要 8 位" in client.post(address, PERSON | {"password": "x"}).content.decode()
    done = client.post(address, PERSON, follow=True)
    assert "您已加入" in done.content.decode()
    assert ("newcomer", "handler") in members(cast)
    again = Client().get(address)
    assert again.status_code == 410
    assert "已经用过" in again.content.decode()
    assert Client().put(address).status_code == 405
    unknown = Client().get(reverse("join", args=["x" * 32]))
    assert unknown.status_code == 404
    assert "甬江磁材" not in unknown.content.decode()


def test_somebody_logged_in_joins_with_one_button(cast: Cast, client: Client) -> None:
    _invitation, secret = invited(cast)
    client.force_login(cast.users["eve"])
    address = reverse("join", args=[secret])
    assert "以 伊芙 的账号加入" in client.get(address).content.decode()
    assert client.post(address).status_code == 302
    assert ("eve", "handler") in members(cast)


def test_expired_revoked_and_renewed(cast: Cast, client: Client) -> None:
    invitation, secret = invited(cast)
    now = timezone.now()
    with pytest.raises(Conflict, match="有效期"):
        accept_invitation(
            actor=cast.actor("eve", now=now), invitation=invitation, now=now + 2 * WEEK
        )
    alice = cast.actor("alice", now=now)
    [(renewed, fresh)] = renew_invitations(actor=alice, invitations=[invitation], days=7, now=now)
    assert client.get(reverse("join", args=[secret])).status_code == 404
    assert client.get(reverse("join", args=[fresh])).status_code == 200
    revoke_invitation(actor=alice, invitation=renewed, now=now)
    assert client.get(reverse("join", args=[fresh])).status_code == 410
    for act in (
        lambda: revoke_invitation(actor=alice, invitation=renewed, now=now),
        lambda: renew_invitations(actor=alice, invitations=[renewed], days=7, now=now),
    ):
        with pytest.raises(Conflict, match="撤销"):
            act()
    with pytest.raises(Refusal):
        revoke_invitation(actor=cast.actor("bob", now=now), invitation=renewed, now=now)


@IN_MEMORY
def test_link_and_code_are_shown_once_and_mailed(cast: Cast, client: Client) -> None:
    client.force_login(cast.users["alice"])
    magnets = cast.organisations["magnets"]
    address = reverse("organisation-invite", args=[magnets.public_id])
    assert client.get(address).status_code == 200
    given = {"role": "handler", "name": "陈明", "email": "chen@example.test", "days": "7"}
    assert client.post(address, given | {"role": "king"}).status_code == 422
    made = client.post(address, given)
    text = made.content.decode()
    assert made.headers["Cache-Control"] == "no-store"
    assert "<svg" in text
    assert "/join/" in str(mail.outbox[0].body)
    [invitation] = Invitation.objects.all()
    people = client.get(reverse("organisation-people", args=[magnets.public_id])).content.decode()
    assert "陈明" in people
    assert "/join/" not in people
    renewed = client.post(reverse("invitation-renew", args=[invitation.public_id]))
    assert "/join/" in renewed.content.decode()
    listed = client.get(reverse("invitations")).content.decode()
    assert "陈明" in listed
    chosen = {"row": invitation.public_id, "step": "run"}
    bulk = client.post(reverse("invitations-bulk", args=["renew"]), chosen)
    assert "甬江磁材" in client.get(bulk.headers["Location"]).content.decode()
    sheet = client.post(reverse("invitation-sheet"), {"ids": invitation.public_id, "mail": "1"})
    assert "<svg" in sheet.content.decode()
    assert len(mail.outbox) == 2
    revoked = client.post(reverse("invitation-revoke", args=[invitation.public_id]), follow=True)
    assert "邀请已撤销" in revoked.content.decode()


def test_pages_of_others_are_closed(cast: Cast, client: Client) -> None:
    invitation, _secret = invited(cast)
    public_id = cast.organisations["magnets"].public_id
    gets = (
        reverse("organisation-people", args=[public_id]),
        reverse("organisation-invite", args=[public_id]),
        reverse("invitations"),
    )
    posts = (
        reverse("invitation-renew", args=[invitation.public_id]),
        reverse("invitation-revoke", args=[invitation.public_id]),
    )
    for address in (*gets, *posts):
        assert client.get(address).headers["Location"].startswith("/accounts/login/")
    client.force_login(cast.users["bob"])
    shown = client.get(gets[0]).content.decode()
    assert "只向本单位" in shown
    assert "艾丽" not in shown
    assert client.get(gets[1]).status_code == 403
    for address in posts:
        assert client.post(address).status_code == 404
        assert client.get(address).status_code == 405
