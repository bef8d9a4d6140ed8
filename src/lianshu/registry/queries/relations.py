"""Reading one organisation's part in chains, groups and pairings, and who serves it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from lianshu.authority import Actor
from lianshu.registry.models import (
    FORMS_OF_KIND,
    GROUP_KINDS,
    Affiliation,
    Chain,
    ChainMember,
    GroupForm,
    Liaison,
    LiaisonAssignment,
    LiaisonKind,
    Organisation,
    OrganisationKind,
    Pairing,
)
from lianshu.registry.models.dated import DatedQuerySet
from lianshu.registry.queries.chains import (
    STANDING,
    affiliates_counted,
    chain_members_for,
    pairings_for,
)
from lianshu.registry.querysets import OrganisationQuerySet
from lianshu.registry.querysets_chains import LiaisonAssignmentQuerySet, LiaisonQuerySet


@dataclass(frozen=True, slots=True)
class Part:
    """One organisation in its relations; those that have ended are told apart by `today`."""

    roles: Sequence[ChainMember]
    former_roles: Sequence[ChainMember]
    groups: Sequence[Affiliation]
    affiliates: Sequence[Affiliation]
    pairings: Sequence[Pairing]


def affiliations_for(actor: Actor) -> DatedQuerySet[Affiliation]:
    """Who belongs to which group: as public as the register."""
    seen = Organisation.objects.visible_to(actor)
    return (
        Affiliation.objects.filter(group__in=seen, organisation__in=seen)
        .select_related("group__region", "group__chain", "organisation__region")
        .order_by("role", "organisation__name_key", "pk")
    )


def affiliation_by_id(actor: Actor, pk: int) -> Affiliation | None:
    """One organisation's place in a group."""
    return affiliations_for(actor).filter(pk=pk).first()


def part_of(actor: Actor, organisation: Organisation, *, today: date) -> Part:
    """What the organisation is to chains, groups and pairings."""
    roles = list(chain_members_for(actor).filter(organisation=organisation))
    over = [each for each in roles if each.valid_to is not None and each.valid_to <= today]
    affiliations = affiliations_for(actor).on(today)
    paired = Q(lead=organisation) | Q(
        pk__in=Pairing.objects.filter(members__organisation=organisation).values("pk")
    )
    return Part(
        roles=[each for each in roles if each not in over],
        former_roles=over,
        groups=list(affiliations.filter(organisation=organisation)),
        affiliates=list(affiliations.filter(STANDING, group=organisation)),
        pairings=list(
            pairings_for(actor, today=today)
            .filter(paired)
            .filter(Q(valid_to__isnull=True) | Q(valid_to__gt=today))
        ),
    )


def groups_for(actor: Actor, *, today: date) -> OrganisationQuerySet:
    """Alliances, associations and communities, with `affiliate_count`."""
    return (
        Organisation.objects.visible_to(actor)
        .current()
        .filter(kind__in=GROUP_KINDS)
        .select_related("region", "chain")
        .annotate(affiliate_count=affiliates_counted(today))
    )


@dataclass(frozen=True, slots=True)
class GroupCount:
    """How many groups there are of a kind and form."""

    kind: str
    form: str
    label: str
    count: int


def groups_by_form(actor: Actor) -> list[GroupCount]:
    """Communities, alliances and associations counted by form; empty ones are left out."""
    counted = (
        Organisation.objects.visible_to(actor)
        .current()
        .filter(kind__in=GROUP_KINDS)
        .order_by()
        .values_list("kind", "form")
        .annotate(n=Count("pk"))
    )
    numbers = {(kind, form): n for kind, form, n in counted}
    order = [
        (kind, form)
        for kind in (
            OrganisationKind.COMMUNITY,
            OrganisationKind.ALLIANCE,
            OrganisationKind.ASSOCIATION,
        )
        for form in (*GroupForm.values, "")
    ]
    return [
        GroupCount(
            kind,
            form,
            _form_label(kind, form),
            numbers[kind, form],
        )
        for kind, form in order
        if (kind, form) in numbers
    ]


def _form_label(kind: str, form: str) -> str:
    if form:
        return str(GroupForm(form).label)
    label = str(OrganisationKind(kind).label)
    if kind in FORMS_OF_KIND:
        return _("%(kind)s（未写明形态）") % {"kind": label}
    return label


def serving(actor: Actor, organisation: Organisation, *, today: date) -> list[LiaisonAssignment]:
    """Who serves the organisation today, as far as the actor may know."""
    return list(
        LiaisonAssignment.objects.visible_to(actor)
        .on(today)
        .filter(organisation=organisation)
        .select_related("liaison__organisation", "organisation")
        .order_by("liaison__kind", "liaison__name")
    )


def serving_mine(actor: Actor, *, today: date) -> list[LiaisonAssignment]:
    """Who serves the actor's own organisations today."""
    return list(
        LiaisonAssignment.objects.visible_to(actor)
        .on(today)
        .filter(organisation__in=actor.organisation_ids)
        .select_related("liaison__organisation", "organisation")
        .order_by("organisation__name_key", "liaison__kind", "liaison__name")
    )


def liaisons_for(actor: Actor, *, today: date) -> LiaisonQuerySet:
    """Liaisons the actor may know, with `served`: how many of those it may know they serve."""
    own = LiaisonAssignment.objects.visible_to(actor).on(today).filter(STANDING).values("pk")
    return (
        Liaison.objects.visible_to(actor)
        .select_related("organisation__region", "region", "chain")
        .annotate(
            served=Count("assignments__organisation", distinct=True, filter=Q(assignments__in=own))
        )
    )


def liaison_by_id(actor: Actor, public_id: str, *, today: date) -> Liaison | None:
    """One liaison, or None."""
    return liaisons_for(actor, today=today).filter(public_id=public_id).first()


def served_by(actor: Actor, liaison: Liaison) -> LiaisonAssignmentQuerySet:
    """Whom the liaison serves and served, as far as the actor may know; the present first."""
    return (
        LiaisonAssignment.objects.visible_to(actor)
        .filter(liaison=liaison)
        .select_related("organisation__region", "organisation__chain", "liaison")
        .order_by("organisation__name_key", "-valid_from", "pk")
    )


def assignment_by_id(actor: Actor, pk: int) -> LiaisonAssignment | None:
    """One liaison's service to one organisation."""
    return (
        LiaisonAssignment.objects.visible_to(actor)
        .select_related("organisation__region", "liaison")
        .filter(pk=pk)
        .first()
    )


def successors_of(actor: Actor, liaison: Liaison, *, today: date) -> list[Liaison]:
    """Who could take over from a liaison: others of its kind that the actor knows."""
    return list(
        Liaison.objects.visible_to(actor)
        .on(today)
        .filter(kind=liaison.kind)
        .exclude(pk=liaison.pk)
        .select_related("organisation")
        .order_by("name", "pk")
    )


def liaisons_on_chain(actor: Actor, chain: Chain, *, today: date) -> list[tuple[str, str, int]]:
    """(kind, its name, how many) of the chain's liaisons that the actor may know."""
    counted: QuerySet[Liaison] = Liaison.objects.visible_to(actor).on(today).filter(chain=chain)
    numbers = dict(counted.order_by().values_list("kind").annotate(Count("pk")))
    return [
        (kind.value, str(kind.label), numbers[kind.value])
        for kind in LiaisonKind
        if kind.value in numbers
    ]


def liaisons_of(actor: Actor, user_ids: Sequence[int]) -> list[Liaison]:
    """The posts of these users as liaisons that have not ended, as far as the actor may know: what
    a leaver hands over."""
    return list(
        Liaison.objects.visible_to(actor)
        .filter(user_id__in=user_ids, valid_to__isnull=True)
        .select_related("organisation__region", "region", "chain")
    )
