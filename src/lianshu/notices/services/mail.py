"""Sending the mail that waits: notices and daily digests."""

from __future__ import annotations

import logging
import smtplib
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db.models import F
from django.utils import translation
from django.utils.translation import gettext as _

from lianshu.notices.models import Digest, MailState, Notice

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


@dataclass(frozen=True, slots=True)
class Sending:
    """What became of one batch. `problem` says why the server could not be reached at all."""

    sent: int = 0
    failed: int = 0
    problem: str = ""


def deliver_mail(*, now: datetime, limit: int = BATCH) -> Sending:
    """Send up to `limit` due mails over one connection.

    Each is claimed by compare-and-set before it is sent, so two senders never send the same one.
    A sender that dies after the server took the mail leaves a claim that ends after ten minutes;
    the mail then goes out again under the same Message-ID, by which receivers drop the copy.
    A server that cannot be reached costs no mail an attempt: all wait a minute.
    """
    due = _due(now, limit)
    if not due:
        return Sending()
    connection = get_connection()
    try:
        connection.open()
    except (OSError, smtplib.SMTPException) as error:
        return Sending(problem=_postpone_all(error, now))
    sent = failed = 0
    with closing(connection):
        for mail in due:
            if not _claim(mail, now):
                continue
            if _send(mail, connection, now):
                sent += 1
            else:
                failed += 1
                # The server may have hung up: the next mail opens a fresh connection.
                connection.close()
    return Sending(sent=sent, failed=failed)


def _due(now: datetime, limit: int) -> list[Notice | Digest]:
    order = ("mail_claimed_until", "id")
    notices = Notice.objects.mail_due(now).select_related("recipient").order_by(*order)[:limit]
    due: list[Notice | Digest] = list(notices)
    if room := limit - len(due):
        due += Digest.objects.mail_due(now).select_related("user").order_by(*order)[:room]
    return due


def _postpone_all(error: Exception, now: datetime) -> str:
    reason = _reason(error)
    later = now + RETRY_AFTER[0]
    Notice.objects.mail_due(now).update(mail_claimed_until=later, mail_error=reason)
    Digest.objects.mail_due(now).update(mail_claimed_until=later, mail_error=reason)
    return reason


def _claim(mail: Notice | Digest, now: datetime) -> bool:
    unclaimed = (
        type(mail)
        .objects.mail_due(now)
        .filter(pk=mail.pk, mail_claimed_until=mail.mail_claimed_until)
    )
    return bool(
        unclaimed.update(mail_claimed_until=now + CLAIM_FOR, mail_attempts=F("mail_attempts") + 1)
    )


def _send(mail: Notice | Digest, connection: BaseEmailBackend, now: datetime) -> bool:
    try:
        _message(mail, connection).send()
    except (OSError, smtplib.SMTPException, ValueError, LookupError) as error:
        logger.warning("mail %s failed: %s", mail.public_id, error)
        _note_failure(mail, error, now)
        return False
    said = {"text": "", "html": ""} if isinstance(mail, Digest) else {}
    _settle(mail, now, mail_state=MailState.SENT, mail_claimed_until=None, mail_error="", **said)
    return True


def _note_failure(mail: Notice | Digest, error: Exception, now: datetime) -> None:
    attempts, reason = mail.mail_attempts + 1, _reason(error)
    if attempts >= MOST_ATTEMPTS:
        state = {"mail_state": MailState.FAILED, "mail_claimed_until": None}
        _settle(mail, now, mail_error=reason, **state)
    else:
        _settle(mail, now, mail_claimed_until=now + RETRY_AFTER[attempts - 1], mail_error=reason)


def _settle(mail: Notice | Digest, now: datetime, **fields: object) -> None:
    """What became of it, unless our claim has ended and another's begun."""
    ours = type(mail).objects.filter(pk=mail.pk, mail_claimed_until=now + CLAIM_FOR)
    ours.update(**fields)


def _reason(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:ERROR_LENGTH]


def _message(mail: Notice | Digest, connection: BaseEmailBackend) -> EmailMessage:
    if isinstance(mail, Digest):
        digest = EmailMultiAlternatives(
            subject=mail.subject,
            body=mail.text,
            to=[mail.user.email],
            headers=_headers("digest", mail.public_id),
            connection=connection,
        )
        digest.attach_alternative(mail.html, "text/html")
        return digest
    user = mail.recipient
    language = getattr(user, "language", "") or settings.LANGUAGE_CODE
    with translation.override(language):
        wording = mail.wording
        link = f"{settings.SITE_URL}{mail.link or '/inbox/'}"
        lines = [
            wording.body,
            _("打开：%(link)s") % {"link": link},
            _("这是链枢的自动通知，请不要直接回复。"),
        ]
    return EmailMessage(
        subject=wording.title,
        body="\n\n".join(line for line in lines if line),
        to=[user.email],
        headers=_headers("notice", mail.public_id),
        connection=connection,
    )


def _headers(what: str, public_id: str) -> dict[str, str]:
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    return {
        "Message-ID": f"<{what}-{public_id}@{host}>",
        "Auto-Submitted": "auto-generated",
    }
