"""A scenario: firms stop, products cannot be had. Only for who may read few makers there.

The wave is computed on all relations, so that its numbers are true; a firm is named only where the
actor may see that it makes the product.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from lianshu.authority import Actor, Capability, Verdict
from lianshu.chainmap.picture_reading import Where
from lianshu.chainmap.pictures import links_among
from lianshu.chainmap.pictures_wave import WavePicture, wave_picture, within_chain
from lianshu.chainmap.queries import WHOLE, CurrentMap, current_graph, inputs_for
from lianshu.chainmap.rules import can_read_sources_at
from lianshu.engine.chains import impact, nearest
from lianshu.registry.rules import holds_at

NEAREST = 3


def can_read_impact(actor: Actor, where: Where) -> Verdict:
    """Lists of impact name single sources: the capability for these, there."""
    return can_read_sources_at(actor, where.chain, where.region)


def reads_every_chain(actor: Actor, where: Where) -> bool:
    """Whether the actor may know few makers of every chain in the place, and so the whole wave."""
    place = where.region.pk
    return holds_at(actor, Capability.READ_SOURCES, region_id=place, chain_id=None)


@dataclass(frozen=True, slots=True)
class Loss:
    """What a scenario takes away: firms by name and code, products by name; and what was typed
    that nobody knows, with the names most like it."""

    firms: tuple[tuple[str, str], ...]
    products: tuple[str, ...]
    unknown: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def empty(self) -> bool:
        """Whether nothing is taken away."""
        return not self.firms and not self.products


@dataclass(frozen=True, slots=True)
class Scenario:
    """The wave of a loss, and the names of firms as far as the actor may see them."""

    picture: WavePicture
    links: tuple[tuple[str, str], ...]
    """The supplies between the products of the wave."""
    names: Mapping[tuple[str, str], str]
    """By product and code of a firm that makes it."""

    def named(self, product: str, codes: Iterable[str]) -> tuple[list[str], int]:
        """The names of some makers of a product, and how many are not told."""
        known = sorted(self.names[product, code] for code in codes if (product, code) in self.names)
        return known, len(list(codes)) - len(known)


def firms_there(actor: Actor, where: Where) -> dict[str, str]:
    """Local firms there that the actor sees on the map, by code."""
    current = current_graph(actor)
    codes = current.local_codes(where.region)
    return {code: current.firms[code].name for code in sorted(codes)}


def products_of(actor: Actor, where: Where) -> tuple[str, ...]:
    """The products of the chain: its roots and required inputs."""
    rows = inputs_for(actor).filter(chain=where.chain, region=where.region)
    return tuple(sorted({*where.roots, *rows.values_list("product__name", flat=True)}))


def loss_asked(
    firms: Sequence[str], products: Sequence[str], *, there: Mapping[str, str], known: Sequence[str]
) -> Loss:
    """What was typed, found by exact name among firms that are there and products of the chain."""
    codes: dict[str, list[str]] = {}
    for code, name in there.items():
        codes.setdefault(name, []).append(code)
    found, unknown = [], []
    for typed in dict.fromkeys(each.strip() for each in firms):
        if typed in codes:
            found += [(typed, code) for code in codes[typed]]
        elif typed:
            unknown.append((typed, nearest(typed, sorted(codes), count=NEAREST)))
    kept = []
    for typed in dict.fromkeys(each.strip() for each in products):
        if typed in known:
            kept.append(typed)
        elif typed:
            unknown.append((typed, nearest(typed, known, count=NEAREST)))
    return Loss(tuple(found), tuple(kept), tuple(unknown))


def scenario_of(actor: Actor, where: Where, loss: Loss, products: Sequence[str]) -> Scenario:
    """What the loss does: to every chain for who reads every chain there, else to this one."""
    whole = current_graph(WHOLE)
    found = impact(
        whole.graph,
        local=whole.makers(where.region),
        firms=[code for _name, code in loss.firms],
        products=[name for name in loss.products if name in whole.graph],
    )
    if not reads_every_chain(actor, where):
        found = within_chain(found, frozenset(products))
    picture = wave_picture(found)
    drawn = [*picture.gaps, *(row.product for row in picture.wave)]
    links = links_among(whole.graph, drawn)
    return Scenario(picture, links, _names(current_graph(actor), where, picture))


def _names(current: CurrentMap, where: Where, picture: WavePicture) -> dict[tuple[str, str], str]:
    makers = current.makers(where.region)
    told = {row.product for row in picture.losses} | {row.product for row in picture.wave}
    return {
        (product, code): current.firms[code].name for product in told for code in makers.of(product)
    }
