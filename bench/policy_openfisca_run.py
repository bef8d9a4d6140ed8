"""`policy_openfisca.py` over the two tables: Parquet in, Parquet out."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any, Final

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from openfisca_core.indexed_enums import Enum, EnumArray
from openfisca_core.simulations import SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem

from bench.policy_openfisca import DAYS, FIGURES, FIRM, FLAGS, ITEM, MADE, NOW, OUTCOMES, variable

CODES: Final = (
    "kind",
    "attribute.kind",
    "attribute.class",
    "attribute.origin",
    "attribute.level",
    "attribute.role",
)


def run(folder: Path) -> None:
    """Read the two tables, compute every outcome, write them."""
    duck = duckdb.connect()
    firms = duck.sql(
        f"SELECT organisation FROM read_parquet('{folder}/facts.parquet') ORDER BY 1"
    ).to_arrow_table()
    items = duck.sql(_items(folder)).to_arrow_table()
    system = TaxBenefitSystem([ITEM, FIRM])
    for name in CODES:
        words = sorted(str(one) for one in items[name].unique().to_pylist() if one is not None)
        members = {f"code_{place}": word for place, word in enumerate(["", *words])}
        kind: Any = Enum(name.replace(".", "_"), members)
        default = next(iter(kind))
        variable(name.replace(".", "_"), ITEM, Enum, possible_values=kind, default_value=default)
    for made in MADE:
        system.add_variable(made)
    builder = SimulationBuilder()
    builder.populations = system.instantiate_entities()
    item, firm = builder.populations["item"], builder.populations["firm"]
    item.count, firm.count = items.num_rows, firms.num_rows
    firm.members_entity_id = items["place"].to_numpy()
    simulation = builder.build(system)
    _set_items(simulation, items)
    _set_facts(simulation, duck, folder)
    columns = {name: simulation.calculate(name, NOW) for name in OUTCOMES}
    table = pa.table({"organisation": firms["organisation"], **columns})
    pq.write_table(table, folder / "openfisca.parquet", compression="zstd")


def _items(folder: Path) -> str:
    """Items with the place of their firm; the last firm gets one that counts for nothing, for
    openfisca takes the number of firms from the last that has an item."""
    firms = (
        "(SELECT organisation, row_number() OVER (ORDER BY organisation) - 1 AS place "
        f"FROM read_parquet('{folder}/facts.parquet'))"
    )
    return (
        f"SELECT place, h.* EXCLUDE (organisation) FROM {firms} "
        f"JOIN read_parquet('{folder}/holdings.parquet') h USING (organisation) WHERE NOT unknown "
        f"UNION ALL BY NAME SELECT max(place) AS place, 'none' AS kind FROM {firms}"
    )


def _set_items(simulation: Any, items: pa.Table) -> None:
    for name in CODES:
        target = name.replace(".", "_")
        kind = simulation.tax_benefit_system.get_variable(target).possible_values
        words = pa.array([one.value for one in kind])
        places = pc.fill_null(pc.index_in(items[name], words), 0)
        simulation.set_input(target, NOW, EnumArray(places.to_numpy().astype(np.uint8), kind))
    ends = {"valid_from": date(1970, 1, 1), "valid_to": date(9999, 1, 1)}
    for name, instead in ends.items():
        simulation.set_input(
            name, NOW, items[name].fill_null(instead).to_numpy().astype("datetime64[D]")
        )
    for name in ("amount", "rank", "year"):
        scale = 100 if name == "amount" else 1
        values = items[f"attribute.{name}"].fill_null(0).to_numpy()
        simulation.set_input(name, NOW, (values / scale).astype(np.float32))
    for name in ("main_product", "used_before"):
        values = items[f"attribute.{name}"].fill_null(False)
        simulation.set_input(name, NOW, values.to_numpy(zero_copy_only=False))


def _set_facts(simulation: Any, duck: duckdb.DuckDBPyConnection, folder: Path) -> None:
    money = (
        "revenue",
        "rd_total",
        "hightech_revenue",
        "total_income",
        "net_assets",
        "main_revenue",
        "liabilities",
        "total_assets",
        "cost",
    )
    several = {"revenue": 3, "rd_total": 3, "net_assets": 3, "development_score": 2}
    for name in (*FIGURES, *FLAGS, *DAYS):
        for back in range(several.get(name, 1)):
            column = f"{name}@{2025 - back}"
            if name in (*DAYS, "resident"):
                column = f"{name}@latest"
            sql = f'"{column}"'
            if name in ("rd_domestic_share", "development_score"):
                sql = f'"{column}#numerator" / "{column}#denominator"'
            elif name in money:
                sql = f"{sql} / 100"
            kind = "DATE" if name in DAYS else "BOOLEAN" if name in FLAGS else "FLOAT"
            instead = {"DATE": "DATE '1970-01-01'", "BOOLEAN": "FALSE", "FLOAT": "0"}[kind]
            found = duck.execute(
                f"SELECT coalesce(CAST({sql} AS {kind}), {instead}) AS value "
                f"FROM read_parquet('{folder}/facts.parquet') ORDER BY organisation"
            ).fetchnumpy()["value"]
            if kind == "DATE":
                found = found.astype("datetime64[D]")
            simulation.set_input(name, str(2025 - back), np.asarray(found))
