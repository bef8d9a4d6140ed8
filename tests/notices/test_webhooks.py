"""Webhooks, told to a real HTTP server of the test's own."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.db import transaction
from pytest_django import DjangoAssertNumQueries, Settings

from lianshu.audit.models import AuditEntry
from lianshu.authority import Refusal, system_actor
from lianshu.jobs.models import Job
from lianshu.jobs.services import enqueue
from lianshu.jobs.worker import run_queued_jobs
from lianshu.notices import kinds, posting
from lianshu.notices.kinds import Outside
from lianshu.notices.models import Delivery, DeliveryState, Webhook
from lianshu.notices.services import (
    add_webhook,
    change_webhook,
    deliver_webhooks,
    deliveries_are_due,
    delivering,
    notify,
    pause_webhook,
    prune_deliveries,
    remove_webhook,
    resume_webhook,
    retry_failed,
    rotate_secret,
    send_test,
)
from lianshu.notices.services.delivering import CLAIM_FOR, KEEP_FOR, MOST_ATTEMPTS, RETRY_AFTER
from lianshu.records.errors import Conflict, DomainError
from tests.cast import NOW, Cast
from tests.notices.sink import Sink, open_sink

DOCS = Path(__file__).resolve().parents[2] / "docs" / "webhooks.md"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def sink(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Iterator[Sink]:
    """A receiver, and two kinds that it may be told of, and one that it may not."""
    monkeypatch.setattr(kinds, "_kinds", {})
    moved = Outside("办件到了下一步", ("case", "due"))
    kinds.register("tests.moved", title="请办理：%(subject)s", outside=moved)
    kinds.register("tests.matched", title="新推荐", outside=Outside("新推荐"))
    kinds.register("tests.private", title="悄悄告诉%(name)s")
    settings.SITE_URL = "https://lianshu.example.test"
    with open_sink() as opened:
        yield opened


def added(cast: Cast, sink: Sink, *wanted: str) -> tuple[Webhook, str]:
    return add_webhook(
        actor=cast.actor("admin"), name="协同平台", url=sink.url, kinds=wanted, now=NOW
    )


def happens(cast: Cast, *names: str, now: datetime = NOW) -> None:
    notify(
        recipients=[cast.users[name].pk for name in names],
        kind="tests.moved",
        params={"subject": "磁钢测试设备借用"},
        link="/cases/abc/",
        now=now,
        about={"case": "abc", "due": None},
    )


def deliver(now: datetime) -> tuple[int, int]:
    return deliver_webhooks(clock=lambda: now)


def verifier() -> Callable[..., bool]:
    """The function that the documentation gives to receivers."""
    code = DOCS.read_text(encoding="utf-8").split("```python\n")[1].split("```")[0]
    spec = importlib.util.spec_from_loader("verifier", loader=None)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    exec(compile(code, str(DOCS), "exec"), module.__dict__)
    verify: Callable[..., bool] = module.__dict__["verify"]
    return verify


def test_a_happening_is_told_once_whoever_the_people_are(cast: Cast, sink: Sink) -> None:
    added(cast, sink)
    happens(cast, "alice", "bob", "carol")
    happens(cast)  # nobody else to tell: the other system still hears of it
    assert deliver(NOW) == (2, 0)
    assert deliver(NOW + MINUTE) == (0, 0) and not deliveries_are_due(NOW + MINUTE)
    path, headers, body = sink.arrived[0]
    row = Delivery.objects.order_by("id")[0]
    assert path == "/hook?from=lianshu"
    assert headers["Content-Type"] == "application/json; charset=utf-8"
    assert json.loads(body) == {
        "id": headers["X-Lianshu-Id"],
        "kind": "tests.moved",
        "at": "2026-11-02T01:30:00+00:00",
        "about": {"case": "abc", "due": None},
        "link": "https://lianshu.example.test/cases/abc/",
    }
    assert "磁钢" not in body.decode()  # what people wrote stays here
    assert (row.state, row.status, row.attempts) == (DeliveryState.SENT, 204, 1)


def test_a_receiver_can_tell_that_it_was_us(cast: Cast, sink: Sink) -> None:
    _webhook, secret = added(cast, sink)
    happens(cast)
    deliver(NOW)
    _path, headers, body = sink.arrived[0]
    signed, verify = headers["X-Lianshu-Signature"], verifier()
    then = NOW.timestamp()
    assert verify(secret, signed, body, now=then + 60)
    assert not verify(secret, signed, body + b" ", now=then)
    assert not verify(secret + "x", signed, body, now=then)
    assert not verify(secret, signed, body, now=then + 3600)  # somebody plays an old one again
    assert not verify(secret, signed.replace("t=", "t=1"), body, now=then)
    for nonsense in ("", "v1=x", "t=x,v1=y", "t=1", "hello,world"):
        assert not verify(secret, nonsense, body, now=then)


def test_kinds_are_chosen_and_private_ones_never_leave(cast: Cast, sink: Sink) -> None:
    added(cast, sink, "tests.matched")
    happens(cast, "alice")
    people = [cast.users["alice"].pk]
    notify(recipients=people, kind="tests.matched", params={}, link="", now=NOW)
    notify(recipients=people, kind="tests.private", params={"name": "艾丽"}, link="/", now=NOW)
    assert list(Delivery.objects.values_list("kind", flat=True)) == ["tests.matched"]
    for about in ({}, {"case": "abc"}, {"case": "abc", "due": None, "subject": "x"}):
        with pytest.raises(ValueError, match="are told"):
            notify(
                recipients=[],
                kind="tests.moved",
                params={"subject": "x"},
                link="",
                now=NOW,
                about=about,
            )
    with pytest.raises(ValueError, match="are told"):
        notify(
            recipients=[],
            kind="tests.private",
            params={"name": "x"},
            link="",
            now=NOW,
            about={"name": "x"},
        )


def test_nothing_is_told_of_a_deed_that_was_undone(cast: Cast, sink: Sink) -> None:
    added(cast, sink)
    with pytest.raises(RuntimeError), transaction.atomic():
        happens(cast, "alice")
        raise RuntimeError
    assert not Delivery.objects.exists()


def test_no_webhook_costs_one_query(
    cast: Cast, sink: Sink, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1 + 2):  # and the savepoint around notify
        happens(cast)


def test_it_is_tried_again_and_given_up_in_the_end(
    cast: Cast, sink: Sink, caplog: pytest.LogCaptureFixture
) -> None:
    webhook, _secret = added(cast, sink)
    sink.status = 503
    happens(cast)
    now = NOW
    assert deliver(now) == (0, 1)
    for pause in RETRY_AFTER:
        assert deliver(now + pause - timedelta(seconds=1)) == (0, 0)  # not yet
        now += pause
        assert deliver(now) == (0, 1)
    row = Delivery.objects.get()
    assert (row.state, row.attempts, row.status) == (DeliveryState.FAILED, MOST_ATTEMPTS, 503)
    assert "503" in row.error
    assert not deliveries_are_due(now + timedelta(days=9))
    assert len({headers["X-Lianshu-Id"] for _path, headers, _body in sink.arrived}) == 1
    assert len({body for _path, _headers, body in sink.arrived}) == 1

    sink.status = 200
    assert retry_failed(actor=cast.actor("admin"), webhook=webhook, now=now) == 1
    assert deliver(now) == (1, 0)
    with pytest.raises(DomainError, match="没有已放弃"):
        retry_failed(actor=cast.actor("admin"), webhook=webhook, now=now)


def test_a_redirect_is_not_followed(
    cast: Cast, sink: Sink, caplog: pytest.LogCaptureFixture
) -> None:
    added(cast, sink)
    sink.status, sink.location = 302, f"http://127.0.0.1:{sink.port}/elsewhere"
    happens(cast)
    assert deliver(NOW) == (0, 1)
    assert [path for path, _headers, _body in sink.arrived] == ["/hook?from=lianshu"]
    assert "不跟随跳转" in Delivery.objects.get().error


def test_who_does_not_answer_is_waited_for_once_and_holds_nobody_up(
    cast: Cast, sink: Sink, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(posting, "TIMEOUT", 0.2)
    added(cast, sink)
    with open_sink() as dead:
        dead.hung = True
        add_webhook(actor=cast.actor("admin"), name="不答", url=dead.url, kinds=(), now=NOW)
        happens(cast)
        happens(cast)
        assert deliver(NOW) == (2, 2)
        assert len(dead.arrived) == 1
    lost = Delivery.objects.filter(webhook__name="不答")
    assert all("没有答复" in row.error and row.attempts == 1 for row in lost)
    assert deliver(NOW + RETRY_AFTER[0]) == (0, 2)  # nobody listens any more
    assert all("连不上" in row.error for row in lost.all())


@pytest.mark.parametrize("point", ["claimed", "told"])
def test_a_sender_that_dies_leaves_a_claim_that_ends(
    cast: Cast, sink: Sink, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    """Killed after its claim the delivery goes out late; killed after the receiver took it, it goes
    out again under the same id. It is never lost."""
    added(cast, sink)
    happens(cast)

    def die(*_args: object, **_kwargs: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(delivering, "_post" if point == "claimed" else "_settle", die)
        deliver(NOW)
    before = len(sink.arrived)
    assert before == (point == "told")
    assert deliver(NOW + CLAIM_FOR - timedelta(seconds=1)) == (0, 0)
    assert deliver(NOW + CLAIM_FOR) == (1, 0)
    assert len(sink.arrived) == before + 1
    assert len({headers["X-Lianshu-Id"] for _path, headers, _body in sink.arrived}) == 1


def test_of_two_senders_one_sends(cast: Cast, sink: Sink, monkeypatch: pytest.MonkeyPatch) -> None:
    added(cast, sink)
    happens(cast)
    claim, twice = delivering._claim, []

    def after_another(delivery: Delivery, now: datetime) -> bool:
        twice.append(claim(Delivery.objects.get(pk=delivery.pk), now))  # the other was faster
        return claim(delivery, now)

    monkeypatch.setattr(delivering, "_claim", after_another)
    assert deliver(NOW) == (0, 0)
    assert twice == [True] and sink.arrived == []


def test_pausing_holds_what_waits_and_lets_the_rest_pass_by(cast: Cast, sink: Sink) -> None:
    webhook, _secret = added(cast, sink)
    admin = cast.actor("admin")
    happens(cast)
    pause_webhook(actor=admin, webhook=webhook, now=NOW)
    happens(cast)
    assert deliver(NOW) == (0, 0) and Delivery.objects.count() == 1
    with pytest.raises(Conflict):
        pause_webhook(actor=admin, webhook=webhook, now=NOW)
    resume_webhook(actor=admin, webhook=webhook, now=NOW)
    assert deliver(NOW + MINUTE) == (1, 0)


def test_a_new_secret_signs_at_once_and_the_old_one_nothing(cast: Cast, sink: Sink) -> None:
    webhook, old = added(cast, sink)
    happens(cast)
    new = rotate_secret(actor=cast.actor("admin"), webhook=webhook, now=NOW)
    deliver(NOW)
    _path, headers, body = sink.arrived[0]
    signed, then, verify = headers["X-Lianshu-Signature"], NOW.timestamp(), verifier()
    assert verify(new, signed, body, now=then) and not verify(old, signed, body, now=then)
    webhook.refresh_from_db()
    assert new not in webhook.sealed_secret
    told = AuditEntry.objects.filter(object_type="notices.webhook")
    assert [each.action for each in told.order_by("id")] == [
        "webhook.added",
        "webhook.secret_rotated",
    ]
    assert told.order_by("id")[0].changes == {"host": [None, f"127.0.0.1:{sink.port}"]}
    assert not any(new in str(each.changes) or old in str(each.changes) for each in told)


def test_another_master_key_is_said_and_nothing_unsigned_leaves(
    cast: Cast, sink: Sink, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    added(cast, sink)
    happens(cast)
    settings.SECRET_KEY = "another"
    assert deliver(NOW) == (0, 1)
    assert "更换签名密钥" in Delivery.objects.get().error and sink.arrived == []


def test_a_test_is_sent_at_once_even_while_paused(
    cast: Cast, sink: Sink, caplog: pytest.LogCaptureFixture
) -> None:
    webhook, _secret = added(cast, sink)
    admin = cast.actor("admin")
    pause_webhook(actor=admin, webhook=webhook, now=NOW)
    webhook.refresh_from_db()
    good = send_test(actor=admin, webhook=webhook, clock=lambda: NOW)
    assert (good.state, good.status) == (DeliveryState.SENT, 204)
    assert json.loads(sink.arrived[0][2])["kind"] == "notices.test"
    sink.status = 401
    bad = send_test(actor=admin, webhook=webhook, clock=lambda: NOW)
    assert (bad.state, bad.attempts) == (DeliveryState.FAILED, 1) and "401" in bad.error
    assert Delivery.objects.filter(state=DeliveryState.WAITING).count() == 0


def test_only_operators_set_webhooks_up(cast: Cast, sink: Sink) -> None:
    webhook, _secret = added(cast, sink)
    for name in ("officer", "alice", "eve"):
        actor = cast.actor(name)
        assert not Webhook.objects.visible_to(actor).exists()
        with pytest.raises(Refusal, match="平台运维人员"):
            add_webhook(actor=actor, name="x", url=sink.url, kinds=(), now=NOW)
        for write in (pause_webhook, rotate_secret, remove_webhook, retry_failed):
            with pytest.raises(Refusal, match="平台运维人员"):
                write(actor=actor, webhook=webhook, now=NOW)
        with pytest.raises(Refusal, match="平台运维人员"):
            send_test(actor=actor, webhook=webhook, clock=lambda: NOW)
    assert sink.arrived == []


def test_changing_and_removing(cast: Cast, sink: Sink) -> None:
    webhook, _secret = added(cast, sink)
    admin = cast.actor("admin")
    happens(cast)
    for name, url, wanted, field in (
        (" ", sink.url, [], "name"),
        ("新名", "ftp://x/", [], "url"),
        ("新名", sink.url, ["tests.private"], "kinds"),
    ):
        with pytest.raises(DomainError) as caught:
            change_webhook(actor=admin, webhook=webhook, name=name, url=url, kinds=wanted, now=NOW)
        assert caught.value.field == field
    with open_sink() as other:
        change_webhook(
            actor=admin, webhook=webhook, name="新名", url=other.url, kinds=["tests.moved"], now=NOW
        )
        assert deliver(NOW) == (1, 0) and len(other.arrived) == 1
    remove_webhook(actor=admin, webhook=webhook, now=NOW)
    assert not Delivery.objects.exists()
    assert AuditEntry.objects.filter(action="webhook.removed").count() == 1


def test_the_duty_tells_everything_and_old_deliveries_go(cast: Cast, sink: Sink) -> None:
    added(cast, sink)
    for _ in range(delivering.BATCH + 2):
        happens(cast)
    job = enqueue(
        actor=system_actor("clock"),
        kind="notices.deliver_webhooks",
        title="外部推送",
        params={},
        now=NOW,
    )
    run_queued_jobs()
    total = delivering.BATCH + 2
    assert Job.objects.get(pk=job.pk).result == {"sent": total, "failed": 0}
    assert prune_deliveries(now=NOW + KEEP_FOR) == 0
    happens(cast)
    assert prune_deliveries(now=NOW + KEEP_FOR + MINUTE) == total  # one still waits
    assert Delivery.objects.count() == 1
