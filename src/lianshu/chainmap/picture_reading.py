"""What the pictures are made of, for one actor: a chain in a place, its inputs, supplies, firms.

Numbers of makers are those computed for everybody (`ChainInput`); whoever may not read few makers
there gets the bound that `disclosure` publishes and nothing finer. Names of firms come from the
graph of the relations that the actor itself may see.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.db.models import Count, Q

from lianshu.authority import EVERY_CHAIN, Actor, Capability
from lianshu.chainmap.models import ChainInput
from lianshu.chainmap.pictures import InputSeen, MapPicture, links_among, map_picture
from lianshu.chainmap.pictures_flow import FlowRow, flow_rows
from lianshu.chainmap.pictures_matrix import MatrixRow, Tally, matrix_rows
from lianshu.chainmap.queries import (
    cities,
    current_graph,
    districts_of,
    inputs_for,
    roots_by_chain,
    segments_by_product,
)
from lianshu.chainmap.rules import can_read_sources_at
from lianshu.engine.chains import ChainMap, Link, Node, flows
from lianshu.registry.models import Chain, Region, RegionAncestry
from lianshu.registry.queries import organisations_for

DEEPEST: Final = 8


@dataclass(frozen=True, slots=True)
class Where:
    """A chain in a place. `exact`: the actor may know few makers there."""

    chain: Chain
    roots: tuple[str, ...]
    region: Region
    exact: bool


@dataclass(frozen=True, slots=True)
class Choices:
    """What can be asked for: chains with roots, the city and its districts."""

    chains: Mapping[Chain, list[str]]
    city: Region | None
    regions: tuple[Region, ...]


def choices_for(actor: Actor) -> Choices:
    """Everybody known may ask for all of them."""
    found = cities() if actor.is_known else []
    city = found[0] if found else None
    return Choices(
        roots_by_chain() if actor.is_known else {},
        city,
        () if city is None else (city, *districts_of(city)),
    )


def where_asked(actor: Actor, choices: Choices, *, chain: str, region: str) -> Where | None:
    """The chain and place asked for by public id; else the actor's own chain and the city. None
    where no chain has roots or there is no city."""
    by_id = {each.public_id: each for each in choices.chains}
    found = by_id.get(chain) or _own_chain(actor, choices)
    places = {each.public_id: each for each in choices.regions}
    place = places.get(region) or choices.city
    if found is None or place is None:
        return None
    exact = can_read_sources_at(actor, found, place).allowed
    return Where(found, tuple(choices.chains[found]), place, exact)


def _own_chain(actor: Actor, choices: Choices) -> Chain | None:
    """One that the actor is granted, else that of its firm, else the first."""
    own: set[int | str | None] = {
        scope.chain_id
        for capability in (Capability.READ_SOURCES, Capability.COORDINATE)
        for scope in actor.scopes(capability)
    }
    if actor.organisation_ids:
        firms = organisations_for(actor).filter(pk__in=actor.organisation_ids)
        own.update(firms.values_list("chain_id", flat=True))
    return next(iter([*(each for each in choices.chains if each.pk in own), *choices.chains]), None)


@dataclass(frozen=True, slots=True)
class Drawn:
    """The map of a chain in a place; `keys` are the public ids of its inputs."""

    where: Where
    picture: MapPicture
    keys: Mapping[str, str]


def chain_drawn(actor: Actor, where: Where, *, depth: int = DEEPEST) -> Drawn:
    """The chain's roots and required inputs there, down to a depth."""
    seen, keys = [], {}
    rows = inputs_for(actor).filter(chain=where.chain, region=where.region, depth__lte=depth)
    for name, level, path, makers, bound, key in rows.values_list(
        "product__name", "depth", "path", "makers", "shown", "public_id"
    ):
        seen.append(InputSeen(name, level, tuple(path), makers if where.exact else None, bound))
        keys[name] = key
    graph = current_graph(actor).graph
    products = [name for name in (*where.roots, *keys) if name in graph]
    return Drawn(where, map_picture(where.roots, seen, links_among(graph, products)), keys)


def segment_flows(drawn: Drawn, *, unnamed: str) -> tuple[FlowRow, ...]:
    """What flows between the segments of the chain. An input that lies in no segment counts to
    the segment of the nearest product above it that does, as that one is made of it; never to a
    root's, which all are. Where there is none, the direct input on its path stands for one."""
    lies_in = segments_by_product(drawn.where.chain)
    paths = {row.product: row.path for row in drawn.picture.rows}

    def segment_of(product: str) -> str | None:
        path = paths[product][1:] or paths[product]
        return next((lies_in[one] for one in reversed(path) if one in lies_in), path[0])

    nodes = tuple(
        Node(row.product, row.depth, None, row.makers or row.bound, 0) for row in drawn.picture.rows
    )
    links = tuple(Link(source, target) for source, target in drawn.picture.links)
    return flow_rows(flows(ChainMap(nodes, links), segment_of=segment_of), unnamed=unnamed)


def chains_by_district(actor: Actor, choices: Choices) -> tuple[MatrixRow, ...]:
    """The matrix: one query, whatever the number of chains and districts."""
    if choices.city is None:
        return ()
    exact = _exact_places(actor, choices)
    rows = ChainInput.objects.visible_to(actor).filter(region__in=choices.regions)
    counted = rows.order_by().values("chain__name", "chain_id", "region__name", "region_id")
    tallies = {}
    for row in counted.annotate(
        inputs=Count("pk"),
        made=Count("pk", filter=Q(makers__gt=0)),
        told=Count("pk", filter=Q(shown__gt=0)),
    ):
        may = (row["chain_id"], row["region_id"]) in exact
        tallies[row["chain__name"], row["region__name"]] = Tally(
            row["inputs"], row["made"] if may else row["told"], exact=may
        )
    return matrix_rows(
        tallies,
        chains=[chain.name for chain in choices.chains],
        whole=choices.city.name,
        districts=[each.name for each in choices.regions[1:]],
    )


def _exact_places(actor: Actor, choices: Choices) -> set[tuple[int, int]]:
    """Chains and places where the actor may know few makers."""
    pairs = {(chain.pk, region.pk) for chain in choices.chains for region in choices.regions}
    if actor.is_system:
        return pairs
    scopes = list(actor.scopes(Capability.READ_SOURCES))
    below = set(
        RegionAncestry.objects.filter(
            ancestor__in={scope.region_id for scope in scopes},
            descendant__in=[region.pk for region in choices.regions],
        ).values_list("ancestor_id", "descendant_id")
    )
    return {
        (chain, region)
        for chain, region in pairs
        if any(
            scope.chain_id in {EVERY_CHAIN, chain} and (scope.region_id, region) in below
            for scope in scopes
        )
    }


@dataclass(frozen=True, slots=True)
class ProductPanel:
    """One product of the map: where it stands, what it needs, who needs it, who makes it."""

    row: InputSeen | None
    product: str
    key: str
    routes: tuple[tuple[str, ...], ...]
    inputs: tuple[str, ...]
    users: tuple[str, ...]
    makers: tuple[tuple[str, str, tuple[str, ...]], ...]
    """Local firms that the actor may see: public id, name, what of it they make."""


ROUTES: Final = 5
SHOWN_FIRMS: Final = 12


def product_panel(actor: Actor, drawn: Drawn, product: str) -> ProductPanel | None:
    """What the actor may know of a product of the map; None where the map does not have it."""
    rows = {row.product: row for row in drawn.picture.rows}
    row = rows.get(product)
    if row is None:
        return None
    users = sorted(target for source, target in drawn.picture.links if source == product)
    inputs = sorted(source for source, target in drawn.picture.links if target == product)
    # Every way in by a product that needs it directly, without walking in circles.
    routes = {(*rows[user].path, product) for user in users if product not in rows[user].path}
    ordered = sorted(routes, key=lambda route: (len(route), route))
    current = current_graph(actor)
    through: dict[str, tuple[str, ...]] = {}
    if product in current.graph:
        through = current.makers(drawn.where.region).through(product)
    firms = sorted(
        (current.firms[code].name, current.firms[code].public_id, made)
        for code, made in through.items()
    )
    seen = InputSeen(product, row.depth, row.path, row.makers, row.bound) if row.depth else None
    return ProductPanel(
        seen,
        product,
        drawn.keys.get(product, ""),
        tuple(ordered[:ROUTES]),
        tuple(inputs),
        tuple(users),
        tuple((key, name, made) for name, key, made in firms[:SHOWN_FIRMS]),
    )
