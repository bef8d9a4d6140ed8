"""Gaps: the required inputs of some products and how far local firms make them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from lianshu.engine.chains.graph import ProductGraph
from lianshu.engine.chains.makers import Makers
from lianshu.engine.chains.model import Reached, Status, status_of


@dataclass(frozen=True, slots=True)
class Gap:
    """A required input with its local makers; a gap in the narrow sense when it has none."""

    product: str
    depth: int
    path: tuple[str, ...]
    makers: frozenset[str]

    @property
    def makers_local(self) -> int:
        """The number of distinct local makers."""
        return len(self.makers)

    @property
    def status(self) -> Status:
        """By the number of local makers."""
        return status_of(len(self.makers))


@dataclass(frozen=True, slots=True)
class Sourcing:
    """Local sourcing ratio of required inputs, as exact parts and wholes.

    By count: `sourced` of `inputs` have a local maker. By value: `local_value` of `value`, summed
    over the inputs and their makers anywhere: the maker's share of revenue in the input, times its
    revenue where that is given (else 1, which counts firms by their devotion and not by their
    size). `unvalued` makers state no share between 0 and 1, or have no revenue where revenues are
    given; they are left out of both sums.
    """

    inputs: int
    sourced: int
    value: Decimal
    local_value: Decimal
    unvalued: int

    @property
    def by_count(self) -> Fraction | None:
        """None where nothing is required."""
        return Fraction(self.sourced, self.inputs) if self.inputs else None

    @property
    def by_value(self) -> Fraction | None:
        """None where no maker states a share that counts."""
        return Fraction(self.local_value) / Fraction(self.value) if self.value else None


def find_gaps(
    graph: ProductGraph, *, roots: Iterable[str], local: Makers, depth: int | None = None
) -> list[Gap]:
    """The required inputs of `roots` with their local makers, by depth, then product.

    Every input is in the list, covered or not. Raises `UnknownProductError`.
    """
    return covered_by(local, graph.required_inputs(roots, depth=depth))


def covered_by(local: Makers, inputs: Iterable[Reached]) -> list[Gap]:
    """The same inputs with their local makers."""
    return [Gap(one.product, one.depth, one.path, local.of(one.product)) for one in inputs]


def count_statuses(gaps: Iterable[Gap]) -> dict[Status, int]:
    """How many inputs have each status; every status is there."""
    counted = Counter(gap.status for gap in gaps)
    return {status: counted[status] for status in Status}


def sourcing(
    gaps: Sequence[Gap],
    *,
    local: Makers,
    everyone: Makers,
    revenues: Mapping[str, Decimal] | None = None,
) -> Sourcing:
    """The local sourcing ratio of the inputs that `find_gaps` gave.

    `everyone` are the makers anywhere, by the same rule on sub-classes as `local`. `revenues` are
    by key of the code, in any one unit.
    """
    value = local_value = Decimal(0)
    unvalued = 0
    for gap in gaps:
        [number] = everyone.graph.numbers([gap.product])
        for code in sorted(everyone.of_number(number)):
            share = everyone.share(code, number)
            revenue = Decimal(1) if revenues is None else revenues.get(code)
            if share is None or revenue is None:
                unvalued += 1
                continue
            value += share * revenue
            if code in local.firms:
                local_value += share * revenue
    sourced = sum(bool(gap.makers) for gap in gaps)
    return Sourcing(len(gaps), sourced, value, local_value, unvalued)
