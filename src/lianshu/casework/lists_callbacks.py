"""Calls to be made, as a list."""

from __future__ import annotations

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lianshu.casework.models import CallBack, CallBackOutcome
from lianshu.casework.queries_honest import callbacks_for
from lianshu.casework.written import loop_title
from lianshu.ui.badges import Badge, Tone
from lianshu.ui.lists import ChoiceFilter, Column, ListSpec, YesNoFilter


def callback_page(row: CallBack) -> str:
    """Where a call is written down."""
    return reverse("callback", args=[row.public_id])


def _state(row: CallBack) -> Badge:
    if not row.outcome:
        return Badge(_("待回访"), "wait", "clock")
    tone: Tone = "good" if row.outcome == CallBackOutcome.ANSWERED else "neutral"
    return Badge(CallBackOutcome(row.outcome).label, tone)


CALLBACKS = ListSpec[CallBack, CallBack](
    id="callbacks",
    title=_("回访"),
    intro=_("从别的单位办结的事里随机抽出的，请打电话问问办得怎么样。抽中的事不告诉办理单位。"),
    rows=callbacks_for,
    search=lambda rows, words: rows.filter(case__subject__icontains=words),
    search_hint=_("事项"),
    filters=(
        YesNoFilter("open", _("待回访"), Q(answered_at__isnull=True)),
        ChoiceFilter("outcome", _("回访结果"), "outcome", CallBackOutcome, counts=True),
    ),
    columns=(
        Column("state", _("状态"), _state),
        Column(
            "subject",
            _("事项"),
            lambda row: row.case.subject,
            below=lambda row: loop_title(row.case.loop_version),
        ),
        Column(
            "asker", _("提出单位"), lambda row: row.case.asker.name, sort="case__asker__name_key"
        ),
        Column("ended", _("办结时间"), lambda row: row.case.ended_at, kind="day"),
        Column("made", _("派发时间"), lambda row: row.made_at, kind="day", sort="made_at"),
        Column("unit", _("回访单位"), lambda row: row.unit.name, shown=False),
    ),
    sort="-made",
    link=callback_page,
    name=lambda row: row.case.subject,
    empty=_("没有等您回访的事。"),
)
