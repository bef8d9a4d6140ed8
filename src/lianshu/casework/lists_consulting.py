"""What my organisation is asked for its opinion on, as a list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Case as Choose
from django.db.models import Q, Value, When
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lianshu.authority import Actor
from lianshu.casework.models import Consultation, Stance
from lianshu.casework.opinions import opinion_badge, stance_label
from lianshu.casework.queries_consulting import asked_by, consultations_for
from lianshu.registry.lists import chain_filter, organisation_filter, region_filter
from lianshu.ui.badges import Badge
from lianshu.ui.lists import Channel, ChoiceFilter, Column, DateFilter, ListSpec, YesNoFilter

OPEN = Q(answered_at__isnull=True, silent_at__isnull=True, closed_at__isnull=True)
OPEN_FIRST = Choose(When(OPEN, then=Value(0)), default=Value(1))


@dataclass(frozen=True, slots=True)
class OpinionRow:
    """A question with who asked it."""

    asked: Consultation
    badge: Badge
    by: str
    by_unit: str


def _rows(actor: Actor, rows: Sequence[Consultation], _channel: Channel) -> list[OpinionRow]:
    now, who = timezone.now(), asked_by(rows, actor)
    return [
        OpinionRow(row, opinion_badge(row, now), *who.get((row.case_id, row.asked_seq), ("", "")))
        for row in rows
    ]


def opinion_page(row: OpinionRow) -> str:
    """Where it is read and answered."""
    address = reverse("case-opinion", args=[row.asked.case.public_id])
    return f"{address}?of={row.asked.reference}"


OPINIONS = ListSpec[Consultation, OpinionRow](
    id="opinions",
    title=_("征求我的意见"),
    intro=_("别的单位就办件征求您单位的意见。到期没有答复会如实记为未答复，不算同意。"),
    rows=consultations_for,
    search=lambda rows, words: rows.filter(case__subject__icontains=words),
    search_hint=_("事项"),
    filters=(
        YesNoFilter("open", _("等答复"), OPEN),
        YesNoFilter("answered", _("已答复"), Q(answered_at__isnull=False)),
        YesNoFilter("silent", _("到期未答复"), Q(silent_at__isnull=False)),
        ChoiceFilter("stance", _("态度"), "stance", Stance, counts=True),
        chain_filter(),
        region_filter(),
        organisation_filter("case__asker", _("提出单位"), id="asker"),
        DateFilter("asked", _("征求日期"), "asked_at"),
    ),
    columns=(
        Column("colour", _("状态"), lambda row: row.badge, sort=OPEN_FIRST),
        Column(
            "subject",
            _("事项"),
            lambda row: row.asked.case.subject,
            below=lambda row: row.asked.case.asker.name,
        ),
        Column("by", _("谁来征求"), lambda row: row.by_unit or row.by, below=lambda row: row.by),
        Column("due", _("答复期限"), lambda row: row.asked.due_at, kind="moment", sort="due_at"),
        Column(
            "answered",
            _("答复时间"),
            lambda row: row.asked.answered_at,
            kind="moment",
            sort="answered_at",
        ),
        Column("stance", _("态度"), lambda row: stance_label(row.asked.stance), shown=False),
        Column("unit", _("被征求单位"), lambda row: row.asked.organisation.name, shown=False),
        Column(
            "asked",
            _("征求时间"),
            lambda row: row.asked.asked_at,
            kind="moment",
            sort="asked_at",
            shown=False,
        ),
        Column("case", _("办件编号"), lambda row: row.asked.case.public_id, shown=False),
    ),
    sort="colour",
    then=("due_at",),
    link=opinion_page,
    present=_rows,
    key_field="pk",
    key=lambda row: str(row.asked.pk),
    name=lambda row: row.asked.case.subject,
    empty=_("还没有单位征求您单位的意见。"),
)
