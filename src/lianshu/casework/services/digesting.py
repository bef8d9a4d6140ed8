"""Sending the daily digests: one a person and working day, and none that says nothing."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.utils import timezone, translation

from lianshu.accounts.models import User
from lianshu.accounts.queries import actor_of
from lianshu.authority import Refusal
from lianshu.casework.digest import as_html, as_text, build_digest
from lianshu.casework.runtime import working_calendar
from lianshu.notices.queries import without_digest_of
from lianshu.notices.services import post_digest
from lianshu.records.errors import DomainError

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Digests:
    """How many were put into the outbox, had nothing to say, or could not be written."""

    made: int = 0
    empty: int = 0
    failed: int = 0


def is_digest_day(now: datetime) -> bool:
    """Whether `now` lies on a working day."""
    return working_calendar().is_workday(timezone.localdate(now))


def send_digests(*, now: datetime, progress: Callable[[int], None] = lambda _done: None) -> Digests:
    """Put today's digests into the outbox, each in a transaction of its own.

    Run again, or killed and run again, it goes on with whoever has none yet: the row of the person
    and day is written together with what it covers, and can be written once.
    """
    if not is_digest_day(now):
        return Digests()
    day = timezone.localdate(now)
    made = empty = failed = 0
    for done, user_id in enumerate(without_digest_of(day), start=1):
        try:
            sent = _send_one(user_id, day, now)
        except (DomainError, Refusal, LookupError):
            # One that cannot be worded must not keep the others from theirs.
            logger.exception("the digest of user %s could not be written", user_id)
            failed += 1
        else:
            made, empty = made + sent, empty + (not sent)
        progress(done)
    return Digests(made, empty, failed)


def _send_one(user_id: int, day: date, now: datetime) -> bool:
    user = User.objects.get(pk=user_id)
    with translation.override(user.language or settings.LANGUAGE_CODE):
        digest = build_digest(actor_of(user, now=now), now=now)
        if not digest.parts:
            return False
        posted = post_digest(
            user_id=user_id,
            day=day,
            subject=digest.subject,
            text=as_text(digest),
            html=as_html(digest),
            covers=digest.covers,
            now=now,
        )
    return posted is not None
