"""`act`: the one door through which a case goes on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum, auto
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from lianshu.authority import Actor, Refusal, require, system_actor
from lianshu.casework.hashing import request_digest
from lianshu.casework.models import Case, CaseEvent, CaseParty, Channel, EventKind, Rating, Task
from lianshu.casework.parts import Part, may_rate, part_in, roles_of
from lianshu.casework.runtime import Running, action_of, running_loop
from lianshu.casework.services.events import Happening, append_event
from lianshu.casework.services.forms import Given, check_given
from lianshu.casework.services.moving import go_on, go_overdue, lock_case
from lianshu.casework.services.seals import sealed_data
from lianshu.engine.loops import Action, Step
from lianshu.records.errors import Conflict, DomainError
from lianshu.records.prepared import Prepared, insert, update
from lianshu.records.services import actor_key

LOOP: Final = system_actor("casework.loop")
"""Who does what the loop says happens by itself."""

_OPEN_TASKS: Final = Prepared(
    lambda _shape, case: Task.objects.filter(case=case, done_at__isnull=True)
)
_LATEST_PARTY: Final = Prepared(
    lambda _shape, case: CaseParty.objects.filter(case=case, until__isnull=True).order_by(
        "-since", "-id"
    )
)
_WORK: Final = Prepared(
    lambda steps, case: CaseEvent.objects.filter(
        case=case, kind__in=[EventKind.ACTED, EventKind.JOINED], step__in=steps
    ).order_by("-seq")[:1]
)


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
    case = lock_case(actor, case_id)
    move = _prepare(actor, case, name, given)
    if move.action.rating:
        require(may_rate(actor))
    outcome = _outcome_of(move)
    what = Happening(
        EventKind.ACTED if outcome is Outcome.THROUGH else EventKind.JOINED,
        move.step.id,
        action=move.action.id,
        reason=move.given.reason,
        data=sealed_data(case=case, step=move.step, data=move.given.as_data()),
        organisation_id=move.part.organisation_id,
        channel=asked.channel,
        key=asked.key,
        request=asked.request,
    )
    if outcome is Outcome.THROUGH:
        event = go_on(
            actor=actor,
            case=case,
            running=move.running,
            action=move.action,
            what=what,
            now=now,
            given=move.given,
        )
        _rate(move, event, now)
        return Acted(case.pk, event.seq, case.step, case.end)
    event = _join(actor, move, what, now)
    if outcome is Outcome.HOPELESS:
        go_overdue(actor=LOOP, case=case, running=move.running, step=move.step, now=now)
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
        # What another step knows was possible until somebody was faster.
        known = any(action_of(other, name) for other in running.loop.steps)
        raise (Conflict if known else DomainError)(
            _("现在是“%(step)s”，没有这个动作。可以：%(can)s。") % {"step": step.name, "can": can},
            field="action",
        )
    tasks: list[Task] = []
    roles = roles_of(step, action, tasks)
    part = part_in(actor, case, running, roles, tasks) if _is_for_all(step) else None
    if part is None:
        # Only who is named in a task, or shares the step with others, needs them read.
        tasks = _OPEN_TASKS.rows(case.pk)
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


class Outcome(Enum):
    """What an act means for a step that several share."""

    THROUGH = auto()
    """The case goes on."""
    WAITING = auto()
    """For the others."""
    HOPELESS = auto()
    """So many can no longer choose the same action."""


def _outcome_of(move: _Move) -> Outcome:
    complete, task = move.step.complete, move.part.task
    # Who takes over, or is let in beside those who share the step, decides alone.
    if _is_for_all(move.step) or task is None or move.part.role != move.step.actor:
        return Outcome.THROUGH
    joined = CaseEvent.objects.filter(
        case=move.case, kind=EventKind.JOINED, step=move.step.id, at__gte=move.case.step_since
    )
    votes = Counter(joined.values_list("action", flat=True))
    votes[move.action.id] += 1
    waiting = sum(each.role == task.role for each in move.tasks) - 1
    needed = votes.total() + waiting if isinstance(complete, str) else complete.quorum
    if votes[move.action.id] >= needed:
        return Outcome.THROUGH
    return Outcome.WAITING if max(votes.values()) + waiting >= needed else Outcome.HOPELESS


def _join(actor: Actor, move: _Move, what: Happening, now: datetime) -> CaseEvent:
    """One of several has chosen; the step still waits."""
    task = move.part.task
    assert task is not None
    done = {"done": [task.role, task.organisation_id, task.user_id]}
    what = replace(what, facts=done)
    event = append_event(actor=actor, case=move.case, what=what, now=now, changes={})
    update(Task, {"done_at": now}, pk=task.pk)
    return event


def _rate(move: _Move, event: CaseEvent, now: datetime) -> None:
    stars = move.given.stars
    if stars is None:
        return
    rating = Rating(
        event=event,
        case=move.case,
        stars=stars.stars,
        speed=stars.speed,
        quality=stars.quality,
        attitude=stars.attitude,
        handler_id=_handler_of(move),
        accepted=move.action.rating == "accept",
        at=now,
    )
    insert(rating)


def _handler_of(move: _Move) -> int | None:
    """In whose name the work was done last, None where an office did it itself; where the loop
    marks no work, who was appointed last."""
    steps = tuple(step.id for step in move.running.loop.steps if step.work)
    done = _WORK.first(move.case.pk, shape=steps) if steps else None
    if done is not None:
        return done.organisation_id
    party = _LATEST_PARTY.first(move.case.pk)
    return None if party is None else party.organisation_id


def _earlier(actor: Actor, key: str, request: Mapping[str, Any]) -> Acted | None:
    """The answer that this actor's key had the first time."""
    if not key:
        return None
    event = CaseEvent.objects.filter(actor_key=actor_key(actor), key=key).first()
    if event is None:
        return None
    if event.request_hash != request_digest(request):
        raise Conflict(_("这个幂等键已用于另一个请求，请换一个新的键。"), field="Idempotency-Key")
    last = event
    if event.kind == EventKind.JOINED:
        # Where the vote settled it, the case went on by itself in the same moment.
        following = CaseEvent.objects.filter(
            case=event.case_id, seq=event.seq + 1, kind=EventKind.AUTOMATIC, at=event.at
        )
        last = following.first() or event
    to = last.to or last.step
    is_over = "end_kind" in last.facts
    return Acted(
        event.case_id, event.seq, "" if is_over else to, to if is_over else "", repeated=True
    )
