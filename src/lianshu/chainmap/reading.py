"""What the page of an input says: makers here and elsewhere that the reader may know, products that
might take its place, and how far each chain is sourced locally."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from lianshu.authority import Actor
from lianshu.chainmap.models import ChainInput, CoverStatus, OutsideMaker
from lianshu.chainmap.queries import (
    CurrentMap,
    Firm,
    current_graph,
    exact_inputs_for,
    inputs_for,
    roots_by_chain,
)
from lianshu.engine.chains import Gap, Substitute, sourcing, substitutes
from lianshu.registry.models import Chain, Region

SHOWN = 40


@dataclass(frozen=True, slots=True)
class MakerSeen:
    """A firm with what it makes of a product and its sub-classes."""

    firm: Firm
    makes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class InputSeen:
    """Everything about one input that its reader may know."""

    row: ChainInput
    exact: bool
    here: Sequence[MakerSeen]
    elsewhere: Sequence[MakerSeen]
    instead: Sequence[Substitute]
    users: Sequence[str]


def read_input(actor: Actor, row: ChainInput) -> InputSeen:
    """One input. `here` names only firms whose relation the actor may see."""
    current = current_graph(actor)
    name = row.product.name
    exact = exact_inputs_for(actor).filter(pk=row.pk).exists()
    if name not in current.graph:
        return InputSeen(row, exact, (), (), (), ())
    local = current.makers(row.region)
    here = _seen(current, local.through(name))
    codes = {each.firm.code for each in here}
    others = _seen(current, current.everyone().through(name))
    return InputSeen(
        row,
        exact,
        here,
        [each for each in others if each.firm.code not in codes],
        substitutes(current.graph, product=name, local=local, limit=8),
        [each.product for each in current.graph.users_of([name], depth=1)][:SHOWN],
    )


def _seen(current: CurrentMap, makers: Mapping[str, tuple[str, ...]]) -> list[MakerSeen]:
    found = [MakerSeen(current.firms[code], makes) for code, makes in makers.items()]
    return sorted(found, key=lambda each: each.firm.name)[:SHOWN]


def promotion_targets(seen: InputSeen) -> list[OutsideMaker]:
    """The firms elsewhere that make it."""
    codes = [each.firm.code for each in seen.elsewhere if not each.firm.local]
    return list(OutsideMaker.objects.filter(public_id__in=codes).order_by("name"))


@dataclass(frozen=True, slots=True)
class ChainSourcing:
    """How far a chain is sourced in a place. Statuses and ratios are for who may know few makers;
    the others get `covered`: how many inputs have three local makers or more."""

    chain: Chain
    inputs: int
    covered: int
    statuses: Mapping[str, int] | None = None
    by_count: Fraction | None = None
    by_value: Fraction | None = None
    unvalued: int = 0


def sourcing_of(actor: Actor, place: Region) -> list[ChainSourcing]:
    """Every chain in a place, in a constant number of queries."""
    rows = list(inputs_for(actor).filter(region=place))
    exact = set(exact_inputs_for(actor).filter(region=place).values_list("pk", flat=True))
    current = current_graph(actor)
    found = []
    for chain in roots_by_chain():
        own = [row for row in rows if row.chain_id == chain.pk]
        covered = sum(row.shown > 0 for row in own)
        known = [row for row in own if row.pk in exact]
        if not own or len(known) < len(own):
            found.append(ChainSourcing(chain, len(own), covered))
            continue
        found.append(_exact(current, chain, place, own, covered))
    return found


def _exact(
    current: CurrentMap, chain: Chain, place: Region, rows: Sequence[ChainInput], covered: int
) -> ChainSourcing:
    local = current.makers(place)
    gaps = [
        Gap(row.product.name, row.depth, tuple(row.path), local.of(row.product.name))
        for row in rows
        if row.product.name in current.graph
    ]
    ratio = sourcing(gaps, local=local, everyone=current.everyone())
    statuses = {status: sum(row.status == status for row in rows) for status in CoverStatus.values}
    sourced = sum(row.makers > 0 for row in rows)
    by_count = Fraction(sourced, len(rows)) if rows else None
    return ChainSourcing(
        chain, len(rows), covered, statuses, by_count, ratio.by_value, ratio.unvalued
    )


def percent(ratio: Fraction | None) -> str:
    """A ratio as people read it, one decimal, half up; a dash where nothing is known."""
    if ratio is None:
        return "—"
    tenths = int(ratio * 1000 + Fraction(1, 2))
    return f"{tenths // 10}.{tenths % 10}%"
