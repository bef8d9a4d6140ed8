"""Who may manage accounts and people, decide claims and issue tokens, and why not."""

from __future__ import annotations

from django.utils.translation import gettext as _

from lianshu.accounts.models import Claim, MembershipRole
from lianshu.authority import Actor, Capability, Verdict
from lianshu.registry.models import Organisation
from lianshu.registry.rules import holds_at

OFFICER: tuple[Capability, ...] = (Capability.COORDINATE, Capability.MANAGE_ORGANISATIONS)
"""Either makes a chain officer of somebody, as far as other organisations' people go."""


def owns(actor: Actor, organisation_id: int) -> bool:
    """Whether the actor is an owner (负责人) of the organisation."""
    return any(
        each.organisation_id == organisation_id and each.role == "owner"
        for each in actor.memberships
    )


def _holds(actor: Actor, organisation: Organisation, *capabilities: Capability) -> bool:
    return any(
        holds_at(actor, each, region_id=organisation.region_id, chain_id=organisation.chain_id)
        for each in capabilities
    )


def can_manage_accounts(actor: Actor, organisation: Organisation) -> Verdict:
    """Make accounts, give grants: account managers, where the organisation is in their scope."""
    if _holds(actor, organisation, Capability.MANAGE_ACCOUNTS):
        return Verdict.yes()
    return Verdict.no(_("您没有管理这家单位账号的授权，请联系平台管理员。"))


def can_manage_members(actor: Actor, organisation: Organisation) -> Verdict:
    """Add and remove people: owners of the organisation, and account managers in scope."""
    if owns(actor, organisation.pk) or can_manage_accounts(actor, organisation).allowed:
        return Verdict.yes()
    return Verdict.no(
        _("只有“%(name)s”的负责人或有授权的平台管理员可以管理它的人员，请联系他们。")
        % {"name": organisation.name}
    )


def can_read_members(actor: Actor, organisation: Organisation) -> Verdict:
    """Who works here: its own people, account managers and chain officers in scope."""
    if (
        organisation.pk in actor.organisation_ids
        or can_manage_members(actor, organisation).allowed
        or _holds(actor, organisation, *OFFICER)
    ):
        return Verdict.yes()
    return Verdict.no(_("人员名单只向本单位、链办和有授权的平台管理员开放。"))


def can_invite(actor: Actor, organisation: Organisation, *, role: str, has_owner: bool) -> Verdict:
    """Whoever manages its people; a chain officer in scope invites the first owner."""
    managing = can_manage_members(actor, organisation)
    if managing.allowed or not _holds(actor, organisation, *OFFICER):
        return managing
    if has_owner:
        return Verdict.no(
            _("“%(name)s”已有负责人，请由负责人邀请本单位的人员。") % {"name": organisation.name}
        )
    if role != MembershipRole.OWNER:
        return Verdict.no(
            _("“%(name)s”还没有负责人。请先邀请一位负责人，其他人员由负责人邀请。")
            % {"name": organisation.name}
        )
    return Verdict.yes()


def can_decide_claim(actor: Actor, claim: Claim, *, has_owner: bool) -> Verdict:
    """Its owners and account managers; chain officers while it has no owner. Nobody their own."""
    if claim.user_id in actor.stands_for:
        return Verdict.no(_("不能审核自己提出的认领，请由单位的另一位负责人或链办审核。"))
    organisation = claim.organisation
    if can_manage_members(actor, organisation).allowed:
        return Verdict.yes()
    if _holds(actor, organisation, *OFFICER):
        if not has_owner:
            return Verdict.yes()
        return Verdict.no(
            _("“%(name)s”已有负责人，认领由负责人审核。") % {"name": organisation.name}
        )
    return Verdict.no(_("认领由单位的负责人审核；单位还没有负责人的，由所在区域的链办审核。"))


def can_follow_claim(actor: Actor, claim: Claim, *, has_owner: bool) -> Verdict:
    """Read a claim with its proof: whoever made it, and whoever decides or decided it."""
    if actor.user_id is not None and actor.user_id in (claim.user_id, claim.decided_by_id):
        return Verdict.yes()
    return can_decide_claim(actor, claim, has_owner=has_owner)


def can_issue_token(actor: Actor) -> Verdict:
    """Everybody logged in, for themselves, and not with a token."""
    if actor.user_id is None:
        return Verdict.no(_("请先登录。"))
    if actor.token_scopes is not None:
        return Verdict.no(_("接口令牌不能签发新的令牌，请在网页上登录后操作。"))
    if actor.behalf is not None:
        return Verdict.no(_("您正在代别人办理。令牌只属于本人，请先回到自己的身份。"))
    return Verdict.yes()


def can_join(actor: Actor) -> Verdict:
    """Accept an invitation or claim an organisation: a person, as themselves."""
    if actor.user_id is None or actor.token_scopes is not None:
        return Verdict.no(_("请先登录。"))
    if actor.behalf is not None:
        return Verdict.no(_("您正在代别人办理。请先回到自己的身份，再加入单位。"))
    return Verdict.yes()
