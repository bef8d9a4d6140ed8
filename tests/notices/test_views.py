"""The inbox: works, wrong method, somebody else, not logged in."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from lianshu.notices import kinds
from lianshu.notices.models import Notice
from lianshu.notices.services import notify
from tests.cast import NOW, Cast

INBOX = reverse("notices:inbox")


@pytest.fixture
def notice(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Notice:
    """Alice's, unread."""
    monkeypatch.setattr(kinds, "_kinds", {})
    kinds.register("tests.matched", title="新推荐：%(title)s", body="理由：<b>同链</b>")
    return tell(cast, "alice", "磁材回收")


def tell(cast: Cast, name: str, title: str) -> Notice:
    (made,) = notify(
        recipients=[cast.users[name].pk],
        kind="tests.matched",
        params={"title": title},
        link="/demands/",
        now=NOW,
    )
    return made


def login(client: Client, cast: Cast, name: str) -> Client:
    client.force_login(cast.users[name])
    return client


def address(name: str, notice: Notice) -> str:
    return reverse(f"notices:{name}", args=[notice.public_id])


def test_the_inbox_shows_ones_own_and_escapes_them(
    client: Client, cast: Cast, notice: Notice
) -> None:
    text = login(client, cast, "alice").get(INBOX).content.decode()
    assert "新推荐：磁材回收" in text
    assert "&lt;b&gt;同链" in text
    other = login(client, cast, "bob").get(INBOX).content.decode()
    assert "磁材回收" not in other


def test_unread_filter_and_pages(client: Client, cast: Cast, notice: Notice) -> None:
    login(client, cast, "alice").post(address("read", notice))
    for number in range(35):
        tell(cast, "alice", f"第{number}条。")
    unread = client.get(INBOX, {"unread": "1"}).content.decode()
    assert "磁材回收" not in unread
    assert "第34条。" in unread
    assert "第0条。" not in unread
    second = client.get(INBOX, {"unread": "1", "page": "2"}).content.decode()
    assert "第0条。" in second
    assert client.get(INBOX, {"page": "x"}).status_code == 200


@pytest.mark.parametrize("rows", [1, 3])
def test_the_inbox_costs_the_same_for_any_number_of_rows(
    client: Client,
    cast: Cast,
    notice: Notice,
    rows: int,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(rows - 1):
        tell(cast, "alice", str(number))
    login(client, cast, "alice").get(INBOX)
    with django_assert_max_num_queries(9):
        client.get(INBOX)


def test_opening_marks_as_read_and_leads_on(client: Client, cast: Cast, notice: Notice) -> None:
    response = login(client, cast, "alice").post(address("open", notice))
    assert response.headers["Location"] == "/demands/"
    assert Notice.objects.get().read_at is not None


def test_all_read(client: Client, cast: Cast, notice: Notice) -> None:
    tell(cast, "bob", "别人的")
    response = login(client, cast, "alice").post(reverse("notices:read_all"))
    assert response.headers["Location"] == INBOX
    assert list(Notice.objects.unread().values_list("recipient", flat=True)) == [
        cast.users["bob"].pk
    ]


@pytest.mark.parametrize("name", ["open", "read"])
def test_only_posts_and_only_ones_own(
    client: Client, cast: Cast, notice: Notice, name: str
) -> None:
    assert login(client, cast, "alice").get(address(name, notice)).status_code == 405
    assert login(client, cast, "bob").post(address(name, notice)).status_code == 404
    strict = login(Client(enforce_csrf_checks=True), cast, "alice")
    assert strict.post(address(name, notice)).status_code == 403
    assert Notice.objects.get().read_at is None


def test_a_stranger_is_sent_to_log_in(client: Client, notice: Notice) -> None:
    for response in (
        client.get(INBOX),
        client.post(address("open", notice)),
        client.post(reverse("notices:read_all")),
    ):
        assert response.status_code == 302
        assert response.headers["Location"].startswith(reverse("account_login"))
    assert Notice.objects.get().read_at is None
