"""Mail about notices, sent to a real SMTP server of the test's own."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.utils import translation
from pytest_django import Settings

from lianshu.authority import system_actor
from lianshu.jobs.models import Job, JobStatus
from lianshu.jobs.services import enqueue
from lianshu.jobs.worker import run_queued_jobs
from lianshu.notices import kinds
from lianshu.notices.models import MailState, Notice
from lianshu.notices.queries import mail_is_due
from lianshu.notices.services import CLAIM_FOR, MOST_ATTEMPTS, RETRY_AFTER, deliver_mail, notify
from tests.cast import NOW, Cast


class Postman:
    """Takes mail, except to addresses in `refused`; hangs up after each when `rude`."""

    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []
        self.refused: set[str] = set()
        self.rude = False

    async def handle_RCPT(  # noqa: N802 - the name aiosmtpd calls
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: Any
    ) -> str:
        if address in self.refused:
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        if self.rude:
            return "421 closing"
        content = envelope.content
        assert isinstance(content, bytes)
        self.taken.append(message_from_bytes(content, policy=policy.default))
        return "250 OK"


@pytest.fixture
def postman(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Postman]:
    """A mail server on a free port, and settings that lead to it."""
    monkeypatch.setattr(kinds, "_kinds", {})
    kinds.register("tests.matched", title="新推荐：%(title)s", body="理由：同链", urgent=True)
    handler = Postman()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_PORT = port
    settings.SITE_URL = "https://lianshu.example.test"
    yield handler
    controller.stop()


def tell(cast: Cast, *names: str) -> list[Notice]:
    return notify(
        recipients=[cast.users[name].pk for name in names],
        kind="tests.matched",
        params={"title": "磁材回收"},
        link="/demands/abc/",
        now=NOW,
    )


def states() -> set[str]:
    return set(Notice.objects.values_list("mail_state", flat=True))


def test_a_notice_arrives_once(cast: Cast, postman: Postman) -> None:
    (notice,) = tell(cast, "alice")
    assert mail_is_due(NOW)
    assert deliver_mail(now=NOW).sent == 1
    assert deliver_mail(now=NOW + timedelta(days=1)).sent == 0
    assert not mail_is_due(NOW + timedelta(days=1))
    (message,) = postman.taken
    assert message["Subject"] == "新推荐：磁材回收"
    assert message["To"] == "alice@example.test"
    assert message["Message-ID"] == f"<notice-{notice.public_id}@lianshu.example.test>"
    body = message.get_content()
    assert "理由：同链" in body
    assert "https://lianshu.example.test/demands/abc/" in body
    notice.refresh_from_db()
    assert (notice.mail_state, notice.mail_attempts) == (MailState.SENT, 1)


def test_a_claimed_mail_is_left_to_its_claimer(cast: Cast, postman: Postman) -> None:
    tell(cast, "alice")
    Notice.objects.update(mail_claimed_until=NOW + CLAIM_FOR)  # as another sender does first
    assert deliver_mail(now=NOW).sent == 0
    assert postman.taken == []
    assert deliver_mail(now=NOW + CLAIM_FOR).sent == 1  # that sender died


def test_a_refused_address_is_tried_five_times_and_holds_nobody_up(
    cast: Cast, postman: Postman, caplog: pytest.LogCaptureFixture
) -> None:
    postman.refused = {"bob@example.test"}
    tell(cast, "alice", "bob", "carol")
    first = deliver_mail(now=NOW)
    assert (first.sent, first.failed) == (2, 1)

    now = NOW
    for pause in RETRY_AFTER:
        assert deliver_mail(now=now + pause - timedelta(seconds=1)).failed == 0  # not yet
        now += pause
        assert deliver_mail(now=now).failed == 1
    notice = Notice.objects.get(recipient=cast.users["bob"])
    assert (notice.mail_state, notice.mail_attempts) == (MailState.FAILED, MOST_ATTEMPTS)
    assert "550" in notice.mail_error
    assert not mail_is_due(now + timedelta(days=1))
    assert [message["To"] for message in postman.taken] == [
        "alice@example.test",
        "carol@example.test",
    ]


def test_a_server_that_hangs_up_is_met_again(
    cast: Cast, postman: Postman, caplog: pytest.LogCaptureFixture
) -> None:
    postman.rude = True
    tell(cast, "alice", "bob")
    assert deliver_mail(now=NOW).failed == 2
    postman.rude = False
    assert deliver_mail(now=NOW + RETRY_AFTER[0]).sent == 2
    assert states() == {MailState.SENT}


def test_an_unreachable_server_costs_no_attempt_and_shows_as_a_failed_job(
    cast: Cast, postman: Postman, settings: Settings
) -> None:
    tell(cast, "alice", "bob")
    settings.EMAIL_PORT = 1
    job = enqueue(
        actor=system_actor("clock"), kind="notices.deliver", title="邮件", params={}, now=NOW
    )
    run_queued_jobs()
    job.refresh_from_db()
    assert job.status == JobStatus.FAILED
    assert "连不上邮件服务器" in job.error
    assert states() == {MailState.WAITING}
    assert set(Notice.objects.values_list("mail_attempts", flat=True)) == {0}


def test_the_duty_sends_everything_that_is_due(cast: Cast, postman: Postman) -> None:
    for _ in range(2):
        tell(cast, "alice", "bob", "carol")
    job = enqueue(
        actor=system_actor("clock"), kind="notices.deliver", title="邮件", params={}, now=NOW
    )
    run_queued_jobs()
    assert Job.objects.get(pk=job.pk).result == {"sent": 6, "failed": 0}
    assert len(postman.taken) == 6


def test_mail_speaks_the_readers_language(cast: Cast, postman: Postman) -> None:
    cast.users["bob"].language = "en"
    cast.users["bob"].save()
    kinds.register("tests.due", title=_lazy_yes(), urgent=True)
    notify(
        recipients=[cast.users[name].pk for name in ("alice", "bob")],
        kind="tests.due",
        params={},
        link="",
        now=NOW,
    )
    deliver_mail(now=NOW)
    assert {message["To"]: message["Subject"] for message in postman.taken} == {
        "alice@example.test": "是",
        "bob@example.test": "Yes",
    }


def _lazy_yes() -> Any:
    """A text that Django itself ships in both languages."""
    return translation.gettext_lazy("Yes")
