"""The published loops as a list, and the filters by which a figure of a loop leads to its cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from django.db.models import Q
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy as _in

from lianshu.authority import Actor
from lianshu.casework.figures import Outcomes, outcomes_of_loops
from lianshu.casework.models import LoopVersion
from lianshu.casework.queries import latest_versions, loops_in_use, with_tasks_at
from lianshu.casework.reading import said
from lianshu.casework.runtime import running_loop
from lianshu.ui.lists import Channel, Column, ListSpec, Option
from lianshu.ui.lists.filters import Chip, Filter


@dataclass(frozen=True)
class StepFilter(Filter):
    """Cases by what they have to do with one step, as `loop.step`. Not offered in the bar: the
    figures of a loop lead here."""

    what: str
    widget: ClassVar[str] = "choice"

    def choices(self, _actor: Actor) -> list[Option]:
        """None, so that the bar stays short."""
        return []

    def read(self, params: QueryDict, actor: Actor, problems: list[str]) -> str | None:
        value = params.get(self.id, "")
        if not value:
            return None
        if self._named(value) is None:
            problems.append(
                _now("筛选“%(label)s”没有“%(value)s”这一项，已忽略。")
                % {"label": self.label, "value": value[:40]}
            )
            return None
        return str(value)

    def condition(self, value: str) -> Q:
        loop, _dot, step = value.partition(".")
        here = Q(loop_version__loop=loop)
        if self.what == "waiting":
            return here & Q(step=step)
        return here & with_tasks_at(step, self.what, now=timezone.now())

    def chips(self, value: str, actor: Actor) -> list[Chip]:
        words = {"label": self.label, "value": self._named(value) or value}
        return [Chip(_now("%(label)s：%(value)s") % words, ((self.id, value),))]

    def _named(self, value: str) -> str | None:
        loop, _dot, step = value.partition(".")
        version = next((each for each in loops_in_use() if each.loop == loop), None)
        found = None if version is None else running_loop(version).steps.get(step)
        return None if found is None else said(found.name)


STEP_FILTERS = (
    StepFilter("at", _("停在"), "waiting"),
    StepFilter("passed", _("办过"), "done"),
    StepFilter("late", _("超时过"), "late"),
    StepFilter("redone", _("不止一次到"), "redone"),
)


@dataclass(frozen=True, slots=True)
class LoopRow:
    """A loop with how its cases have gone."""

    version: LoopVersion
    sequence: str
    steps: int
    outcomes: Outcomes


def _rows(actor: Actor, versions: Sequence[LoopVersion], _channel: Channel) -> list[LoopRow]:
    outcomes = outcomes_of_loops(actor, [version.loop for version in versions])
    rows = []
    for version in versions:
        loop = running_loop(version).loop
        found = outcomes.get(version.loop, Outcomes())
        rows.append(LoopRow(version, loop.sequence or "", len(loop.steps), found))
    return rows


def loop_page(row: LoopRow) -> str:
    """Where a loop is shown."""
    return reverse("loop", args=[row.version.loop])


def _title(row: LoopRow) -> str:
    return said(running_loop(row.version).loop.title)


def _phrase(row: LoopRow) -> str:
    return running_loop(row.version).loop.source.phrase


LOOPS = ListSpec[LoopVersion, LoopRow](
    id="loops",
    title=_in("list", "流程"),
    intro=_("事情怎样办成一个闭环：谁办、多久、到期怎么办，办成必经提出方评价。"),
    rows=lambda _actor: latest_versions(),
    search=lambda rows, words: rows.filter(title__icontains=words),
    search_hint=_("名称"),
    columns=(
        Column("title", _("名称"), _title, sort="title", below=_phrase),
        Column("open", _("在办"), lambda row: row.outcomes.open, kind="number"),
        Column("closed", _("已结束"), lambda row: row.outcomes.closed, kind="number"),
        Column("accepted", _("已认可"), lambda row: row.outcomes.accepted, kind="number"),
        Column("rated", _("已评价"), lambda row: row.outcomes.rated, kind="number"),
        Column("steps", _("步骤"), lambda row: row.steps, kind="number"),
        Column("sequence", _("机制"), lambda row: row.sequence, shown=False),
        Column("version", _("版本"), lambda row: row.version.version, kind="number"),
    ),
    sort="title",
    link=loop_page,
    present=_rows,
    key_field="pk",
    key=lambda row: str(row.version.pk),
    name=_title,
    empty=_("还没有发布流程。请平台管理员用 lianshu loop publish 发布。"),
)
