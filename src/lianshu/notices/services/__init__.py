"""Telling people and other systems: notices, mail, digests, webhooks."""

from lianshu.notices.services.delivering import (
    deliver_webhooks,
    deliveries_are_due,
    prune_deliveries,
    retry_failed,
    send_test,
)
from lianshu.notices.services.digests import choose_mail, post_digest
from lianshu.notices.services.mail import CLAIM_FOR, MOST_ATTEMPTS, RETRY_AFTER, deliver_mail
from lianshu.notices.services.telling import mark_all_read, mark_read, notify
from lianshu.notices.services.webhooks import (
    add_webhook,
    change_webhook,
    pause_webhook,
    remove_webhook,
    resume_webhook,
    rotate_secret,
)

__all__ = [
    "CLAIM_FOR",
    "MOST_ATTEMPTS",
    "RETRY_AFTER",
    "add_webhook",
    "change_webhook",
    "choose_mail",
    "deliver_mail",
    "deliver_webhooks",
    "deliveries_are_due",
    "mark_all_read",
    "mark_read",
    "notify",
    "pause_webhook",
    "post_digest",
    "prune_deliveries",
    "remove_webhook",
    "resume_webhook",
    "retry_failed",
    "rotate_secret",
    "send_test",
]
