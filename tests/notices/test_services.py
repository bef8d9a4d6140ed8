"""Telling people: who, in which words, and what becomes of it in the inbox."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import translation

from lianshu.authority import Actor
from lianshu.notices import kinds
from lianshu.notices.models import MailState, Notice
from lianshu.notices.queries import inbox, unread_count
from lianshu.notices.services import mark_all_read, mark_read, notify
from tests.cast import NOW, Cast


@pytest.fixture(autouse=True)
def _one_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kinds, "_kinds", {})
    kinds.register("tests.matched", title="新推荐：%(title)s", body="理由：%(reason)s", urgent=True)


def tell(cast: Cast, *names: str, mail: bool = True, link: str = "/demands/") -> list[Notice]:
    return notify(
        recipients=[cast.users[name].pk for name in names],
        kind="tests.matched",
        params={"title": "磁材回收", "reason": "同链"},
        link=link,
        now=NOW,
        mail=mail,
    )


def test_each_recipient_has_a_row_of_their_own(cast: Cast) -> None:
    notices = tell(cast, "alice", "bob", "alice")
    assert {notice.recipient for notice in notices} == {cast.users["alice"], cast.users["bob"]}
    assert {notice.mail_state for notice in notices} == {MailState.WAITING}
    assert notices[0].wording == kinds.Wording(title="新推荐：磁材回收", body="理由：同链")


def test_a_step_is_named_in_the_language_of_who_reads(cast: Cast) -> None:
    title = kinds.in_languages(lambda: {"en": "Handle"}.get(translation.get_language(), "办理"))
    (notice,) = notify(
        recipients=[cast.users["alice"].pk],
        kind="tests.matched",
        params={"title": title, "reason": "同链"},
        link="",
        now=NOW,
    )
    notice.refresh_from_db()
    assert notice.wording.title == "新推荐：办理"
    with translation.override("en"):
        assert notice.wording.title == "新推荐：Handle"
    with translation.override(None):
        assert notice.wording.title == "新推荐：办理"


def test_no_mail_without_an_address_or_when_none_is_wanted(cast: Cast) -> None:
    cast.users["bob"].email = ""
    cast.users["bob"].save()
    for notice in [*tell(cast, "bob"), *tell(cast, "alice", mail=False)]:
        assert (notice.mail_state, notice.mail_claimed_until) == (MailState.NONE, None)


def test_blocked_people_are_not_told(cast: Cast) -> None:
    cast.users["bob"].is_active = False
    cast.users["bob"].save()
    assert tell(cast, "bob") == []


def test_no_notice_of_a_deed_that_was_undone(cast: Cast) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        tell(cast, "alice")
        raise RuntimeError
    assert not Notice.objects.exists()


def test_wording_follows_the_reader(cast: Cast) -> None:
    kinds.register("tests.read", title=translation.gettext_lazy("Yes"))
    notice = Notice(kind="tests.read", params={})
    with translation.override("zh-hans"):
        assert notice.wording.title == "是"
    with translation.override("en"):
        assert notice.wording.title == "Yes"


def test_a_line_break_in_a_title_forges_no_mail_header() -> None:
    params = {"title": "a\r\nBcc: x@example.test", "reason": ""}
    assert kinds.words("tests.matched", params).title == "新推荐：a Bcc: x@example.test"


@pytest.mark.parametrize(
    ("kind", "params", "problem"),
    [("tests.unknown", {}, "tests.unknown"), ("tests.matched", {"title": "x"}, "reason")],
)
def test_what_cannot_be_worded_is_refused_when_written(
    db: None, kind: str, params: dict[str, str], problem: str
) -> None:
    with pytest.raises(LookupError, match=problem):
        notify(recipients=[], kind=kind, params=params, link="", now=NOW)


@pytest.mark.parametrize(
    "link", ["https://example.test/", "//example.test/", "javascript:alert(1)", "demands/"]
)
def test_a_notice_never_leads_off_the_site(cast: Cast, link: str) -> None:
    with pytest.raises(ValueError, match="path of this site"):
        tell(cast, "alice", link=link)


def test_kinds_are_registered_once() -> None:
    with pytest.raises(ValueError, match="twice"):
        kinds.register("tests.matched", title="x")


def test_everybody_reads_only_their_own(cast: Cast) -> None:
    (notice,) = tell(cast, "alice")
    alice, bob = cast.actor("alice"), cast.actor("bob")
    assert (unread_count(alice), unread_count(bob), unread_count(Actor())) == (1, 0, 0)

    mark_read(actor=bob, notice=notice, now=NOW)
    assert unread_count(alice) == 1
    mark_read(actor=alice, notice=notice, now=NOW + timedelta(hours=1))
    mark_read(actor=alice, notice=notice, now=NOW + timedelta(hours=2))
    notice.refresh_from_db()
    assert notice.read_at == NOW + timedelta(hours=1)
    assert list(inbox(alice)) == [notice]
    assert list(inbox(alice, unread_only=True)) == []


def test_all_read_leaves_what_came_later(cast: Cast) -> None:
    tell(cast, "alice")
    tell(cast, "bob")
    assert mark_all_read(actor=cast.actor("alice"), now=NOW - timedelta(seconds=1)) == 0
    assert mark_all_read(actor=cast.actor("alice"), now=NOW) == 1
    assert unread_count(cast.actor("bob")) == 1
