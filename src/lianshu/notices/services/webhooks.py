"""Setting webhooks up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from lianshu.audit.services import record, signature
from lianshu.authority import Actor, require
from lianshu.notices.kinds import outside_kinds
from lianshu.notices.models import Webhook
from lianshu.notices.posting import check_url
from lianshu.notices.rules import can_manage_webhooks
from lianshu.notices.signing import new_secret, seal_secret
from lianshu.records.errors import Conflict, DomainError


@transaction.atomic
def add_webhook(
    *, actor: Actor, name: str, url: str, kinds: Sequence[str], now: datetime
) -> tuple[Webhook, str]:
    """A new webhook and its secret, which is shown only now. No kinds means all."""
    require(can_manage_webhooks(actor))
    webhook = Webhook(
        **_checked(name, url, kinds),
        secret_since=now,
        created_at=now,
        created_by_name=signature(actor),
    )
    secret = new_secret()
    webhook.sealed_secret = seal_secret(secret, webhook.public_id)
    webhook.save()
    told = {"host": [None, webhook.host]}
    record(actor=actor, action="webhook.added", obj=webhook, now=now, changes=told)
    return webhook, secret


@transaction.atomic
def change_webhook(
    *, actor: Actor, webhook: Webhook, name: str, url: str, kinds: Sequence[str], now: datetime
) -> None:
    """Another name, address or choice of kinds; what waits goes to the new address."""
    require(can_manage_webhooks(actor))
    wanted = _checked(name, url, kinds)
    row = Webhook.objects.select_for_update().get(pk=webhook.pk)
    changes = {
        field: [getattr(row, field), value]
        for field, value in wanted.items()
        if getattr(row, field) != value
    }
    if not changes:
        return
    before = row.host
    for field, value in wanted.items():
        setattr(row, field, value)
    row.save(update_fields=list(wanted))
    if changes.pop("url", None):
        changes["host"] = [before, row.host]
    record(actor=actor, action="webhook.changed", obj=row, now=now, changes=changes)


@transaction.atomic
def pause_webhook(*, actor: Actor, webhook: Webhook, now: datetime) -> None:
    """Nothing new is written for it, and what waits stays until it goes on."""
    _turn(actor, webhook, active=False, action="webhook.paused", now=now)


@transaction.atomic
def resume_webhook(*, actor: Actor, webhook: Webhook, now: datetime) -> None:
    """Go on with what waits and with what happens from now on."""
    _turn(actor, webhook, active=True, action="webhook.resumed", now=now)


def _turn(actor: Actor, webhook: Webhook, *, active: bool, action: str, now: datetime) -> None:
    require(can_manage_webhooks(actor))
    if not Webhook.objects.filter(pk=webhook.pk, active=not active).update(active=active):
        raise Conflict(_("这个推送刚刚已经被别人改过，请刷新页面。"))
    record(actor=actor, action=action, obj=webhook, now=now)


@transaction.atomic
def rotate_secret(*, actor: Actor, webhook: Webhook, now: datetime) -> str:
    """A new secret instead of the old one, which signs nothing from now on; shown only now."""
    require(can_manage_webhooks(actor))
    secret = new_secret()
    Webhook.objects.filter(pk=webhook.pk).update(
        sealed_secret=seal_secret(secret, webhook.public_id), secret_since=now
    )
    record(actor=actor, action="webhook.secret_rotated", obj=webhook, now=now)
    return secret


@transaction.atomic
def remove_webhook(*, actor: Actor, webhook: Webhook, now: datetime) -> None:
    """Gone with all its deliveries, those that wait too; the audit keeps that it was there."""
    require(can_manage_webhooks(actor))
    record(
        actor=actor,
        action="webhook.removed",
        obj=webhook,
        now=now,
        changes={"host": [webhook.host, None]},
    )
    webhook.delete()


def _checked(name: str, url: str, kinds: Sequence[str]) -> dict[str, Any]:
    name, url = " ".join(name.split()), url.strip()
    if not name:
        raise DomainError(_("请写明推送给哪个系统。"), field="name")
    check_url(url)
    unknown = sorted(set(kinds) - set(outside_kinds()))
    if unknown:
        raise DomainError(
            _("没有这类事件：%(kinds)s。") % {"kinds": "、".join(unknown)}, field="kinds"
        )
    return {"name": name, "url": url, "kinds": sorted(set(kinds))}
