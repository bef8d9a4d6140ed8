"""Asking other organisations for their opinion, and answering.

The case does not wait for it. Whoever asks sees who answered and who did not, and decides.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.core.files import File
from django.db import transaction
from django.utils.translation import gettext as _

from lianshu.accounts.queries import people_acting_for
from lianshu.authority import Actor, require
from lianshu.casework.hashing import request_digest
from lianshu.casework.models import (
    Case,
    CaseEvent,
    Channel,
    Consultation,
    EventKind,
    Stance,
    Task,
)
from lianshu.casework.rules_consulting import (
    can_be_consulted,
    can_consult,
    can_give_opinion,
    turn_of,
)
from lianshu.casework.runtime import running_loop, working_calendar
from lianshu.casework.services.attachments import keep_file
from lianshu.casework.services.events import Happening, append_event
from lianshu.casework.services.forms import TEXT_MOST
from lianshu.casework.services.moving import lock_case
from lianshu.casework.services.silence import fall_silent
from lianshu.casework.services.tasks import said_at
from lianshu.engine.worktime import Limit, OutOfCalendarError, Unit, due, parse_limit
from lianshu.records.errors import Conflict, DomainError, NotFound
from lianshu.records.services import actor_key
from lianshu.registry.models import Organisation

DAYS_DEFAULT: Final = 3
DAYS_MOST: Final = 60
UNITS_MOST: Final = 20


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, of whom, to be answered within so many working days."""

    organisations: Sequence[Organisation]
    text: str
    days: int = DAYS_DEFAULT

    def as_request(self) -> dict[str, Any]:
        """What makes the same question the same."""
        units = [each.public_id for each in self.organisations]
        return {"consult": units, "text": self.text, "days": self.days}


@transaction.atomic
def consult(
    *,
    actor: Actor,
    case: Case,
    question: Question,
    now: datetime,
    key: str = "",
    channel: Channel = Channel.WEB,
) -> CaseEvent:
    """Ask. Asking the same organisations again later is a new consultation.

    A repeated `key` returns the first event. Raises `Refusal` when it is not the actor's turn,
    `DomainError` with field `organisations`, `question` or `days`.
    """
    case = lock_case(actor, case.pk)
    request = {"case": case.public_id, **question.as_request()}
    if (earlier := _earlier(actor, key, request)) is not None:
        return earlier
    running = running_loop(case.loop_version)
    tasks = list(case.tasks.filter(done_at__isnull=True))
    require(can_consult(actor, case, running, tasks))
    part = turn_of(actor, case, running, tasks)
    by = None if part is None else part.organisation_id
    if by is None:  # the office asks in its own name
        by = next((each.organisation_id for each in actor.memberships if each.may_act), None)
    asking = {*actor.acting_organisation_ids, *(() if by is None else (by,))}
    _check_units(case, question.organisations, asking, tasks, now)
    until = _until(question.days, now)
    asked = {
        "organisations": [each.pk for each in question.organisations],
        "limit": str(until.limit),
        "due_at": said_at(until.at),
        "provisional": until.provisional,
    }
    what = Happening(
        EventKind.CONSULTED,
        case.step,
        data={"note": _text(question.text, _("请写明要问什么。"), "question")},
        facts={"consulted": asked},
        organisation_id=by,
        channel=channel,
        key=key,
        request=request,
    )
    event = append_event(actor=actor, case=case, what=what, now=now, changes={})
    Consultation.objects.bulk_create(
        Consultation(
            case=case,
            organisation=organisation,
            region_id=case.region_id,
            chain_id=case.chain_id,
            asked_seq=event.seq,
            place=place,
            asked_at=now,
            due_at=until.at,
            provisional=until.provisional,
        )
        for place, organisation in enumerate(question.organisations)
    )
    return event


def _check_units(
    case: Case,
    organisations: Sequence[Organisation],
    asking: set[int],
    tasks: Sequence[Task],
    now: datetime,
) -> None:
    if not organisations:
        raise DomainError(_("请写明征求哪些单位的意见。"), field="organisations")
    if len(organisations) > UNITS_MOST:
        raise DomainError(
            _("一次最多征求 %(most)d 家单位，请分次进行。") % {"most": UNITS_MOST},
            field="organisations",
        )
    handling = {task.organisation_id for task in tasks if task.organisation_id is not None}
    waiting = set(case.consultations.open().values_list("organisation_id", flat=True))
    seen: set[int] = set()
    for each in organisations:
        name = {"name": each.name}
        verdict = can_be_consulted(case, each, asking=asking, handling=handling)
        if not verdict.allowed:
            raise DomainError(verdict.reason, field="organisations")
        if each.pk in seen:
            raise DomainError(_("“%(name)s”写了两遍，请去掉一处。") % name, field="organisations")
        if each.pk in waiting:
            raise DomainError(
                _("已经在征求“%(name)s”的意见，请等它答复或到期后再问。") % name,
                field="organisations",
            )
        # Whom nobody could tell would be recorded as silent without having been asked.
        if not people_acting_for(each.pk, now=now):
            raise DomainError(
                _("“%(name)s”在平台上没有经办人，收不到。请先邀请它加入，或在线下征求。") % name,
                field="organisations",
            )
        seen.add(each.pk)


@dataclass(frozen=True, slots=True)
class _Until:
    limit: Limit
    at: datetime
    provisional: bool


def _until(days: int, now: datetime) -> _Until:
    if not 1 <= days <= DAYS_MOST:
        raise DomainError(
            _("答复时间应在 1 到 %(most)d 个工作日之间。") % {"most": DAYS_MOST}, field="days"
        )
    limit = Limit(days, Unit.WORKDAYS)
    try:
        found = due(working_calendar(), now, limit)
    except OutOfCalendarError as error:
        raise DomainError(_("期限超出了工作日历，请改短。"), field="days") from error
    assert found.at is not None  # nothing stops this clock
    return _Until(limit, found.at, found.provisional)


def recount_consultations(case: Case) -> list[list[Any]]:
    """Count the provisional due times of open consultations anew, in the caller's transaction,
    which holds the case; as its event keeps them: `[asked_seq, place, due_at, provisional]`."""
    moved: list[list[Any]] = []
    for row in case.consultations.open().filter(provisional=True).order_by("asked_seq", "place"):
        asked = case.events.get(seq=row.asked_seq).facts["consulted"]
        found = due(working_calendar(), row.asked_at, parse_limit(asked["limit"]))
        assert found.at is not None
        if (found.at, found.provisional) == (row.due_at, row.provisional):
            continue
        row.due_at, row.provisional = found.at, found.provisional
        row.save(update_fields=["due_at", "provisional"])
        moved.append([row.asked_seq, row.place, said_at(row.due_at), row.provisional])
    return moved


@transaction.atomic
def give_opinion(
    *,
    actor: Actor,
    asked: Consultation,
    text: str,
    now: datetime,
    stance: str = "",
    upload: File[Any] | None = None,
    key: str = "",
    channel: Channel = Channel.WEB,
) -> CaseEvent:
    """Answer for the organisation that was asked, or correct its answer before the due time; both
    stay on record. Late, it is accepted and marked so: the silence before it stays on record too.

    A repeated `key` returns the first event. Raises `Refusal`, or `DomainError` with field `text`,
    `stance` or `file`.
    """
    case = lock_case(actor, asked.case_id)
    request = {"opinion": [case.public_id, asked.asked_seq, asked.place], "text": text}
    request |= {"stance": stance, "file": "" if upload is None else str(upload.name)}
    if (earlier := _earlier(actor, key, request)) is not None:
        return earlier
    found = case.consultations.select_related("organisation").filter(pk=asked.pk).first()
    if found is None:
        raise NotFound(_("没有这次征求，请刷新后再试。"))
    require(can_give_opinion(actor, found, now=now))
    if stance and stance not in Stance.values:
        raise DomainError(_("请从同意、同意但有修改意见、不同意里选，或者不选。"), field="stance")
    data: dict[str, Any] = {"note": _text(text, _("请写明意见。"), "text")}
    if upload is not None:
        stored = keep_file(actor=actor, case=case, upload=upload, now=now)
        data["files"] = [stored.public_id]
    if found.is_open and now > found.due_at:
        fall_silent(case=case, asked=found, now=now)
    how = "again" if found.answered_at else "late" if found.silent_at else "first"
    what = Happening(
        EventKind.OPINION,
        case.step,
        reason=stance,
        data=data,
        facts={"opinion": [found.asked_seq, found.place, how]},
        organisation_id=found.organisation_id,
        channel=channel,
        key=key,
        request=request,
    )
    event = append_event(actor=actor, case=case, what=what, now=now, changes={})
    found.answered_at = found.answered_at or now
    found.answer_seq, found.stance = event.seq, stance
    found.save(update_fields=["answered_at", "answer_seq", "stance"])
    return event


def _text(text: str, missing: str, field: str) -> str:
    text = text.strip()
    if not text:
        raise DomainError(missing, field=field)
    if len(text) > TEXT_MOST:
        raise DomainError(_("请不要超过 %(most)d 字。") % {"most": TEXT_MOST}, field=field)
    return text


def _earlier(actor: Actor, key: str, request: Mapping[str, Any]) -> CaseEvent | None:
    """What this actor's key did the first time."""
    if not key:
        return None
    event = CaseEvent.objects.filter(actor_key=actor_key(actor), key=key).first()
    if event is not None and event.request_hash != request_digest(request):
        raise Conflict(_("这个幂等键已用于另一个请求，请换一个新的键。"), field="Idempotency-Key")
    return event
