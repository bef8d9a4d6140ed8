"""Reading notices."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from lianshu.authority import Actor
from lianshu.notices.models import Notice, NoticeQuerySet
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
    return Notice.objects.mail_due(now).exists()
