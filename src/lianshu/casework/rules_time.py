"""Who may stop a clock, grant more time, say something, hand over or open again; and why not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from lianshu.authority import Actor, Capability, Matter, Verdict
from lianshu.casework.models import Case, EndKindChoices, Task
from lianshu.casework.parts import part_in
from lianshu.casework.runtime import Running, working_calendar
from lianshu.casework.times import limit_said
from lianshu.engine.worktime import due
from lianshu.registry.rules import holds_at


def _is_open(case: Case, running: Running) -> Verdict:
    if case.step:
        return Verdict.yes()
    return Verdict.no(_("这个办件已经结束（%(end)s）。") % {"end": running.ends[case.end].name})


def _is_office(actor: Actor, case: Case) -> bool:
    """Whether it lies in the actor's care, for whom `case` was annotated (`with_care`)."""
    return actor.is_known and bool(case.in_care)  # type: ignore[attr-defined]


def may_keep_clock(actor: Actor, case: Case, running: Running, tasks: Sequence[Task]) -> Verdict:
    """Stopping the clock and letting it run again: who is to act, and the office."""
    is_open = _is_open(case, running)
    if not is_open.allowed:
        return is_open
    step = running.step(case.step)
    if not step.suspend:
        return Verdict.no(_("“%(step)s”这一步不能中止计时。") % {"step": step.name})
    mine = part_in(actor, case, running, [step.actor or ""], tasks)
    if mine is None and not _is_office(actor, case):
        return Verdict.no(_("中止和恢复计时由正在办理的单位或链办决定。"))
    return Verdict.yes()


def can_suspend(
    actor: Actor, case: Case, running: Running, tasks: Sequence[Task], *, now: datetime
) -> Verdict:
    """Only a clock that runs and has not run out can be stopped."""
    verdict = may_keep_clock(actor, case, running, tasks)
    if not verdict.allowed:
        return verdict
    if case.suspended_since is not None:
        return Verdict.no(_("计时已经中止了。"))
    if any(task.due_at is not None and task.due_at < now for task in tasks):
        return Verdict.no(_("已经超时，不能再中止计时；需要时间请链办延期。"))
    return Verdict.yes()


def can_resume(actor: Actor, case: Case, running: Running, tasks: Sequence[Task]) -> Verdict:
    """Only a clock that stands can be set going."""
    verdict = may_keep_clock(actor, case, running, tasks)
    if verdict.allowed and case.suspended_since is None:
        return Verdict.no(_("计时没有中止，不用恢复。"))
    return verdict


def can_extend(actor: Actor, case: Case, running: Running) -> Verdict:
    """More time is the office's to grant, never the handler's own."""
    is_open = _is_open(case, running)
    if is_open.allowed and not _is_office(actor, case):
        return Verdict.no(_("延期由链办决定，请向链办说明需要多少时间。"))
    return is_open


def can_comment(actor: Actor, case: Case) -> Verdict:
    """Everybody who has a part in the case, and the office."""
    mine = actor.acting_in(Matter.ANSWERS)
    if case.asker_id in mine or _is_office(actor, case):
        return Verdict.yes()
    parts = case.parties.filter(until__isnull=True).values_list("organisation_id", "user_id")
    named = case.tasks.filter(done_at__isnull=True).values_list("organisation_id", "user_id")
    for organisation, user in (*parts, *named):
        if organisation in mine or user in actor.stands_for:
            return Verdict.yes()
    return Verdict.no(_("只有提出单位、办理单位的经办人和链办可以留言。"))


def can_hand_over(actor: Actor, task: Task) -> Verdict:
    """An organisation's own people say which of them does it."""
    if task.done_at is not None:
        return Verdict.no(_("这件待办已经办完了。"))
    if task.organisation_id is None:
        return Verdict.no(_("这件待办属于链办整体，不用指定到人。"))
    if task.organisation_id in actor.acting_in(Matter.ANSWERS):
        return Verdict.yes()
    return Verdict.no(_("只有承担这件待办的单位可以指定由谁办理。"))


def can_reopen(actor: Actor, case: Case, running: Running, *, now: datetime) -> Verdict:
    """As the loop says: by whom, from which ends, within which time."""
    reopening = running.loop.reopening
    if case.step:
        return Verdict.no(_("这个办件还在办理，不用重开。"))
    if reopening is None:
        return Verdict.no(_("这个流程办结后不重开，请另提一件。"))
    ends = reopening.ends or tuple(
        end.id
        for end in running.loop.ends
        if end.kind.value in {EndKindChoices.DONE, EndKindChoices.UNRATED}
    )
    if case.end not in ends:
        return Verdict.no(
            _("结果为“%(end)s”的办件不能重开，请另提一件。") % {"end": running.ends[case.end].name}
        )
    if not _holds(actor, case, running, reopening.by):
        return Verdict.no(_("重开由%(role)s提出。") % {"role": running.roles[reopening.by].name})
    assert case.ended_at is not None
    until = due(working_calendar(), case.ended_at, reopening.within).at
    if until is not None and now > until:
        return Verdict.no(
            _("办结已超过 %(within)s，不能重开，请另提一件。")
            % {"within": limit_said(str(reopening.within))}
        )
    return Verdict.yes()


def _holds(actor: Actor, case: Case, running: Running, role: str) -> bool:
    """Whether the actor has the role in a case that is over, where no task says so."""
    if running.roles[role].bind == "assigned":
        parts = case.parties.filter(role=role, until__isnull=True)
        held = parts.filter(organisation__in=actor.acting_in(Matter.ANSWERS))
        return held.exists() or parts.filter(user_id__in=actor.stands_for).exists()
    if running.roles[role].bind == "liaison" and _is_office(actor, case):
        return True
    return part_in(actor, case, running, [role], ()) is not None


def can_migrate(actor: Actor, case: Case) -> Verdict:
    """Changing what a running case goes by: the office in whose care it lies, and those who operate
    the platform there."""
    for capability in (Capability.COORDINATE, Capability.OPERATE):
        if holds_at(actor, capability, region_id=case.region_id, chain_id=case.chain_id):
            return Verdict.yes()
    return Verdict.no(_("给办件换流程版本，要由负责的链办或平台管理员办理。"))


def can_keep_calendar(actor: Actor) -> Verdict:
    """Loading official dates moves promises of the whole city."""
    if actor.has(Capability.OPERATE):
        return Verdict.yes()
    return Verdict.no(_("载入放假安排要有运维授权，请联系平台管理员。"))


def can_erase(actor: Actor) -> Verdict:
    """Erasing what people wrote, by a rule of retention."""
    if actor.is_system:
        return Verdict.yes()
    return Verdict.no(_("按保存期限删除正文由系统管理员在命令行进行。"))
