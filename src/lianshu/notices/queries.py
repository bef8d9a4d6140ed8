"""Reading notices, and what a person wants by mail."""

from __future__ import annotations

from datetime import date, datetime

from django.contrib.auth import get_user_model
from django.utils.translation import gettext as _

from lianshu.authority import Actor
from lianshu.notices.models import (
    Digest,
    MailChoice,
    MailSetting,
    MailState,
    Notice,
    NoticeQuerySet,
)
from lianshu.records.errors import NotFound


def inbox(actor: Actor, *, unread_only: bool = False) -> NoticeQuerySet:
    """The actor's notices, latest first."""
    notices = Notice.objects.visible_to(actor)
    return notices.unread() if unread_only else notices


def unread_count(actor: Actor) -> int:
    """How many the actor has not read: the figure on the bell (one query)."""
    return Notice.objects.visible_to(actor).unread().count()


def notice_by_public_id(actor: Actor, public_id: str) -> Notice:
    """The notice, or `NotFound` when it is not the actor's."""
    notice = Notice.objects.visible_to(actor).filter(public_id=public_id).first()
    if notice is None:
        raise NotFound(_("没有这条通知。"))
    return notice


def mail_is_due(now: datetime) -> bool:
    """Whether there is mail to send."""
    return Notice.objects.mail_due(now).exists() or Digest.objects.mail_due(now).exists()


def mail_choice_of(actor: Actor) -> MailChoice:
    """What the actor wants by mail; the default where nothing was chosen."""
    row = MailSetting.objects.filter(user=actor.user_id).first() if actor.user_id else None
    return MailChoice.URGENT if row is None else MailChoice(row.choice)


def put_by_for_digest(actor: Actor) -> NoticeQuerySet:
    """The actor's notices that wait for the next digest and were not read meanwhile."""
    return Notice.objects.visible_to(actor).unread().filter(mail_state=MailState.DIGEST)


def last_digest_at(actor: Actor) -> datetime | None:
    """When the actor's last digest was made; None when there was none."""
    made = Digest.objects.filter(user=actor.user_id).order_by("-made_at")
    return made.values_list("made_at", flat=True).first() if actor.user_id else None


def without_digest_of(day: date) -> list[int]:
    """Ids of people who get digests, can be reached by mail and have none of that day yet."""
    users = get_user_model()._default_manager.filter(is_active=True).exclude(email="")
    without = users.exclude(mail_setting__choice__in=[MailChoice.EACH, MailChoice.NONE]).exclude(
        digests__day=day
    )
    return list(without.order_by("pk").values_list("pk", flat=True))
