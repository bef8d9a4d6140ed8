"""Impact: what becomes a gap when a firm stops or a product fails, and who is downstream."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lianshu.engine.chains.graph import ProductGraph
from lianshu.engine.chains.makers import Makers
from lianshu.engine.chains.model import Status, status_of
from lianshu.engine.chains.names import code_key


@dataclass(frozen=True, slots=True)
class Change:
    """A product that loses makers: who made it before and who still does."""

    product: str
    before: frozenset[str]
    after: frozenset[str]

    @property
    def lost(self) -> frozenset[str]:
        """The makers it loses."""
        return self.before - self.after

    @property
    def statuses(self) -> tuple[Status, Status]:
        """Before and after."""
        return status_of(len(self.before)), status_of(len(self.after))


@dataclass(frozen=True, slots=True)
class Affected:
    """A product downstream of one that cannot be had. `path` runs from that one to this; `makers`
    are the local firms, still there, that make this."""

    product: str
    depth: int
    path: tuple[str, ...]
    makers: frozenset[str]


@dataclass(frozen=True, slots=True)
class Impact:
    """What a loss does.

    `changes` are the products that lose makers, those that become gaps first. `gaps` are the
    products that had local makers and have none any more, and the products lost; `affected` are
    the products that require one of these, by distance. Products that were gaps before start no
    wave: nothing changes for them.
    """

    changes: tuple[Change, ...]
    gaps: tuple[str, ...]
    affected: tuple[Affected, ...]

    @property
    def firms(self) -> frozenset[str]:
        """The local firms that make what is affected."""
        return frozenset().union(*(one.makers for one in self.affected))


def impact(
    graph: ProductGraph,
    *,
    local: Makers,
    firms: Iterable[str] = (),
    products: Iterable[str] = (),
    depth: int | None = None,
) -> Impact:
    """What happens to the map of `local` when `firms` stop and `products` cannot be had.

    A product that cannot be had takes its sub-classes with it where `local` counts sub-classes.
    `depth` limits the wave downstream. Raises `UnknownProductError`; a firm that makes nothing
    local changes nothing.
    """
    lost = graph.numbers(products)
    gone = set(lost)
    if local.subclasses:
        gone.update(*(graph.all_below(number) for number in lost))
    stopped = frozenset(map(code_key, firms)) & local.firms
    rest = Makers(
        graph,
        among=local.firms,
        without=stopped,
        lost=[graph.names[number] for number in gone],
        subclasses=local.subclasses,
    )
    touched = set(gone).union(*(graph.made_of.get(code, ()) for code in stopped))
    if local.subclasses:
        touched |= set().union(*(graph.all_above(number) for number in touched))
    changes = [
        Change(graph.names[number], local.of_number(number), rest.of_number(number))
        for number in sorted(touched)
    ]
    changes = [one for one in changes if one.lost]
    # Stable: those that become gaps first, each part in the order of names.
    changes.sort(key=lambda one: bool(one.after))
    gaps = {one.product for one in changes if not one.after}
    gaps.update(graph.names[number] for number in lost)
    affected = tuple(
        Affected(one.product, one.depth, one.path, rest.of(one.product))
        for one in graph.users_of(gaps, depth=depth)
    )
    return Impact(tuple(changes), tuple(sorted(gaps)), affected)
