"""Next-door supply (隔墙供应): what a local firm needs and another local firm, near by, makes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from lianshu.engine.chains.graph import ProductGraph
from lianshu.engine.chains.makers import Makers
from lianshu.engine.chains.names import code_key

Distance = Callable[[str, str], float | None]
"""From two keys of codes to how far apart the firms are, in any one unit; None when unknown."""


@dataclass(frozen=True, slots=True)
class Offer:
    """`supplier` makes the direct input `need` of something that `buyer` makes.

    `uses` are the buyer's products that need it, `supplied` what the supplier makes of it and its
    sub-classes. `distance` is None where it is unknown, which is not near and not far.
    """

    buyer: str
    need: str
    uses: tuple[str, ...]
    supplier: str
    supplied: tuple[str, ...]
    distance: float | None


def next_door(
    graph: ProductGraph,
    *,
    local: Makers,
    distance: Distance,
    buyers: Iterable[str] | None = None,
    within: float | None = None,
) -> list[Offer]:
    """Who could supply whom: nearest first, unknown distances last; then by buyer, need, supplier.

    `buyers` are some of the local firms, all when None. `within` leaves out what is farther; what
    is at an unknown distance stays, marked by it. What a buyer makes itself it does not need.
    """
    chosen = local.firms if buyers is None else local.firms.intersection(map(code_key, buyers))
    through: dict[int, dict[str, tuple[str, ...]]] = {}
    found: list[Offer] = []
    for buyer in sorted(chosen):
        for need, uses in sorted(_needs(graph, buyer).items()):
            if need not in through:
                through[need] = local.through(graph.names[need])
            suppliers = through[need]
            if buyer in suppliers:
                continue
            for supplier, supplied in suppliers.items():
                far = distance(buyer, supplier)
                if far is None or within is None or far <= within:
                    names = tuple(graph.names[one] for one in uses)
                    found.append(Offer(buyer, graph.names[need], names, supplier, supplied, far))
    found.sort(key=_order)
    return found


def _needs(graph: ProductGraph, code: str) -> dict[int, list[int]]:
    """The direct inputs of what a firm makes, each with the products that need it."""
    needs: dict[int, list[int]] = {}
    for product in sorted(graph.made_of.get(code, ())):
        for need in graph.inputs.get(product, ()):
            needs.setdefault(need, []).append(product)
    return needs


def _order(offer: Offer) -> tuple[bool, float, str, str, str]:
    far = offer.distance
    return far is None, far or 0.0, offer.buyer, offer.need, offer.supplier
