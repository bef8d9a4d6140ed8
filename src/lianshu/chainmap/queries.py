"""Reading the map: the engine's graph with the makers an actor may know, and required inputs.

    current = current_graph(actor)
    current.graph                      # engine.chains.ProductGraph
    current.makers(region)             # engine.chains.Makers: local ones, of the city or a district
    current.firms[code]                # who a code is

A graph is kept by the revision of the map and by what the actor may see; it is never changed.
"""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Final

from django.db import connection
from django.db.models import F, Max, QuerySet

from lianshu.authority import Actor, Capability, Matter, system_actor
from lianshu.chainmap.models import (
    ChainInput,
    ChainProduct,
    GapAct,
    MakerRelation,
    MapRevision,
    Product,
    ProductEdge,
    Visibility,
)
from lianshu.chainmap.querysets import ActQuerySet, InputQuerySet, MakerRelationQuerySet
from lianshu.engine.chains import Edge, Makers, Making, ProductGraph, Relation
from lianshu.registry.models import Chain, Organisation, Region, RegionAncestry, RegionKind

WHOLE: Final = system_actor("chain map")
KEPT: Final = 16
"""Graphs in memory: each that somebody sees another set of relations by is one."""


@dataclass(frozen=True, slots=True)
class Firm:
    """Who a code of the graph is. `local`: in the register; otherwise a firm elsewhere."""

    code: str
    name: str
    local: bool
    region_id: int | None
    chain_id: int | None
    place: str
    public_id: str


@dataclass(frozen=True)
class CurrentMap:
    """The map as one actor may know it; codes of firms are their public ids."""

    revision: int
    graph: ProductGraph
    firms: Mapping[str, Firm]
    below: Mapping[int, frozenset[int]]
    """By region: the regions in it, itself included."""

    def local_codes(self, region: Region | None = None) -> frozenset[str]:
        """The codes of firms of the register, in one region."""
        inside = None if region is None else self.below.get(region.pk, frozenset())
        return frozenset(
            code
            for code, firm in self.firms.items()
            if firm.local and (inside is None or firm.region_id in inside)
        )

    def makers(self, region: Region | None = None) -> Makers:
        """Local makers, sub-classes included."""
        return Makers(self.graph, among=self.local_codes(region))

    def everyone(self) -> Makers:
        """Makers anywhere."""
        return Makers(self.graph)


_kept: OrderedDict[tuple[object, ...], CurrentMap] = OrderedDict()
_lock = Lock()


def map_is_stale() -> bool:
    """Whether the required inputs are older than the map."""
    return MapRevision.objects.exclude(number=F("computed")).exists()


def current_graph(actor: Actor) -> CurrentMap:
    """The map with the relations that the actor may see: own and public ones, more by grant."""
    relations = MakerRelation.objects.visible_to(actor)
    mark = MapRevision.objects.filter(pk=1).values_list("number", "stamp").first() or (0, "")
    key = (_database(), mark, _register_stamp(), _sight(actor))
    with _lock:
        found = _kept.get(key)
        if found is not None:
            _kept.move_to_end(key)
            return found
    made = _read(relations, mark[0])
    with _lock:
        _kept[key] = made
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    return made


def _database() -> str:
    return str(connection.settings_dict["NAME"])


def _register_stamp() -> object:
    return Organisation.objects.visible_to(WHOLE).aggregate(last=Max("updated_at"))["last"]


def _sight(actor: Actor) -> object:
    """What the relations that an actor sees depend on: firms without anything of their own that
    is not public share one graph."""
    if actor.is_system:
        return "system"
    scopes = frozenset(
        (scope.region_id, str(scope.chain_id)) for scope in actor.scopes(Capability.READ_SOURCES)
    )
    own = (
        MakerRelation.objects.visible_to(actor)
        .filter(organisation__in=actor.reading_in(Matter.RECORDS))
        .exclude(visibility=Visibility.PUBLIC)
        .values_list("organisation_id", flat=True)
    )
    return actor.is_known, frozenset(own), scopes


def _read(relations: MakerRelationQuerySet, revision: int) -> CurrentMap:
    edges = [
        Edge(start, end, Relation(relation))
        for start, end, relation in ProductEdge.objects.order_by("pk").values_list(
            "start__name", "end__name", "relation"
        )
    ]
    firms: dict[str, Firm] = {}
    makings = []
    rows = relations.current().order_by("pk")
    for row in rows.values(
        "share",
        product_name=F("product__name"),
        public_id=F("organisation__public_id"),
        name=F("organisation__name"),
        home=F("organisation__region_id"),
        chain=F("organisation__chain_id"),
        place=F("organisation__region__name"),
        elsewhere=F("outside__public_id"),
        elsewhere_name=F("outside__name"),
        elsewhere_place=F("outside__place"),
    ):
        local = row["public_id"] is not None
        code = row["public_id"] if local else row["elsewhere"]
        if code not in firms:
            firms[code] = Firm(
                code,
                row["name"] if local else row["elsewhere_name"],
                local,
                row["home"],
                row["chain"],
                row["place"] if local else row["elsewhere_place"],
                code,
            )
        makings.append(Making(code, row["product_name"], row["share"]))
    names = Product.objects.filter(chains__root=True).values_list("name", flat=True)
    graph = ProductGraph(_with_products(edges, names), makings)
    return CurrentMap(revision, graph, firms, _below())


def _with_products(edges: list[Edge], names: Iterable[str]) -> list[Edge]:
    """A root that no relation names is in the graph too: a self-loop requires nothing."""
    known = {name for edge in edges for name in (edge.start, edge.end)}
    lone = sorted(set(names) - known)
    return edges + [Edge(name, name, Relation.DOWNSTREAM) for name in lone]


def _below() -> dict[int, frozenset[int]]:
    inside: defaultdict[int, set[int]] = defaultdict(set)
    for above, here in RegionAncestry.objects.values_list("ancestor_id", "descendant_id"):
        inside[above].add(here)
    return {region: frozenset(below) for region, below in inside.items()}


def cities() -> list[Region]:
    """The cities the map is about; the highest regions where no region is a city."""
    found = list(Region.objects.filter(kind=RegionKind.CITY).order_by("code"))
    return found or list(Region.objects.filter(parent__isnull=True).order_by("code"))


def districts_of(city: Region) -> list[Region]:
    """The districts and counties of a city."""
    return list(Region.objects.filter(parent=city, kind=RegionKind.COUNTY).order_by("code"))


def roots_of(chain: Chain) -> list[str]:
    """What a chain is known for."""
    rows = ChainProduct.objects.filter(chain=chain, root=True).order_by("product__name")
    return list(rows.values_list("product__name", flat=True))


def roots_by_chain() -> dict[Chain, list[str]]:
    """Chains that have roots, with these."""
    found: dict[Chain, list[str]] = {}
    rows = ChainProduct.objects.filter(root=True).select_related("chain", "product")
    for row in rows.order_by("chain__code", "product__name"):
        found.setdefault(row.chain, []).append(row.product.name)
    return found


def segments_by_product(chain: Chain) -> dict[str, str]:
    """Product → the segment of the chain it lies in, for those that lie in one."""
    rows = ChainProduct.objects.filter(chain=chain, segment__isnull=False)
    return dict(rows.values_list("product__name", "segment__name"))


def inputs_for(actor: Actor) -> InputQuerySet:
    """Required inputs of chains, as everybody may know them."""
    return ChainInput.objects.visible_to(actor).select_related("chain", "region", "product")


def exact_inputs_for(actor: Actor) -> InputQuerySet:
    """Required inputs whose makers the actor may know: the caller logs that they were read."""
    rows = ChainInput.objects.visible_to(actor).exact_for(actor)
    return rows.select_related("chain", "region", "product")


def input_by_id(actor: Actor, public_id: str) -> ChainInput | None:
    """One required input."""
    return inputs_for(actor).filter(public_id=public_id).first()


def product_by_id(actor: Actor, public_id: str) -> Product | None:
    """One product."""
    if not actor.is_known:
        return None
    return Product.objects.filter(public_id=public_id).first()


def makers_of(actor: Actor, product: Product) -> QuerySet[MakerRelation]:
    """Current statements about exactly this product that the actor may see."""
    rows = MakerRelation.objects.visible_to(actor).current().filter(product=product)
    return rows.select_related("organisation__region", "outside", "product")


def input_of_act(actor: Actor, act: GapAct) -> ChainInput | None:
    """The input that something is done about, while it is required."""
    rows = inputs_for(actor).filter(chain=act.chain, region=act.region, product=act.product)
    return rows.first()


def statement_by_id(actor: Actor, organisation: Organisation, pk: int) -> MakerRelation | None:
    """A current statement about a firm."""
    rows = MakerRelation.objects.visible_to(actor).current().filter(organisation=organisation)
    return rows.filter(pk=pk).select_related("product").first()


def product_names() -> list[str]:
    """Every product of the map, in order."""
    return list(Product.objects.order_by("name").values_list("name", flat=True))


def map_mark() -> MapRevision | None:
    """The row that reading the map is logged about; None while there is no map."""
    return MapRevision.objects.filter(pk=1).first()


def acts_for(actor: Actor) -> ActQuerySet:
    """What is done about gaps in the actor's places."""
    rows = GapAct.objects.visible_to(actor).select_related("chain", "region", "product")
    return rows.prefetch_related("targets")


def act_by_id(actor: Actor, public_id: str) -> GapAct | None:
    """One act."""
    return acts_for(actor).filter(public_id=public_id).first()


def acts_of_inputs(actor: Actor, rows: Sequence[ChainInput]) -> dict[int, tuple[GapAct, ...]]:
    """Key of the input → what was done about it in its place, latest first. One query."""
    if not rows or not (actor.is_system or actor.has(Capability.COORDINATE)):
        return {}
    found: defaultdict[tuple[int, int, int], list[GapAct]] = defaultdict(list)
    acts = GapAct.objects.visible_to(actor).filter(product__in={row.product_id for row in rows})
    for act in acts.order_by("-begun_at", "-pk"):
        found[act.chain_id, act.product_id, act.region_id].append(act)
    keys = {row.pk: (row.chain_id, row.product_id, row.region_id) for row in rows}
    return {pk: tuple(found[key]) for pk, key in keys.items() if key in found}
