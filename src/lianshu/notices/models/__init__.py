"""Notices, how people want mail about them, daily digests, and webhooks."""

from lianshu.notices.models.digests import Digest, MailChoice, MailSetting
from lianshu.notices.models.notices import MailState, Notice, NoticeQuerySet, Outgoing
from lianshu.notices.models.webhooks import Delivery, DeliveryState, Webhook

__all__ = [
    "Delivery",
    "DeliveryState",
    "Digest",
    "MailChoice",
    "MailSetting",
    "MailState",
    "Notice",
    "NoticeQuerySet",
    "Outgoing",
    "Webhook",
]
