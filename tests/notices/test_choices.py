"""What a person chose about mail, and the outbox of digests."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from pytest import MonkeyPatch
from pytest_django import Settings

from lianshu.authority import Actor, Refusal
from lianshu.notices import kinds
from lianshu.notices.models import Digest, MailChoice, MailState, Notice
from lianshu.notices.queries import (
    last_digest_at,
    mail_choice_of,
    mail_is_due,
    put_by_for_digest,
    without_digest_of,
)
from lianshu.notices.services import (
    MOST_ATTEMPTS,
    RETRY_AFTER,
    choose_mail,
    deliver_mail,
    mark_read,
    notify,
    post_digest,
)
from lianshu.records.errors import DomainError
from tests.cast import NOW, Cast
from tests.notices.test_mail import Postman, postman

__all__ = ["postman"]
TODAY = date(2026, 11, 2)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _two_kinds(monkeypatch: MonkeyPatch) -> None:
    monkeypatch.setattr(kinds, "_kinds", {})
    kinds.register("tests.urgent", title="请办理", urgent=True)
    kinds.register("tests.usual", title="有进展")


def state_of(cast: Cast, kind: str, *, mail: bool = True) -> str:
    (notice,) = notify(
        recipients=[cast.users["alice"].pk],
        kind=f"tests.{kind}",
        params={},
        link="/",
        now=NOW,
        mail=mail,
    )
    assert (notice.mail_claimed_until == NOW) == (notice.mail_state == MailState.WAITING)
    return notice.mail_state


def posted(cast: Cast, *, day: date = TODAY, covers: tuple[int, ...] = ()) -> Digest | None:
    return post_digest(
        user_id=cast.users["alice"].pk,
        day=day,
        subject="今日汇总：已超时 1",
        text="磁钢已超时",
        html="<p>磁钢已超时</p>",
        covers=covers,
        now=NOW,
    )


@pytest.mark.parametrize(
    ("choice", "urgent", "usual"),
    [
        (None, MailState.WAITING, MailState.DIGEST),
        ("urgent", MailState.WAITING, MailState.DIGEST),
        ("each", MailState.WAITING, MailState.WAITING),
        ("digest", MailState.DIGEST, MailState.DIGEST),
        ("none", MailState.NONE, MailState.NONE),
    ],
)
def test_the_choice_decides_what_is_mailed_when(
    cast: Cast, choice: str | None, urgent: str, usual: str
) -> None:
    alice = cast.actor("alice")
    if choice is not None:
        choose_mail(actor=alice, choice=choice, now=NOW)
    assert mail_choice_of(alice) == (choice or MailChoice.URGENT)
    assert (state_of(cast, "urgent"), state_of(cast, "usual")) == (urgent, usual)
    assert state_of(cast, "urgent", mail=False) == MailState.NONE


def test_one_chooses_for_oneself(cast: Cast) -> None:
    choose_mail(actor=cast.actor("bob"), choice="none", now=NOW)
    assert mail_choice_of(cast.actor("alice")) == MailChoice.URGENT
    with pytest.raises(DomainError):
        choose_mail(actor=cast.actor("bob"), choice="sometimes", now=NOW)
    with pytest.raises(Refusal):
        choose_mail(actor=Actor(), choice="none", now=NOW)


def test_changing_ones_mind_loses_nothing_that_was_put_by(cast: Cast) -> None:
    alice = cast.actor("alice")
    state_of(cast, "usual")
    state_of(cast, "usual")
    mark_read(actor=alice, notice=Notice.objects.order_by("pk")[0], now=NOW)
    choose_mail(actor=alice, choice="each", now=NOW)
    assert Notice.objects.mail_due(NOW).count() == 1  # not what was read meanwhile
    choose_mail(actor=alice, choice="digest", now=NOW)
    state_of(cast, "usual")
    choose_mail(actor=alice, choice="none", now=NOW)
    assert not put_by_for_digest(alice).exists()
    assert Notice.objects.filter(mail_state=MailState.NONE).count() == 2


def test_a_person_and_day_has_one_digest(cast: Cast) -> None:
    alice = cast.actor("alice")
    state_of(cast, "usual")
    state_of(cast, "usual")
    state_of(cast, "usual")
    first, second, third = Notice.objects.order_by("pk")
    mark_read(actor=alice, notice=third, now=NOW)
    everybody = without_digest_of(TODAY)
    assert posted(cast, covers=(first.pk,)) is not None
    assert posted(cast, covers=(second.pk,)) is None
    assert list(put_by_for_digest(alice)) == [second]  # it came too late for that one
    third.refresh_from_db()
    assert third.mail_state == MailState.NONE
    assert set(everybody) - set(without_digest_of(TODAY)) == {cast.users["alice"].pk}
    assert without_digest_of(TODAY + DAY) == everybody
    assert posted(cast, day=TODAY + DAY) is not None
    assert last_digest_at(alice) == NOW and last_digest_at(cast.actor("bob")) is None


def test_digests_go_to_whoever_wants_and_can_get_them(cast: Cast) -> None:
    choose_mail(actor=cast.actor("alice"), choice="each", now=NOW)
    choose_mail(actor=cast.actor("bob"), choice="none", now=NOW)
    choose_mail(actor=cast.actor("carol"), choice="digest", now=NOW)
    for name, values in (("dan", {"email": ""}), ("anna", {"is_active": False})):
        for field, value in values.items():
            setattr(cast.users[name], field, value)
        cast.users[name].save()
    wanted = {cast.users[name].pk for name in ("officer", "yinzhou", "carol", "admin", "eve")}
    assert set(without_digest_of(TODAY)) == wanted


def test_a_digest_is_mailed_as_text_and_html_and_kept_no_longer(
    cast: Cast, postman: Postman
) -> None:
    digest = posted(cast)
    assert digest is not None and mail_is_due(NOW)
    assert deliver_mail(now=NOW).sent == 1
    assert not mail_is_due(NOW + DAY) and deliver_mail(now=NOW + DAY).sent == 0
    (message,) = postman.taken
    assert message["Subject"] == "今日汇总：已超时 1"
    assert message["Message-ID"] == f"<digest-{digest.public_id}@lianshu.example.test>"
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert text is not None and html is not None
    assert "磁钢已超时" in text.get_content() and "<p>磁钢已超时" in html.get_content()
    digest.refresh_from_db()
    assert (digest.mail_state, digest.text, digest.html) == (MailState.SENT, "", "")


def test_a_refused_digest_is_tried_five_times(
    cast: Cast, postman: Postman, caplog: pytest.LogCaptureFixture
) -> None:
    postman.refused = {"alice@example.test"}
    posted(cast)
    now = NOW
    assert deliver_mail(now=now).failed == 1
    for pause in RETRY_AFTER:
        now += pause
        assert deliver_mail(now=now).failed == 1
    digest = Digest.objects.get()
    assert (digest.mail_state, digest.mail_attempts) == (MailState.FAILED, MOST_ATTEMPTS)
    assert "550" in digest.mail_error and not mail_is_due(now + DAY)


def test_an_unreachable_server_costs_a_digest_nothing(
    cast: Cast, postman: Postman, settings: Settings
) -> None:
    posted(cast)
    settings.EMAIL_PORT = 1
    assert deliver_mail(now=NOW).problem
    digest = Digest.objects.get()
    assert (digest.mail_state, digest.mail_attempts) == (MailState.WAITING, 0)
