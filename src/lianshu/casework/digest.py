"""What a person's daily digest says: what is late, what soon will be, what came, what was told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.conf import settings
from django.db.models import Case as Choose
from django.db.models import F, Q, Value, When
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from lianshu.authority import Actor
from lianshu.casework.colours import task_badge, time_left
from lianshu.casework.lists import TaskRow, case_page
from lianshu.casework.models import Task
from lianshu.casework.queries import tasks_for
from lianshu.casework.querysets import TaskQuerySet
from lianshu.casework.reading import said
from lianshu.casework.runtime import running_loop, working_calendar
from lianshu.notices.models import MailChoice, Notice
from lianshu.notices.queries import last_digest_at, mail_choice_of, put_by_for_digest
from lianshu.ui.badges import Tone

MOST: Final = 20
"""Lines of one part; the rest is counted and stands on the site."""
MOST_NOTICES: Final = 10
MOST_READ: Final = 500
"""Notices looked at to put those alike together."""
AS_TASKS: Final = ("casework.your_turn", "casework.reminded", "casework.amber", "casework.red")
"""Notices whose matter is a task: the task says better how it stands now, or is gone."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing, with the path of the page where it is dealt with."""

    title: str
    detail: str
    link: str

    @property
    def address(self) -> str:
        """The whole address, for mail."""
        return f"{settings.SITE_URL}{self.link}"


@dataclass(frozen=True, slots=True)
class Part:
    """Lines of one sort. `total` counts things, `listed` those that the lines stand for, and `more`
    is where the rest is."""

    name: str
    tone: Tone
    icon: str
    lines: Sequence[Line]
    listed: int
    total: int
    more: str

    @property
    def left_out(self) -> int:
        """How many stand on the site only."""
        return self.total - self.listed

    @property
    def more_address(self) -> str:
        """The whole address, for mail."""
        return f"{settings.SITE_URL}{self.more}"


@dataclass(frozen=True, slots=True)
class DayDigest:
    """A digest before it is sent: only parts that have lines, the most pressing first. `covers` are
    the ids of the notices that need not be told of again."""

    name: str
    day: date
    parts: Sequence[Part]
    covers: Sequence[int]

    @property
    def subject(self) -> str:
        """“今日汇总：已超时 2，快到期 1”."""
        counts = _("，").join(f"{part.name} {part.total}" for part in self.parts)
        return _("今日汇总：%(counts)s") % {"counts": counts}


def build_digest(actor: Actor, *, now: datetime) -> DayDigest:
    """The actor's digest as it would go out at `now`.

    Tasks that came since the last one are named for whoever has not been mailed about each.
    """
    tasks = tasks_for(actor)
    late = Q(due_at__lt=now)
    soon = ~late & Q(amber_at__lte=now, due_at__isnull=False)
    parts = [
        _of_tasks(_("已超时"), "bad", "alert-triangle", tasks.filter(late), now),
        _of_tasks(_("快到期"), "wait", "clock", tasks.filter(soon), now),
    ]
    if mail_choice_of(actor) != MailChoice.URGENT:
        green = tasks.exclude(late).exclude(soon)
        since = last_digest_at(actor)
        new = green if since is None else green.filter(opened_at__gt=since)
        parts.append(_of_tasks(_("新到的待办"), "info", "clipboard-list", new, now))
    notices, covers = _of_notices(actor)
    parts.append(notices)
    return DayDigest(
        actor.name, timezone.localdate(now), [part for part in parts if part.lines], covers
    )


def _of_tasks(name: str, tone: Tone, icon: str, tasks: TaskQuerySet, now: datetime) -> Part:
    shown = list(tasks.order_by(F("due_at").asc(nulls_last=True), "pk")[: MOST + 1])
    total = len(shown) if len(shown) <= MOST else tasks.count()
    lines = [_line(task, now) for task in shown[:MOST]]
    return Part(name, tone, icon, lines, len(lines), total, reverse("tasks"))


def _line(task: Task, now: datetime) -> Line:
    step = running_loop(task.case.loop_version).step(task.step)
    left = time_left(task, now, working_calendar())
    row = TaskRow(task, said(step.name), task_badge(task, now), left)
    return Line(task.case.subject, row.why, case_page(task.case))


def _of_notices(actor: Actor) -> tuple[Part, list[int]]:
    """What was put by and not read meanwhile: what superiors must look into stands in front, and
    what was told of one thing several times takes one line."""
    waiting = put_by_for_digest(actor)
    first = Choose(When(kind="casework.red_told", then=Value(0)), default=Value(1))
    rows = waiting.exclude(kind__in=AS_TASKS).order_by(first, "-created_at", "-pk")
    covers = list(waiting.values_list("pk", flat=True))
    alike: dict[tuple[str, str], list[Notice]] = {}
    for notice in rows[:MOST_READ]:
        alike.setdefault((notice.kind, notice.link), []).append(notice)
    shown = list(alike.values())[:MOST_NOTICES]
    listed = sum(len(several) for several in shown)
    total = sum(map(len, alike.values()))
    total = total if total < MOST_READ else rows.count()
    inbox = f"{reverse('notices:inbox')}?unread=1"
    lines = [_notice_line(several) for several in shown]
    return Part(_("未读通知"), "neutral", "bell", lines, listed, total, inbox), covers


def _notice_line(several: Sequence[Notice]) -> Line:
    latest = several[0]
    wording = latest.wording
    title = wording.title
    if len(several) > 1:
        title = _("%(title)s（%(count)d 条）") % {"title": title, "count": len(several)}
    return Line(title, wording.body, latest.link or reverse("notices:inbox"))


def as_text(digest: DayDigest) -> str:
    """The digest as plain text."""
    blocks = [_greeting(digest)]
    for part in digest.parts:
        blocks.append(_("【%(name)s】%(total)d 件") % {"name": part.name, "total": part.total})
        blocks += [
            "\n".join(each for each in (line.title, line.detail, line.address) if each)
            for line in part.lines
        ]
        if part.left_out:
            blocks.append(_left_out(part) + "\n" + part.more_address)
    settings_page = settings.SITE_URL + reverse("account")
    blocks.append(_("这是链枢的自动通知，请不要直接回复。"))
    blocks.append(_("改邮件通知方式：%(link)s") % {"link": settings_page})
    return "\n\n".join(blocks)


def as_html(digest: DayDigest) -> str:
    """The digest as simple HTML: one column, no picture, nothing loaded from anywhere."""
    context = {
        "digest": digest,
        "greeting": _greeting(digest),
        "parts": [(part, _left_out(part)) for part in digest.parts],
        "settings_page": settings.SITE_URL + reverse("account"),
    }
    return render_to_string("casework/digest_mail.html", context)


def _greeting(digest: DayDigest) -> str:
    return _("%(name)s，您好。这是 %(day)s 的汇总。") % {
        "name": digest.name,
        "day": digest.day.isoformat(),
    }


def _left_out(part: Part) -> str:
    return _("还有 %(count)d 件没有列出") % {"count": part.left_out} if part.left_out else ""
