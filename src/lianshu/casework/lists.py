"""What waits for me, and all cases, as lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case as Choose
from django.db.models import F, Q, Value, When
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy as _in

from lianshu.authority import Actor
from lianshu.casework.bulk_actions import DISPATCH
from lianshu.casework.colours import end_badge, task_badge, time_left
from lianshu.casework.lists_loops import STEP_FILTERS
from lianshu.casework.models import Case, EndKindChoices, Task
from lianshu.casework.queries import (
    cases_for,
    loops_in_use,
    rated_cases,
    tasks_for,
    with_open_task_due_before,
)
from lianshu.casework.runtime import running_loop, working_calendar
from lianshu.casework.written import loop_title, said
from lianshu.registry.lists import chain_filter, organisation_filter, region_filter
from lianshu.ui.badges import Badge
from lianshu.ui.lists import (
    Action,
    Channel,
    ChoiceFilter,
    Column,
    DateFilter,
    ListSpec,
    Option,
    YesNoFilter,
)


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task in words."""

    task: Task
    step: str
    badge: Badge
    left: str

    @property
    def why(self) -> str:
        """Why it is here and how much time there is."""
        words = {
            "step": self.step,
            "left": self.left,
            "asker": self.task.case.asker.name,
            "loop": loop_title(self.task.case.loop_version),
        }
        return _now("等您“%(step)s”，%(left)s · %(asker)s · %(loop)s") % words


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits for somebody, as the first page shows it."""

    rows: Sequence[TaskRow]
    count: int
    red: int


def waiting_first(actor: Actor, most: int, *, now: datetime) -> Waiting:
    """The first of what waits for the actor, the most overdue in front."""
    tasks = tasks_for(actor)
    rows = _task_rows(
        actor, list(tasks.order_by(F("due_at").asc(nulls_last=True), "pk")[:most]), "page"
    )
    if not rows:
        return Waiting((), 0, 0)
    return Waiting(rows, tasks.count(), tasks.filter(due_at__lt=now).count())


def _task_rows(_actor: Actor, tasks: Sequence[Task], _channel: Channel) -> list[TaskRow]:
    now, calendar = timezone.now(), working_calendar()
    return [
        TaskRow(
            task,
            said(running_loop(task.case.loop_version).step(task.step).name),
            task_badge(task, now),
            time_left(task, now, calendar),
        )
        for task in tasks
    ]


def case_page(case: Case) -> str:
    """Where a case is shown."""
    return reverse("case", args=[case.public_id])


def _loop_options(_actor: Actor) -> list[Option]:
    return [Option(version.loop, loop_title(version)) for version in loops_in_use()]


def _new_case(actor: Actor) -> Sequence[Action]:
    return (Action(_("提出办件"), reverse("case-new")),) if actor.memberships else ()


TASKS = ListSpec[Task, TaskRow](
    id="tasks",
    title=_("我的待办"),
    intro=_("轮到您或您的单位办理的事，先到期的在前。"),
    rows=tasks_for,
    search=lambda rows, words: rows.filter(case__subject__icontains=words),
    search_hint=_("事项"),
    filters=(
        ChoiceFilter("loop", _("流程"), "case__loop_version__loop", _loop_options, counts=True),
        chain_filter(),
        region_filter(),
        YesNoFilter("urgent", _("紧急"), Q(case__urgent=True)),
    ),
    columns=(
        Column(
            "subject",
            _("事项"),
            lambda row: row.task.case.subject,
            below=lambda row: loop_title(row.task.case.loop_version),
        ),
        Column("colour", _("状态"), lambda row: row.badge),
        Column("step", _("步骤"), lambda row: row.step),
        Column("asker", _("提出单位"), lambda row: row.task.case.asker.name),
        Column("left", _("剩余时间"), lambda row: row.left),
        Column(
            "due", _in("moment", "期限"), lambda row: row.task.due_at, kind="moment", sort="due_at"
        ),
    ),
    sort="due",
    link=lambda row: case_page(row.task.case),
    present=_task_rows,
    key_field="pk",
    key=lambda row: str(row.task.pk),
    name=lambda row: row.task.case.subject,
    actions=_new_case,
    bulk=(DISPATCH,),
    empty=_("没有等您办理的事。"),
)


def _state(row: Case) -> Badge:
    if row.end_kind:
        return end_badge(row)
    name = said(running_loop(row.loop_version).step(row.step).name)
    return Badge(name, "info")


def _days(row: Case) -> int:
    end: datetime = row.ended_at or timezone.now()
    return (end - row.opened_at).days


OPEN_FIRST = Choose(When(ended_at__isnull=True, then=Value(0)), default=Value(1))

CASES = ListSpec[Case, Case](
    id="cases",
    title=_in("list", "办件"),
    intro=_("您的单位提出、参与或由您负责协调的办件。"),
    rows=cases_for,
    search=lambda rows, words: rows.filter(subject__icontains=words),
    search_hint=_("事项"),
    filters=(
        ChoiceFilter("loop", _("流程"), "loop_version__loop", _loop_options, counts=True),
        YesNoFilter("open", _("在办"), Q(ended_at__isnull=True)),
        ChoiceFilter("end", _("结果"), "end_kind", EndKindChoices, counts=True),
        YesNoFilter("red", _("已超时"), lambda: with_open_task_due_before(timezone.now())),
        YesNoFilter("rated", _("已评价"), rated_cases),
        chain_filter(),
        region_filter(),
        organisation_filter("asker", _("提出单位"), id="asker"),
        DateFilter("opened", _("提出日期"), "opened_at"),
        *STEP_FILTERS,
    ),
    columns=(
        Column(
            "subject",
            _("事项"),
            lambda row: row.subject,
            below=lambda row: loop_title(row.loop_version),
        ),
        Column("state", _("状态"), _state, sort=OPEN_FIRST),
        Column("asker", _("提出单位"), lambda row: row.asker.name, sort="asker__name_key"),
        Column("chain", _("产业链"), lambda row: row.chain and row.chain.name, sort="chain__code"),
        Column("region", _("区域"), lambda row: row.region.name, sort="region__code"),
        Column("opened", _("提出时间"), lambda row: row.opened_at, kind="day", sort="opened_at"),
        Column("days", _("历时（天）"), _days, kind="number"),
        Column("id", _("编号"), lambda row: row.public_id, shown=False),
    ),
    sort="-opened",
    link=case_page,
    name=lambda row: row.subject,
    actions=_new_case,
    bulk=(DISPATCH,),
    empty=_("还没有办件。企业提出需求、链办派单后，会列在这里。"),
)
