"""A case's receipt: what was asked, promised and done, with its proof, for the asker to keep."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from django.conf import settings

from lianshu.authority import Actor, require
from lianshu.casework.hashing import digest
from lianshu.casework.models import Case, CaseEvent, EndKindChoices, EventKind, Task
from lianshu.casework.reading import said
from lianshu.casework.receipt_checking import FORMAT, HASHED, SECTIONS, digest_of_part
from lianshu.casework.rules_honest import can_have_receipt
from lianshu.casework.runtime import Running, action_of, running_loop, working_calendar
from lianshu.casework.services.events import hashed_fields
from lianshu.engine.worktime import Suspension, suspended, used


def make_receipt(actor: Actor, case: Case, *, now: datetime) -> dict[str, Any]:
    """The receipt as data. `case` comes annotated by `with_care`.

    What others wrote is in it only as a digest; what the asker wrote stands with its salt, so that
    the asker can prove it.
    """
    require(can_have_receipt(actor, case))
    running = running_loop(case.loop_version)
    events = list(case.events.select_related("payload").order_by("seq"))
    suspensions = suspensions_of(events)
    receipt: dict[str, Any] = {
        "format": FORMAT,
        "site": settings.SITE_URL,
        "issued_at": _plain(now),
        "case": _case(case, running),
        "promised": [_promise(task, running) for task in case.tasks.order_by("opened_at", "id")],
        "time": _time(case, suspensions, now),
        "head": {"seq": case.head_seq, "hash": case.head_hash},
        "events": [_event(case, running, event) for event in events],
    }
    receipt["digests"] = {name: digest_of_part(receipt[name]) for name in SECTIONS}
    return receipt


def write_receipt(receipt: dict[str, Any]) -> str:
    """As the file that is downloaded: each part and each event on a line of its own, so that a flaw
    has a line."""
    parts = []
    for name, value in receipt.items():
        if name == "events":
            rows = ",\n".join(f"  {_json(event)}" for event in value)
            parts.append(f' "events": [\n{rows}\n ]')
        else:
            parts.append(f" {_json(name)}: {_json(value)}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def receipt_number(receipt: dict[str, Any]) -> str:
    """What two people read to each other to see whether they hold the same receipt."""
    return digest(str(receipt["head"]["hash"]), algorithm="sha256").partition(":")[2][:8].upper()


def suspensions_of(events: Iterable[CaseEvent]) -> list[Suspension]:
    """When the clock stood still, by the events."""
    found: list[Suspension] = []
    since: datetime | None = None
    for event in events:
        if event.kind == EventKind.SUSPENDED and since is None:
            since = event.at
        elif since is not None and event.kind in {EventKind.RESUMED, EventKind.ACTED}:
            found.append((since, event.at))
            since = None
    if since is not None:
        found.append((since, None))
    return found


def _case(case: Case, running: Running) -> dict[str, Any]:
    return {
        "id": case.public_id,
        "subject": case.subject,
        "asker": case.asker.name,
        "loop": said(running.loop.title),
        "version": case.loop_version.version,
        "behaviour": case.loop_version.behaviour_hash,
        "urgent": case.urgent,
        "opened_at": _plain(case.opened_at),
        "at": case.step or case.end,
        "ended_at": case.ended_at and _plain(case.ended_at),
        "result": str(EndKindChoices(case.end_kind).label) if case.end_kind else "",
        "reopened": case.reopened,
    }


def _promise(task: Task, running: Running) -> dict[str, Any]:
    step = running.steps.get(task.step)
    limit = step and (step.urgent if task.case.urgent and step.urgent else step.limit)
    return {
        "step": task.step,
        "name": said(step.name) if step else task.step,
        "limit": str(limit) if limit else "",
        "since": _plain(task.opened_at),
        "promised_at": task.promised_at and _plain(task.promised_at),
        "due_at": task.due_at and _plain(task.due_at),
        "provisional": task.provisional,
        "done_at": task.done_at and _plain(task.done_at),
    }


def _time(case: Case, suspensions: Sequence[Suspension], now: datetime) -> dict[str, Any]:
    calendar = working_calendar()
    end = case.ended_at or now
    return {
        "used_minutes": used(calendar, case.opened_at, end, suspensions=suspensions),
        "suspended_minutes": suspended(calendar, case.opened_at, end, suspensions),
        "day_minutes": calendar.day_minutes,
        "until": _plain(end),
    }


def _event(case: Case, running: Running, event: CaseEvent) -> dict[str, Any]:
    fields = [_plain(each) for each in hashed_fields(event, case.public_id)]
    row = dict(zip(HASHED, fields, strict=True))
    row |= {"previous": event.previous, "hash": event.hash, "name": _title(running, event)}
    payload = event.payload
    if payload.erased_at is not None:
        row["erased_by_rule"] = payload.erased_by_rule
    elif event.organisation_id == case.asker_id:
        row["payload"] = {"salt": payload.salt, "data": payload.data}
    return row


def _title(running: Running, event: CaseEvent) -> str:
    step = running.steps.get(event.step)
    action = action_of(step, event.action) if step else None
    return said(action.name) if action else str(EventKind(event.kind).label)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return str(value) if isinstance(value, str) else value


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
