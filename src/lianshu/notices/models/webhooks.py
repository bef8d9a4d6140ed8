"""Webhooks: other systems that are told what happened, and each telling."""

from __future__ import annotations

from datetime import datetime
from typing import Self
from urllib.parse import urlsplit

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lianshu.authority import Actor, Capability
from lianshu.records.fields import OpaqueIdField

TEST_KIND = "notices.test"
"""What a test says it is."""


class WebhookQuerySet(models.QuerySet["Webhook"]):
    """Webhooks belong to the installation."""

    def visible_to(self, actor: Actor) -> Self:
        """Whoever operates the installation."""
        return self if actor.has(Capability.OPERATE) else self.none()


class Webhook(models.Model):
    """An address that is told what happened. An empty `kinds` means all that are offered.

    `sealed_secret` is the signing secret, encrypted under the installation's own.
    """

    public_id = OpaqueIdField()
    name = models.CharField(_("名称"), max_length=80)
    url = models.CharField(_("地址"), max_length=500)
    kinds = models.JSONField(default=list)
    active = models.BooleanField(default=True)
    sealed_secret = models.TextField()
    secret_since = models.DateTimeField()
    created_at = models.DateTimeField()
    created_by_name = models.CharField(max_length=150)

    objects = WebhookQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name

    @property
    def host(self) -> str:
        """Where it leads. The rest of the address may be a secret of the receiver's."""
        return urlsplit(self.url).netloc

    def wants(self, kind: str) -> bool:
        """Whether it is told of happenings of this kind."""
        return not self.kinds or kind in self.kinds


class DeliveryState(models.TextChoices):
    """How far a delivery is."""

    WAITING = "waiting", _("待送达")
    SENT = "sent", _("已送达")
    FAILED = "failed", _("已放弃")


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    """Deliveries by what is to be done."""

    def due(self, now: datetime) -> Self:
        """Waiting for an active webhook, nobody is sending it, and its next try has come."""
        return self.filter(
            state=DeliveryState.WAITING, claimed_until__lte=now, webhook__active=True
        )


class Delivery(models.Model):
    """One happening on its way to one webhook: outbox and history in one.

    `public_id` is what the receiver drops a second copy by. `body` is what is signed, byte for
    byte the same at every try. `claimed_until` is as with mail: when it was written, the end of a
    sender's claim, the time of the next try. `status` is the HTTP status of the last answer.
    """

    public_id = OpaqueIdField()
    webhook = models.ForeignKey(Webhook, models.CASCADE, related_name="deliveries")
    kind = models.CharField(max_length=64)
    body = models.TextField()
    created_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=DeliveryState, default=DeliveryState.WAITING)
    claimed_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    status = models.PositiveSmallIntegerField(null=True)
    error = models.CharField(max_length=300, blank=True)
    sent_at = models.DateTimeField(null=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name_plural = "deliveries"
        indexes = [
            models.Index(fields=["webhook", "-created_at"], name="delivery_of_webhook"),
            models.Index(
                fields=["claimed_until"], condition=Q(state="waiting"), name="delivery_due"
            ),
            models.Index(fields=["created_at"], name="delivery_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.public_id}"
