"""Leaving an organisation: who takes over, what ends, and what the leaver can no longer do."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from lianshu.accounts.models import Membership, Substitution
from lianshu.accounts.services import (
    accept_invitation,
    change_role,
    create_user,
    end_membership,
    invite,
    issue_token,
)
from lianshu.accounts.services.standing_in import name_substitute, record_mandate
from lianshu.authority import Matter, Refusal
from lianshu.imports.models import ImportRun
from lianshu.imports.services.requests import upload_import
from lianshu.jobs.worker import run_queued_jobs
from lianshu.notices.models import Notice
from lianshu.records.errors import DomainError
from lianshu.registry.models import Liaison
from lianshu.registry.services.liaisons import assign_liaison, create_liaison
from tests.accounts.test_standing_in import TODAY, WEEK, under
from tests.cast import NOW, SYSTEM, Cast

SHEET = "标题,类型,单位,联系方式\n缺晶界扩散工艺,技术,甬江磁材有限公司,138\n".encode()


def office_with_two(cast: Cast) -> Membership:
    """Olga of the district office serves a firm and has a file half imported; Yin is there too."""
    cast.users["olga"], membership = create_user(
        actor=SYSTEM,
        username="olga",
        name="奥尔加",
        password="correct-horse-battery",
        organisation=cast.organisations["yinzhou_office"],
        role="handler",
        now=NOW - timedelta(days=9),
    )
    post = create_liaison(
        actor=SYSTEM,
        kind="helper",
        name="奥尔加",
        organisation=cast.organisations["yinzhou_office"],
        user_id=cast.users["olga"].pk,
        now=NOW,
    )
    assign_liaison(actor=SYSTEM, liaison=post, organisation=cast.organisations["magnets"], now=NOW)
    upload_import(
        actor=cast.actor("olga"),
        target_id="demands",
        source="区里",
        upload=ContentFile(SHEET, name="需求.csv"),
        now=NOW,
    )
    return membership


def test_open_work_moves_and_what_rested_on_the_membership_ends(cast: Cast) -> None:
    membership = office_with_two(cast)
    run_queued_jobs()
    mandate = record_mandate(
        actor=cast.actor("alice"),
        organisation=cast.organisations["magnets"],
        agent=cast.users["olga"],
        matters=[Matter.POSTS],
        first=TODAY,
        last=WEEK,
        note="代办",
        now=NOW,
    )
    name_substitute(
        actor=cast.actor("olga"),
        absent=cast.users["olga"],
        substitute=cast.users["yinzhou"],
        first=TODAY,
        last=WEEK,
        note="休假",
        now=NOW,
    )
    token, _secret = issue_token(
        actor=cast.actor("olga"), label="x", may_write=False, days=30, now=NOW
    )
    admin = cast.actor("admin")
    with pytest.raises(DomainError, match="1 项专员工作、1 个没有完成的导入") as refused:
        end_membership(actor=admin, membership=membership, now=NOW)
    assert refused.value.field == "successor"
    with pytest.raises(DomainError, match="不能接手"):
        end_membership(actor=admin, membership=membership, now=NOW, successor=cast.users["bob"])
    membership.refresh_from_db()
    assert membership.valid_to is None

    handed = end_membership(
        actor=admin, membership=membership, now=NOW, successor=cast.users["yinzhou"]
    )
    assert handed == ["1 项专员工作", "1 个没有完成的导入"]
    old, new = Liaison.objects.order_by("pk")
    assert old.valid_to is not None
    assert (new.user_id, new.name, new.kind) == (cast.users["yinzhou"].pk, "尹舟", "helper")
    serving = new.assignments.get(valid_to__isnull=True)
    assert serving.organisation == cast.organisations["magnets"]
    run = ImportRun.objects.get()
    assert (run.requested_by, run.status) == (cast.users["yinzhou"], "checking")
    run_queued_jobs()
    run.refresh_from_db()
    assert (run.status, run.to_create) == ("ready", 1)
    mandate.refresh_from_db()
    assert mandate.revoked_reason == "受托人已离开“鄞州区链办”。"
    assert Substitution.objects.get().revoked_at == NOW
    token.refresh_from_db()
    assert token.revoked_at == NOW
    assert not cast.actor("olga").memberships
    assert under(cast, mandate).behalf is None
    told = set(Notice.objects.filter(created_at=NOW).values_list("recipient__username", "kind"))
    assert ("yinzhou", "accounts.handed_over") in told
    assert ("alice", "accounts.mandate_revoked") in told
    assert ("olga", "accounts.substitution_ended") in told


def test_a_session_ends_with_the_membership_and_nobody_left_is_no_obstacle(
    client: Client, cast: Cast
) -> None:
    membership = cast.users["dan"].memberships.get()
    create_liaison(
        actor=SYSTEM,
        kind="helper",
        name="丹",
        organisation=cast.organisations["bank"],
        user_id=cast.users["dan"].pk,
        now=NOW,
    )
    client.force_login(cast.users["dan"])
    assert client.get(reverse("resource-new")).status_code == 200
    assert end_membership(actor=SYSTEM, membership=membership, now=timezone.now()) == []
    assert "您还不属于任何单位" in client.get("/").content.decode()
    people = reverse("organisation-people", args=[cast.organisations["bank"].public_id])
    assert "只向本单位" in client.get(people).content.decode()


def test_the_page_says_what_is_open_and_asks_for_a_successor(client: Client, cast: Cast) -> None:
    membership = office_with_two(cast)
    address = reverse("membership-end", args=[membership.pk])
    assert client.get(address).status_code == 302
    for who, status in (("alice", 403), ("admin", 200)):
        client.force_login(cast.users[who])
        answer = client.get(address)
        assert answer.status_code == status
    assert "1 个没有完成的导入" in answer.content.decode()
    assert client.put(address).status_code == 405
    assert client.post(address).status_code == 422
    done = client.post(address, {"successor": cast.users["yinzhou"].pk}, follow=True)
    assert "已移交给尹舟" in done.content.decode()
    assert client.post(address, {}).status_code == 404
    # Nothing open: one button.
    anna = cast.users["anna"].memberships.get()
    plain = reverse("membership-end", args=[anna.pk])
    assert "没有需要移交的工作" in client.get(plain).content.decode()
    assert client.post(plain).status_code == 302
    anna.refresh_from_db()
    assert anna.valid_to is not None


def test_a_substitute_gets_no_place_of_its_own(cast: Cast) -> None:
    row = name_substitute(
        actor=cast.actor("alice"),
        absent=cast.users["alice"],
        substitute=cast.users["anna"],
        first=TODAY,
        last=WEEK,
        note="出差",
        now=NOW,
    )
    acting = under(cast, row)
    anna = cast.users["anna"].memberships.get()
    with pytest.raises(Refusal, match="改自己的身份"):
        change_role(actor=acting, membership=anna, role="owner", now=NOW)
    end_membership(actor=SYSTEM, membership=anna, now=NOW)
    row.refresh_from_db()
    assert row.revoked_at == NOW
    invitation, _secret = invite(
        actor=acting, organisation=cast.organisations["magnets"], role="owner", days=7, now=NOW
    )
    with pytest.raises(Refusal, match="不能自己接受"):
        accept_invitation(actor=cast.actor("anna"), invitation=invitation, now=NOW)
