"""What recurs, as a list: what opens when, where, for whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy as _in

from lianshu.authority import Actor, Capability
from lianshu.casework.models import Recurrence
from lianshu.casework.queries_schedules import recurrences_for, schedules_in_use
from lianshu.casework.reading import said
from lianshu.casework.recurring import opening_of, rhythm_said, running_schedule
from lianshu.registry.lists import chain_filter, region_filter
from lianshu.ui.badges import Badge
from lianshu.ui.lists import Action, Channel, ChoiceFilter, Column, ListSpec, Option, YesNoFilter


@dataclass(frozen=True, slots=True)
class RecurrenceRow:
    """A recurrence in words."""

    recurrence: Recurrence
    name: str
    schedule: str
    rhythm: str

    @property
    def place(self) -> str:
        """Where."""
        chain = self.recurrence.chain
        return " · ".join([self.recurrence.region.name, *([chain.name] if chain else [])])

    @property
    def state(self) -> Badge:
        """Whether it is on."""
        if not self.recurrence.active:
            return Badge(_("已关闭"), "neutral", "player-pause")
        if self.recurrence.next_at is None:
            return Badge(_("日历未排到"), "wait", "calendar")
        return Badge(_("已开启"), "good", "player-play")

    @property
    def last_at(self) -> datetime | None:
        """When it last opened a case."""
        found: datetime | None = self.recurrence.last_at  # type: ignore[attr-defined]
        return found


def recurrence_row(recurrence: Recurrence) -> RecurrenceRow:
    """In the reader's language."""
    opening = opening_of(recurrence)
    return RecurrenceRow(
        recurrence,
        said(opening.name),
        said(running_schedule(recurrence.version).title),
        rhythm_said(opening.rhythm),
    )


def _rows(_actor: Actor, found: Sequence[Recurrence], _channel: Channel) -> list[RecurrenceRow]:
    return [recurrence_row(each) for each in found]


def recurrence_page(row: RecurrenceRow) -> str:
    """Where it is shown."""
    return reverse("recurrence", args=[row.recurrence.public_id])


def _schedule_options(_actor: Actor) -> list[Option]:
    return [Option(version.schedule, version.title) for version in schedules_in_use()]


def _switch_on(actor: Actor) -> Sequence[Action]:
    if not actor.has(Capability.COORDINATE):
        return ()
    return (Action(_("开启日程"), reverse("recurrence-choose")),)


RECURRENCES = ListSpec[Recurrence, RecurrenceRow](
    id="schedules",
    title=_in("list", "日程"),
    intro=_("到日子自动开出的办件：遇休息日顺延到下一个工作日，每次只开一件。"),
    rows=recurrences_for,
    search=lambda rows, words: rows.filter(name__icontains=words),
    search_hint=_("事项"),
    filters=(
        ChoiceFilter("schedule", _("日程"), "schedule", _schedule_options, counts=True),
        YesNoFilter("active", _("已开启"), Q(active=True)),
        region_filter(),
        chain_filter(),
    ),
    columns=(
        Column("name", _("事项"), lambda row: row.name, below=lambda row: row.schedule),
        Column("state", _("状态"), lambda row: row.state, sort="active"),
        Column("rhythm", _("多久一次"), lambda row: row.rhythm),
        Column("place", _("范围"), lambda row: row.place, sort="region__code"),
        Column(
            "organisation",
            _("为谁开"),
            lambda row: row.recurrence.organisation.name,
            sort="organisation__name_key",
        ),
        Column("last", _("上次开出"), lambda row: row.last_at, kind="day", sort="last_at"),
        Column("next", _("下次"), lambda row: row.recurrence.next_at, kind="day", sort="next_at"),
    ),
    sort="next",
    link=recurrence_page,
    present=_rows,
    key=lambda row: row.recurrence.public_id,
    name=lambda row: row.name,
    actions=_switch_on,
    empty=_("还没有开启的日程。链办开启后，例会、报送、定期分析等到日子会自动开出办件。"),
)
