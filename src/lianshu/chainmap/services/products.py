"""Products, their relations and what each chain starts from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from lianshu.audit.services import record
from lianshu.authority import Actor, require
from lianshu.chainmap.models import (
    NAME_MOST,
    ChainProduct,
    MapRevision,
    Product,
    ProductEdge,
    ProductRelation,
    RelationSource,
)
from lianshu.chainmap.rules import can_edit_map, can_set_chain
from lianshu.chainmap.services.revision import bump
from lianshu.engine.chains import trimmed
from lianshu.records.errors import DomainError
from lianshu.registry.models import Chain, Segment

BATCH: Final = 500


@dataclass(frozen=True, slots=True)
class EdgeRow:
    """One relation as a file or a person gives it."""

    start: str
    end: str
    relation: str
    source: str = RelationSource.PUBLIC
    stated_on: date | None = None


def products_named(names: Iterable[str]) -> dict[str, Product]:
    """The products of these names, made where they are new; names compare trimmed."""
    wanted = sorted({trimmed(name) for name in names})
    for name in wanted:
        if not name or len(name) > NAME_MOST:
            raise DomainError(
                _("产品名称“%(name)s”是空的或超过 %(most)d 字，请改写。")
                % {"name": name[:40], "most": NAME_MOST},
                field="product",
            )
    known = _known(wanted)
    fresh = [Product(name=name) for name in wanted if name not in known]
    for product in fresh:
        product.refresh_keys()
    Product.objects.bulk_create(fresh, batch_size=BATCH)
    return known | (_known([product.name for product in fresh]) if fresh else {})


def _known(names: Sequence[str]) -> dict[str, Product]:
    found: dict[str, Product] = {}
    for at in range(0, len(names), BATCH):
        rows = Product.objects.filter(name__in=names[at : at + BATCH])
        found.update((product.name, product) for product in rows)
    return found


def known_edges(rows: Sequence[EdgeRow]) -> set[tuple[str, str, str]]:
    """Which of these relations the map has, by names and relation."""
    starts = sorted({trimmed(row.start) for row in rows})
    found: set[tuple[str, str, str]] = set()
    for at in range(0, len(starts), BATCH):
        edges = ProductEdge.objects.filter(start__name__in=starts[at : at + BATCH])
        found.update(edges.values_list("start__name", "end__name", "relation"))
    return found


@transaction.atomic
def save_edges(*, actor: Actor, rows: Sequence[EdgeRow], now: datetime) -> int:
    """Add relations that are not there yet; how many were new.

    Raises `Refusal`, and `DomainError` for an unknown relation or an unusable name.
    """
    require(can_edit_map(actor))
    for row in rows:
        if row.relation not in ProductRelation.values:
            raise DomainError(
                _("没有叫“%(relation)s”的产品关系，请写上游材料、产品小类或下游产品。")
                % {"relation": row.relation[:40]},
                field="relation",
            )
    products = products_named(name for row in rows for name in (row.start, row.end))
    before = ProductEdge.objects.count()
    day = now.date()
    made = {
        (products[trimmed(row.start)].pk, products[trimmed(row.end)].pk, row.relation): row
        for row in rows
    }
    ProductEdge.objects.bulk_create(
        [
            ProductEdge(
                start_id=start,
                end_id=end,
                relation=relation,
                source=row.source,
                stated_on=row.stated_on or day,
            )
            for (start, end, relation), row in made.items()
        ],
        ignore_conflicts=True,
        batch_size=BATCH,
    )
    added = ProductEdge.objects.count() - before
    if added:
        bump(now)
        mark = MapRevision.objects.get(pk=1)
        changes = {"edges": [before, before + added]}
        record(actor=actor, action="chainmap.products_added", obj=mark, now=now, changes=changes)
    return added


@transaction.atomic
def set_chain_products(
    *,
    actor: Actor,
    chain: Chain,
    roots: Sequence[str],
    segments: Mapping[str, Segment] | None = None,
    now: datetime,
) -> None:
    """What the chain is known for, and in which segment products lie (by name; kept unless
    given). Raises `Refusal`, and `DomainError` for a root that the map does not have."""
    require(can_set_chain(actor, chain))
    wanted = {trimmed(name) for name in roots}
    placed = {trimmed(name): segment for name, segment in (segments or {}).items()}
    products = _known(sorted(wanted | placed.keys()))
    missing = sorted(wanted - products.keys())
    if missing:
        raise DomainError(
            _("产品图谱里没有“%(names)s”，请先导入产品关系，或核对名称。")
            % {"names": "、".join(missing)},
            field="roots",
        )
    rows = {row.product.name: row for row in chain_products(chain)}
    before = sorted(name for name, row in rows.items() if row.root)
    for name in sorted(wanted | placed.keys() | rows.keys()):
        row = rows.get(name)
        if row is None:
            if name not in products:
                continue
            row = ChainProduct(chain=chain, product=products[name])
        row.root = name in wanted
        row.segment = placed.get(name, row.segment)
        row.save()
    bump(now)
    changes = {"roots": ["、".join(before), "、".join(sorted(wanted))]}
    record(actor=actor, action="chainmap.chain_set", obj=chain, now=now, changes=changes)


def chain_products(chain: Chain) -> list[ChainProduct]:
    """The products of a chain, with their segments."""
    return list(ChainProduct.objects.filter(chain=chain).select_related("product", "segment"))
