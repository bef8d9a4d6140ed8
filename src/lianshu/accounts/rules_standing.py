"""Who may let others act for them or for an organisation, and why not."""

from __future__ import annotations

from django.utils.translation import gettext as _

from lianshu.accounts.models import Mandate, Substitution, User
from lianshu.accounts.rules import owns
from lianshu.authority import Actor, Capability, Verdict
from lianshu.registry.models import Organisation
from lianshu.registry.rules import holds_at

OFFICERS = (
    Capability.COORDINATE,
    Capability.MANAGE_ORGANISATIONS,
    Capability.MANAGE_ACCOUNTS,
)


def is_agent(actor: Actor) -> bool:
    """Acting under a mandate: inside the organisation only as far as its work goes."""
    return actor.behalf is not None and actor.behalf.kind == "mandate"


def can_act_as_oneself(actor: Actor) -> Verdict:
    """What belongs to the person alone is not done while acting for somebody else."""
    if actor.user_id is None:
        return Verdict.no(_("请先登录。"))
    if actor.behalf is not None:
        return Verdict.no(
            _("您正在代“%(name)s”办理。这件事只能用自己的身份办，请先回到自己的身份。")
            % {"name": actor.behalf.principal}
        )
    if actor.token_scopes is not None:
        return Verdict.no(_("接口令牌不能办这件事，请在网页上登录后操作。"))
    return Verdict.yes()


def can_name_substitute(actor: Actor, absent: User) -> Verdict:
    """Everybody for themselves; account managers for somebody who cannot (the service sees to it
    that all the absent person is here lies in their care)."""
    if actor.is_system:
        return Verdict.yes()
    oneself = can_act_as_oneself(actor)
    if not oneself.allowed or actor.user_id == absent.pk or actor.has(Capability.MANAGE_ACCOUNTS):
        return oneself
    return Verdict.no(_("只能为自己指定代班同事；同事不能自己办理时，请联系平台管理员。"))


def can_end_substitution(actor: Actor, substitution: Substitution) -> Verdict:
    """Either of the two, and who set it."""
    parties = (substitution.absent_id, substitution.substitute_id, substitution.created_by_id)
    oneself = can_act_as_oneself(actor)
    if actor.is_system or (oneself.allowed and actor.user_id in parties):
        return Verdict.yes()
    if not oneself.allowed:
        return oneself
    return Verdict.no(_("只有代班双方或设置的管理员可以结束这次代班。"))


def is_owner(actor: Actor, organisation: Organisation) -> bool:
    """Its owner, or the owner's substitute: who lets others act for it without a paper."""
    return actor.is_system or owns(actor, organisation.pk)


def _is_officer(actor: Actor, organisation: Organisation, *more: Capability) -> bool:
    return any(
        holds_at(actor, each, region_id=organisation.region_id, chain_id=organisation.chain_id)
        for each in (*OFFICERS, *more)
    )


def can_record_mandate(actor: Actor, organisation: Organisation) -> Verdict:
    """The owner; an officer in scope with the signed paper. Never an agent."""
    if is_agent(actor):
        return Verdict.no(_("您是受托办理，不能再委托别人。请单位负责人登记委托。"))
    if is_owner(actor, organisation) or _is_officer(actor, organisation):
        return Verdict.yes()
    return Verdict.no(
        _("委托由“%(name)s”的负责人登记，或由负责的链办凭委托书登记。")
        % {"name": organisation.name}
    )


def can_see_mandates(actor: Actor, organisation: Organisation) -> Verdict:
    """Its own people, officers and auditors in scope; agents see their own only."""
    if not is_agent(actor) and organisation.pk in actor.organisation_ids:
        return Verdict.yes()
    if _is_officer(actor, organisation, Capability.READ_AUDIT):
        return Verdict.yes()
    return Verdict.no(_("委托只向本单位、受托人和负责的链办公开。"))


def can_see_mandate(actor: Actor, mandate: Mandate) -> Verdict:
    """Also its agent, and who recorded it."""
    if actor.user_id is not None and actor.user_id in (mandate.agent_id, mandate.recorded_by_id):
        return Verdict.yes()
    return can_see_mandates(actor, mandate.organisation)


def _acts_for_it(actor: Actor, mandate: Mandate) -> bool:
    return not is_agent(actor) and mandate.organisation_id in actor.acting_organisation_ids


def can_revoke_mandate(actor: Actor, mandate: Mandate) -> Verdict:
    """The organisation's people who may act, the agent, and who may record one here."""
    if (
        _acts_for_it(actor, mandate)
        or (actor.user_id is not None and actor.user_id == mandate.agent_id)
        or can_record_mandate(actor, mandate.organisation).allowed
    ):
        return Verdict.yes()
    return Verdict.no(
        _("委托由“%(name)s”的负责人或经办人、受托人本人或负责的链办撤销。")
        % {"name": mandate.organisation.name}
    )


def can_ask_for_correction(actor: Actor, mandate: Mandate) -> Verdict:
    """The organisation's people, of whoever else recorded it."""
    if not _acts_for_it(actor, mandate):
        return Verdict.no(
            _("只有“%(name)s”的负责人或经办人可以请登记人更正。")
            % {"name": mandate.organisation.name}
        )
    if mandate.recorded_by_id is None or mandate.recorded_by_id in actor.stands_for:
        return Verdict.no(_("这份委托是您自己登记的：请撤销后重新登记。"))
    return Verdict.yes()
