"""A case as a reader sees it: what happened, what waits for whom, and what the reader can do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from lianshu.authority import Actor
from lianshu.casework.colours import task_badge, time_left
from lianshu.casework.further import Further, further_acts
from lianshu.casework.models import Case, CaseEvent, Consultation, EventKind, Task
from lianshu.casework.narrowing import narrowed_to
from lianshu.casework.opinions import (
    Consulted,
    Known,
    asked_in_words,
    consulted_of,
    opinion_title,
    stance_label,
)
from lianshu.casework.parts import may_rate, part_in, roles_of
from lianshu.casework.runtime import Running, running_loop, working_calendar
from lianshu.casework.veiling import files_by_id, veil
from lianshu.casework.written import Written, said, written
from lianshu.engine.loops import Action, Step
from lianshu.registry.models import Organisation
from lianshu.ui.badges import Badge

__all__ = ["CaseReading", "Line", "StagePlace", "Waiting", "possible_actions", "read_case", "said"]


@dataclass(frozen=True, slots=True)
class Line:
    """One event in words: what was done by whom, and what was written."""

    event: CaseEvent
    at: datetime
    title: str
    step: str
    by: str
    behalf: str
    organisation: str
    reason: str
    written: tuple[Written, ...]
    note: str
    tone: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """A task in words."""

    task: Task
    who: str
    badge: Badge
    left: str
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class StagePlace:
    """A stage of the loop and where the case stands towards it."""

    name: str
    state: str


@dataclass(frozen=True, slots=True)
class CaseReading:
    """Everything the case page shows. `narrowed`: to a reader who was only asked for its opinion
    and learns neither where the case stands nor what came of it."""

    case: Case
    title: str
    about: str
    step_name: str
    stages: tuple[StagePlace, ...]
    waiting: tuple[Waiting, ...]
    if_nothing: str
    lines: tuple[Line, ...]
    actions: tuple[Action, ...]
    why_not: str
    step: Step | None
    running: Running
    further: tuple[Further, ...]
    consultations: tuple[Consulted, ...]
    narrowed: bool = False


def read_case(actor: Actor, case: Case, *, now: datetime) -> CaseReading:
    """The case as the actor reads it; `case` comes annotated by `with_care`."""
    running = running_loop(case.loop_version)
    rows: Sequence[Consultation] = list(case.consultations.select_related("organisation"))
    own = narrowed_to(actor, case, rows)
    events = list(case.events.select_related("payload").order_by("seq"))
    events = veil(actor, case, running, events, own=own)
    known = Known(_names(actor, events), files_by_id(case, running), own or rows)
    if own is not None:
        return _read_narrowed(actor, case, running, events, known, now)
    step = running.steps.get(case.step)
    tasks = list(case.tasks.filter(done_at__isnull=True).select_related("organisation"))
    actions = possible_actions(actor, case, running, step, tasks)
    return CaseReading(
        case=case,
        title=said(running.loop.title),
        about=_about(case, running, events),
        step_name=said(step.name) if step else said(running.ends[case.end].name),
        stages=_stages(running, events, step),
        waiting=tuple(_waiting(task, running, now) for task in tasks),
        if_nothing=_if_nothing(running, step),
        lines=_lines(running, events, known),
        actions=tuple(actions),
        why_not="" if actions or step is None else _why_not(running, step),
        step=step,
        running=running,
        further=further_acts(actor, case, running, tasks, now=now),
        consultations=consulted_of(events, known, now=now),
    )


def _names(actor: Actor, events: Sequence[CaseEvent]) -> dict[int, str]:
    """The organisations in whose name something was done, as far as the reader knows them."""
    acting = {event.organisation_id for event in events if event.organisation_id}
    found = Organisation.objects.visible_to(actor).filter(pk__in=acting)
    return dict(found.values_list("pk", "name"))


def _read_narrowed(
    actor: Actor,
    case: Case,
    running: Running,
    events: Sequence[CaseEvent],
    known: Known,
    now: datetime,
) -> CaseReading:
    """For a reader whose organisation was only asked for its opinion: neither whom the case waits
    for nor what may be done."""
    return CaseReading(
        case=case,
        title=said(running.loop.title),
        about=_about(case, running, events),
        step_name=_("征求意见"),
        stages=(),
        waiting=(),
        if_nothing="",
        lines=_lines(running, events, known),
        actions=(),
        why_not=_("您的单位是被征求意见的单位，看得到提出单位写的内容和问您的问题，不参与办理。"),
        step=None,
        running=running,
        further=further_acts(actor, case, running, (), now=now),
        consultations=consulted_of(events, known, now=now),
        narrowed=True,
    )


def _about(case: Case, running: Running, events: Sequence[CaseEvent]) -> str:
    """What the case is about, for finding who could do it: what the asker wrote last."""
    for event in reversed(events):
        step = running.steps.get(event.step)
        known = {each.id for each in step.fields if not each.sealed_until} if step else set()
        values = event.payload.data.get("values", {})
        if "detail" in known and values.get("detail"):
            return str(values["detail"])
    return case.subject


def possible_actions(
    actor: Actor, case: Case, running: Running, step: Step | None, tasks: Sequence[Task]
) -> list[Action]:
    """The actions that the actor may take now, in the loop's order."""
    if step is None:
        return []
    return [
        action
        for action in step.actions
        if not action.automatic
        and part_in(actor, case, running, roles_of(step, action, tasks), tasks) is not None
        and (action.rating is None or may_rate(actor).allowed)
    ]


def _why_not(running: Running, step: Step) -> str:
    role = running.roles.get(step.actor or "")
    return _("现在由“%(role)s”办理“%(step)s”。") % {
        "role": said(role.name) if role else "",
        "step": said(step.name),
    }


def _stages(
    running: Running, events: Sequence[CaseEvent], step: Step | None
) -> tuple[StagePlace, ...]:
    passed = {running.steps[e.step].stage for e in events if e.step in running.steps}
    here = step.stage if step else ""
    return tuple(
        StagePlace(
            said(stage.name),
            "here" if stage.id == here else "past" if stage.id in passed else "ahead",
        )
        for stage in running.loop.stages
    )


def _waiting(task: Task, running: Running, now: datetime) -> Waiting:
    role = said(running.roles[task.role].name)
    who = role if task.organisation is None else f"{task.organisation.name}（{role}）"
    left = time_left(task, now, working_calendar())
    return Waiting(task, who, task_badge(task, now), left, task.due_at)


def _if_nothing(running: Running, step: Step | None) -> str:
    """What happens when nobody acts."""
    due = step.overdue if step else None
    if step is None or due is None:
        return ""
    if due.hand_to:
        name = said(running.roles[due.hand_to].name)
        return _("如果到期没有办理，将转交“%(role)s”。") % {"role": name}
    action = next(each for each in step.actions if each.id == due.do)
    return _("如果到期没有办理，将自动“%(action)s”。") % {"action": said(action.name)}


def _lines(running: Running, events: Sequence[CaseEvent], known: Known) -> tuple[Line, ...]:
    return tuple(_line(running, event, known) for event in reversed(events))


def _line(running: Running, event: CaseEvent, known: Known) -> Line:
    step = running.steps.get(event.step)
    action = next((a for a in step.actions if a.id == event.action), None) if step else None
    title = said(action.name) if action else str(EventKind(event.kind).label)
    reason = next((r for r in action.reasons if r.id == event.reason), None) if action else None
    why = said(reason.title) if reason else ""
    if event.kind == EventKind.OPINION:
        title, why = opinion_title(event), stance_label(event.reason)
    whom, names = asked_in_words(event, known), known.names
    payload = event.payload
    if payload.erased_at is not None:
        erased = _("正文已按规则“%(rule)s”删除") % {"rule": payload.erased_by_rule}
        return _as_line(event, title, step, names, "", whom, erased)
    data: dict[str, Any] = payload.data
    return _as_line(
        event,
        title,
        step,
        names,
        why,
        (*whom, *written(step, data, known.files)),
        str(data.get("note", "")),
    )


def _as_line(
    event: CaseEvent,
    title: str,
    step: Step | None,
    names: Mapping[int, str],
    reason: str,
    written: tuple[Written, ...],
    note: str,
) -> Line:
    tone = {
        EventKind.RED: "bad",
        EventKind.SILENT: "bad",
        EventKind.AMBER: "wait",
        EventKind.AUTOMATIC: "wait",
    }
    return Line(
        event=event,
        at=event.at,
        title=title,
        step=said(step.name) if step else "",
        by=_("平台自动") if event.actor_key.startswith("system:") else event.actor_name,
        behalf=event.behalf,
        organisation=names.get(event.organisation_id or 0, ""),
        reason=reason,
        written=written,
        note=note,
        tone=tone.get(EventKind(event.kind), ""),
    )
