"""Who has power over whom."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Final

from django.db.models import Q

from lianshu.authority import Actor
from lianshu.registry.models import LinkKind, Organisation, OrganisationLink

CONTROLLING_SHARE: Final = Decimal(50)
_POWER = Q(kind__in=(LinkKind.PARENT, LinkKind.CONTROLLER)) | Q(
    kind=LinkKind.SHAREHOLDER, share__gte=CONTROLLING_SHARE
)


def links_up(actor: Actor, organisation: Organisation) -> list[OrganisationLink]:
    """Who has or had power over it, current ones first."""
    seen = Organisation.objects.visible_to(actor)
    rows = organisation.links_up.filter(holder__in=seen).select_related("holder")
    return sorted(rows, key=lambda row: row.valid_to is not None)


def links_down(actor: Actor, organisation: Organisation) -> list[OrganisationLink]:
    """Over whom it has or had power, current ones first."""
    seen = Organisation.objects.visible_to(actor)
    rows = organisation.links_down.filter(subject__in=seen).select_related("subject")
    return sorted(rows, key=lambda row: row.valid_to is not None)


def related_parties(organisation_ids: Iterable[int], *, on: date) -> dict[int, frozenset[int]]:
    """For each organisation, every other one under the same power on that day.

    Two are related when a chain of parents, controllers and shares of at least a half joins them,
    upwards or downwards, through any number of others: they must not judge, bid against or choose
    each other. A share that is not known joins nobody; the page of the firm shows it as unknown.
    One query for each step outwards.
    """
    wanted = list(dict.fromkeys(organisation_ids))
    near: dict[int, set[int]] = {pk: set() for pk in wanted}
    frontier = set(wanted)
    while frontier:
        links = OrganisationLink.objects.on(on).filter(
            _POWER, Q(holder__in=frontier) | Q(subject__in=frontier)
        )
        reached: set[int] = set()
        for holder, subject in links.values_list("holder_id", "subject_id"):
            reached |= {holder, subject} - near.keys()
            near.setdefault(holder, set()).add(subject)
            near.setdefault(subject, set()).add(holder)
        frontier = reached
    return {pk: frozenset(_joined(pk, near) - {pk}) for pk in wanted}


def under_power_of(organisation_id: int) -> set[int]:
    """Every organisation that it is the parent or controller of, however far down, to this day."""
    found: set[int] = set()
    frontier = {organisation_id}
    while frontier:
        below = OrganisationLink.objects.filter(
            holder__in=frontier,
            kind__in=(LinkKind.PARENT, LinkKind.CONTROLLER),
            valid_to__isnull=True,
        )
        frontier = set(below.values_list("subject_id", flat=True)) - found
        found |= frontier
    return found


def _joined(start: int, near: dict[int, set[int]]) -> set[int]:
    found, open_ends = {start}, [start]
    while open_ends:
        for other in near[open_ends.pop()] - found:
            found.add(other)
            open_ends.append(other)
    return found
