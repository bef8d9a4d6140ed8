"""Makers: who makes a product, among which firms, with its sub-classes or without."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from lianshu.engine.chains.graph import ProductGraph
from lianshu.engine.chains.names import code_key, trimmed


class Makers:
    """The makers of products among some firms.

    `among` are the codes that count (all firms when None), `without` codes that do not.
    With `subclasses`, whoever makes a product below another by 产品小类, however far and also in a
    cycle, makes the other too; without, makers are those of exactly that product. `lost` are
    products that nobody makes any more.
    """

    def __init__(
        self,
        graph: ProductGraph,
        *,
        among: Iterable[str] | None = None,
        without: Iterable[str] = (),
        lost: Iterable[str] = (),
        subclasses: bool = True,
    ) -> None:
        firms = set(graph.firms) if among is None else set(map(code_key, among))
        self.graph = graph
        self.subclasses = subclasses
        self.firms = frozenset(firms.difference(map(code_key, without)))
        gone = set(graph.numbers(lost))
        if len(self.firms) < len(graph.firms):
            self._products: dict[int, set[str]] = {}
            for code in self.firms:
                for product in graph.made_of.get(code, ()):
                    self._products.setdefault(product, set()).add(code)
        else:
            self._products = {at: set(codes & self.firms) for at, codes in graph.made_by.items()}
        for product in gone:
            self._products.pop(product, None)
        self._known: dict[int, frozenset[str]] = {}

    def of(self, product: str) -> frozenset[str]:
        """The keys of the codes of its makers; nobody makes a product that is not in the graph."""
        number = self.graph.number.get(trimmed(product))
        return frozenset() if number is None else self.of_number(number)

    def of_number(self, number: int) -> frozenset[str]:
        """`of` by number."""
        known = self._known.get(number)
        if known is None:
            found: set[str] = set()
            for product in self._counted(number):
                found |= self._products[product]
            known = self._known[number] = frozenset(found)
        return known

    def through(self, product: str) -> dict[str, tuple[str, ...]]:
        """By maker: what it makes of the product and its sub-classes, in order."""
        [number] = self.graph.numbers([product])
        found: dict[str, list[str]] = {}
        for one in sorted(self._counted(number)):
            for code in self._products[one]:
                found.setdefault(code, []).append(self.graph.names[one])
        return {code: tuple(found[code]) for code in sorted(found)}

    def share(self, code: str, number: int) -> Decimal | None:
        """A maker's share of revenue in a product: the greatest of those of the products that
        count, as files often state one share for several names of one business; None unknown."""
        shares = self.graph.shares
        known = [shares[code, one] for one in self._counted(number) if (code, one) in shares]
        return max(known, default=None)

    def _counted(self, number: int) -> set[int]:
        counted = {number}
        if self.subclasses:
            counted |= self.graph.all_below(number)
        return counted & self._products.keys()
