"""The whole city, composed in an order that can be written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lianshu.demo.city import figures, helpers, rights, ties, work
from lianshu.demo.city.drawing import Draw
from lianshu.demo.city.model import ChainPlan, CityPlan, FactPlan, HoldingPlan, Place, Unit
from lianshu.demo.city.organisations import (
    CITY,
    ENTERPRISE,
    STREETS,
    Registry,
    add_enterprises,
    chain_plan,
    written_units,
)
from lianshu.demo.city.posts import Composer
from lianshu.demo.city.sources import CitySources
from lianshu.demo.definitions import Organisation


def plan_city(
    sources: CitySources,
    *,
    counties: dict[str, str],
    written: Sequence[Organisation],
    last_year: int,
    seed: int | None = None,
) -> CityPlan:
    """The city of a seed (the file's own unless given): equal seeds, equal cities.

    `counties` (code → name) are those its places lie in, `written` the organisations that the
    pack has already, which get figures and ties like the others; `last_year` is the latest of the
    three years of figures.
    """
    seed = sources.city.seed if seed is None else seed
    registry = Registry(sources, Draw(seed, "organisations"), last_year, counties)
    helpers.add_offices(registry)
    for chain in sources.chains:
        add_enterprises(registry, chain)
    duplicate = _add_duplicate(registry)
    helpers.add_schools(registry)
    helpers.add_finance(registry)
    helpers.add_services(registry)
    helpers.add_groups(registry)
    made = [unit for unit in registry.units if unit.key != duplicate[0]]
    composer = Composer(sources.chains, made, sources.posts, Draw(seed, "posts"))
    chains = {chain.id: chain for chain in sources.chains}
    units = [*written_units(written, chains, Draw(seed, "written"), last_year), *made]
    facts = list(_facts(units, Draw(seed, "facts"), last_year))
    facts += work.figures_of(units, facts, Draw(seed, "further"), last_year=last_year)
    return CityPlan(
        places=tuple(_places(sources)),
        chains=tuple(_chains(sources)),
        units=tuple(registry.units),
        facts=tuple(facts),
        holdings=(
            *_holdings(sources, units, Draw(seed, "holdings"), last_year),
            *_work(sources, units, Draw(seed, "work"), last_year),
            *_first_tier(units, Draw(seed, "first tier"), last_year),
        ),
        members=tuple(ties.members_of(sources.chains, units, Draw(seed, "members"), last_year)),
        affiliations=tuple(ties.affiliations_of(units, Draw(seed, "groups"), last_year)),
        pairings=tuple(ties.pairings_of(sources.chains, units, Draw(seed, "pairs"), last_year)),
        liaisons=tuple(ties.liaisons_of(sources.city, units, Draw(seed, "liaisons"), last_year)),
        links=tuple(ties.links_of(units, Draw(seed, "links"), last_year)),
        names=tuple(
            ties.names_of(
                units,
                {chain.id: chain.name.zh for chain in sources.chains},
                Draw(seed, "names"),
                last_year,
            )
        ),
        duplicate=duplicate,
        demands=tuple(composer.demands()),
        resources=tuple(composer.resources()),
    )


def _places(sources: CitySources) -> Iterator[Place]:
    for zone in sources.city.zones:
        yield Place(zone.id, zone.name.zh, "zone", zone.street, name_en=zone.name.en or "")
    for street in sources.streets:
        # Six rows of the public list are zones that only statistics use.
        kind = "street" if street.name.endswith(STREETS) else "zone"
        yield Place(street.code, street.name, kind, street.county, street.code)


def _chains(sources: CitySources) -> Iterator[ChainPlan]:
    return (chain_plan(chain) for chain in sources.chains)


def _add_duplicate(registry: Registry) -> tuple[str, str]:
    """One firm was registered a second time from somebody's list, under a slightly other name."""
    first = next(u for u in registry.units if u.business and u.business.size == "medium")
    again = registry.add(
        key="duplicate",
        kind="enterprise",
        name=first.name.replace("有限公司", "（宁波）有限公司"),
        short_name=first.short_name,
        region=CITY,
        code=ENTERPRISE,
        chain=first.chain,
        introduction="由一份外来名单重复登记，已并入同一家企业。",
    )
    return again.key, first.key


def _facts(units: list[Unit], draw: Draw, last_year: int) -> Iterator[FactPlan]:
    for unit in units:
        yield from figures.facts_of(unit, draw, last_year=last_year)


def _holdings(
    sources: CitySources, units: list[Unit], draw: Draw, last_year: int
) -> Iterator[HoldingPlan]:
    chains = {chain.id: chain for chain in sources.chains}
    for number, unit in enumerate(units, 1):
        if unit.business is not None:
            yield from rights.holdings_of(
                unit, chains[unit.business.chain], draw, number=number, last_year=last_year
            )


def _first_tier(units: list[Unit], draw: Draw, last_year: int) -> Iterator[HoldingPlan]:
    for number, unit in enumerate(units, 1):
        yield from rights.first_tier_of(unit, draw, number=number, last_year=last_year)


def _work(
    sources: CitySources, units: list[Unit], draw: Draw, last_year: int
) -> Iterator[HoldingPlan]:
    chains = {chain.id: chain for chain in sources.chains}
    for number, unit in enumerate(units, 1):
        if unit.business is not None:
            chain = chains[unit.business.chain]
            yield from work.work_of(unit, chain, draw, number=number, last_year=last_year)
