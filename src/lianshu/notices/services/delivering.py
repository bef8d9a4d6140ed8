"""Telling webhooks what happened: into the outbox with the deed, out of it by the clock."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from lianshu.audit.services import record
from lianshu.authority import Actor, require
from lianshu.notices.kinds import kind_of
from lianshu.notices.models import Delivery, DeliveryState, Webhook
from lianshu.notices.models.webhooks import TEST_KIND
from lianshu.notices.posting import Answer, post
from lianshu.notices.rules import can_manage_webhooks
from lianshu.notices.signing import SecretLostError, open_secret, signature
from lianshu.records.errors import DomainError
from lianshu.records.fields import opaque_id

logger = logging.getLogger(__name__)

BATCH: Final = 50
CLAIM_FOR: Final = timedelta(minutes=2)
RETRY_AFTER: Final = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
    timedelta(hours=12),
)
MOST_ATTEMPTS: Final = len(RETRY_AFTER) + 1
KEEP_FOR: Final = timedelta(days=30)
ERROR_LENGTH: Final = 300

About = Mapping[str, str | int | None]


def put_out(*, kind: str, about: About, link: str, now: datetime) -> None:
    """Write one delivery per webhook that wants this kind, in the caller's transaction.

    Raises `ValueError` when `about` has not exactly the particulars that the kind names: what
    leaves the house is written beside the kind, not decided at each call.
    """
    outside = kind_of(kind).outside
    named = set() if outside is None else set(outside.about)
    if set(about) != named:
        raise ValueError(f"webhooks are told {sorted(named)} of {kind!r}, not {sorted(about)}")
    if outside is None:
        return
    wanting = [each for each in Webhook.objects.filter(active=True) if each.wants(kind)]
    if wanting:
        Delivery.objects.bulk_create(
            [_delivery(webhook, kind, about, link, now) for webhook in wanting]
        )


def _delivery(webhook: Webhook, kind: str, about: About, link: str, now: datetime) -> Delivery:
    public_id = opaque_id()
    body: dict[str, Any] = {
        "id": public_id,
        "kind": kind,
        "at": now.astimezone(UTC).isoformat(timespec="seconds"),
        "about": dict(about),
        "link": f"{settings.SITE_URL}{link}" if link else "",
    }
    return Delivery(
        public_id=public_id,
        webhook=webhook,
        kind=kind,
        body=json.dumps(body, ensure_ascii=False, separators=(",", ":")),
        created_at=now,
        claimed_until=now,
    )


def deliveries_are_due(now: datetime) -> bool:
    """Whether there is something to deliver."""
    return Delivery.objects.due(now).exists()


def deliver_webhooks(
    *,
    clock: Callable[[], datetime],
    progress: Callable[[int], None] = lambda _done: None,
    limit: int = BATCH,
) -> tuple[int, int]:
    """Make up to `limit` due deliveries, oldest first; how many were taken and how many not.

    Each is claimed by compare-and-set before it is sent. A sender that dies before or after the
    receiver took it leaves a claim that ends after two minutes, and the same id goes out again: at
    least once, and a receiver that keeps ids sees it once. Of a receiver that does not answer only
    the first delivery of the batch is waited for; the others fail with it. The clock is asked for
    each, since the signature says when it was sent.
    """
    due = Delivery.objects.due(clock()).select_related("webhook").order_by("claimed_until", "id")
    silent: dict[int, Answer] = {}
    taken = missed = 0
    for delivery in list(due[:limit]):
        now = clock()
        if not _claim(delivery, now):
            continue
        answer = silent.get(delivery.webhook_id) or _post(delivery, now)
        if answer.unreachable:
            silent[delivery.webhook_id] = answer
        _settle(delivery, answer, claimed=now, now=clock())
        taken, missed = taken + (not answer.problem), missed + bool(answer.problem)
        progress(taken + missed)
    return taken, missed


def _claim(delivery: Delivery, now: datetime) -> bool:
    unclaimed = Delivery.objects.due(now).filter(
        pk=delivery.pk, claimed_until=delivery.claimed_until
    )
    return bool(unclaimed.update(claimed_until=now + CLAIM_FOR, attempts=F("attempts") + 1))


def _post(delivery: Delivery, now: datetime) -> Answer:
    webhook, body = delivery.webhook, delivery.body.encode()
    try:
        secret = open_secret(webhook.sealed_secret, webhook.public_id)
    except SecretLostError:
        return Answer(
            problem=_("签名密钥无法读取（平台的主密钥换过），请更换签名密钥。"), unreachable=True
        )
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Lianshu",
        "X-Lianshu-Id": delivery.public_id,
        "X-Lianshu-Signature": signature(secret, body, now),
    }
    return post(webhook.url, body, headers)


def _settle(delivery: Delivery, answer: Answer, *, claimed: datetime, now: datetime) -> None:
    """What became of it, unless our claim has ended and another's begun."""
    ours = Delivery.objects.filter(pk=delivery.pk, claimed_until=claimed + CLAIM_FOR)
    attempts, error = delivery.attempts + 1, answer.problem[:ERROR_LENGTH]
    if not answer.problem:
        ours.update(
            state=DeliveryState.SENT,
            sent_at=now,
            claimed_until=None,
            status=answer.status,
            error="",
        )
        return
    logger.warning("delivery %s failed: %s", delivery.public_id, answer.problem)
    if attempts >= MOST_ATTEMPTS or delivery.kind == TEST_KIND:
        ours.update(
            state=DeliveryState.FAILED, claimed_until=None, status=answer.status, error=error
        )
    else:
        ours.update(
            claimed_until=now + RETRY_AFTER[attempts - 1], status=answer.status, error=error
        )


def send_test(*, actor: Actor, webhook: Webhook, clock: Callable[[], datetime]) -> Delivery:
    """Send a delivery that says nothing, at once and whether paused or not; it is not retried."""
    require(can_manage_webhooks(actor))
    now = clock()
    with transaction.atomic():
        delivery = _delivery(webhook, TEST_KIND, {}, "", now)
        delivery.claimed_until, delivery.attempts = now + CLAIM_FOR, 1
        delivery.save()
        record(actor=actor, action="webhook.tested", obj=webhook, now=now)
    _settle(delivery, _post(delivery, now), claimed=now, now=clock())
    delivery.refresh_from_db()
    return delivery


@transaction.atomic
def retry_failed(*, actor: Actor, webhook: Webhook, now: datetime) -> int:
    """Put what was given up back into the outbox, with all its tries; how many."""
    require(can_manage_webhooks(actor))
    given_up = webhook.deliveries.filter(state=DeliveryState.FAILED).exclude(kind=TEST_KIND)
    again = given_up.update(state=DeliveryState.WAITING, attempts=0, claimed_until=now)
    if not again:
        raise DomainError(_("没有已放弃的推送。"))
    record(actor=actor, action="webhook.retried", obj=webhook, now=now, changes={"count": again})
    return again


def prune_deliveries(*, now: datetime) -> int:
    """Delete what was delivered or given up and is older than thirty days; how many."""
    old = Delivery.objects.filter(created_at__lt=now - KEEP_FOR)
    return old.exclude(state=DeliveryState.WAITING).delete()[0]
