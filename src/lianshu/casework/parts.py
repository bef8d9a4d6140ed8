"""Who an actor is in a case: which of the loop's roles it holds, and why not."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from lianshu.authority import Actor, Matter, Verdict
from lianshu.casework.models import Case, Task
from lianshu.casework.runtime import Running
from lianshu.engine.loops import Action, Step


@dataclass(frozen=True, slots=True)
class Part:
    """The role in which somebody acts, for which organisation, and on which task."""

    role: str
    organisation_id: int | None
    task: Task | None


def roles_of(step: Step, action: Action, tasks: Iterable[Task]) -> list[str]:
    """The roles that may do it: those it names, else everybody for whom a task is open."""
    if action.by:
        return list(action.by)
    given = [] if step.actor is None else [step.actor]
    return list(dict.fromkeys([*given, *(task.role for task in tasks)]))


def part_in(
    actor: Actor, case: Case, running: Running, roles: Collection[str], tasks: Iterable[Task]
) -> Part | None:
    """The first of `roles` that the actor holds. `case` says whether it lies in the actor's care
    (`in_care`, `in_wide_care`, annotated by `with_care`)."""
    open_tasks = list(tasks)
    for name in roles:
        bind = running.roles[name].bind
        mine = [task for task in open_tasks if task.role == name]
        if bind == "asker" and case.asker_id in actor.acting_in(Matter.ANSWERS):
            return Part(name, case.asker_id, mine[0] if mine else None)
        if bind in {"assigned", "liaison"}:
            for task in mine:
                if _is_named(actor, task):
                    return Part(name, task.organisation_id, task)
        # Where a liaison is to act and there is none, the office does it: a task without a name.
        nameless = next((t for t in mine if t.organisation_id is None and t.user_id is None), None)
        office = bind == "coordinator" or (bind == "liaison" and nameless is not None)
        cared_for = case.in_care if office else case.in_wide_care  # type: ignore[attr-defined]
        if (office or bind == "operator") and cared_for:
            return Part(name, None, nameless)
    return None


def _is_named(actor: Actor, task: Task) -> bool:
    if task.user_id is not None:
        return task.user_id in actor.stands_for
    return task.organisation_id in actor.acting_in(Matter.ANSWERS)


def may_rate(actor: Actor) -> Verdict:
    """Only somebody of the confirmer itself rates: never on behalf, never the system."""
    if actor.is_system:
        return Verdict.no(_("评价只能由人作出，系统不能代评。"))
    if actor.behalf is not None:
        return Verdict.no(
            _("评价不能代办，请由“%(name)s”本人评价。") % {"name": actor.behalf.principal}
        )
    return Verdict.yes()
