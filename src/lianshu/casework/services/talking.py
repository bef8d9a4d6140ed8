"""Saying something in a case, handing a task to a colleague, opening a case again."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from lianshu.accounts.queries import people_acting_for
from lianshu.authority import Actor, require
from lianshu.casework.models import Case, CaseEvent, Channel, EventKind, Task
from lianshu.casework.rules_time import can_comment, can_hand_over, can_reopen
from lianshu.casework.runtime import running_loop
from lianshu.casework.services.events import Happening, append_event
from lianshu.casework.services.moving import lock_case
from lianshu.casework.services.tasks import create_tasks, plan_tasks
from lianshu.records.errors import DomainError

TEXT_MOST: Final = 4_000


@transaction.atomic
def comment(
    *,
    actor: Actor,
    case: Case,
    text: str,
    now: datetime,
    files: tuple[str, ...] = (),
    channel: Channel = Channel.WEB,
) -> CaseEvent:
    """Write something for everybody in the case; also after its end. `files` are public ids of
    stored files."""
    case = lock_case(actor, case.pk)
    require(can_comment(actor, case))
    text = text.strip()
    if not text and not files:
        raise DomainError(_("请写点什么再发送。"), field="text")
    if len(text) > TEXT_MOST:
        raise DomainError(_("留言请不要超过 %(most)d 字。") % {"most": TEXT_MOST}, field="text")
    data = {"note": text, **({"files": list(files)} if files else {})}
    what = Happening(
        EventKind.COMMENTED,
        case.step,
        data=data,
        organisation_id=_acting_for(actor, case),
        channel=channel,
    )
    return append_event(actor=actor, case=case, what=what, now=now, changes={})


def _acting_for(actor: Actor, case: Case) -> int | None:
    """The organisation in whose name the actor speaks in this case."""
    mine = actor.acting_organisation_ids
    if case.asker_id in mine:
        return case.asker_id
    parts = case.parties.filter(organisation__in=mine, until__isnull=True)
    return parts.values_list("organisation_id", flat=True).first()


@transaction.atomic
def hand_over_task(*, actor: Actor, task: Task, user_id: int, now: datetime) -> CaseEvent:
    """Name who of the organisation does it. From then on it is that person's to do."""
    case = lock_case(actor, task.case_id)
    found = case.tasks.select_related("organisation").filter(pk=task.pk).first()
    if found is None:
        raise DomainError(_("没有这件待办，请刷新后再试。"))
    require(can_hand_over(actor, found))
    assert found.organisation_id is not None
    if user_id not in people_acting_for(found.organisation_id, now=now):
        raise DomainError(_("请选择本单位的经办人。"), field="user")
    if user_id == found.user_id:
        raise DomainError(_("这件待办已经由这位同事办理。"), field="user")
    same = case.tasks.filter(
        role=found.role,
        organisation_id=found.organisation_id,
        user_id=user_id,
        done_at__isnull=True,
    )
    if same.exists():
        raise DomainError(_("这位同事已有同样的待办，请另选一位。"), field="user")
    handed = [found.role, found.organisation_id, found.user_id, user_id]
    what = Happening(
        EventKind.TAKEN_OVER,
        case.step,
        facts={"handed": handed},
        organisation_id=found.organisation_id,
    )
    event = append_event(actor=actor, case=case, what=what, now=now, changes={})
    found.user_id = user_id
    found.save(update_fields=["user_id"])
    return event


@transaction.atomic
def reopen_case(
    *, actor: Actor, case: Case, reason: str, now: datetime, channel: Channel = Channel.WEB
) -> CaseEvent:
    """Open an ended case again where its loop says. The ratings given stay in its history."""
    case = lock_case(actor, case.pk)
    running = running_loop(case.loop_version)
    require(can_reopen(actor, case, running, now=now))
    reason = reason.strip()
    if not reason:
        raise DomainError(_("请写明为什么重开。"), field="reason")
    if len(reason) > TEXT_MOST:
        raise DomainError(_("原因请不要超过 %(most)d 字。") % {"most": TEXT_MOST}, field="reason")
    reopening = running.loop.reopening
    assert reopening is not None
    step = running.step(reopening.to)
    opening = plan_tasks(case=case, running=running, step=step, now=now)
    what = Happening(
        EventKind.REOPENED,
        "",
        to=step.id,
        data={"note": reason},
        facts={"opened": [opening.as_facts()]},
        organisation_id=_acting_for(actor, case),
        channel=channel,
    )
    changes = {
        "step": step.id,
        "step_since": now,
        "end": "",
        "end_kind": "",
        "ended_at": None,
        "suspended_since": None,
        "reopened": case.reopened + 1,
    }
    event = append_event(actor=actor, case=case, what=what, now=now, changes=changes)
    create_tasks(case=case, opening=opening)
    return event
