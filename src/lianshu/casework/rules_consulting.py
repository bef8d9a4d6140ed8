"""Who may ask others for their opinion, and who may give it; and why not."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from lianshu.authority import Actor, Matter, Verdict
from lianshu.casework.models import Case, Consultation, Task
from lianshu.casework.parts import Part, part_in
from lianshu.casework.runtime import Running
from lianshu.registry.covering import refused
from lianshu.registry.models import Organisation


def turn_of(actor: Actor, case: Case, running: Running, tasks: Sequence[Task]) -> Part | None:
    """The part by which it is the actor's turn at the present step, if it is. `case` comes
    annotated by `with_care`."""
    step = running.steps.get(case.step)
    if step is None:
        return None
    own = [] if step.actor is None else [step.actor]
    roles = list(dict.fromkeys([*own, *(task.role for task in tasks)]))
    return part_in(actor, case, running, roles, tasks)


def can_consult(actor: Actor, case: Case, running: Running, tasks: Sequence[Task]) -> Verdict:
    """Whoever's turn it is, and the office in whose care it lies, while the case is on its way."""
    if not case.step:
        return Verdict.no(
            _("这个办件已经结束（%(end)s），不用再征求意见。")
            % {"end": running.ends[case.end].name}
        )
    in_care = actor.is_known and bool(case.in_care)  # type: ignore[attr-defined]
    if in_care or turn_of(actor, case, running, tasks) is not None:
        return Verdict.yes()
    return Verdict.no(_("征求意见由正在办理的单位或负责的链办发起。"))


def can_be_consulted(
    case: Case, organisation: Organisation, *, asking: Collection[int], handling: Collection[int]
) -> Verdict:
    """Somebody else than who asked for the case, who asks now and who handles it: they talk by
    comments. `asking` and `handling` are ids of organisations."""
    name = {"name": organisation.name}
    if organisation.pk == case.asker_id:
        return Verdict.no(_("“%(name)s”就是提出单位，请直接留言问它。") % name)
    if organisation.pk in asking:
        return Verdict.no(_("“%(name)s”是您自己的单位，不用征求。") % name)
    if organisation.pk in handling:
        return Verdict.no(_("“%(name)s”正在办理这个办件，请直接留言问它。") % name)
    if organisation.ended_on is not None:
        return Verdict.no(_("“%(name)s”已终止，不能再征求它的意见。") % name)
    return Verdict.yes()


def can_give_opinion(actor: Actor, asked: Consultation, *, now: datetime) -> Verdict:
    """The people of the organisation that was asked: until the due time as often as they like,
    after it once if they have not answered yet. `asked` comes with its case and organisation."""
    if asked.organisation_id not in actor.acting_in(Matter.ANSWERS):
        return refused(
            actor,
            Matter.ANSWERS,
            [asked.organisation_id],
            _("只有“%(name)s”的经办人可以答复这次征求。") % {"name": asked.organisation.name},
        )
    if asked.closed_at is not None or asked.case.ended_at is not None:
        return Verdict.no(_("这个办件已经结束，不用再答复了。"))
    if asked.answered_at is not None and (asked.is_late or now > asked.due_at):
        return Verdict.no(_("答复期限已过，已经答复的意见不能再更正。要补充请联系征求意见的单位。"))
    return Verdict.yes()
