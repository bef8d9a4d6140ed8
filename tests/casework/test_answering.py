"""Somebody without an account answers for the confirmer: once, in time, and by a POST only."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings
from django.utils import timezone

from lianshu.authority import Refusal
from lianshu.casework.models import AnswerLink, Case, CaseEvent, Rating
from lianshu.casework.queries import case_by_id
from lianshu.casework.services.forms import Given
from lianshu.casework.services.links import make_answer_link
from lianshu.casework.verifying import verify_cases
from lianshu.files.models import StoredFile
from lianshu.records.errors import DomainError
from tests.casework.loops import order
from tests.casework.test_acting import ASKED, assigned, go
from tests.cast import Cast

IN_MEMORY = override_settings(EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend")
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 64
GOOD = {"action": "accept", "stars": "5", "speed": "4", "note": "很快"}


def reported(cast: Cast) -> Case:
    """A case that waits for Alice's firm to rate it."""
    case = order(cast)
    go(cast, case, "alice", "send", ASKED)
    go(cast, case, "officer", "assign", assigned(cast))
    go(cast, case, "carol", "accept")
    go(cast, case, "carol", "report", Given({"result": "已借出三天"}))
    return case


def linked(cast: Cast, case: Case, *, by: str = "alice", email: str = "") -> tuple[AnswerLink, str]:
    """A link for the workshop's foreman."""
    actor = cast.actor(by)
    found = case_by_id(actor, case.public_id)
    assert found is not None
    return make_answer_link(
        actor=actor, case=found, contact="车间老周", email=email, now=timezone.now()
    )


def test_it_is_answered_once(client: Client, cast: Cast) -> None:
    case = reported(cast)
    link, secret = linked(cast, case)
    assert secret not in str(vars(link))
    address = f"/answer/{secret}/"
    page = client.get(address)
    assert page.headers["Cache-Control"] == "no-store"
    assert "已借出三天" in page.content.decode() and "车间老周" in page.content.decode()
    client.head(address)
    assert case.events.count() == 5 and not Rating.objects.exists()
    assert client.put(address).status_code == 405

    fake = SimpleUploadedFile("现场.png", b"<svg onload=alert(1)>", content_type="image/png")
    refused = client.post(address, {**GOOD, "photo": fake})
    assert refused.status_code == 422 and "可以上传" in refused.content.decode()
    assert client.post(address, {**GOOD, "stars": ""}).status_code == 422
    assert client.post(address, {**GOOD, "action": "rework"}).status_code == 422
    assert client.post(address, {**GOOD, "action": "no_answer"}).status_code == 422
    assert not StoredFile.objects.exists()

    photo = SimpleUploadedFile("现场.png", PNG, content_type="image/png")
    assert client.post(address, {**GOOD, "photo": photo}).status_code == 302
    event = CaseEvent.objects.get(case=case, seq=6)
    assert (event.channel, event.actor_name, event.behalf) == ("link", "车间老周", "")
    assert event.actor_key == f"link:{link.public_id}"
    assert event.organisation_id == case.asker_id
    assert event.payload.data["files"] == [StoredFile.objects.get().public_id]
    rating = Rating.objects.get()
    assert (rating.stars, rating.speed, rating.accepted) == (5, 4, True)
    case.refresh_from_db()
    assert case.end == "done" and verify_cases().breaks == ()

    used = client.get(address)
    assert used.status_code == 410 and "谢谢" in used.content.decode()
    assert client.post(address, GOOD).status_code == 410
    assert Rating.objects.count() == 1


def test_sent_back_with_a_reason_and_links_that_open_nothing(client: Client, cast: Cast) -> None:
    case = reported(cast)
    _link, first = linked(cast, case)
    late, second = linked(cast, case)
    assert client.get(f"/answer/{first}/").status_code == 410  # a newer one took its place
    assert client.get("/answer/forged-and-never-made/").status_code == 404
    AnswerLink.objects.filter(pk=late.pk).update(expires_at=timezone.now() - timedelta(1))
    assert "有效期" in client.get(f"/answer/{second}/").content.decode()
    assert client.post(f"/answer/{second}/", GOOD).status_code == 410
    _link, third = linked(cast, case)
    _other, fourth = make_answer_link(
        actor=cast.actor("alice"),
        case=case_by_id(cast.actor("alice"), case.public_id),  # type: ignore[arg-type]
        contact="老吴",
        now=timezone.now(),
    )
    back = {"action": "rework", "reason": "in_part", "stars": "2", "note": ""}
    assert client.post(f"/answer/{third}/", back).status_code == 302
    case.refresh_from_db()
    assert case.step == "handle"
    over = client.get(f"/answer/{fourth}/")
    assert over.status_code == 410 and "不在评价这一步" in over.content.decode()
    with pytest.raises(DomainError, match="评价这一步"):
        linked(cast, case)


@IN_MEMORY
def test_the_office_never_holds_the_link(client: Client, cast: Cast) -> None:
    case = reported(cast)
    with pytest.raises(DomainError, match="邮箱"):
        linked(cast, case, by="officer")
    with pytest.raises(Refusal, match="甬江磁材"):
        linked(cast, case, by="carol")
    address = f"/cases/{case.public_id}/answer-link/"
    assert client.get(address).status_code == 302
    client.force_login(cast.users["bob"])
    assert client.get(address).status_code == 404
    client.force_login(cast.users["officer"])
    assert client.post(address, {"contact": ""}).status_code == 422
    sent = client.post(address, {"contact": "老周", "email": "zhou@example.com"}, follow=True)
    assert "/answer/" not in sent.content.decode() and "zhou@example.com" in sent.content.decode()
    assert "/answer/" in mail.outbox[0].body and AnswerLink.objects.get().by_office
    client.force_login(cast.users["alice"])
    shown = client.post(address, {"contact": "老周"})
    assert "/answer/" in shown.content.decode()
    assert AnswerLink.objects.filter(revoked_at__isnull=False).count() == 1
