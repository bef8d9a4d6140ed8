"""Answering a repeated request with the first answer."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from lianshu.authority import Actor
from lianshu.records.errors import Conflict
from lianshu.records.models import IdempotencyKey


def actor_key(actor: Actor) -> str:
    """A stable short name of who asks."""
    if actor.user_id is not None:
        return f"user:{actor.user_id}"
    return f"link:{actor.link}" if actor.link else f"system:{actor.system}"


def perform_once(
    *,
    actor: Actor,
    key: str | None,
    action: str,
    payload: dict[str, Any],
    perform: Callable[[], dict[str, Any]],
    now: datetime,
) -> dict[str, Any]:
    """Run `perform` unless this actor already sent `key`; then return the first answer.

    `payload` and the answer are JSON. The same key with another payload or action raises
    `Conflict`. Without a key it simply runs.
    """
    if not key:
        return perform()
    digest = hashlib.sha256(
        json.dumps(payload, sort_keys=True, ensure_ascii=False, default=str).encode()
    ).hexdigest()
    who = actor_key(actor)
    try:
        with transaction.atomic():
            row = IdempotencyKey.objects.create(
                actor_key=who, key=key, action=action, request_hash=digest, created_at=now
            )
            response = row.response = perform()
            row.save(update_fields=["response"])
            return response
    except IntegrityError:
        earlier = IdempotencyKey.objects.filter(actor_key=who, key=key).first()
        if earlier is None:
            raise
    if earlier.request_hash != digest or earlier.action != action:
        raise Conflict(_("这个幂等键已用于另一个请求，请换一个新的键。"), field="Idempotency-Key")
    return dict(earlier.response or {})
