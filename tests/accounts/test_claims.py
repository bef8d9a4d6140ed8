"""A person claims an organisation by its credit code; somebody else decides."""

from __future__ import annotations

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from lianshu.accounts.models import Claim, Membership, User
from lianshu.accounts.queries_joining import claims_for
from lianshu.accounts.services import (
    approve_claim,
    block_user,
    claim_organisation,
    invite,
    refuse_claim,
    withdraw_claim,
)
from lianshu.authority import Behalf, Refusal
from lianshu.authority.actor import Actor
from lianshu.engine.identity import check_character, organisation_check_character
from lianshu.files.access import can_read_file
from lianshu.files.models import StoredFile
from lianshu.notices.models import Notice
from lianshu.records.errors import Conflict, DomainError
from lianshu.registry.models import Identifier
from tests.cast import Cast

IN_MEMORY = override_settings(EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend")
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64


def code(body: str) -> str:
    """A right credit code in a region that nobody is in."""
    first = f"91000000{body}{organisation_check_character(body)}"
    return first + check_character(first)


MAGNETS, UNIVERSITY, NOBODY = code("12345678"), code("22345678"), code("32345678")
PERSON = {
    "name": "陈明",
    "phone": "13800000000",
    "email": "chen@example.test",
    "username": "chenming",
    "password": "a-long-password-9",
    "note": "办公室主任",
    "step": "submit",
}


def proof(name: str = "授权书.png", content: bytes = PNG) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


@pytest.fixture
def city(cast: Cast) -> Cast:
    """Two organisations with credit codes: one with an owner, one without."""
    for key, value in (("magnets", MAGNETS), ("university", UNIVERSITY)):
        Identifier.objects.create(organisation=cast.organisations[key], kind="uscc", value=value)
    return cast


def claimed(city: Cast, who: str, uscc: str) -> Claim:
    now = timezone.now()
    claim, _secret = claim_organisation(
        actor=city.actor(who, now=now), uscc=uscc, proof=proof(), now=now
    )
    return claim


def test_the_code_comes_first(city: Cast, client: Client) -> None:
    address = reverse("claim-new")
    assert client.get(address).status_code == 200
    wrong = client.post(address, {"uscc": MAGNETS[:-2] + "I" + MAGNETS[-1]})
    assert wrong.status_code == 422
    assert "不能用" in wrong.content.decode()
    unknown = client.post(address, {"uscc": NOBODY}).content.decode()
    assert "还没有登记" in unknown
    assert "链办" in unknown
    spaced = client.post(address, {"uscc": f"{MAGNETS[:8].lower()} {MAGNETS[8:]}"})
    text = spaced.content.decode()
    assert "甬江磁材有限公司" in text
    assert "艾丽" not in text
    assert "负责人" not in text
    assert client.put(address).status_code == 405


@IN_MEMORY
def test_a_stranger_claims_and_is_let_in(city: Cast, client: Client) -> None:
    address = reverse("claim-new")
    given = PERSON | {"uscc": UNIVERSITY}
    refused = client.post(address, given | {"proof": proof("证明.png", b"MZ not a picture")})
    assert refused.status_code == 422
    assert "证明.png" in refused.content.decode()
    assert client.post(address, given).status_code == 422
    assert (User.objects.filter(username="chenming").count(), Claim.objects.count()) == (0, 0)
    sent = client.post(address, given | {"proof": proof()})
    status = sent.headers["Location"]
    page = client.get(status)
    assert page.headers["Cache-Control"] == "no-store"
    assert "待审核" in page.content.decode()
    assert status in str(mail.outbox[0].body)
    claimant = User.objects.get(username="chenming")
    assert not claimant.is_active
    assert not client.login(username="chenming", password=PERSON["password"])
    told = Notice.objects.filter(kind="accounts.claim_made").values_list("recipient__username")
    assert {name for (name,) in told} == {"officer", "yinzhou", "admin"}

    [claim] = Claim.objects.all()
    client.force_login(city.users["yinzhou"])
    shown = client.get(reverse("claim", args=[claim.public_id])).content.decode()
    assert "授权书.png" in shown
    assert "办公室主任" in shown
    [stored] = StoredFile.objects.all()
    answer = client.get(reverse("files:download", args=[stored.public_id]))
    assert answer.getvalue() == PNG
    done = client.post(reverse("claim-approve", args=[claim.public_id]), follow=True)
    assert "已通过" in done.content.decode()
    membership = Membership.objects.get(user=claimant)
    assert (membership.role, membership.organisation.name) == ("owner", "东海大学")
    assert Notice.objects.filter(recipient=claimant, kind="accounts.claim_approved").exists()
    stranger = Client()
    assert "chenming" in stranger.get(status).content.decode()
    assert stranger.login(username="chenming", password=PERSON["password"])


@IN_MEMORY
def test_refused_with_a_reason_and_the_name_is_free_again(city: Cast, client: Client) -> None:
    given = PERSON | {"uscc": MAGNETS}
    status = client.post(reverse("claim-new"), given | {"proof": proof()}).headers["Location"]
    [claim] = Claim.objects.all()
    assert list(Notice.objects.values_list("recipient__username", flat=True)) == ["alice"]
    client.force_login(city.users["alice"])
    refuse = reverse("claim-refuse", args=[claim.public_id])
    assert client.post(refuse, {"reason": " "}).status_code == 422
    client.post(refuse, {"reason": "授权书没有盖章"})
    assert "授权书没有盖章" in Client().get(status).content.decode()
    assert "没有盖章" in str(mail.outbox[-1].body)
    again = Client().post(reverse("claim-new"), given | {"proof": proof()})
    withdraw = again.headers["Location"] + "withdraw/"
    assert Client().get(withdraw).status_code == 405
    assert "已撤回" in Client().post(withdraw, follow=True).content.decode()
    assert Client().post(withdraw).status_code == 409
    assert Client().get(reverse("claim-status", args=["x" * 32])).status_code == 404
    third = Client().post(reverse("claim-new"), given | {"proof": proof()})
    assert third.status_code == 302
    assert not User.objects.filter(username="chenming", is_active=True).exists()


def test_an_owner_chooses_the_role_and_one_decision_holds(city: Cast, client: Client) -> None:
    claim = claimed(city, "eve", MAGNETS)
    client.force_login(city.users["alice"])
    approve = reverse("claim-approve", args=[claim.public_id])
    assert client.post(approve).status_code == 422
    assert client.post(approve, {"role": "handler"}).status_code == 302
    assert Membership.objects.get(user=city.users["eve"]).role == "handler"
    assert client.post(approve, {"role": "owner"}).status_code == 409
    now = timezone.now()
    with pytest.raises(Conflict):
        refuse_claim(actor=city.actor("alice", now=now), claim=claim, reason="迟了", now=now)
    with pytest.raises(DomainError, match="已经是"):
        claimed(city, "eve", MAGNETS)


def test_who_may_decide(city: Cast, client: Client) -> None:
    claim = claimed(city, "eve", MAGNETS)
    now = timezone.now()
    with pytest.raises(DomainError, match="正在审核"):
        claimed(city, "eve", MAGNETS)
    for who in ("anna", "bob", "officer", "yinzhou", "eve"):
        actor = city.actor(who, now=now)
        assert not claims_for(actor, now=now).exists(), who
        with pytest.raises(Refusal):
            approve_claim(actor=actor, claim=claim, role="owner", now=now)
    for who in ("alice", "admin"):
        assert claims_for(city.actor(who, now=now), now=now).get() == claim
    stands_in = Actor(
        user_id=city.users["eve"].pk,
        name="伊芙",
        memberships=city.actor("alice", now=now).memberships,
        behalf=Behalf("substitution", 1, "艾丽", user_id=city.users["alice"].pk),
    )
    with pytest.raises(Refusal, match="自己"):
        approve_claim(actor=stands_in, claim=claim, role="owner", now=now)
    with pytest.raises(Refusal, match="自己的身份"):
        claim_organisation(actor=stands_in, uscc=UNIVERSITY, proof=proof(), now=now)
    for who, allowed in (("alice", True), ("eve", True), ("bob", False), ("officer", False)):
        verdict = can_read_file(city.actor(who, now=now), "accounts.claim", claim.pk)
        assert verdict.allowed is allowed, who

    address = reverse("claim", args=[claim.public_id])
    assert client.get(address).headers["Location"].startswith("/accounts/login/")
    client.force_login(city.users["bob"])
    assert client.get(address).status_code == 404
    assert client.get(reverse("claim-approve", args=[claim.public_id])).status_code == 405
    client.force_login(city.users["eve"])
    own = client.get(address).content.decode()
    assert "撤回认领" in own
    assert 'name="role"' not in own
    assert address in client.get(reverse("account")).content.decode()
    with pytest.raises(Refusal, match="提出认领的人"):
        withdraw_claim(claim=claim, actor=city.actor("bob", now=now), now=now)
    assert client.post(reverse("claim-withdraw", args=[claim.public_id])).status_code == 302


def test_approving_opens_no_account_that_was_blocked(city: Cast) -> None:
    claim = claimed(city, "dan", UNIVERSITY)
    now = timezone.now()
    admin = city.actor("admin", now=now)
    block_user(actor=admin, user=city.users["dan"], now=now)
    claim.refresh_from_db()
    with pytest.raises(DomainError, match="停用"):
        approve_claim(actor=admin, claim=claim, role="owner", now=now)
    assert not User.objects.get(username="dan").is_active
    ended = claimed(city, "eve", UNIVERSITY)
    ended.organisation.ended_on = now.date()
    with pytest.raises(DomainError, match="已终止"):
        approve_claim(actor=admin, claim=ended, role="owner", now=now)


def test_pages_cost_the_same_for_one_and_three(city: Cast, client: Client) -> None:
    client.force_login(city.users["alice"])
    people = reverse("organisation-people", args=[city.organisations["magnets"].public_id])
    costs = []
    for group in (("eve",), ("dan", "bob")):
        for who in group:
            claimed(city, who, MAGNETS)
            invite(
                actor=city.actor("alice", now=timezone.now()),
                organisation=city.organisations["magnets"],
                role="viewer",
                days=7,
                name=who,
                now=timezone.now(),
            )
        for address in (reverse("claims"), reverse("invitations"), people):
            client.get(address)
            with CaptureQueriesContext(connection) as queries:
                text = client.get(address).content.decode()
            assert city.users[group[-1]].name in text or group[-1] in text
            costs.append(len(queries))
    assert costs[:3] == costs[3:]
