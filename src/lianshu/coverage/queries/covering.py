"""Which firms of the register a list covers: conditions that figures and their rows share.

Of the enterprises of today in the list's place each is exactly one of covered (a row is linked to
it), doubtful (no row is, but the best candidate of a row in the queue is this firm) and open. Lost
are firms a row is linked to that are no longer there: closed, merged, or moved out of the place.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.db.models import Q

from lianshu.authority import Actor
from lianshu.coverage.models import Edition, FirmList, ListRow, RowCandidate, RowState
from lianshu.coverage.queries.firm_lists import edition_by_id
from lianshu.engine.tables import Use
from lianshu.registry.models import (
    Holding,
    Organisation,
    OrganisationKind,
    Region,
    RegionAncestry,
)
from lianshu.registry.queries import organisations_ever
from lianshu.registry.queries.sizes import sizes_of
from lianshu.registry.querysets import OrganisationQuerySet

STATUSES: Final = ("all", "covered", "open", "doubtful", "lost", "closed", "merged", "moved")
CHANGES: Final = ("gained", "dropped", "gone")
UNKNOWN_SIZE: Final = "unknown"


@dataclass(frozen=True, slots=True)
class Cover:
    """A group of firms: by an edition, or by what changed from `before` to `edition`. `place`
    narrows the lost ones to those that lay there."""

    edition: Edition
    status: str
    before: Edition | None = None
    place: Region | None = None

    def __str__(self) -> str:
        parts = [each.public_id for each in (self.before, self.edition) if each is not None]
        parts.append(self.status)
        return ".".join([*parts, *([self.place.public_id] if self.place else [])])


def read_cover(actor: Actor, text: str) -> Cover | None:
    """What `str(cover)` wrote, when the actor may see its list; else None."""
    first, *rest = text.split(".")
    edition = edition_by_id(actor, first)
    if edition is None or not rest:
        return None
    if rest[0] in STATUSES:
        place = Region.objects.filter(public_id=rest[1]).first() if len(rest) == 2 else None
        return None if len(rest) > 1 and place is None else Cover(edition, rest[0], None, place)
    later = edition_by_id(actor, rest[0])
    if later is None or later.firm_list_id != edition.firm_list_id or rest[1:2] == []:
        return None
    return Cover(later, rest[1], edition) if len(rest) == 2 and rest[1] in CHANGES else None


def below(region: Region) -> Q:
    """Organisations in a place or below it."""
    return Q(region__in=RegionAncestry.objects.filter(ancestor=region).values("descendant"))


def population(firm_list: FirmList) -> Q:
    """The enterprises of today that the list is compared with."""
    found = Q(kind=OrganisationKind.ENTERPRISE, ended_on__isnull=True) & below(firm_list.region)
    return found if firm_list.chain_id is None else found & Q(chain=firm_list.chain_id)


def linked(actor: Actor, edition: Edition) -> Q:
    """Organisations that a row of the edition is."""
    rows = ListRow.objects.visible_to(actor).filter(edition=edition, state=RowState.MATCH)
    return Q(pk__in=rows.values("entity"))


def maybe(actor: Actor, edition: Edition) -> Q:
    """Organisations that a row in the queue may be."""
    rows = ListRow.objects.visible_to(actor).filter(edition=edition, state=RowState.REVIEW)
    best = RowCandidate.objects.filter(row__in=rows, rank=1)
    return Q(pk__in=best.values("organisation"))


def firms_of(actor: Actor, cover: Cover) -> Q:
    """The organisations of the group."""
    edition, firm_list = cover.edition, cover.edition.firm_list
    there, known = population(firm_list), linked(actor, edition)
    if cover.before is not None:
        earlier = linked(actor, cover.before)
        match cover.status:
            case "gained":
                return there & known & ~earlier
            case "dropped":
                return there & earlier & ~known
            case _:
                return lost(actor, cover.before, "lost", None)
    match cover.status:
        case "all":
            return there
        case "covered":
            return there & known
        case "doubtful":
            return there & ~known & maybe(actor, edition)
        case "open":
            return there & ~known & ~maybe(actor, edition)
        case _:
            return lost(actor, edition, cover.status, cover.place)


def lost(actor: Actor, edition: Edition, how: str, place: Region | None) -> Q:
    """Firms on the list that are no longer in its place, or no longer in `place` where they lay
    when they were linked."""
    where = place or edition.firm_list.region
    rows = ListRow.objects.visible_to(actor).filter(edition=edition, state=RowState.MATCH)
    lay = rows if place is None else rows.filter(below(place))
    was = Q(pk__in=lay.values("entity"))
    closed = was & Q(ended_on__isnull=False, merged_into__isnull=True)
    merged = was & Q(merged_into__isnull=False)
    moved = was & Q(ended_on__isnull=True) & ~below(where)
    return {"closed": closed, "merged": merged, "moved": moved}.get(how, closed | merged | moved)


def enterprises(actor: Actor) -> OrganisationQuerySet:
    """Every enterprise that is or was, for the list of firms."""
    return organisations_ever(actor).filter(kind=OrganisationKind.ENTERPRISE)


def of_sizes(actor: Actor, sizes: list[str]) -> Q:
    """Enterprises of these size classes; `unknown` are those whose figures decide none."""
    keys = list(
        Organisation.objects.visible_to(actor)
        .filter(kind=OrganisationKind.ENTERPRISE)
        .values_list("pk", flat=True)
    )
    classes = sizes_of(actor, keys)
    named = [pk for pk in keys if (str(classes[pk].value) if pk in classes else "") in sizes]
    found = Q(pk__in=named)
    return found | ~Q(pk__in=list(classes)) if UNKNOWN_SIZE in sizes else found


def in_registers(actor: Actor, kinds: list[str]) -> Q:
    """Enterprises that hold something of one of these kinds, as far as it may serve."""
    rows = Holding.objects.visible_to(actor).for_use(Use.SERVICE).current().filter(kind__in=kinds)
    return Q(pk__in=rows.values("organisation"))
