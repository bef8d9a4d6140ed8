"""Who acts for whom: substitutions and mandates, and whether one holds just now."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import CharField, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext as _

from lianshu.accounts.models import Mandate, Membership, Substitution, User
from lianshu.audit.models import AuditEntry
from lianshu.audit.queries import entries_under
from lianshu.authority import Actor, Capability
from lianshu.registry.models import Organisation, OrganisationKind, RegionAncestry
from lianshu.registry.scoping import within
from lianshu.ui.formats import day

OVERSEERS = (
    Capability.COORDINATE,
    Capability.MANAGE_ORGANISATIONS,
    Capability.MANAGE_ACCOUNTS,
    Capability.READ_AUDIT,
)
"""Who looks after the mandates of others in their scope."""
HELPING_KINDS = (
    OrganisationKind.CHAIN_OFFICE,
    OrganisationKind.COMMUNITY,
    OrganisationKind.ASSOCIATION,
    OrganisationKind.ALLIANCE,
    OrganisationKind.PARTY_ORGANISATION,
    OrganisationKind.GOVERNMENT,
)
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
            return _("%(what)s已被撤销：%(reason)s。") % {
                **names,
                "reason": reason.rstrip("。."),
            }
        return _("%(what)s已提前结束。") % names
    if now >= row.valid_to:
        return _("%(what)s已于 %(to)s 到期。如需继续，请对方重新登记。") % names
    if now < row.valid_from:
        return _("%(what)s从 %(from)s 起生效，现在还不能办理。") % names
    if isinstance(row, Mandate) and row.organisation.ended_on is not None:
        return _("%(what)s不能继续：单位已终止或并入别的单位。") % names
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


def mandates_for(actor: Actor) -> QuerySet[Mandate]:
    """Mandates the actor may see: those it holds or recorded, its organisations', and those in
    its care. Whoever acts under one sees only what it holds itself."""
    own = Q(agent_id=actor.user_id) | Q(recorded_by_id=actor.user_id)
    if actor.behalf is None or actor.behalf.kind != "mandate":
        own |= Q(organisation__in=actor.organisation_ids)
    for capability in OVERSEERS:
        own |= within(actor, capability, prefix="organisation__")
    return _mandates().filter(own) if actor.is_known else Mandate.objects.none()


def acts_for(actor: Actor) -> QuerySet[AuditEntry]:
    """What was done under the mandates the actor may see, for the actor by a substitute, and by
    the actor as one."""
    return entries_under(
        _references("mandate", mandates_for(actor)),
        _references(
            "substitution",
            _substitutions(Q(absent_id=actor.user_id) | Q(substitute_id=actor.user_id), actor),
        ),
    )


def _references(kind: str, rows: QuerySet[Any]) -> QuerySet[Any]:
    key = Concat(Value(f"{kind}:"), Cast("pk", CharField()))
    named: QuerySet[Any] = rows.order_by().annotate(reference=key).values("reference")
    return named


def colleagues_of(user_id: int, *, now: datetime) -> QuerySet[User]:
    """Who shares an organisation with the user now, by name."""
    theirs = Membership.objects.active_at(now).filter(user_id=user_id)
    together = Membership.objects.active_at(now).filter(
        organisation__in=theirs.values("organisation")
    )
    people = User.objects.filter(pk__in=together.values("user"), is_active=True)
    return people.exclude(pk=user_id).order_by("name", "pk")


def members_besides(organisation: Organisation, user_id: int, *, now: datetime) -> QuerySet[User]:
    """The organisation's other people who can log in, by name: who may take over."""
    members = Membership.objects.active_at(now).filter(organisation=organisation)
    people = User.objects.filter(pk__in=members.values("user"), is_active=True)
    return people.exclude(pk=user_id).order_by("name", "pk")


def agents_near(organisation: Organisation, words: str, *, now: datetime) -> QuerySet[Membership]:
    """People whose office is to help firms hereabouts: of chain offices, communities and other
    public bodies whose region holds the organisation's or lies within it."""
    around = Q(
        organisation__region__in=RegionAncestry.objects.filter(
            descendant=organisation.region_id
        ).values("ancestor")
    ) | Q(
        organisation__region__in=RegionAncestry.objects.filter(
            ancestor=organisation.region_id
        ).values("descendant")
    )
    return (
        Membership.objects.active_at(now)
        .filter(around, organisation__kind__in=HELPING_KINDS, user__is_active=True)
        .filter(Q(user__name__icontains=words) | Q(organisation__name__icontains=words))
        .select_related("user", "organisation")
        .order_by("user__name", "pk")
    )


def agent_label(membership: Membership) -> str:
    """A person with the place, as the form of a mandate names them."""
    return _("%(name)s（%(organisation)s）") % {
        "name": membership.user.name,
        "organisation": membership.organisation.name,
    }


def agent_called(organisation: Organisation, text: str, *, now: datetime) -> User | str:
    """The person meant by a label, by a name that one of those nearby has, or by a login name;
    else why there is none."""
    text = " ".join(text.split())
    name = text.partition("（")[0].partition("(")[0].strip()
    near = [
        each
        for each in agents_near(organisation, name, now=now)[:200]
        if text in (each.user.name, agent_label(each))
    ]
    people = {each.user_id: each.user for each in near}
    if len(people) == 1:
        return next(iter(people.values()))
    if people:
        return _("有几位“%(name)s”，请从候选里选择，写成“姓名（单位）”。") % {"name": name}
    known = User.objects.filter(username=text, is_active=True).first()
    if known is not None:
        return known
    return _(
        "没有找到“%(name)s”。请从候选里选择链办、产业社区等单位的人员，或填写对方的登录用户名。"
    ) % {"name": text[:60]}
