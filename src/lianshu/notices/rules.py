"""Who may have other systems told."""

from __future__ import annotations

from django.utils.translation import gettext as _

from lianshu.authority import Actor, Capability, Verdict


def can_manage_webhooks(actor: Actor) -> Verdict:
    """Whoever operates the installation: what is told leaves it, from every district and chain."""
    if actor.has(Capability.OPERATE):
        return Verdict.yes()
    return Verdict.no(_("外部推送由平台运维人员设置。如需与其他系统对接，请联系平台管理员。"))
