"""Summaries of a map as plain data: what pictures and the tables beside them are drawn from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from lianshu.engine.chains.gaps import Gap, count_statuses
from lianshu.engine.chains.graph import ProductGraph
from lianshu.engine.chains.makers import Makers
from lianshu.engine.chains.model import Status

SegmentOf = Callable[[str], str | None]
"""From a product to its segment (环节) of the chain; None when it belongs to none."""


@dataclass(frozen=True, slots=True)
class Node:
    """A product on the map: a root has depth 0 and no status. `links` counts its links drawn."""

    product: str
    depth: int
    status: Status | None
    makers_local: int
    links: int


@dataclass(frozen=True, slots=True)
class Link:
    """`target` requires `source`: as material flows."""

    source: str
    target: str


@dataclass(frozen=True, slots=True)
class ChainMap:
    """Roots and required inputs, by depth then product, and every supply between them."""

    nodes: tuple[Node, ...]
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Segment:
    """A segment of a chain: its products by status, the distinct local makers of any of them."""

    segment: str | None
    products: int
    statuses: Mapping[Status, int]
    makers: frozenset[str]


@dataclass(frozen=True, slots=True)
class Flow:
    """How many supplies run from the products of one segment to those of another, and how many of
    them are of products that a local firm makes."""

    source: str | None
    target: str | None
    supplies: int
    sourced: int


def chain_map(graph: ProductGraph, *, roots: Iterable[str], gaps: Sequence[Gap]) -> ChainMap:
    """The graph of what `find_gaps` gave for these roots. Raises `UnknownProductError`."""
    starts = graph.numbers(roots)
    shown = {*starts, *(graph.number[gap.product] for gap in gaps)}
    pairs = [(a, b) for a in sorted(shown) for b in graph.inputs.get(a, ()) if b in shown]
    count = Counter(end for pair in pairs for end in pair)
    nodes = [Node(graph.names[root], 0, None, 0, count[root]) for root in starts]
    nodes += (
        Node(gap.product, gap.depth, gap.status, gap.makers_local, count[graph.number[gap.product]])
        for gap in gaps
    )
    links = (Link(graph.names[b], graph.names[a]) for a, b in pairs)
    return ChainMap(tuple(nodes), tuple(links))


def segments(gaps: Iterable[Gap], *, segment_of: SegmentOf) -> list[Segment]:
    """The inputs by segment, in order of name; those of no segment last, as None."""
    grouped: dict[str | None, list[Gap]] = {}
    for gap in gaps:
        grouped.setdefault(segment_of(gap.product), []).append(gap)
    return [
        Segment(
            name,
            len(grouped[name]),
            count_statuses(grouped[name]),
            frozenset().union(*(gap.makers for gap in grouped[name])),
        )
        for name in sorted(grouped, key=_named_first)
    ]


def flows(drawn: ChainMap, *, segment_of: SegmentOf) -> list[Flow]:
    """The flows of a Sankey diagram: between different segments, in order of names.

    A Sankey diagram cannot draw a circle: of two segments that supply each other both flows are
    told, and it is for the drawing to show one of them.
    """
    made = {node.product for node in drawn.nodes if node.makers_local}
    supplies: Counter[tuple[str | None, str | None]] = Counter()
    sourced: Counter[tuple[str | None, str | None]] = Counter()
    for link in drawn.links:
        ends = segment_of(link.source), segment_of(link.target)
        if ends[0] != ends[1]:
            supplies[ends] += 1
            sourced[ends] += link.source in made
    order = sorted(supplies, key=lambda ends: (_named_first(ends[0]), _named_first(ends[1])))
    return [Flow(*ends, supplies[ends], sourced[ends]) for ends in order]


def matrix(
    chains: Mapping[str, Iterable[str]],
    *,
    local: Makers,
    district_of: Callable[[str], str | None],
) -> dict[tuple[str, str | None], int]:
    """Chains × districts: how many local firms of a district make a product of a chain.

    `chains` are the products of each; cells without a firm are left out.
    """
    cells: Counter[tuple[str, str | None]] = Counter()
    for name in sorted(chains):
        firms = frozenset().union(*map(local.of, chains[name]))
        cells.update((name, district_of(code)) for code in sorted(firms))
    return dict(cells)


def _named_first(name: str | None) -> tuple[bool, str]:
    return name is None, name or ""
