"""Notices: one row per recipient is outbox, inbox and history in one."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from lianshu.authority import Actor
from lianshu.notices.kinds import Wording, words
from lianshu.records.fields import OpaqueIdField


class MailState(models.TextChoices):
    """How far the mail about a notice is."""

    NONE = "none", _("不发邮件")
    WAITING = "waiting", _("待发送")
    DIGEST = "digest", _("等每日汇总")
    SENT = "sent", _("已发送")
    FAILED = "failed", _("发送失败")


class Outgoing(models.Model):
    """Something that goes out by mail, once.

    `mail_claimed_until` is the due time of waiting mail: when it was written, later the end of a
    sender's claim, after a failure the time of the next try.
    """

    public_id = OpaqueIdField()
    mail_state = models.CharField(max_length=16, choices=MailState, default=MailState.NONE)
    mail_claimed_until = models.DateTimeField(null=True)
    mail_attempts = models.PositiveSmallIntegerField(default=0)
    mail_error = models.CharField(max_length=300, blank=True)

    class Meta:
        abstract = True


class NoticeQuerySet(models.QuerySet["Notice"]):
    """Notices by reader and by mail."""

    def visible_to(self, actor: Actor) -> Self:
        """Everybody reads their own, and only those."""
        if actor.user_id is None:
            return self.none()
        return self.filter(recipient_id=actor.user_id)

    def unread(self) -> Self:
        """Not marked as read."""
        return self.filter(read_at__isnull=True)

    def mail_due(self, now: datetime) -> Self:
        """Waiting mail that nobody is sending and whose next try has come."""
        return self.filter(mail_state=MailState.WAITING, mail_claimed_until__lte=now)


class Notice(Outgoing):
    """Something one person should know, with a path to where they can act on it."""

    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=64)
    params = models.JSONField(default=dict)
    link = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["recipient", "-created_at"], name="notice_inbox"),
            models.Index(
                fields=["recipient"],
                condition=models.Q(read_at__isnull=True),
                name="notice_unread",
            ),
            models.Index(
                fields=["mail_claimed_until"],
                condition=models.Q(mail_state="waiting"),
                name="notice_mail_due",
            ),
            models.Index(
                fields=["recipient"],
                condition=models.Q(mail_state="digest"),
                name="notice_for_digest",
            ),
        ]

    def __str__(self) -> str:
        return self.wording.title

    @property
    def wording(self) -> Wording:
        """The notice in the active language."""
        return words(self.kind, self.params)
