"""Adding one event to a case: the only way anything happens to it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.db import IntegrityError
from django.utils.translation import gettext as _

from lianshu.authority import Actor
from lianshu.casework.hashing import FOLD, GENESIS, event_hash, payload_digest, request_digest
from lianshu.casework.models import Case, CaseEvent, CaseEventPayload, Channel, EventKind
from lianshu.records.errors import Conflict
from lianshu.records.prepared import KEY_BEFORE, Statement, change, insertion, send
from lianshu.records.services import actor_key

PLACE_TAKEN: Final = ("one_event_per_place", "caseevent.case_id, casework_caseevent.seq")
"""How PostgreSQL and SQLite say that another event has the number: the case has moved."""


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
    *,
    actor: Actor,
    case: Case,
    what: Happening,
    now: datetime,
    changes: Mapping[str, Any],
    also: Sequence[Statement] = (),
) -> CaseEvent:
    """Write the event and move the case with it (`changes`), in the caller's transaction; `also`
    is sent along.

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
    payload = CaseEventPayload(salt=salt, data=dict(what.data))
    try:
        moves, *_others = send(
            change(Case, moved, pk=case.pk, head_seq=case.head_seq),
            insertion(event),
            insertion(payload, event_id=KEY_BEFORE),
            *also,
        )
    except IntegrityError as error:
        if not any(words in str(error) for words in PLACE_TAKEN):
            raise
        moves = 0
    if not moves:
        raise Conflict(_("这个办件刚刚被别人处理了，请刷新后查看最新进展。"))
    for name, value in moved.items():
        setattr(case, name, value)
    return event
