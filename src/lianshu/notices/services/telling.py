"""Telling people, and marking as read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils.http import url_has_allowed_host_and_scheme

from lianshu.authority import Actor
from lianshu.notices.kinds import kind_of, words
from lianshu.notices.models import MailChoice, MailSetting, MailState, Notice
from lianshu.notices.services.delivering import put_out


@transaction.atomic
def notify(
    *,
    recipients: Iterable[int],
    kind: str,
    params: Mapping[str, Any],
    link: str,
    now: datetime,
    mail: bool = True,
    about: Mapping[str, str | int | None] | None = None,
) -> list[Notice]:
    """Write one notice per user id, in the caller's transaction: no notice without the deed.

    Mail follows from the clock when `mail` and the user has an address: at once or with the day's
    digest, as the user chose. `params` is JSON and says nothing the recipient may not read. `link`
    is a path of this site or empty. Webhooks are told once for each call, whoever and however many
    the recipients are, and of `params` nothing: `about` has what the kind names for them.

    Raises `LookupError` for an unknown kind or a missing parameter, `ValueError` for a link that
    leads elsewhere or particulars that the kind does not name.
    """
    words(kind, params)
    if link and not (link.startswith("/") and url_has_allowed_host_and_scheme(link, None)):
        raise ValueError(f"a notice links to a path of this site, not to {link!r}")
    put_out(kind=kind, about=about or {}, link=link, now=now)
    users = get_user_model()._default_manager.filter(pk__in=set(recipients), is_active=True)
    choices = _choices(users) if mail else {}
    notices = []
    for user in users.order_by("pk"):
        state = _mail_state(kind, choices.get(user.pk)) if mail and user.email else MailState.NONE
        notices.append(
            Notice(
                recipient=user,
                kind=kind,
                params=dict(params),
                link=link,
                created_at=now,
                mail_state=state,
                mail_claimed_until=now if state == MailState.WAITING else None,
            )
        )
    return Notice.objects.bulk_create(notices)


def _choices(users: Any) -> dict[int, str]:
    rows = MailSetting.objects.filter(user__in=users)
    return dict(rows.values_list("user_id", "choice"))


def _mail_state(kind: str, choice: str | None) -> MailState:
    match choice:
        case MailChoice.EACH:
            return MailState.WAITING
        case MailChoice.DIGEST:
            return MailState.DIGEST
        case MailChoice.NONE:
            return MailState.NONE
        case _:
            return MailState.WAITING if kind_of(kind).urgent else MailState.DIGEST


def mark_read(*, actor: Actor, notice: Notice, now: datetime) -> None:
    """Note when the actor first read the notice; another's notice is left alone."""
    Notice.objects.visible_to(actor).unread().filter(pk=notice.pk).update(read_at=now)


def mark_all_read(*, actor: Actor, now: datetime) -> int:
    """Mark all the actor's notices up to `now` as read; how many."""
    return Notice.objects.visible_to(actor).unread().filter(created_at__lte=now).update(read_at=now)
