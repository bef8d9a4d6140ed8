"""What packs/demo/products.yaml holds: what products need, and who makes them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from lianshu.demo.city.drawing import Draw
from lianshu.demo.city.model import ChainPlan, CityPlan, Unit
from lianshu.demo.city.sources import CitySources
from lianshu.demo.definitions import Identifier, Line
from lianshu.engine.chains import Relation
from lianshu.engine.definitions import Definition, load_file

PRODUCTS_FILE = "products.yaml"
MAKERS_OF_SUPPLIES = {0: 45, 1: 20, 2: 15, 3: 12, 5: 8}
"""How many firms of the chain also make a product that lies in none of its segments: weights."""


class ChainProducts(Definition):
    """What a chain is known for, what products need and which are kinds of others."""

    chain: Identifier
    roots: tuple[Line, ...]
    supplies: Mapping[Line, tuple[Line, ...]]
    kinds: Mapping[Line, tuple[Line, ...]] = {}


class Elsewhere(Definition):
    """An invented firm of another place."""

    code: Identifier
    name: Line
    place: Line
    makes: tuple[Line, ...]


class ProductsFile(Definition):
    """The whole file."""

    chains: tuple[ChainProducts, ...]
    makers: Mapping[Identifier, tuple[Line, ...]]
    outside: tuple[Elsewhere, ...]


@dataclass(frozen=True, slots=True)
class MakesPlan:
    """A unit of the city makes a product."""

    unit: str
    product: str
    share: Decimal | None
    source: str
    visibility: str


@dataclass
class ProductPlan:
    """Everything, in the order it can be written; segments by (chain, product) → segment code."""

    edges: list[tuple[str, str, str]] = field(default_factory=list)
    roots: dict[str, list[str]] = field(default_factory=dict)
    segments: dict[tuple[str, str], str] = field(default_factory=dict)
    makes: list[MakesPlan] = field(default_factory=list)


def read_products(folder: Path) -> ProductsFile:
    """The file of a demo pack. Raises DefinitionError with its defects."""
    return load_file(folder / PRODUCTS_FILE, ProductsFile).value


def plan_products(
    file: ProductsFile, plan: CityPlan | None, sources: CitySources | None
) -> ProductPlan:
    """The product graph and its makers: equal files and seeds give equal plans."""
    found = ProductPlan()
    for chain in file.chains:
        found.roots[chain.chain] = list(chain.roots)
        for start, ends in chain.supplies.items():
            found.edges += ((start, end, Relation.SUPPLY.value) for end in ends)
        for start, ends in chain.kinds.items():
            found.edges += ((start, end, Relation.SUBCLASS.value) for end in ends)
    for unit, products in file.makers.items():
        shares = (Decimal(6), Decimal(3), Decimal(1))
        for product, share in zip(products, shares, strict=False):
            makes = MakesPlan(unit, product, share / 10, "stated", "public")
            found.makes.append(makes)
    if plan is None or sources is None:
        return found
    draw = Draw(sources.city.seed, "products")
    written = {chain.chain for chain in file.chains}
    for chain_plan in plan.chains:
        for segment in chain_plan.segments:
            found.segments[chain_plan.code, segment.name] = segment.code
        if chain_plan.code not in written:
            _compose(found, chain_plan, draw)
    _add_topics(found, sources)
    found.makes += _makers(found, plan, sources, draw)
    return found


def _compose(found: ProductPlan, chain: ChainPlan, draw: Draw) -> None:
    """Downstream needs midstream, midstream needs upstream: parts of segments, by lot."""
    parts = {
        stream: [part.name for part in chain.segments if part.parent and part.stream == stream]
        for stream in ("upstream", "midstream", "downstream")
    }
    found.roots[chain.code] = parts["downstream"]
    for above, below in (("downstream", "midstream"), ("midstream", "upstream")):
        for start in parts[above]:
            for end in draw.some(parts[below], draw.between(2, 3)):
                if start != end:
                    found.edges.append((start, end, Relation.SUPPLY.value))


def _add_topics(found: ProductPlan, sources: CitySources) -> None:
    """What a chain works on is a kind of the segment it belongs to."""
    for chain in sources.chains:
        for topic in chain.topics:
            if topic.product != topic.at:
                found.edges.append((topic.at, topic.product, Relation.SUBCLASS.value))


def _makers(
    found: ProductPlan, plan: CityPlan, sources: CitySources, draw: Draw
) -> Iterator[MakesPlan]:
    chains = {chain.id: chain for chain in sources.chains}
    firms: dict[str, list[Unit]] = {}
    again, _first = plan.duplicate
    for unit in plan.units:
        if unit.business is None or unit.key == again:
            continue
        firms.setdefault(unit.business.chain, []).append(unit)
        source = draw.weighted({"public": 6, "stated": 2, "inferred": 2})
        visibility = draw.weighted({"public": 3, "office": 1})
        share = Decimal(draw.between(40, 95)) / 100 if draw.chance(70) else None
        yield MakesPlan(unit.key, unit.business.segment_name, share, source, visibility)
        if unit.business.topic is not None:
            topic = chains[unit.business.chain].topics[unit.business.topic]
            if topic.product != unit.business.segment_name:
                yield MakesPlan(unit.key, topic.product, None, source, visibility)
    made = {each.product for each in found.makes} | {part for _chain, part in found.segments}
    done: set[str] = set()
    for start, end, relation in found.edges:
        chain = next((key for key, roots in found.roots.items() if start in roots), None)
        if relation != Relation.SUPPLY.value or end in made or end in done:
            continue
        done.add(end)
        near = firms.get(chain or draw.pick(sorted(firms)), [])
        for unit in draw.some(near, draw.weighted(MAKERS_OF_SUPPLIES)):
            share = Decimal(draw.between(5, 35)) / 100
            yield MakesPlan(unit.key, end, share, "inferred", draw.pick(("public", "office")))
