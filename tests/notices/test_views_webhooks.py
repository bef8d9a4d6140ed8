"""The pages of webhooks: works, wrong method, others, not logged in."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lianshu.notices.models import Delivery, DeliveryState, Webhook
from lianshu.notices.services import add_webhook, pause_webhook
from tests.cast import NOW, Cast
from tests.notices.sink import Sink, open_sink

POSTS = ["pause", "resume", "rotate", "test", "retry", "remove"]


@pytest.fixture
def sink() -> Iterator[Sink]:
    """A receiver."""
    with open_sink() as opened:
        yield opened


def added(cast: Cast, sink: Sink, name: str = "协同平台") -> Webhook:
    return add_webhook(actor=cast.actor("admin"), name=name, url=sink.url, kinds=(), now=NOW)[0]


def address(name: str, webhook: Webhook) -> str:
    return reverse(name, args=[webhook.public_id])


def test_one_is_added_tested_changed_and_removed(client: Client, cast: Cast, sink: Sink) -> None:
    client.force_login(cast.users["admin"])
    new = reverse("webhook-new")
    assert "办件超时" in client.get(new).content.decode()
    wrong = client.post(new, {"name": "协同平台", "url": "http://8.8.8.8/"})
    assert wrong.status_code == 422 and "请改用 https" in wrong.content.decode()
    made = client.post(new, {"name": "协同平台", "url": sink.url, "kinds": ["casework.red"]})
    secret = re.search(r"lianshu_whsec_[\w-]{43}", made.content.decode())
    assert secret is not None and made["Cache-Control"] == "no-store"
    webhook = Webhook.objects.get()
    shown = client.get(address("webhook", webhook)).content.decode()
    assert secret[0] not in shown and "办件超时" in shown and "还没有推送过" in shown

    told = client.post(address("webhook-test", webhook), follow=True).content.decode()
    assert "对方答复 204" in told and len(sink.arrived) == 1
    sink.status = 500
    told = client.post(address("webhook-test", webhook), follow=True).content.decode()
    assert "测试没有送达" in told and "note-error" in told

    edit = address("webhook-edit", webhook)
    assert sink.url.replace("&", "&amp;") in client.get(edit).content.decode()
    assert client.post(edit, {"name": "", "url": sink.url}).status_code == 422
    assert client.post(edit, {"name": "新平台", "url": "ftp://x"}).status_code == 422
    assert client.post(edit, {"name": "新平台", "url": sink.url}).status_code == 302
    rotated = client.post(address("webhook-rotate", webhook))
    assert "lianshu_whsec_" in rotated.content.decode() and secret[0] not in str(rotated.content)
    assert "已暂停" in client.post(address("webhook-pause", webhook), follow=True).content.decode()
    assert client.post(address("webhook-pause", webhook)).status_code == 409
    client.post(address("webhook-resume", webhook))
    assert "新平台" in client.get(reverse("webhooks")).content.decode()
    client.post(address("webhook-remove", webhook))
    assert not Webhook.objects.exists()
    assert client.get(address("webhook", webhook)).status_code == 404


def test_what_was_given_up_is_sent_again(client: Client, cast: Cast, sink: Sink) -> None:
    webhook = added(cast, sink)
    client.force_login(cast.users["admin"])
    Delivery.objects.create(
        webhook=webhook,
        kind="casework.red",
        body="{}",
        created_at=NOW,
        state=DeliveryState.FAILED,
        error="对方答复 503。",
        attempts=7,
    )
    shown = client.get(address("webhook", webhook)).content.decode()
    assert "对方答复 503。" in shown and "1 条已放弃" in shown
    again = client.post(address("webhook-retry", webhook), follow=True).content.decode()
    assert "1 条推送已重新排队" in again and "1 条待送达" in again


@pytest.mark.parametrize("name", ["officer", "alice", "eve"])
def test_they_are_for_operators(client: Client, cast: Cast, sink: Sink, name: str) -> None:
    webhook = added(cast, sink)
    client.force_login(cast.users[name])
    for place in (reverse("webhooks"), reverse("webhook-new"), address("webhook", webhook)):
        assert client.get(place).status_code == 403
    for post in POSTS:
        assert client.post(address(f"webhook-{post}", webhook)).status_code == 403
    webhook.refresh_from_db()
    assert webhook.active and sink.arrived == []


def test_only_by_post_and_only_logged_in(client: Client, cast: Cast, sink: Sink) -> None:
    webhook = added(cast, sink)
    assert client.get(reverse("webhooks")).status_code == 302
    for post in POSTS:
        assert client.post(address(f"webhook-{post}", webhook)).status_code == 302
    client.force_login(cast.users["admin"])
    for post in POSTS:
        assert client.get(address(f"webhook-{post}", webhook)).status_code == 405
    assert Webhook.objects.get().active and sink.arrived == []


def test_as_many_queries_for_three_as_for_one(client: Client, cast: Cast, sink: Sink) -> None:
    client.force_login(cast.users["admin"])
    counts = []
    for more in (1, 2):
        for number in range(more):
            added(cast, sink, f"平台{more}{number}")
        client.get(reverse("webhooks"))
        with CaptureQueriesContext(connection) as asked:
            client.get(reverse("webhooks"))
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_a_paused_one_says_so(client: Client, cast: Cast, sink: Sink) -> None:
    pause_webhook(actor=cast.actor("admin"), webhook=added(cast, sink), now=NOW)
    client.force_login(cast.users["admin"])
    assert "已暂停" in client.get(reverse("webhooks")).content.decode()
