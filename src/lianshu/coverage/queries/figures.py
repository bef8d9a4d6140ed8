"""Coverage in numbers: all together, by chain, by district and by size."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db.models import Q
from django.utils.translation import gettext as _

from lianshu.authority import Actor
from lianshu.coverage.models import Edition, ListRow, RowState
from lianshu.coverage.queries.covering import (
    CHANGES,
    UNKNOWN_SIZE,
    Cover,
    below,
    enterprises,
    firms_of,
    in_registers,
    of_sizes,
)
from lianshu.engine.identity import Size
from lianshu.registry.models import Chain, Organisation, Region, RegionKind
from lianshu.registry.queries import all_chains, all_regions
from lianshu.registry.queries.identity import size_name
from lianshu.registry.queries.sizes import sizes_of

GROUPS = ("covered", "doubtful", "open")
LOST = ("closed", "merged", "moved")


@dataclass(frozen=True, slots=True)
class Narrowing:
    """To whom the figures are narrowed; empty means no restriction."""

    chain: Chain | None = None
    district: Region | None = None
    size: str = ""
    register: str = ""

    def condition(self, actor: Actor, *, placed: bool = True) -> Q:
        """On organisations; without the district where `placed` is False."""
        found = Q()
        if self.chain is not None:
            found &= Q(chain=self.chain)
        if self.district is not None and placed:
            found &= below(self.district)
        if self.size:
            found &= of_sizes(actor, [self.size])
        if self.register:
            found &= in_registers(actor, [self.register])
        return found

    def params(self, *, placed: bool = True) -> list[tuple[str, str]]:
        """As parameters of the list of firms."""
        found = []
        if self.chain is not None:
            found.append(("chain", self.chain.public_id))
        if self.district is not None and placed:
            found.append(("region", self.district.public_id))
        if self.size:
            found.append(("size", self.size))
        if self.register:
            found.append(("register", self.register))
        return found


@dataclass(slots=True)
class Line:
    """Figures of one chain, district or size: `param` narrows the list of firms to it."""

    label: str
    param: tuple[str, str] | None
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        """The firms of today."""
        return sum(self.counts[group] for group in GROUPS)


@dataclass(frozen=True, slots=True)
class Figures:
    """How far an edition covers the firms it is compared with."""

    whole: Line
    by_chain: Sequence[Line]
    by_district: Sequence[Line]
    by_size: Sequence[Line]
    unregistered: int
    waiting: int
    rows: int


def figures_of(actor: Actor, edition: Edition, narrowing: Narrowing) -> Figures:
    """Count every firm of today into one group, and the lost beside them. The same few queries
    however many there are."""
    condition = narrowing.condition(actor)
    firms: dict[int, tuple[int | None, int]] = {}
    group_of: dict[int, str] = {}
    for group in GROUPS:
        rows = enterprises(actor).filter(firms_of(actor, Cover(edition, group)), condition)
        for pk, chain, region in rows.order_by().values_list("pk", "chain_id", "region_id"):
            firms[pk], group_of[pk] = (chain, region), group
    anywhere = narrowing.condition(actor, placed=False)
    for how in LOST:
        cover = Cover(edition, how, place=narrowing.district)
        rows = enterprises(actor).filter(firms_of(actor, cover), anywhere)
        for pk, chain, region in rows.order_by().values_list("pk", "chain_id", "region_id"):
            firms[pk], group_of[pk] = (chain, region), how
    sizes = sizes_of(actor, firms)
    rows_of = ListRow.objects.visible_to(actor).filter(edition=edition)
    states = Counter(rows_of.values_list("state", flat=True))
    return Figures(
        _counted(Line(_("全部"), None), group_of.values()),
        _by_chain(firms, group_of),
        _by_district(firms, group_of),
        _by_size(firms, group_of, sizes),
        states[RowState.NEW],
        states[RowState.REVIEW],
        states.total(),
    )


def _counted(line: Line, groups: Iterable[str]) -> Line:
    for group in groups:
        line.counts[group] += 1
    return line


def _by_chain(firms: dict[int, tuple[int | None, int]], group_of: dict[int, str]) -> list[Line]:
    chains = {each.pk: each for each in all_chains()}
    lines = {pk: Line(each.name, ("chain", each.public_id)) for pk, each in chains.items()}
    without = Line(_("没有产业链"), None)
    for pk, (chain, _region) in firms.items():
        line = without if chain is None else lines[chain]
        line.counts[group_of[pk]] += 1
    return [each for each in [*lines.values(), without] if each.counts]


def districts() -> dict[int, Region]:
    """Region → the district it lies in; what lies in none stands for itself."""
    regions = {each.pk: each for each in all_regions()}
    found: dict[int, Region] = {}
    for pk, region in regions.items():
        at = region
        while at.kind != RegionKind.COUNTY and at.parent_id in regions:
            at = regions[at.parent_id]
        found[pk] = at if at.kind == RegionKind.COUNTY else region
    return found


def _by_district(firms: dict[int, tuple[int | None, int]], group_of: dict[int, str]) -> list[Line]:
    where = districts()
    lines: dict[int, Line] = {}
    for pk, (_chain, region) in firms.items():
        place = where[region]
        line = lines.setdefault(place.pk, Line(place.name, ("region", place.public_id)))
        line.counts[group_of[pk]] += 1
    order = {region.pk: at for at, region in enumerate(where.values())}
    return [lines[pk] for pk in sorted(lines, key=lambda pk: order.get(pk, 0))]


def _by_size(
    firms: dict[int, tuple[int | None, int]], group_of: dict[int, str], sizes: dict[int, Size]
) -> list[Line]:
    lines = {str(size.value): Line(size_name(size), ("size", str(size.value))) for size in Size}
    unknown = Line(_("规模未知"), ("size", UNKNOWN_SIZE))
    for pk in firms:
        line = lines[str(sizes[pk].value)] if pk in sizes else unknown
        line.counts[group_of[pk]] += 1
    return [each for each in [*lines.values(), unknown] if each.counts]


def changes_between(
    actor: Actor, before: Edition, after: Edition, narrowing: Narrowing
) -> dict[str, int]:
    """How many firms were newly covered, are no longer on the list, and are gone since."""
    found = {}
    for change in CHANGES:
        cover = Cover(after, change, before)
        condition = narrowing.condition(actor, placed=change != "gone")
        rows = enterprises(actor).filter(firms_of(actor, cover), condition)
        found[change] = rows.order_by().count()
    return found


def uncovered(actor: Actor, edition: Edition, narrowing: Narrowing) -> list[Organisation]:
    """The firms that nothing reaches yet: neither covered nor in doubt."""
    rows = enterprises(actor).filter(firms_of(actor, Cover(edition, "open")))
    return list(rows.filter(narrowing.condition(actor)))
