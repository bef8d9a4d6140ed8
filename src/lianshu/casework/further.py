"""What a reader can do with a case besides the step's own actions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from lianshu.authority import Actor
from lianshu.casework.links import judge_of, rating_actions
from lianshu.casework.models import Case, Task
from lianshu.casework.queries_consulting import open_questions_to
from lianshu.casework.queries_exchange import project_of_case
from lianshu.casework.rules_consulting import can_consult, can_give_opinion
from lianshu.casework.rules_honest import can_have_receipt, can_make_answer_link
from lianshu.casework.rules_time import (
    can_comment,
    can_extend,
    can_hand_over,
    can_reopen,
    can_resume,
    can_suspend,
)
from lianshu.casework.runtime import Running
from lianshu.casework.veiling import openings_for


@dataclass(frozen=True, slots=True)
class Further:
    """A link on the case page, with the name of its icon."""

    label: str
    url: str
    icon: str


def further_acts(
    actor: Actor, case: Case, running: Running, tasks: Sequence[Task], *, now: datetime
) -> tuple[Further, ...]:
    """The pages open to the actor; `case` comes annotated by `with_care`."""
    return tuple(_possible(actor, case, running, tasks, now))


def _possible(
    actor: Actor, case: Case, running: Running, tasks: Sequence[Task], now: datetime
) -> Iterator[Further]:
    def link(name: str, *more: object) -> str:
        return reverse(name, args=[case.public_id, *more])

    for asked in open_questions_to(actor, case):
        if can_give_opinion(actor, asked, now=now).allowed:
            yield Further(
                _("更正意见") if asked.answered_at else _("答复意见"),
                f"{link('case-opinion')}?of={asked.reference}",
                "message-circle",
            )
    if can_comment(actor, case).allowed:
        yield Further(_("留言"), link("case-comment"), "message")
    if can_consult(actor, case, running, tasks).allowed:
        yield Further(_("征求意见"), link("case-consult"), "users-group")
    if can_suspend(actor, case, running, tasks, now=now).allowed:
        yield Further(_("中止计时"), link("case-suspend"), "clock")
    if can_resume(actor, case, running, tasks).allowed:
        yield Further(_("恢复计时"), link("case-resume"), "clock")
    if can_extend(actor, case, running).allowed:
        yield Further(_("延期"), link("case-extend"), "clock")
    mine = next((task for task in tasks if can_hand_over(actor, task).allowed), None)
    if mine is not None:
        yield Further(_("交给同事办理"), link("case-hand-over", mine.pk), "user")
    if can_reopen(actor, case, running, now=now).allowed:
        yield Further(_("重开"), link("case-reopen"), "refresh")
    judge = judge_of(case) if rating_actions(case) else None
    if judge is not None and can_make_answer_link(actor, case, judge).allowed:
        yield Further(_("请没有账号的人评价"), link("case-answer-link"), "send")
    for opening in openings_for(actor, case, running):
        yield Further(opening.title, link("case-open-seal", opening.box, opening.role), "lock-open")
    project = project_of_case(actor, case)
    if project is not None:
        yield Further(_("打开项目"), reverse("project", args=[project.public_id]), "briefcase")
    if can_have_receipt(actor, case).allowed:
        yield Further(_("回执"), link("case-receipt"), "receipt")
