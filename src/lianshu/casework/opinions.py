"""Consultations as a reader sees them: who was asked what, who answered, who stayed silent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from lianshu.casework.models import CaseEvent, Consultation, EventKind, Stance
from lianshu.casework.runtime import working_calendar
from lianshu.casework.written import Written, written
from lianshu.engine.worktime import left
from lianshu.files.models import StoredFile
from lianshu.ui.badges import Badge
from lianshu.ui.formats import moment


@dataclass(frozen=True, slots=True)
class Known:
    """What the reader knows beside the events: names of organisations by key, files by id, and the
    consultations that it may read."""

    names: Mapping[int, str]
    files: Mapping[str, StoredFile]
    consultations: Sequence[Consultation]


@dataclass(frozen=True, slots=True)
class Opinion:
    """One organisation that was asked, with its latest answer where there is one."""

    organisation: str
    badge: Badge
    stance: str
    text: str
    files: tuple[Written, ...]
    at: datetime | None
    by: str
    behalf: str
    corrected: bool


@dataclass(frozen=True, slots=True)
class Consulted:
    """One consultation. `summary` counts: answered, still waited for, silent."""

    seq: int
    question: str
    by: str
    unit: str
    behalf: str
    at: datetime
    due_at: datetime
    provisional: bool
    summary: str
    opinions: tuple[Opinion, ...]


def opinion_badge(row: Consultation, now: datetime) -> Badge:
    """Its colour with a word: answered, silent, or how far the time has run."""
    if row.answered_at is not None:
        if row.is_late:
            return Badge(_("迟到的答复"), "wait", "clock")
        return Badge(_("已答复"), "good", "circle-check")
    if row.silent_at is not None:
        return Badge(EventKind.SILENT.label, "bad", "circle-x")
    if row.closed_at is not None:
        return Badge(_("办件先结束了"), "neutral")
    if now > row.due_at:
        return Badge(_("已到期"), "bad", "alert-triangle")
    if not left(working_calendar(), now, row.due_at).workdays:
        return Badge(_("快到期"), "wait", "clock")
    return Badge(_("等答复"), "info", "hourglass")


def consulted_of(
    events: Sequence[CaseEvent], known: Known, *, now: datetime
) -> tuple[Consulted, ...]:
    """The latest first. `events` are those that the reader may read."""
    by_seq = {event.seq: event for event in events}
    asked: dict[int, list[Consultation]] = {}
    for row in sorted(known.consultations, key=lambda row: (-row.asked_seq, row.place)):
        asked.setdefault(row.asked_seq, []).append(row)
    return tuple(
        _consulted(by_seq[seq], some, by_seq, known, now)
        for seq, some in asked.items()
        if seq in by_seq
    )


def _consulted(
    event: CaseEvent,
    rows: Sequence[Consultation],
    by_seq: Mapping[int, CaseEvent],
    known: Known,
    now: datetime,
) -> Consulted:
    counts = {
        _("已答复 %(n)d 家"): sum(row.answered_at is not None for row in rows),
        _("等答复 %(n)d 家"): sum(row.is_open for row in rows),
        _("未答复 %(n)d 家"): sum(
            row.silent_at is not None and row.answered_at is None for row in rows
        ),
    }
    return Consulted(
        seq=event.seq,
        question=_text_of(event),
        by=event.actor_name,
        unit=known.names.get(event.organisation_id or 0, ""),
        behalf=event.behalf,
        at=event.at,
        due_at=rows[0].due_at,
        provisional=rows[0].provisional,
        summary=_("，").join(words % {"n": n} for words, n in counts.items() if n),
        opinions=tuple(
            _opinion(row, by_seq.get(row.answer_seq or 0), known.files, now) for row in rows
        ),
    )


def _opinion(
    row: Consultation, event: CaseEvent | None, files: Mapping[str, StoredFile], now: datetime
) -> Opinion:
    badge, name = opinion_badge(row, now), row.organisation.name
    if event is None:
        return Opinion(name, badge, "", "", (), row.silent_at, "", "", corrected=False)
    return Opinion(
        organisation=name,
        badge=badge,
        stance=stance_label(row.stance),
        text=_text_of(event),
        files=tuple(each for each in written(None, event.payload.data, files) if each.href),
        at=event.at,
        by=event.actor_name,
        behalf=event.behalf,
        corrected=event.at != row.answered_at,
    )


def _text_of(event: CaseEvent) -> str:
    if event.payload.erased_at is not None:
        return _("正文已按规则“%(rule)s”删除") % {"rule": event.payload.erased_by_rule}
    data: Mapping[str, Any] = event.payload.data
    return str(data.get("note", ""))


def stance_label(stance: str) -> str:
    """The stance in words; nothing where none was taken."""
    return str(Stance(stance).label) if stance else ""


def opinion_title(event: CaseEvent) -> str:
    """What the history calls an answer."""
    how = event.facts["opinion"][2]
    if how == "again":
        return _("更正意见")
    return _("答复意见（迟到）") if how == "late" else str(EventKind.OPINION.label)


def asked_in_words(event: CaseEvent, known: Known) -> tuple[Written, ...]:
    """Whom an event asked, as far as the reader may know, and until when."""
    mine = [row for row in known.consultations if row.asked_seq == event.seq]
    if not mine:
        return ()
    names = _("、").join(row.organisation.name for row in mine)
    return (Written(_("被征求单位"), names), Written(_("答复期限"), moment(mine[0].due_at)))
