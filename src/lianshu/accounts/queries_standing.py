"""Who acts for whom: substitutions and mandates, and whether one holds just now."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from lianshu.accounts.models import Mandate, Substitution
from lianshu.authority import Actor
from lianshu.registry.models import Organisation
from lianshu.ui.formats import day

Standing = Mandate | Substitution


def _row(user_id: int, standing: str) -> Standing | None:
    """The mandate or substitution that `standing` names, when the user is its agent or
    substitute."""
    kind, _colon, key = standing.partition(":")
    if not key.isascii() or not key.isdigit() or len(key) > 18:
        return None
    if kind == "mandate":
        return (
            Mandate.objects.filter(pk=int(key), agent_id=user_id)
            .select_related("organisation")
            .first()
        )
    if kind == "substitution":
        return (
            Substitution.objects.filter(pk=int(key), substitute_id=user_id)
            .select_related("absent")
            .first()
        )
    return None


def standing_of(user_id: int, standing: str, *, now: datetime) -> Standing | None:
    """The mandate or substitution named, if the user may act under it at `now`."""
    row = _row(user_id, standing)
    return None if row is None or _ended(row, now) else row


def why_not_standing(user_id: int, standing: str, *, now: datetime) -> str:
    """Why the user may not act under it at `now`; empty when it holds."""
    row = _row(user_id, standing)
    return _("没有这份委托或代班，它可能不是给您的。") if row is None else _ended(row, now)


def _ended(row: Standing, now: datetime) -> str:
    names = {"what": what_it_is(row), "from": day(row.valid_from), "to": day(row.last_day)}
    if row.revoked_at is not None:
        reason = row.revoked_reason if isinstance(row, Mandate) else ""
        if reason:
            return _("%(what)s已被撤销：%(reason)s") % {**names, "reason": reason}
        return _("%(what)s已提前结束。") % names
    if now >= row.valid_to:
        return _("%(what)s已于 %(to)s 到期。如需继续，请对方重新登记。") % names
    if now < row.valid_from:
        return _("%(what)s从 %(from)s 起生效，现在还不能办理。") % names
    if isinstance(row, Substitution) and not row.absent.is_active:
        return _("%(what)s不能继续：对方的账号已停用。") % names
    return ""


def what_it_is(row: Standing) -> str:
    """What it is called in a sentence."""
    if isinstance(row, Mandate):
        return _("“%(name)s”的委托") % {"name": row.organisation.name}
    return _("代%(name)s值班") % {"name": row.absent.name}


def my_substitutes(actor: Actor) -> QuerySet[Substitution]:
    """Who stands or stood in for the actor, latest first."""
    return _substitutions(Q(absent_id=actor.user_id), actor)


def whom_i_stand_in_for(actor: Actor) -> QuerySet[Substitution]:
    """Whom the actor stands or stood in for, latest first."""
    return _substitutions(Q(substitute_id=actor.user_id), actor)


def substitutions_set_by(actor: Actor) -> QuerySet[Substitution]:
    """What the actor set for colleagues as an account manager, latest first."""
    return _substitutions(Q(created_by_id=actor.user_id) & ~Q(absent_id=actor.user_id), actor)


def _substitutions(condition: Q, actor: Actor) -> QuerySet[Substitution]:
    if actor.user_id is None:
        return Substitution.objects.none()
    return Substitution.objects.filter(condition).select_related("absent", "substitute")


def substitution_by_id(actor: Actor, pk: int) -> Substitution | None:
    """One that the actor takes part in or set."""
    taking_part = Q(absent_id=actor.user_id) | Q(substitute_id=actor.user_id)
    return _substitutions(taking_part | Q(created_by_id=actor.user_id), actor).filter(pk=pk).first()


def my_mandates(actor: Actor) -> QuerySet[Mandate]:
    """Under what the actor acts or acted, latest first."""
    if actor.user_id is None:
        return Mandate.objects.none()
    return Mandate.objects.filter(agent_id=actor.user_id).select_related("organisation", "agent")


def mandates_of(organisation: Organisation) -> QuerySet[Mandate]:
    """Every mandate of the organisation, latest first. The caller asked `can_see_mandates`."""
    return _mandates().filter(organisation=organisation)


def mandate_by_id(public_id: str) -> Mandate | None:
    """One mandate. The caller asks `can_see_mandate`."""
    return _mandates().filter(public_id=public_id).first()


def mandate_by_pk(pk: int) -> Mandate | None:
    """The mandate a paper belongs to. The caller asks `can_see_mandate`."""
    return _mandates().filter(pk=pk).first()


def _mandates() -> QuerySet[Mandate]:
    return Mandate.objects.select_related("organisation__region", "agent", "recorded_by")
