"""Choosing what comes by mail, and putting a digest into the outbox."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from lianshu.authority import Actor, Refusal
from lianshu.notices.models import Digest, MailChoice, MailSetting, MailState, Notice
from lianshu.records.errors import DomainError

SUBJECT_LENGTH = 200


@transaction.atomic
def choose_mail(*, actor: Actor, choice: str, now: datetime) -> None:
    """The actor's own choice from now on. What was put by for the next digest goes out at once for
    whoever wants each, and stays in the inbox alone for whoever wants no mail."""
    if actor.user_id is None:
        raise Refusal(_("请先登录。"))
    if choice not in MailChoice.values:
        raise DomainError(_("请选择一种邮件通知方式。"), field="choice")
    MailSetting.objects.update_or_create(
        user_id=actor.user_id, defaults={"choice": choice, "changed_at": now}
    )
    put_by = Notice.objects.visible_to(actor).filter(mail_state=MailState.DIGEST)
    if choice == MailChoice.EACH:
        put_by.unread().update(mail_state=MailState.WAITING, mail_claimed_until=now)
    elif choice == MailChoice.NONE:
        put_by.update(mail_state=MailState.NONE)


def post_digest(
    *,
    user_id: int,
    day: date,
    subject: str,
    text: str,
    html: str,
    covers: Collection[int],
    now: datetime,
) -> Digest | None:
    """Put the person's digest of the day into the outbox; None when it already has one.

    One row per person and day is the lock: whoever writes it second, or again after being killed,
    sends nothing. The notices it covers (by id) are put by for no other, in the same transaction.
    """
    try:
        with transaction.atomic():
            digest = Digest.objects.create(
                user_id=user_id,
                day=day,
                made_at=now,
                subject=subject[:SUBJECT_LENGTH],
                text=text,
                html=html,
                mail_state=MailState.WAITING,
                mail_claimed_until=now,
            )
            put_by = Notice.objects.filter(recipient_id=user_id, mail_state=MailState.DIGEST)
            put_by.filter(read_at__isnull=False).update(mail_state=MailState.NONE)
            put_by.filter(pk__in=covers).update(mail_state=MailState.SENT)
    except IntegrityError:
        if Digest.objects.filter(user_id=user_id, day=day).exists():
            return None
        raise
    return digest
