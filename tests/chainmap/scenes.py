"""A small map for the tests: one chain, few products, firms of the cast and some more."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from django.http import HttpResponseBase, StreamingHttpResponse

from lianshu.accounts.services import give_grant
from lianshu.authority import Capability
from lianshu.chainmap.models import ChainInput, OutsideMaker
from lianshu.chainmap.services.computing import refresh_inputs
from lianshu.chainmap.services.makers import MakerRow, save_makers, save_outside
from lianshu.chainmap.services.products import EdgeRow, save_edges, set_chain_products
from lianshu.registry.models import Organisation
from lianshu.registry.services import create_organisation
from tests.cast import NOW, SYSTEM, Cast, credit_code

SUPPLY, KIND = "上游材料", "产品小类"
EDGES = (
    ("电机", "磁钢", SUPPLY),
    ("电机", "硅钢片", SUPPLY),
    ("电机", "轴承", SUPPLY),
    ("磁钢", "镨钕", SUPPLY),
    ("磁钢", "粘结磁钢", KIND),
    ("薄膜", "催化剂", SUPPLY),
    ("磁钢", "薄膜", SUPPLY),
)


@dataclass
class MapScene:
    """The cast with a map: four make 磁钢, one (not public) 硅钢片, two 轴承, nobody here 镨钕."""

    cast: Cast
    firms: list[Organisation] = field(default_factory=list)
    outside: OutsideMaker | None = None

    def input(self, product: str, region: str = "ningbo", chain: str = "magnets") -> ChainInput:
        """A required input as computed."""
        return ChainInput.objects.get(
            product__name=product,
            region=self.cast.regions[region],
            chain=self.cast.chains[chain],
        )

    def makes(self, firm: Organisation | OutsideMaker, product: str, **more: object) -> None:
        """One more statement of a list, and everything computed anew."""
        row = MakerRow(firm, product, **more)  # type: ignore[arg-type]
        save_makers(actor=SYSTEM, rows=[row], now=NOW)
        refresh_inputs(now=NOW)


def small_map(cast: Cast, *, sources: tuple[str, ...] = ("officer",)) -> MapScene:
    """Write it; those of the cast named in `sources` may read few makers in the city."""
    scene = MapScene(cast)
    for number in range(5):
        scene.firms.append(
            create_organisation(
                actor=SYSTEM,
                name=f"第{'甲乙丙丁戊'[number]}零件厂",
                kind="enterprise",
                region=cast.regions["yinzhou" if number < 3 else "cixi"],
                chain=cast.chains["magnets"],
                uscc=credit_code(900 + number),
                now=NOW,
            )
        )
    save_edges(actor=SYSTEM, rows=[EdgeRow(*edge) for edge in EDGES], now=NOW)
    scene.outside = save_outside(
        actor=SYSTEM, code="W1", name="远方稀土厂", place="远方市", now=NOW
    )
    magnets, first, second, third, fourth, fifth = (cast.organisations["magnets"], *scene.firms)
    rows = [
        MakerRow(magnets, "粘结磁钢", Decimal("0.5")),
        MakerRow(first, "磁钢", Decimal("0.25")),
        MakerRow(second, "磁钢"),
        MakerRow(fourth, "磁钢"),
        MakerRow(third, "硅钢片", Decimal("0.75"), visibility="office"),
        MakerRow(fourth, "轴承"),
        MakerRow(fifth, "轴承", visibility="office"),
        MakerRow(cast.organisations["motors"], "电机"),
        MakerRow(scene.outside, "镨钕"),
    ]
    save_makers(actor=SYSTEM, rows=rows, now=NOW)
    set_chain_products(actor=SYSTEM, chain=cast.chains["magnets"], roots=["电机"], now=NOW)
    set_chain_products(actor=SYSTEM, chain=cast.chains["petro"], roots=["薄膜"], now=NOW)
    refresh_inputs(now=NOW)
    for name in sources:
        give_grant(
            actor=SYSTEM,
            membership=cast.users[name].memberships.get(),
            capability=Capability.READ_SOURCES,
            region=cast.regions["ningbo"],
            every_chain=True,
            now=NOW,
        )
    return scene


def read_whole(response: HttpResponseBase) -> None:
    """A file is closed by reading it; closing the response would close the database too."""
    if isinstance(response, StreamingHttpResponse):
        b"".join(response)
