"""API tokens of one's own."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from lianshu.accounts.models import ApiToken
from lianshu.accounts.queries import token_digest
from lianshu.accounts.rules import can_issue_token
from lianshu.audit.services import record
from lianshu.authority import Actor, require
from lianshu.records.errors import DomainError, NotFound

TOKEN_DAYS_MOST = 366


@transaction.atomic
def issue_token(
    *, actor: Actor, label: str, may_write: bool, days: int, now: datetime
) -> tuple[ApiToken, str]:
    """A new API token of the actor's own, and its secret, which is shown only now."""
    user_id = _token_owner(actor)
    if not 1 <= days <= TOKEN_DAYS_MOST:
        raise DomainError(
            _("有效期应在 1 到 %(most)d 天之间。") % {"most": TOKEN_DAYS_MOST}, field="days"
        )
    if not label.strip():
        raise DomainError(_("请写明令牌的用途。"), field="label")
    secret = f"lianshu_{secrets.token_urlsafe(32)}"
    token = ApiToken.objects.create(
        user_id=user_id,
        label=label.strip(),
        digest=token_digest(secret),
        may_write=may_write,
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    record(actor=actor, action="token.issued", obj=token, now=now)
    return token, secret


@transaction.atomic
def revoke_token(*, actor: Actor, token_id: int, now: datetime) -> None:
    """End one of the actor's own tokens."""
    token = ApiToken.objects.filter(pk=token_id, user_id=_token_owner(actor)).first()
    if token is None:
        raise NotFound(_("没有这个令牌。"))
    token.revoked_at = now
    token.save(update_fields=["revoked_at"])
    record(actor=actor, action="token.revoked", obj=token, now=now)


def _token_owner(actor: Actor) -> int:
    require(can_issue_token(actor))
    assert actor.user_id is not None  # can_issue_token refuses whoever has no user
    return actor.user_id


def note_token_use(*, token: ApiToken, now: datetime) -> None:
    """Remember the last use, at most once a minute so that reading stays cheap."""
    if token.last_used_at is None or now - token.last_used_at > timedelta(minutes=1):
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
