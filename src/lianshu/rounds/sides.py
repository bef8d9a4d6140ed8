"""What the two sides of each kind of round are, and who could take part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from lianshu.authority import Actor
from lianshu.exchange.models import Demand, DemandKind, Resource, ResourceKind
from lianshu.exchange.queries import demands_for, resources_for
from lianshu.exchange.reading import read_post
from lianshu.records.search import matches
from lianshu.registry.models import (
    ChainMember,
    ChainRole,
    Liaison,
    Organisation,
    OrganisationKind,
    RegionAncestry,
)
from lianshu.registry.queries.relations import liaisons_for
from lianshu.rounds.models import Participant, Round, RoundKind, SideChoices

Text = str | Promise
Subject = Demand | Resource | Liaison | Organisation

WORDS: Final[Mapping[str, tuple[Text, Text]]] = {
    RoundKind.SECONDMENT: (_("企业需求"), _("专家和团队")),
    RoundKind.LIAISON: (_("企业"), _("专员")),
    RoundKind.PAIRING: (_("结对企业"), _("牵头企业")),
    RoundKind.MEETING: (_("企业需求"), _("资源")),
}
OF_POSTS: Final = frozenset({RoundKind.SECONDMENT, RoundKind.MEETING})
"""Kinds whose sides are demands and resources: pairs become recommendations and projects."""
_WANTED: Final = (DemandKind.TALENT, DemandKind.TECHNOLOGY)
_SECONDED: Final = (ResourceKind.EXPERT, ResourceKind.TEAM)


def side_word(found: Round, side: str) -> Text:
    """What a side is called in this round."""
    return WORDS[found.kind][side == SideChoices.RIGHT]


def could_take_part(
    actor: Actor, found: Round, side: str, *, today: date, words: str = ""
) -> QuerySet[Any]:
    """Who could be added to a side, as far as the actor may see: of the side that asks, whoever
    lies in the round's region and chain."""
    if found.kind in OF_POSTS:
        return (_demands if side == SideChoices.LEFT else _resources)(actor, found, words)
    if found.kind == RoundKind.LIAISON and side == SideChoices.RIGHT:
        liaisons: Any = liaisons_for(actor, today=today).on(today)
        liaisons = liaisons.found_by(words) if words else liaisons
        free: QuerySet[Any] = liaisons.exclude(pk__in=_there(found, "liaison"))
        return free.order_by("kind", "name", "pk")
    rows = _organisations(actor, found, words)
    if side == SideChoices.RIGHT:
        leads = ChainMember.objects.on(today).filter(role=ChainRole.LEAD_FIRM)
        rows = rows.filter(pk__in=leads.values("organisation"))
    taken = Participant.objects.filter(round=found, demand=None, resource=None, liaison=None)
    return rows.exclude(pk__in=taken.values("organisation"))


def _there(found: Round, part: str) -> QuerySet[Any]:
    conditions: dict[str, Any] = {f"{part}__isnull": False}
    there: QuerySet[Any] = Participant.objects.filter(round=found, **conditions)
    return there.values(part)


def _place(found: Round) -> Q:
    below = RegionAncestry.objects.filter(ancestor=found.region_id).values("descendant")
    place = Q(region__in=below)
    return place if found.chain_id is None else place & Q(chain=found.chain_id)


def _demands(actor: Actor, found: Round, words: str) -> QuerySet[Demand]:
    rows = demands_for(actor).live().filter(_place(found))
    if found.kind == RoundKind.SECONDMENT:
        rows = rows.filter(kind__in=_WANTED)
    rows = rows.found_by(words) if words else rows
    return rows.exclude(pk__in=_there(found, "demand")).order_by("title_key", "pk")


def _resources(actor: Actor, found: Round, words: str) -> QuerySet[Resource]:
    rows = resources_for(actor).live()
    if found.kind == RoundKind.SECONDMENT:
        rows = rows.filter(kind__in=_SECONDED)
    rows = rows.found_by(words) if words else rows
    return rows.exclude(pk__in=_there(found, "resource")).order_by("title_key", "pk")


def _organisations(actor: Actor, found: Round, words: str) -> QuerySet[Organisation]:
    rows = (
        Organisation.objects.visible_to(actor)
        .current()
        .filter(_place(found), kind=OrganisationKind.ENTERPRISE)
        .select_related("region", "chain")
    )
    rows = rows.filter(matches("search", words)) if words else rows
    return rows.order_by("name_key", "pk")


@dataclass(frozen=True, slots=True)
class Who:
    """A participant or somebody who could be one, as this reader may know it."""

    pk: int
    name: str
    below: str
    href: str

    def __str__(self) -> str:
        return self.name


def who_of(one: Participant) -> Who:
    """A participant fetched by `participants_of`: names stand as far as the reader may know."""
    subject = one.demand or one.resource or one.liaison
    if subject is None and (one.demand_id or one.resource_id):
        return Who(one.pk, _now("（已不再发布，或不向您开放）"), "", "")
    named = who_is(subject or one.organisation)
    return Who(one.pk, named.name, named.below, named.href)


def who_is(subject: Subject) -> Who:
    """A demand, resource, liaison or organisation."""
    if isinstance(subject, Demand | Resource):
        reading = read_post(subject)
        owner = _now("单位未向您公开") if reading.owner is None else reading.owner.name
        address = reverse(reading.side, args=[reading.public_id])
        return Who(subject.pk, reading.title, f"{owner} · {reading.region.name}", address)
    if isinstance(subject, Liaison):
        below = f"{subject.get_kind_display()} · {subject.organisation.name}"
        return Who(subject.pk, subject.name, below, reverse("liaison", args=[subject.public_id]))
    chain = f" · {subject.chain.name}" if subject.chain else ""
    address = reverse("organisation", args=[subject.public_id])
    return Who(subject.pk, subject.name, f"{subject.region.name}{chain}", address)


def participant_for(found: Round, side: str, subject: Subject) -> Participant:
    """An unsaved participant."""
    one = Participant(round=found, side=side)
    match subject:
        case Demand():
            one.demand, one.organisation = subject, subject.owner
        case Resource():
            one.resource, one.organisation = subject, subject.owner
        case Liaison():
            one.liaison, one.organisation = subject, subject.organisation
        case _:
            one.organisation = subject
    # Of who is asked, one may serve several: to begin with, as many as a liaison calls on.
    if side == SideChoices.RIGHT:
        one.high = {RoundKind.LIAISON: 10, RoundKind.PAIRING: None}.get(RoundKind(found.kind), 1)
    return one
