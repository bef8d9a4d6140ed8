"""A firm's own view: what it makes, what it needs and who near by has it, who needs what it makes.

Computed from its own and public relations only (`current_graph`), so it names nobody that its
reader may not know.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from lianshu.authority import Actor
from lianshu.chainmap.models import MakerRelation
from lianshu.chainmap.queries import CurrentMap, Firm, current_graph
from lianshu.engine.chains import next_door
from lianshu.registry.models import Organisation, RegionAncestry, RegionKind

MOST: Final = 200
"""Offers of one direction that are shown; the nearest are kept."""
SAME_PLACE, SAME_DISTRICT, SAME_CITY = 0.0, 1.0, 2.0
"""Steps of nearness: registers hold regions and no coordinates."""


@dataclass(frozen=True, slots=True)
class Partner:
    """A firm that could supply, or be supplied; `near` is a step of nearness or None."""

    firm: Firm
    product: str
    through: tuple[str, ...]
    near: float | None


@dataclass(frozen=True, slots=True)
class Need:
    """A direct input of what the firm makes, with who has it, the nearest first."""

    product: str
    uses: tuple[str, ...]
    suppliers: Sequence[Partner]


@dataclass(frozen=True, slots=True)
class Supply:
    """The whole view."""

    statements: Sequence[MakerRelation]
    history: Sequence[MakerRelation]
    needs: Sequence[Need]
    customers: Sequence[Partner]


def supply_of(actor: Actor, organisation: Organisation) -> Supply:
    """What the map says of a firm, to a reader who has been let see it."""
    rows = (
        MakerRelation.objects.visible_to(actor)
        .filter(organisation=organisation)
        .select_related("product", "superseded_by")
    )
    statements = [row for row in rows if row.superseded_at is None]
    history = [row for row in rows if row.superseded_at is not None]
    current = current_graph(actor)
    code = organisation.public_id
    if code not in current.firms:
        return Supply(statements, history, (), ())
    near = _Nearness(current)
    return Supply(statements, history, _needs(current, code, near), _customers(current, code, near))


class _Nearness:
    """How near two firms are, by the regions they lie in."""

    def __init__(self, current: CurrentMap) -> None:
        self._firms = current.firms
        districts = RegionAncestry.objects.filter(ancestor__kind=RegionKind.COUNTY)
        self._district = dict(districts.values_list("descendant_id", "ancestor_id"))

    def __call__(self, one: str, other: str) -> float | None:
        here, there = self._firms[one].region_id, self._firms[other].region_id
        if here is None or there is None:
            return None
        if here == there:
            return SAME_PLACE
        district = self._district.get(here)
        if district is not None and district == self._district.get(there):
            return SAME_DISTRICT
        return SAME_CITY


def _needs(current: CurrentMap, code: str, near: _Nearness) -> list[Need]:
    graph, local = current.graph, current.makers()
    uses: dict[str, list[str]] = {}
    for product in graph.made(code):
        for need in graph.required_inputs([product], depth=1):
            uses.setdefault(need.product, []).append(product)
    offers: dict[str, list[Partner]] = {}
    for offer in next_door(graph, local=local, distance=near, buyers=[code])[:MOST]:
        partner = Partner(current.firms[offer.supplier], offer.need, offer.supplied, offer.distance)
        offers.setdefault(offer.need, []).append(partner)
    return [Need(need, tuple(uses[need]), offers.get(need, ())) for need in sorted(uses)]


def _customers(current: CurrentMap, code: str, near: _Nearness) -> list[Partner]:
    graph, local = current.graph, current.makers()
    made = set(graph.made(code))
    wider = made.union(*(graph.above(product) for product in made)) if made else made
    buyers: set[str] = set()
    for product in wider:
        for user in graph.users_of([product], depth=1):
            buyers |= local.of(user.product)
    buyers.discard(code)
    found = []
    for offer in next_door(graph, local=local, distance=near, buyers=sorted(buyers)):
        if offer.supplier == code:
            found.append(
                Partner(current.firms[offer.buyer], offer.need, offer.uses, offer.distance)
            )
    return found[:MOST]
