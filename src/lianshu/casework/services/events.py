"""Adding one event to a case: the only way anything happens to it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from lianshu.authority import Actor
from lianshu.casework.hashing import FOLD, GENESIS, event_hash, payload_digest, request_digest
from lianshu.casework.models import Case, CaseEvent, CaseEventPayload, Channel, EventKind
from lianshu.records.errors import Conflict
from lianshu.records.prepared import insert, update
from lianshu.records.services import actor_key


@dataclass(frozen=True, slots=True)
class Happening:
    """What is to be written down. `data` is what people wrote, chose and attached, `facts` what
    follows for the case, as JSON; `organisation_id` the one acted for; `key` lets a repeated
    request find its first answer."""

    kind: EventKind
    step: str
    action: str = ""
    to: str = ""
    reason: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    organisation_id: int | None = None
    channel: Channel = Channel.WEB
    key: str = ""
    request: Mapping[str, Any] = field(default_factory=dict)


def hashed_fields(event: CaseEvent, case_id: str) -> list[Any]:
    """What the hash of an event covers, in its fixed order."""
    return [
        event.fold,
        case_id,
        event.seq,
        event.at,
        event.kind,
        event.step,
        event.action,
        event.to,
        event.reason,
        event.actor_key,
        event.actor_name,
        event.organisation_id,
        event.behalf,
        event.channel,
        event.payload_digest,
        event.facts,
    ]


def append_event(
    *, actor: Actor, case: Case, what: Happening, now: datetime, changes: Mapping[str, Any]
) -> CaseEvent:
    """Write the event and move the case with it (`changes`), in the caller's transaction.

    One winner: `Conflict` when the case has moved since it was read.
    """
    salt = secrets.token_hex(16)
    event = CaseEvent(
        case=case,
        seq=case.head_seq + 1,
        at=now,
        kind=what.kind,
        step=what.step,
        action=what.action,
        to=what.to,
        reason=what.reason,
        actor_key=actor_key(actor),
        actor_name=actor.name,
        organisation_id=what.organisation_id,
        behalf=actor.behalf.principal if actor.behalf else "",
        channel=what.channel,
        fold=FOLD,
        facts=dict(what.facts),
        payload_digest=payload_digest(salt, what.data),
        previous=case.head_hash or GENESIS,
        key=what.key,
        request_hash=request_digest(what.request) if what.key else "",
    )
    event.hash = event_hash(hashed_fields(event, case.public_id), event.previous)
    moved = {**changes, "head_seq": event.seq, "head_hash": event.hash}
    if not update(Case, moved, pk=case.pk, head_seq=case.head_seq):
        raise Conflict(_("这个办件刚刚被别人处理了，请刷新后查看最新进展。"))
    for name, value in moved.items():
        setattr(case, name, value)
    insert(event)
    insert(CaseEventPayload(event=event, salt=salt, data=dict(what.data)))
    return event
