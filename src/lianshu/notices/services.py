"""Telling people, marking as read, and sending the mail."""

from __future__ import annotations

import logging
import smtplib
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.db.models import F
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from lianshu.authority import Actor
from lianshu.notices.kinds import words
from lianshu.notices.models import MailState, Notice, NoticeQuerySet

logger = logging.getLogger(__name__)

BATCH = 100
CLAIM_FOR = timedelta(minutes=10)
RETRY_AFTER = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
)
MOST_ATTEMPTS = len(RETRY_AFTER) + 1
ERROR_LENGTH = 300


@transaction.atomic
def notify(
    *,
    recipients: Iterable[int],
    kind: str,
    params: Mapping[str, Any],
    link: str,
    now: datetime,
    mail: bool = True,
) -> list[Notice]:
    """Write one notice per user id, in the caller's transaction: no notice without the deed.

    Mail follows from the clock when `mail` and the user has an address. `params` is JSON and says
    nothing the recipient may not read. `link` is a path of this site or empty. Raises `LookupError`
    for an unknown kind or a missing parameter, `ValueError` for a link that leads elsewhere.
    """
    words(kind, params)
    if link and not (link.startswith("/") and url_has_allowed_host_and_scheme(link, None)):
        raise ValueError(f"a notice links to a path of this site, not to {link!r}")
    users = get_user_model()._default_manager.filter(pk__in=set(recipients), is_active=True)
    notices = [
        Notice(
            recipient=user,
            kind=kind,
            params=dict(params),
            link=link,
            created_at=now,
            mail_state=MailState.WAITING if mail and user.email else MailState.NONE,
            mail_claimed_until=now if mail and user.email else None,
        )
        for user in users.order_by("pk")
    ]
    return Notice.objects.bulk_create(notices)


def mark_read(*, actor: Actor, notice: Notice, now: datetime) -> None:
    """Note when the actor first read the notice; another's notice is left alone."""
    Notice.objects.visible_to(actor).unread().filter(pk=notice.pk).update(read_at=now)


def mark_all_read(*, actor: Actor, now: datetime) -> int:
    """Mark all the actor's notices up to `now` as read; how many."""
    return Notice.objects.visible_to(actor).unread().filter(created_at__lte=now).update(read_at=now)


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of one batch. `problem` says why the server could not be reached at all."""

    sent: int = 0
    failed: int = 0
    problem: str = ""


def deliver_mail(*, now: datetime, limit: int = BATCH) -> Delivery:
    """Send up to `limit` due mails over one connection.

    Each is claimed by compare-and-set before it is sent, so two senders never send the same one.
    A sender that dies after the server took the mail leaves a claim that ends after ten minutes;
    the mail then goes out again under the same Message-ID, by which receivers drop the copy.
    A server that cannot be reached costs no mail an attempt: all wait a minute.
    """
    due = list(
        Notice.objects.mail_due(now)
        .select_related("recipient")
        .order_by("mail_claimed_until", "id")[:limit]
    )
    if not due:
        return Delivery()
    connection = get_connection()
    try:
        connection.open()
    except (OSError, smtplib.SMTPException) as error:
        return Delivery(problem=_postpone_all(error, now))
    sent = failed = 0
    with closing(connection):
        for notice in due:
            if not _claim(notice, now):
                continue
            if _send(notice, connection, now):
                sent += 1
            else:
                failed += 1
                # The server may have hung up: the next mail opens a fresh connection.
                connection.close()
    return Delivery(sent=sent, failed=failed)


def _postpone_all(error: Exception, now: datetime) -> str:
    reason = _reason(error)
    Notice.objects.mail_due(now).update(mail_claimed_until=now + RETRY_AFTER[0], mail_error=reason)
    return reason


def _claim(notice: Notice, now: datetime) -> bool:
    unclaimed = Notice.objects.mail_due(now).filter(
        pk=notice.pk, mail_claimed_until=notice.mail_claimed_until
    )
    return bool(
        unclaimed.update(mail_claimed_until=now + CLAIM_FOR, mail_attempts=F("mail_attempts") + 1)
    )


def _send(notice: Notice, connection: BaseEmailBackend, now: datetime) -> bool:
    row = Notice.objects.filter(pk=notice.pk, mail_claimed_until=now + CLAIM_FOR)
    try:
        _message(notice, connection).send()
    except (OSError, smtplib.SMTPException, ValueError, LookupError) as error:
        logger.warning("mail about notice %s failed: %s", notice.public_id, error)
        _note_failure(row, notice.mail_attempts + 1, error, now)
        return False
    row.update(mail_state=MailState.SENT, mail_claimed_until=None, mail_error="")
    return True


def _note_failure(row: NoticeQuerySet, attempts: int, error: Exception, now: datetime) -> None:
    if attempts >= MOST_ATTEMPTS:
        row.update(mail_state=MailState.FAILED, mail_claimed_until=None, mail_error=_reason(error))
    else:
        row.update(mail_claimed_until=now + RETRY_AFTER[attempts - 1], mail_error=_reason(error))


def _reason(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:ERROR_LENGTH]


def _message(notice: Notice, connection: BaseEmailBackend) -> EmailMessage:
    user = notice.recipient
    language = getattr(user, "language", "") or settings.LANGUAGE_CODE
    with translation.override(language):
        wording = notice.wording
        link = f"{settings.SITE_URL}{notice.link or '/inbox/'}"
        lines = [
            wording.body,
            _("打开：%(link)s") % {"link": link},
            _("这是链枢的自动通知，请不要直接回复。"),
        ]
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    return EmailMessage(
        subject=wording.title,
        body="\n\n".join(line for line in lines if line),
        to=[user.email],
        headers={
            "Message-ID": f"<notice-{notice.public_id}@{host}>",
            "Auto-Submitted": "auto-generated",
        },
        connection=connection,
    )
