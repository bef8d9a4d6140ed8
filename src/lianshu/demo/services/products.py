"""The demo city's product graph, written through the services people use."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from lianshu.chainmap.models import OutsideMaker
from lianshu.chainmap.services.computing import refresh_inputs
from lianshu.chainmap.services.makers import MakerRow, save_makers, save_outside
from lianshu.chainmap.services.products import EdgeRow, save_edges, set_chain_products
from lianshu.demo.city.model import CityPlan
from lianshu.demo.city.sources import CitySources
from lianshu.demo.products import plan_products, read_products
from lianshu.demo.services.gathered import LOADER, City


def load_products(
    folder: Path, city: City, plan: CityPlan | None, sources: CitySources | None, now: datetime
) -> None:
    """Relations, makers here and elsewhere, what each chain starts from; then what is required."""
    file = read_products(folder)
    composed = plan_products(file, plan, sources)
    save_edges(actor=LOADER, rows=[EdgeRow(*edge) for edge in composed.edges], now=now)
    rows = [
        MakerRow(
            city.organisations[each.unit],
            each.product,
            each.share,
            each.source,
            each.visibility,
        )
        for each in composed.makes
        if each.unit in city.organisations
    ]
    for firm in file.outside:
        maker: OutsideMaker = save_outside(
            actor=LOADER, code=firm.code, name=firm.name, place=firm.place, now=now
        )
        rows += (MakerRow(maker, product) for product in firm.makes)
    save_makers(actor=LOADER, rows=rows, now=now)
    for code, roots in composed.roots.items():
        if code not in city.chains:
            continue
        segments = {
            name: city.segments[code, segment]
            for (chain, name), segment in composed.segments.items()
            if chain == code
        }
        set_chain_products(
            actor=LOADER, chain=city.chains[code], roots=roots, segments=segments, now=now
        )
    refresh_inputs(now=now)
