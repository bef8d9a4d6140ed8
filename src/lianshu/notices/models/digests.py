"""How a person wants mail about notices, and the daily digests that were made."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from lianshu.notices.models.notices import MailState, Outgoing


class MailChoice(models.TextChoices):
    """What comes by mail, and when. The inbox has every notice whatever is chosen here."""

    URGENT = "urgent", _("要紧的马上发，其余每天汇总一封")
    EACH = "each", _("每条都马上发")
    DIGEST = "digest", _("每天汇总一封")
    NONE = "none", _("不发邮件，只看收件箱")


class MailSetting(models.Model):
    """A person's choice. Whoever has no row has chosen nothing and gets `MailChoice.URGENT`."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="mail_setting"
    )
    choice = models.CharField(max_length=8, choices=MailChoice)
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(MailChoice(self.choice).label)


class DigestQuerySet(models.QuerySet["Digest"]):
    """Digests by mail."""

    def mail_due(self, now: datetime) -> Self:
        """Waiting mail that nobody is sending and whose next try has come."""
        return self.filter(mail_state=MailState.WAITING, mail_claimed_until__lte=now)


class Digest(Outgoing):
    """One person's digest of one day, as it goes out. The texts are emptied once it is sent: what
    a digest says can be seen on the site, and is not kept twice."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="digests")
    day = models.DateField()
    made_at = models.DateTimeField()
    subject = models.CharField(max_length=200)
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)

    objects = DigestQuerySet.as_manager()

    class Meta:
        ordering = ["-day", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["user", "day"], name="one_digest_per_person_and_day")
        ]
        indexes = [
            models.Index(
                fields=["mail_claimed_until"],
                condition=models.Q(mail_state="waiting"),
                name="digest_mail_due",
            )
        ]

    def __str__(self) -> str:
        return self.subject
