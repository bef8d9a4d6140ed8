"""Substitutes: products that might take a product's place, with reasons for a person to judge."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from lianshu.engine.chains.graph import ProductGraph
from lianshu.engine.chains.makers import Makers

Kind = Literal["narrower", "sibling", "alike"]
_ORDER: dict[Kind, int] = {"narrower": 0, "sibling": 1, "alike": 2}


@dataclass(frozen=True, slots=True)
class Substitute:
    """A candidate.

    `narrower`: a direct sub-class of the product. `sibling`: a sub-class of the same product one
    step above (`common`). `alike`: neither, but it is used by, or made from, at least two of the
    same. `shared_users` are products that require both, `shared_inputs` what both require.
    """

    product: str
    kind: Kind
    common: tuple[str, ...]
    shared_users: tuple[str, ...]
    shared_inputs: tuple[str, ...]
    makers: frozenset[str]


def substitutes(
    graph: ProductGraph, *, product: str, local: Makers, limit: int | None = None
) -> list[Substitute]:
    """Candidates for `product`: narrower ones first, then siblings, then alike.

    Within a kind those with more shared users come first, then with more shared inputs, with more
    local makers, then by name. Raises `UnknownProductError`.
    """
    [wanted] = graph.numbers([product])
    parents = set(graph.wider.get(wanted, ()))
    narrower = set(graph.finer.get(wanted, ()))
    siblings = {one for parent in parents for one in graph.finer[parent]}
    users, inputs = set(graph.users.get(wanted, ())), set(graph.inputs.get(wanted, ()))
    near = {one for user in users for one in graph.inputs[user]}
    near |= {one for each in inputs for one in graph.users[each]}
    found = []
    for one in (narrower | siblings | near) - {wanted} - parents:
        kind: Kind = "narrower" if one in narrower else "sibling" if one in siblings else "alike"
        shared_users = users.intersection(graph.users.get(one, ()))
        shared_inputs = inputs.intersection(graph.inputs.get(one, ()))
        if kind == "alike" and len(shared_users) < 2 and len(shared_inputs) < 2:
            continue
        found.append(
            Substitute(
                graph.names[one],
                kind,
                _named(graph, parents.intersection(graph.wider.get(one, ()))),
                _named(graph, shared_users),
                _named(graph, shared_inputs),
                local.of_number(one),
            )
        )
    found.sort(
        key=lambda one: (
            _ORDER[one.kind],
            -len(one.shared_users),
            -len(one.shared_inputs),
            -len(one.makers),
            one.product,
        )
    )
    return found[:limit]


def _named(graph: ProductGraph, numbers: set[int]) -> tuple[str, ...]:
    return tuple(graph.names[number] for number in sorted(numbers))
