"""The product graph: what needs what, what is a kind of what, who makes what.

Products have numbers in the code point order of their names, so that comparing numbers compares
names. Supply and sub-classes are two rustworkx graphs over these numbers, without self-loops and
without repeated edges.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from itertools import chain

import rustworkx

from lianshu.engine.chains.model import Edge, Making, Reached, Relation, UnknownProductError
from lianshu.engine.chains.names import code_key, nearest, trimmed

Neighbours = Mapping[int, tuple[int, ...]]
"""By product: the products one step away, in order."""


class ProductGraph:
    """Products, their relations and their makers. Made once, never changed.

    `names` are all products named by an edge of any relation or by a making. `firms` are the keys
    of codes (`code_key`). Methods take and give names and codes; what is called by number serves
    the modules of this package.
    """

    def __init__(self, edges: Iterable[Edge], makings: Iterable[Making] = ()) -> None:
        edges, makings = list(edges), list(makings)
        found = {trimmed(name) for edge in edges for name in (edge.start, edge.end)}
        found.update(trimmed(making.product) for making in makings)
        self.names: tuple[str, ...] = tuple(sorted(found))
        self.number: Mapping[str, int] = {name: at for at, name in enumerate(self.names)}
        pairs: dict[Relation, set[tuple[int, int]]] = {each: set() for each in Relation}
        for start, end, relation, _ in edges:
            pairs[relation].add((self.number[trimmed(start)], self.number[trimmed(end)]))
        supply, finer = (
            sorted(pair for pair in pairs[relation] if pair[0] != pair[1])
            for relation in (Relation.SUPPLY, Relation.SUBCLASS)
        )
        self.inputs, self.users = _neighbours(supply), _neighbours((b, a) for a, b in supply)
        self.finer, self.wider = _neighbours(finer), _neighbours((b, a) for a, b in finer)
        # The inputs of most products have no inputs themselves.
        self._deep = frozenset(
            start for start, ends in self.inputs.items() if not self.inputs.keys().isdisjoint(ends)
        )
        self.supply_graph = _graph(self.names, supply)
        self.finer_graph = _graph(self.names, finer)
        self.self_supplied: tuple[str, ...] = tuple(
            sorted(self.names[a] for a, b in pairs[Relation.SUPPLY] if a == b)
        )
        self._read_makings(makings)

    def _read_makings(self, makings: Iterable[Making]) -> None:
        made: defaultdict[int, set[str]] = defaultdict(set)
        makes: defaultdict[str, set[int]] = defaultdict(set)
        shares: dict[tuple[str, int], Decimal] = {}
        for making in makings:
            code, product = code_key(making.code), self.number[trimmed(making.product)]
            made[product].add(code)
            makes[code].add(product)
            if making.share is not None and 0 <= making.share <= 1:
                key = (code, product)
                shares[key] = max(making.share, shares.get(key, making.share))
        self.made_by: Mapping[int, frozenset[str]] = {
            product: frozenset(codes) for product, codes in made.items()
        }
        self.made_of: Mapping[str, frozenset[int]] = {
            code: frozenset(products) for code, products in makes.items()
        }
        self.shares: Mapping[tuple[str, int], Decimal] = shares
        self.firms: tuple[str, ...] = tuple(sorted(makes))

    def __contains__(self, name: str) -> bool:
        return trimmed(name) in self.number

    def __len__(self) -> int:
        return len(self.names)

    def numbers(self, names: Iterable[str]) -> list[int]:
        """The numbers of some products, each once, in order. Raises `UnknownProductError`."""
        wanted = {trimmed(name) for name in names}
        unknown = sorted(name for name in wanted if name not in self.number)
        if unknown:
            raise UnknownProductError({name: self.nearest(name) for name in unknown})
        return sorted(self.number[name] for name in wanted)

    def nearest(self, name: str, *, count: int = 5) -> tuple[str, ...]:
        """The products whose names are most like `name`."""
        return nearest(name, self.names, count=count)

    def made(self, code: str) -> tuple[str, ...]:
        """What a firm makes."""
        products = self.made_of.get(code_key(code), frozenset())
        return tuple(self.names[product] for product in sorted(products))

    def closure(self, products: Iterable[str]) -> frozenset[str]:
        """Required inputs at any depth of a set of products, without the products themselves."""
        return frozenset(map(self.names.__getitem__, self.all_inputs_of(self.numbers(products))))

    def closures(self, products: Iterable[str]) -> dict[str, frozenset[str]]:
        """Required inputs at any depth of each product alone."""
        name = self.names.__getitem__
        found = self.all_inputs_each(self.numbers(products))
        return {name(root): frozenset(map(name, inputs)) for root, inputs in found.items()}

    def required_inputs(self, roots: Iterable[str], *, depth: int | None = None) -> list[Reached]:
        """Required inputs of a set of products, by depth, then product; the roots excluded.

        Only 上游材料 edges are followed, from start to end. `depth` limits the distance; None does
        not. Raises `UnknownProductError`.
        """
        return self.spread(self.numbers(roots), self.inputs, depth=depth)

    def users_of(self, products: Iterable[str], *, depth: int | None = None) -> list[Reached]:
        """Who is downstream: the products that require one of these, in the same way."""
        return self.spread(self.numbers(products), self.users, depth=depth)

    def below(self, product: str) -> frozenset[str]:
        """All sub-classes of a product, and theirs; never the product itself."""
        [number] = self.numbers([product])
        return frozenset(map(self.names.__getitem__, self.all_below(number)))

    def above(self, product: str) -> frozenset[str]:
        """All products that this one is a sub-class of, and theirs; never the product itself."""
        [number] = self.numbers([product])
        return frozenset(map(self.names.__getitem__, self.all_above(number)))

    def all_inputs_each(self, numbers: Iterable[int]) -> dict[int, set[int]]:
        """`closures` by number."""
        deep, graph, direct = self._deep, self.supply_graph, self.inputs.get
        descendants = rustworkx.descendants
        return {
            one: descendants(graph, one) if one in deep else set(direct(one, ())) for one in numbers
        }

    def all_inputs_of(self, numbers: list[int]) -> list[int]:
        """`closure` by number, nearest first."""
        layers = rustworkx.bfs_layers(self.supply_graph, numbers)
        return list(chain.from_iterable(layers[1:]))

    def all_below(self, number: int) -> set[int]:
        """`below` by number."""
        return rustworkx.descendants(self.finer_graph, number) if number in self.finer else set()

    def all_above(self, number: int) -> set[int]:
        """`above` by number."""
        return rustworkx.ancestors(self.finer_graph, number) if number in self.wider else set()

    def spread(
        self, starts: Iterable[int], neighbours: Neighbours, *, depth: int | None
    ) -> list[Reached]:
        """All products reached from `starts`, which are excluded, by depth, then product.

        Breadth first: each layer is kept in the order of its paths and neighbours come in the
        order of names, so the first path that reaches a product is its shortest and smallest.
        """
        layer = sorted(starts)
        came_from: dict[int, int | None] = dict.fromkeys(layer)
        found: list[Reached] = []
        distance = 0
        while layer and (depth is None or distance < depth):
            distance += 1
            following = []
            for product in layer:
                for neighbour in neighbours.get(product, ()):
                    if neighbour not in came_from:
                        came_from[neighbour] = product
                        following.append(neighbour)
            found += (
                Reached(self.names[one], distance, self._path(one, came_from))
                for one in sorted(following)
            )
            layer = following
        return found

    def _path(self, product: int, came_from: Mapping[int, int | None]) -> tuple[str, ...]:
        path = []
        step: int | None = product
        while step is not None:
            path.append(self.names[step])
            step = came_from[step]
        return tuple(reversed(path))


def _neighbours(pairs: Iterable[tuple[int, int]]) -> Neighbours:
    gathered: defaultdict[int, list[int]] = defaultdict(list)
    for start, end in pairs:
        gathered[start].append(end)
    return {start: tuple(sorted(ends)) for start, ends in gathered.items()}


def _graph(names: tuple[str, ...], pairs: list[tuple[int, int]]) -> rustworkx.PyDiGraph[str, None]:
    graph: rustworkx.PyDiGraph[str, None] = rustworkx.PyDiGraph(multigraph=False)
    graph.add_nodes_from(names)
    graph.add_edges_from([(start, end, None) for start, end in pairs])
    return graph
