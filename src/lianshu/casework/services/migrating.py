"""Letting running cases go by another version of their loop: by an explicit map of steps, checked
and previewed before anything is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from lianshu.authority import Actor
from lianshu.casework.models import Case, CaseEvent, EventKind, LoopVersion, Task
from lianshu.casework.rules_time import can_migrate
from lianshu.casework.runtime import Running, running_loop
from lianshu.casework.services.events import Happening, append_event
from lianshu.casework.services.moving import lock_case
from lianshu.casework.services.tasks import create_tasks, moments_of, plan_tasks
from lianshu.casework.services.timing import clock_of
from lianshu.records.errors import DomainError


@dataclass(frozen=True, slots=True)
class Migration:
    """What would become, or has become, of one case; `why_not` says what stands against it."""

    case: str
    subject: str
    step: str
    to: str
    due_before: datetime | None = None
    due_after: datetime | None = None
    why_not: str = ""


def check_steps(old: Running, new: Running, steps: Mapping[str, str]) -> None:
    """Raises DomainError when the map names a step that one of the versions does not have."""
    for before, after in steps.items():
        if before not in old.steps:
            raise DomainError(_("原版本没有步骤“%(step)s”。") % {"step": before}, field="steps")
        if after not in new.steps:
            raise DomainError(_("新版本没有步骤“%(step)s”。") % {"step": after}, field="steps")


def migrate_cases(
    *,
    actor: Actor,
    cases: Iterable[Case],
    to: LoopVersion,
    steps: Mapping[str, str],
    now: datetime,
    preview: bool,
) -> list[Migration]:
    """Each case with what becomes of it. Without `preview` those that can are moved, each in its
    own transaction; `steps` maps every step at which one of them may be."""
    return [_one(actor, case, to, steps, now, preview=preview) for case in cases]


@transaction.atomic
def _one(
    actor: Actor,
    case: Case,
    to: LoopVersion,
    steps: Mapping[str, str],
    now: datetime,
    *,
    preview: bool,
) -> Migration:
    case = lock_case(actor, case.pk)
    old, new = running_loop(case.loop_version), running_loop(to)
    if case.loop_version.loop != to.loop:
        raise DomainError(
            _("“%(subject)s”走的是另一个流程。") % {"subject": case.subject}, field="to"
        )
    may = can_migrate(actor, case)
    if may.allowed:
        check_steps(old, new, steps)
    tasks = list(case.tasks.filter(done_at__isnull=True))
    target = steps.get(case.step, "")
    due = min((task.due_at for task in tasks if task.due_at is not None), default=None)
    told = Migration(case.public_id, case.subject, case.step, target, due_before=due)
    why_not = may.reason if not may.allowed else _why_not(case, new, to, target)
    if why_not:
        return replace(told, why_not=why_not)
    clock = clock_of(case)
    step = new.step(target)
    since = case.step_since
    opening = replace(
        plan_tasks(case=case, running=new, step=step, now=now),
        since=since,
        moments=moments_of(
            step,
            urgent=case.urgent,
            opened_at=since,
            suspensions=clock.suspensions,
            extensions=[limit for _at, limit in clock.extensions],
        ),
    )
    told = replace(told, due_after=opening.moments.due_at)
    if preview:
        return told
    facts = {
        "loop": [to.loop, to.version],
        "from": [old.loop.id, old.loop.version],
        "opened": [opening.as_facts()],
    }
    what = Happening(EventKind.MIGRATED, case.step, to=target, facts=facts)
    changes = {"step": target, "loop_version": to}
    append_event(actor=actor, case=case, what=what, now=now, changes=changes)
    Task.objects.filter(case=case, done_at__isnull=True).update(done_at=now)
    create_tasks(case=case, opening=opening)
    return told


def _why_not(case: Case, new: Running, to: LoopVersion, target: str) -> str:
    """What stands against it; empty when nothing does."""
    if not case.step:
        return _("已经结束，不用换版本。")
    if case.loop_version_id == to.pk:
        return _("已经是这个版本。")
    if not target:
        return _("步骤“%(step)s”没有写明换到哪一步。") % {"step": case.step}
    if case.suspended_since is not None:
        return _("计时中止着，请先恢复计时。")
    joined = CaseEvent.objects.filter(
        case=case, kind=EventKind.JOINED, step=case.step, at__gte=case.step_since
    )
    if joined.exists():
        return _("这一步已有单位表态，请等这一步办完。")
    roles = case.parties.filter(until__isnull=True).values_list("role", flat=True).distinct()
    for role in roles:
        found = new.roles.get(role)
        if found is None or found.bind != "assigned":
            return _("新版本没有“%(role)s”这个指派的角色。") % {"role": role}
    needed = new.roles.get(new.step(target).actor or "")
    if needed is not None and needed.bind == "assigned" and needed.id not in roles:
        return _("新步骤由“%(role)s”办理，但这个办件还没有指派。") % {"role": needed.name}
    return ""
