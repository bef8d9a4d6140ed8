"""An owner's people, and an account manager's: roles, leaving, grants, blocking."""

from __future__ import annotations

import pytest
from django.core import mail
from django.test import Client, override_settings
from django.urls import reverse

from lianshu.accounts.models import Grant, Membership
from lianshu.accounts.services import (
    add_membership,
    block_user,
    change_role,
    end_membership,
    give_grant,
    take_grant,
    unblock_user,
)
from lianshu.audit.models import AuditEntry
from lianshu.authority import Capability, Refusal
from lianshu.records.errors import Conflict, DomainError
from tests.cast import NOW, SYSTEM, Cast

IN_MEMORY = override_settings(EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend")


def of(cast: Cast, who: str) -> Membership:
    return Membership.objects.select_related("user", "organisation__region").get(
        user=cast.users[who]
    )


def test_the_last_owner_stays_until_there_is_another(cast: Cast) -> None:
    alice, anna = of(cast, "alice"), of(cast, "anna")
    actor = cast.actor("alice")
    with pytest.raises(DomainError, match="只有一位负责人"):
        end_membership(actor=actor, membership=alice, now=NOW)
    with pytest.raises(DomainError, match="只有一位负责人"):
        change_role(actor=actor, membership=alice, role="viewer", now=NOW)
    with pytest.raises(DomainError, match="不认识"):
        change_role(actor=actor, membership=anna, role="king", now=NOW)
    with pytest.raises(Refusal, match="负责人"):
        change_role(actor=cast.actor("anna"), membership=anna, role="owner", now=NOW)
    change_role(actor=actor, membership=anna, role="owner", now=NOW)
    end_membership(actor=actor, membership=alice, now=NOW)
    with pytest.raises(Conflict, match="已经结束"):
        end_membership(actor=cast.actor("anna"), membership=alice, now=NOW)
    end_membership(actor=cast.actor("admin"), membership=anna, now=NOW)
    changes = AuditEntry.objects.get(action="membership.role_changed").changes
    assert changes == {"role": ["只读", "负责人"]}


def test_owners_give_no_grants_and_make_no_passwords(cast: Cast) -> None:
    with pytest.raises(Refusal, match="账号的授权"):
        give_grant(
            actor=cast.actor("alice"),
            membership=of(cast, "anna"),
            capability=Capability.COORDINATE,
            region=cast.regions["yinzhou"],
            every_chain=True,
            now=NOW,
        )
    with pytest.raises(Refusal, match="账号的授权"):
        add_membership(
            actor=cast.actor("alice"),
            user=cast.users["eve"],
            organisation=cast.organisations["magnets"],
            role="viewer",
            now=NOW,
        )


def test_only_whole_accounts_within_scope_are_blocked(cast: Cast) -> None:
    district = of(cast, "yinzhou")
    give_grant(
        actor=SYSTEM,
        membership=district,
        capability=Capability.MANAGE_ACCOUNTS,
        region=cast.regions["yinzhou"],
        every_chain=True,
        now=NOW,
    )
    yinzhou = cast.actor("yinzhou")
    for who, why in (("admin", "范围以外"), ("yinzhou", "自己"), ("eve", "不属于")):
        with pytest.raises(Refusal, match=why):
            block_user(actor=yinzhou, user=cast.users[who], now=NOW)
    city_wide = give_grant(
        actor=SYSTEM,
        membership=of(cast, "carol"),
        capability=Capability.READ_AUDIT,
        region=cast.regions["ningbo"],
        every_chain=True,
        now=NOW,
    )
    with pytest.raises(Refusal, match="超出"):
        block_user(actor=yinzhou, user=cast.users["carol"], now=NOW)
    with pytest.raises(Refusal, match="超出"):
        take_grant(actor=yinzhou, grant=city_wide, now=NOW)
    take_grant(actor=SYSTEM, grant=city_wide, now=NOW)
    block_user(actor=yinzhou, user=cast.users["carol"], now=NOW)
    assert not cast.actor("carol").is_known
    with pytest.raises(Conflict, match="已经停用"):
        block_user(actor=yinzhou, user=cast.users["carol"], now=NOW)
    unblock_user(actor=yinzhou, user=cast.users["carol"], now=NOW)
    cast.users["carol"].refresh_from_db()
    assert cast.actor("carol").is_known


def test_the_people_page(cast: Cast, client: Client) -> None:
    magnets = cast.organisations["magnets"]
    address = reverse("organisation-people", args=[magnets.public_id])
    client.force_login(cast.users["anna"])
    seen = client.get(address).content.decode()
    assert "艾丽" in seen
    assert "alice@example.test" not in seen
    assert "改身份" not in seen
    anna = of(cast, "anna")
    role = reverse("membership-role", args=[anna.pk])
    end = reverse("membership-end", args=[anna.pk])
    assert client.get(role).status_code == 405
    assert client.get(end).status_code == 403
    for closed in (role, end):
        assert client.post(closed, {"role": "owner"}).status_code == 403
    client.force_login(cast.users["alice"])
    assert "alice@example.test" in client.get(address).content.decode()
    changed = client.post(role, {"role": "handler"}, follow=True)
    assert "安娜现在是经办人" in changed.content.decode()
    assert "不再是" in client.post(end, follow=True).content.decode()
    assert client.post(end).status_code == 404
    assert client.put(address).status_code == 405
    client.force_login(cast.users["officer"])
    university = reverse("organisation-people", args=[cast.organisations["university"].public_id])
    assert "邀请负责人" in client.get(university).content.decode()


@IN_MEMORY
def test_the_page_of_one_person(cast: Cast, client: Client) -> None:
    carol = of(cast, "carol")
    address = reverse("user", args=[carol.pk])
    steps = ("user-block", "user-unblock", "user-reset")
    assert client.get(address).status_code == 302
    client.force_login(cast.users["alice"])
    assert client.get(address).status_code == 404
    for step in steps:
        assert client.post(reverse(step, args=[carol.pk])).status_code == 404
    client.force_login(cast.users["admin"])
    assert "卡罗" in client.get(address).content.decode()
    granted = client.get(reverse("users"), {"grant": ["imports.run", "exchange.coordinate"]})
    assert granted.content.decode().count(">欧阳链<") == 1
    assert "卡罗" not in granted.content.decode()
    chosen = {"capability": "audit.read", "region": cast.regions["cixi"].public_id, "chain": ""}
    assert client.post(address, chosen).status_code == 422
    for chain in ("*", cast.chains["petro"].public_id):
        assert client.post(address, chosen | {"chain": chain}).status_code == 302
    assert client.post(address, chosen | {"chain": "*"}).status_code == 422
    grants = list(Grant.objects.filter(membership=carol).order_by("pk"))
    assert [(g.every_chain, g.chain) for g in grants] == [
        (True, None),
        (False, cast.chains["petro"]),
    ]
    take = reverse("grant-take", args=[carol.pk, grants[0].pk])
    assert client.get(take).status_code == 405
    assert client.post(take).status_code == 302
    assert client.post(take).status_code == 404
    assert client.post(reverse("user-reset", args=[carol.pk])).status_code == 302
    assert mail.outbox[0].to == ["carol@example.test"]
    blocked = client.post(reverse("user-block", args=[carol.pk]), follow=True).content.decode()
    assert "已停用" in blocked
    assert client.post(reverse("user-reset", args=[carol.pk])).status_code == 422
    client.post(reverse("user-unblock", args=[carol.pk]))
    actions = list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))[-6:]
    assert actions == [
        *("grant.given", "grant.given", "grant.taken"),
        *("user.reset_sent", "user.blocked", "user.unblocked"),
    ]
