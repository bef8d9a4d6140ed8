"""Between two chains: bridge products, gaps that one fills for the other, whom to invite."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from lianshu.engine.chains.graph import ProductGraph
from lianshu.engine.chains.makers import Makers
from lianshu.engine.chains.model import Reached

Kind = Literal["a_to_b", "b_to_a", "both"]


@dataclass(frozen=True, slots=True)
class Chain:
    """A chain: what it is known for (`roots`) and the codes of its own firms."""

    name: str
    roots: frozenset[str]
    firms: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Bridge:
    """A product between two chains.

    `a_to_b`: a root of the first, or a product that has one below it, is a required input of the
    second; `b_to_a` the other way; `both`: a required input of both. `path_a` and `path_b` run
    from a root of the chain that requires it to the product; empty for a chain that does not.
    `makers` are all local makers.
    """

    product: str
    kind: Kind
    path_a: tuple[str, ...]
    path_b: tuple[str, ...]
    makers: frozenset[str]


@dataclass(frozen=True, slots=True)
class Filling:
    """A required input that no firm of its own chain makes and firms of the other do."""

    product: str
    needed_by: str
    path: tuple[str, ...]
    makers: frozenset[str]


@dataclass(frozen=True, slots=True)
class Meeting:
    """What a cross-chain meeting is about.

    `invite` says by firm why it is invited: the bridge products and fillings that it makes.
    """

    bridges: tuple[Bridge, ...]
    fillings: tuple[Filling, ...]
    invite: dict[str, tuple[str, ...]]


def bridges(
    graph: ProductGraph, *, a: Chain, b: Chain, local: Makers, depth: int | None = None
) -> list[Bridge]:
    """The products between two chains: a to b first, then b to a, then both; each by name.

    A product that one chain gives and both require is given. Raises `UnknownProductError`.
    """
    needs_a, needs_b = _needs(graph, a, depth), _needs(graph, b, depth)
    gives_a, gives_b = _gives(graph, a, local), _gives(graph, b, local)
    found: list[Bridge] = []
    kinds: dict[Kind, set[str]] = {
        "a_to_b": gives_a & needs_b.keys(),
        "b_to_a": gives_b & needs_a.keys(),
        "both": (needs_a.keys() & needs_b.keys()) - gives_a - gives_b,
    }
    for kind, products in kinds.items():
        found += (
            Bridge(one, kind, _path(needs_a, one), _path(needs_b, one), local.of(one))
            for one in sorted(products)
        )
    return found


def fillings(
    graph: ProductGraph,
    *,
    needing: Chain,
    helping: Chain,
    subclasses: bool = True,
    depth: int | None = None,
) -> list[Filling]:
    """What `needing` requires, none of its own firms makes and a firm of `helping` does."""
    own = Makers(graph, among=needing.firms, subclasses=subclasses)
    others = Makers(graph, among=helping.firms, subclasses=subclasses)
    return [
        Filling(one.product, needing.name, one.path, others.of(one.product))
        for one in graph.required_inputs(needing.roots, depth=depth)
        if not own.of(one.product) and others.of(one.product)
    ]


def meeting(
    graph: ProductGraph, *, a: Chain, b: Chain, local: Makers, depth: int | None = None
) -> Meeting:
    """Bridges, fillings both ways and whom to invite, firms with most reasons first."""
    between = bridges(graph, a=a, b=b, local=local, depth=depth)
    filled: list[Filling] = []
    for needing, helping in ((a, b), (b, a)):
        filled += fillings(
            graph, needing=needing, helping=helping, subclasses=local.subclasses, depth=depth
        )
    reasons: dict[str, set[str]] = {}
    for product, makers in (
        *((one.product, one.makers) for one in between),
        *((one.product, one.makers) for one in filled),
    ):
        for code in makers:
            reasons.setdefault(code, set()).add(product)
    order = sorted(reasons, key=lambda code: (-len(reasons[code]), code))
    invite = {code: tuple(sorted(reasons[code])) for code in order}
    return Meeting(tuple(between), tuple(filled), invite)


def _needs(graph: ProductGraph, chain: Chain, depth: int | None) -> dict[str, Reached]:
    return {one.product: one for one in graph.required_inputs(chain.roots, depth=depth)}


def _gives(graph: ProductGraph, chain: Chain, local: Makers) -> set[str]:
    numbers: set[int] = set(graph.numbers(chain.roots))
    if local.subclasses:
        numbers |= set().union(*map(graph.all_above, numbers))
    return {graph.names[number] for number in numbers}


def _path(needs: dict[str, Reached], product: str) -> tuple[str, ...]:
    return needs[product].path if product in needs else ()


def chain_firms(makers: Makers, products: Iterable[str]) -> frozenset[str]:
    """The firms that make one of some products: whom a chain without a list of firms has."""
    return frozenset().union(*map(makers.of, products))
