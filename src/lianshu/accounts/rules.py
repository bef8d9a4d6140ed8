"""Who may manage accounts, and why not."""

from __future__ import annotations

from django.utils.translation import gettext as _

from lianshu.authority import Actor, Capability, Verdict
from lianshu.registry.models import Organisation
from lianshu.registry.rules import holds_at


def can_manage_members(actor: Actor, organisation: Organisation) -> Verdict:
    """Account managers, where the organisation is within their scope."""
    if holds_at(
        actor,
        Capability.MANAGE_ACCOUNTS,
        region_id=organisation.region_id,
        chain_id=organisation.chain_id,
    ):
        return Verdict.yes()
    return Verdict.no(_("您没有管理这家单位账号的授权，请联系平台管理员。"))


def can_issue_token(actor: Actor) -> Verdict:
    """Everybody logged in, for themselves, and not with a token."""
    if actor.user_id is None:
        return Verdict.no(_("请先登录。"))
    if actor.token_scopes is not None:
        return Verdict.no(_("接口令牌不能签发新的令牌，请在网页上登录后操作。"))
    return Verdict.yes()
