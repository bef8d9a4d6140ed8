"""`act`: the one door through which a case goes on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from lianshu.authority import Actor, Refusal, require
from lianshu.casework.hashing import canonical, digest
from lianshu.casework.models import (
    Case,
    CaseEvent,
    CaseParty,
    Channel,
    EventKind,
    Rating,
    Task,
)
from lianshu.casework.parts import Part, may_rate, part_in, roles_of
from lianshu.casework.runtime import Running, action_of, running_loop
from lianshu.casework.services.events import Happening, append_event
from lianshu.casework.services.forms import Given, check_given
from lianshu.casework.services.tasks import open_tasks
from lianshu.engine.loops import Action, Step
from lianshu.records.errors import Conflict, DomainError, NotFound
from lianshu.records.services import actor_key


@dataclass(frozen=True, slots=True)
class Acted:
    """What came of it: the event, and whether it had been done before under the same key."""

    case_id: int
    seq: int
    step: str
    end: str
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class _Move:
    """One action about to be taken."""

    case: Case
    running: Running
    step: Step
    action: Action
    part: Part
    tasks: list[Task]
    given: Given


def act(
    *,
    actor: Actor,
    case: Case,
    action: str,
    given: Given,
    now: datetime,
    key: str = "",
    channel: Channel = Channel.WEB,
) -> Acted:
    """Do `action` at the case's present step.

    One transaction; of several at once one wins and the others get `Conflict`. A repeated `key`
    returns the first answer; with other data it is a `Conflict`. Raises `Refusal` with the reason
    when it is not the actor's turn, `DomainError` naming a field that is missing or wrong.
    """
    request = {"case": case.public_id, "action": action, **given.as_data(), "reason": given.reason}
    try:
        with transaction.atomic():
            return _act(actor, case.pk, action, given, now, Asked(key, request, channel))
    except (Refusal, DomainError, IntegrityError):
        earlier = _earlier(actor, key, request)
        if earlier is None:
            raise
        return earlier


@dataclass(frozen=True, slots=True)
class Asked:
    """How the request came: its key, what it says, and through which door."""

    key: str
    request: Mapping[str, Any]
    channel: Channel


def _act(actor: Actor, case_id: int, name: str, given: Given, now: datetime, asked: Asked) -> Acted:
    case = (
        Case.objects.with_care(actor)
        .select_for_update(of=("self",))
        .select_related("loop_version")
        .defer("loop_version__definition")
        .filter(pk=case_id)
        .first()
    )
    if case is None:
        raise NotFound(_("没有这个办件。"))
    move = _prepare(actor, case, name, given)
    if move.action.rating:
        require(may_rate(actor))
    through = _is_through(move)
    event = _write(actor, move, now, asked, through=through)
    if through:
        _go_on(move, event, now)
    return Acted(case.pk, event.seq, case.step, case.end)


def _prepare(actor: Actor, case: Case, name: str, given: Given) -> _Move:
    running = running_loop(case.loop_version)
    if not case.step:
        raise Refusal(
            _("这个办件已经结束（%(end)s），不能再办理。") % {"end": running.ends[case.end].name}
        )
    step = running.step(case.step)
    action = action_of(step, name)
    if action is None or action.automatic:
        can = "、".join(str(each.name) for each in step.actions if not each.automatic)
        raise DomainError(
            _("现在是“%(step)s”，没有这个动作。可以：%(can)s。") % {"step": step.name, "can": can},
            field="action",
        )
    tasks: list[Task] = []
    roles = roles_of(step, action, tasks)
    part = part_in(actor, case, running, roles, tasks) if _is_for_all(step) else None
    if part is None:
        # Only who is named in a task, or shares the step with others, needs them read.
        tasks = list(case.tasks.filter(done_at__isnull=True))
        roles = roles_of(step, action, tasks)
        part = part_in(actor, case, running, roles, tasks)
    if part is None:
        who = "、".join(str(running.roles[role].name) for role in roles)
        raise Refusal(
            _("“%(action)s”由%(who)s办理，您不在其中。") % {"action": action.name, "who": who}
        )
    return _Move(
        case, running, step, action, part, tasks, check_given(running, step, action, given)
    )


def _is_for_all(step: Step) -> bool:
    """Whether the first act at the step decides."""
    return step.complete in {"one", "any"}


def _is_through(move: _Move) -> bool:
    """Whether the case goes on with this act, or waits for the others who share the step."""
    complete = move.step.complete
    if _is_for_all(move.step) or move.part.task is None:
        return True
    others = [task for task in move.tasks if task.pk != move.part.task.pk]
    if complete == "all":
        return not others
    voted = CaseEvent.objects.filter(
        case=move.case, kind=EventKind.JOINED, step=move.step.id, at__gte=move.case.step_since
    )
    needed = 1 if isinstance(complete, str) else complete.quorum
    return voted.filter(action=move.action.id).count() + 1 >= needed or not others


def _write(actor: Actor, move: _Move, now: datetime, asked: Asked, *, through: bool) -> CaseEvent:
    case, action = move.case, move.action
    changes: dict[str, Any] = {}
    if through:
        end = move.running.ends.get(action.to)
        changes = {"step": "" if end else action.to, "step_since": now}
        if end:
            changes |= {"end": end.id, "end_kind": end.kind.value, "ended_at": now}
    what = Happening(
        EventKind.ACTED if through else EventKind.JOINED,
        move.step.id,
        action=action.id,
        to=action.to if through else "",
        reason=move.given.reason,
        data=move.given.as_data(),
        organisation_id=move.part.organisation_id,
        channel=asked.channel,
        key=asked.key,
        request=asked.request,
    )
    event = append_event(actor=actor, case=case, what=what, now=now, changes=changes)
    done = Task.objects.filter(case=case, done_at__isnull=True)
    if not through and move.part.task is not None:
        done = done.filter(pk=move.part.task.pk)
    done.update(done_at=now)
    return event


def _go_on(move: _Move, event: CaseEvent, now: datetime) -> None:
    """What follows from the move: who was appointed, what waits next, how it was rated."""
    case, given = move.case, move.given
    parties: dict[str, list[CaseParty]] = {}
    for role, organisations in given.appointed.items():
        if case.has_parties:  # type: ignore[attr-defined]
            case.parties.filter(role=role, until__isnull=True).update(until=now)
        parties[role] = CaseParty.objects.bulk_create(
            CaseParty(case=case, role=role, organisation=organisation, since=now)
            for organisation in organisations
        )
    if case.step:
        following = move.running.step(case.step)
        open_tasks(
            case=case,
            running=move.running,
            step=following,
            now=now,
            parties=parties.get(following.actor or ""),
        )
    if given.stars is not None:
        handler = case.parties.filter(until__isnull=True).order_by("-since", "-id").first()
        Rating.objects.create(
            event=event,
            case=case,
            stars=given.stars.stars,
            speed=given.stars.speed,
            quality=given.stars.quality,
            attitude=given.stars.attitude,
            handler_id=None if handler is None else handler.organisation_id,
            accepted=move.action.rating == "accept",
            at=now,
        )


def _earlier(actor: Actor, key: str, request: Mapping[str, Any]) -> Acted | None:
    """The answer that this actor's key had the first time."""
    if not key:
        return None
    event = (
        CaseEvent.objects.filter(actor_key=actor_key(actor), key=key).select_related("case").first()
    )
    if event is None:
        return None
    if event.request_hash != digest(canonical(request)):
        raise Conflict(_("这个幂等键已用于另一个请求，请换一个新的键。"), field="Idempotency-Key")
    end = event.to if event.case.end == event.to else ""
    return Acted(event.case_id, event.seq, "" if end else event.to, end, repeated=True)
