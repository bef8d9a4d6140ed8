"""A small map in the cast's city: motors of magnets, wire and bearings; plastics of ethylene."""

from __future__ import annotations

from lianshu.accounts.services import give_grant
from lianshu.authority import Capability
from lianshu.chainmap.models import Visibility
from lianshu.chainmap.services.computing import refresh_inputs
from lianshu.chainmap.services.makers import MakerRow, save_makers
from lianshu.chainmap.services.products import EdgeRow, save_edges, set_chain_products
from lianshu.registry.models import Organisation, Segment, Stream
from lianshu.registry.services import create_organisation
from tests.cast import NOW, SYSTEM, Cast, credit_code
from tests.engine.chains.maps import edges_of

EDGES = "电机<磁钢 电机<铜线 电机<轴承 磁钢<稀土 磁钢^钕铁硼 轴承<钢球 塑料<乙烯 铜线<塑料"
ROOTS = {"magnets": "电机", "petro": "塑料"}


def grant(cast: Cast, name: str, region: str, *, chain: str = "") -> None:
    """Let somebody read few makers there."""
    give_grant(
        actor=SYSTEM,
        membership=cast.users[name].memberships.get(),
        capability=Capability.READ_SOURCES,
        region=cast.regions[region],
        chain=cast.chains[chain] if chain else None,
        every_chain=not chain,
        now=NOW,
    )


def firm(cast: Cast, name: str, region: str = "cixi") -> Organisation:
    """One more firm."""
    return create_organisation(
        actor=SYSTEM,
        name=name,
        kind="enterprise",
        region=cast.regions[region],
        chain=cast.chains["magnets"],
        uscc=credit_code(100 + Organisation.objects.count()),
        now=NOW,
    )


def draw_map(cast: Cast) -> Cast:
    """磁钢 and 铜线 have one maker, 轴承 three, the rest none. The officer reads few makers."""
    rows = [EdgeRow(edge.start, edge.end, edge.relation.value) for edge in edges_of(EDGES)]
    save_edges(actor=SYSTEM, rows=rows, now=NOW)
    made = [
        MakerRow(cast.organisations["magnets"], "钕铁硼", visibility=Visibility.OFFICE),
        MakerRow(cast.organisations["motors"], "铜线"),
        MakerRow(cast.organisations["motors"], "电机"),
        *(MakerRow(firm(cast, f"轴承{one}厂有限公司"), "轴承") for one in "甲乙丙"),
    ]
    save_makers(actor=SYSTEM, rows=made, now=NOW)
    segments = {}
    for at, (name, stream) in enumerate((("材料", Stream.UPSTREAM), ("部件", Stream.MIDSTREAM))):
        segments[name] = Segment.objects.create(
            chain=cast.chains["magnets"], code=f"s{at}", name=name, stream=stream
        )
    for chain, root in ROOTS.items():
        set_chain_products(
            actor=SYSTEM,
            chain=cast.chains[chain],
            roots=[root],
            segments={"电机": segments["部件"], "磁钢": segments["材料"], "铜线": segments["材料"]}
            if chain == "magnets"
            else {},
            now=NOW,
        )
    refresh_inputs(now=NOW)
    grant(cast, "officer", "ningbo")
    return cast
