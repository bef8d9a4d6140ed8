"""Questions about call-backs."""

from __future__ import annotations

import hashlib
import hmac

from django.conf import settings

from lianshu.authority import Actor
from lianshu.casework.models import CallBack
from lianshu.casework.querysets_honest import CallBackQuerySet


def callbacks_for(actor: Actor) -> CallBackQuerySet:
    """Calls that the actor's unit is to make or has made."""
    return CallBack.objects.visible_to(actor).select_related(
        "case__loop_version", "case__asker", "unit"
    )


def callback_by_id(actor: Actor, public_id: str) -> CallBack | None:
    """One of them."""
    return callbacks_for(actor).filter(public_id=public_id).first()


def lot_of(text: str) -> int:
    """A number from 0 to 9999 that only this installation can tell beforehand: by the id alone a
    handler could not know which of its cases will be called about."""
    key = settings.SECRET_KEY.encode()
    drawn = hmac.new(key, f"callback:{text}".encode(), hashlib.sha256).digest()
    return int.from_bytes(drawn[:8]) % 10_000
