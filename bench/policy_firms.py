"""Synthetic firms for `policy.py`, in the two tables that programs read, as Parquet.

Figures lie on thresholds and a fen beside them far more often than in life, some are zero, some
negative, some missing: of seven firms in ten no fact is missing, of one in twenty nearly all are.
A firm holds 2.1 dated items on average (six in ten have no right, the others 3.5), of which one
attribute in fifty is not given; of one firm in a hundred a kind is not known at all. Rows stand by
organisation, as snapshots write them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from lianshu.engine.tables import FactDictionary, HoldingDefinition, Quantity

CHUNK: Final = 122_880
"""Firms written at once: one row group of DuckDB."""
DAY: Final = date(2026, 6, 1)
YUAN: Final = 100
NUMBER: Final = {"money": pa.int64(), "count": pa.int64()}
RIGHTS: Final = "ip_right"
HELD: Final = {
    "certificate": 0.3,
    "award": 0.05,
    "rd_body": 0.06,
    "standard": 0.06,
    "transformed_result": 0.2,
    "equity_round": 0.08,
}
"""Items a firm, of the kinds that the fixed subset reads beside rights."""

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Tables:
    """Where the two tables are, how many rows they have, and the columns of the first."""

    facts: Path
    holdings: Path
    firms: int
    items: int
    columns: frozenset[str]


def write_firms(
    folder: Path,
    firms: int,
    dictionary: FactDictionary,
    *,
    cells: Sequence[tuple[str, str]],
    kinds: Iterable[str],
    seed: int,
) -> Tables:
    """Write the facts of ``cells`` and the items of ``kinds``."""
    facts, holdings = folder / "facts.parquet", folder / "holdings.parquet"
    definitions = [dictionary.holdings_by_id[kind] for kind in kinds]
    writers: list[pq.ParquetWriter] = []
    items, columns = 0, frozenset[str]()
    for start in range(0, firms, CHUNK):
        rng = np.random.default_rng([seed, start])
        chunk = _Chunk(rng, np.arange(start, min(start + CHUNK, firms)), dictionary)
        made = (chunk.facts(cells), chunk.holdings(definitions))
        if not writers:
            places = zip((facts, holdings), made, strict=True)
            writers = [
                pq.ParquetWriter(path, table.schema, compression="zstd") for path, table in places
            ]
        for writer, table in zip(writers, made, strict=True):
            writer.write_table(table, row_group_size=CHUNK)
        items += made[1].num_rows
        columns = frozenset(made[0].column_names)
    for writer in writers:
        writer.close()
    return Tables(facts, holdings, firms, items, columns)


class _Chunk:
    def __init__(self, rng: np.random.Generator, places: Ints, dictionary: FactDictionary) -> None:
        self.rng = rng
        self.places = places
        self.size = len(places)
        self.dictionary = dictionary
        self.names = np.char.zfill(places.astype("U12"), 12)

    # Drawing

    def one_of(self, *values: int, size: int | None = None) -> Ints:
        drawn: Ints = self.rng.choice(np.array(values, np.int64), size or self.size)
        return drawn

    def where(self, chance: float, size: int | None = None) -> Flags:
        return self.rng.random(size or self.size) < chance

    def money(self, middle: float, *edges: int) -> Ints:
        """Fen in round ten thousands of yuan, log-normal around ``middle`` yuan; one in eight
        stands on an edge (yuan) or a fen beside it."""
        drawn = self.rng.lognormal(np.log(middle / 10_000), 1.5, self.size).astype(np.int64)
        found = drawn * 10_000 * YUAN
        at = self.where(0.125)
        found[at] = (self.one_of(*edges) * YUAN + self.one_of(-1, 0, 0, 1))[at]
        figures: Ints = np.maximum(found, 0)
        return figures

    def percent(self, base: Ints, *shares: int) -> Ints:
        """A share of ``base``, mostly a threshold of some rule; one in ten a fen less."""
        figures: Ints = np.maximum(base * self.one_of(*shares) // 100 - self.where(0.1), 0)
        return figures

    def days(self, *before: int) -> NDArray[np.datetime64]:
        """Days that many days before the day of application, half of them anywhere in 30 years."""
        back = np.where(
            self.where(0.5), self.rng.integers(0, 11_000, self.size), self.one_of(*before)
        )
        return np.datetime64(DAY, "D") - back

    # Facts

    def facts(self, cells: Sequence[tuple[str, str]]) -> pa.Table:
        known = self.known()
        absent = np.select(
            [self.where(0.7), self.where(0.5), self.where(0.67)], [0.0, 0.05, 0.3], 0.9
        )
        columns: dict[str, Any] = {"organisation": pa.array(self.names)}
        for fact, label in cells:
            quantity, name = self.dictionary.facts_by_id[fact], f"{fact}@{label}"
            missing = self.rng.random(self.size) < absent
            values = known.get(name)
            if values is None:
                values = self.anything(quantity, self.size)
            if quantity.type == "ratio":
                for part, column in zip(("numerator", "denominator"), values, strict=True):
                    columns[f"{name}#{part}"] = pa.array(column, mask=missing)
            else:
                columns[name] = pa.array(values, mask=missing)
        return pa.table(columns)

    def known(self) -> Mapping[str, Any]:
        """The facts of the fixed subset."""
        found: dict[str, Any] = self.years()
        revenue = found["revenue@2025"]
        staff = np.where(
            self.where(0.2),
            self.one_of(0, 1, 10, 499, 500, 501),
            1 + self.rng.poisson(60, self.size),
        )
        assets = self.money(3e7, 0, 200_000_000)
        income = revenue * self.one_of(100, 100, 101, 120) // 100
        found |= {
            "registered_on@latest": self.days(-1, 0, 150, 151, 152, 364, 365, 366, 516, 1095),
            "segment_since@latest": self.days(1094, 1095, 1096, 1097, 2000),
            "staff@2025": staff,
            "science_staff@2025": self.percent(staff, 0, 9, 10, 15, 20, 25, 30, 60),
            "rd_domestic_share@2025": self.ratio((3, 5), (60, 100), (599, 1000), (1, 1), (0, 1)),
            "total_income@2025": income,
            "hightech_revenue@2025": self.percent(income, 0, 59, 60, 60, 61, 90),
            "resident@latest": self.where(0.97),
            "main_revenue@2025": self.percent(revenue, 50, 79, 80, 80, 90, 100),
            "total_assets@2025": assets,
            "liabilities@2025": self.percent(assets, 0, 30, 60, 80, 80, 81, 120),
            "cost@2025": self.percent(revenue, 0, 20, 80, 95, 110),
        }
        for year in (2024, 2025):
            found[f"development_score@{year}"] = self.ratio(
                (50, 1), (499, 10), (500, 10), (73, 1), (0, 1)
            )
        for flag in ("major_accident", "serious_violation", "serious_dishonesty"):
            found[f"{flag}@2025"] = self.where(0.01)
        return found

    def years(self) -> dict[str, Any]:
        """Revenue, R&D and net assets of three years, growing by thresholds of the growth score."""
        found: dict[str, Any] = {}
        revenue = self.money(2e7, 0, 15_000_000, 50_000_000, 200_000_000)
        assets = self.money(1e7, 0, 1_000_000)
        assets = np.where(self.where(0.05), -assets, assets)
        for year in (2023, 2024, 2025):
            found[f"revenue@{year}"] = revenue
            found[f"rd_total@{year}"] = self.percent(revenue, 0, 1, 2, 3, 3, 4, 5, 6, 15)
            found[f"net_assets@{year}"] = assets
            revenue, assets = (self.grown(one) for one in (revenue, assets))
        edge = self.where(0.1)
        at = self.one_of(
            0, 1, 1_499_999_999, 1_500_000_000, 5_000_000_000, 5_000_000_001, 20_000_000_001
        )
        found["revenue@2025"] = np.where(edge, at, found["revenue@2025"])
        found["rd_total@2025"] = np.where(
            edge, at * self.one_of(3, 4, 5) // 100, found["rd_total@2025"]
        )
        return found

    def grown(self, figures: Ints) -> Ints:
        grown = figures * self.one_of(80, 100, 101, 105, 110, 115, 125, 135, 140, 200) // 100
        return np.where(self.where(0.02), self.one_of(-5_000_000, 0) * (figures < 0), grown)

    def ratio(self, *edges: tuple[int, int]) -> tuple[Ints, Ints]:
        pairs = np.array(edges, np.int64)[self.rng.integers(0, len(edges), self.size)]
        return pairs[:, 0].copy(), pairs[:, 1].copy()

    def anything(self, quantity: Quantity, size: int) -> Any:
        """Values of a fact or attribute that is nobody's threshold here."""
        if quantity.type == "money":
            return self.rng.integers(0, 10_000, size) * 10_000 * YUAN
        if quantity.type == "count":
            year = quantity.unit == "year"
            return self.rng.integers(2019, 2027, size) if year else self.rng.integers(1, 9, size)
        if quantity.type == "ratio":
            return self.rng.integers(0, 101, size), np.full(size, 100)
        if quantity.type == "bool":
            return self.where(0.7, size)
        if quantity.type == "date":
            return np.datetime64(DAY, "D") - self.rng.integers(-100, 3000, size)
        codes = list(self.dictionary.choices(quantity)) or ["39", "3962", "2710", "6510"]
        drawn = self.rng.integers(0, len(codes), size)
        return pa.DictionaryArray.from_arrays(pa.array(drawn.astype(np.int32)), codes).cast(
            pa.string()
        )

    # Holdings

    def holdings(self, definitions: Sequence[HoldingDefinition]) -> pa.Table:
        attributes = {
            one.id: one for each in definitions for one in each.attributes if one.type != "text"
        }
        parts = [self.items(one, attributes) for one in definitions]
        table = pa.concat_tables(parts)
        order = np.argsort(table.column("place").to_numpy(), kind="stable")
        return table.take(pa.array(order)).drop_columns(["place"])

    def items(self, definition: HoldingDefinition, attributes: Mapping[str, Quantity]) -> pa.Table:
        """The items of one kind, and a row for each firm of which the kind is not known."""
        if definition.id == RIGHTS:
            counts = np.where(self.where(0.4), self.rng.geometric(1 / 3.5, self.size), 0)
        else:
            counts = self.rng.poisson(HELD.get(definition.id, 0.1), self.size)
        unheard = np.flatnonzero(self.where(0.01))
        owner = np.concatenate([np.repeat(np.arange(self.size), counts), unheard])
        size = len(owner)
        marked = np.arange(size) >= size - len(unheard)
        begun = np.datetime64(DAY, "D") - np.where(
            self.where(0.2, size),
            self.one_of(-1, 0, 730, 731, 1095, 1096, 1826, 1827, size=size),
            self.rng.integers(0, 4000, size),
        )
        ended = begun + self.one_of(1095, 3650, 7300, size=size)
        columns: dict[str, Any] = {
            "place": owner,
            "organisation": pa.array(self.names[owner]),
            "kind": pa.array(np.full(size, definition.id)),
            "unknown": marked,
            "number": pa.nulls(size, pa.string()),
            "valid_from": pa.array(begun, mask=marked | self.where(0.01, size)),
            "valid_to": pa.array(ended, mask=marked | self.where(0.3, size)),
            "owner_order": pa.array(
                self.one_of(1, 1, 1, 2, 3, size=size), mask=marked | self.where(0.3, size)
            ),
        }
        own = {one.id: one for one in definition.attributes}
        for name, quantity in attributes.items():
            given = name in own
            missing = marked | self.where(0.02, size) if given else np.ones(size, bool)
            columns |= _columns(
                f"attribute.{name}",
                self.attribute(definition, own[name], size) if given else None,
                quantity,
                missing,
            )
        return pa.table(columns)

    def attribute(self, definition: HoldingDefinition, quantity: Quantity, size: int) -> Any:
        """Values of an attribute; those that rules ask for are frequent enough to matter."""
        if (definition.id, quantity.id) == ("equity_round", "amount"):
            return self.one_of(5_000_000, 10_000_000, 19_999_999, 20_000_000, size=size) * YUAN
        frequent = _FREQUENT.get((definition.id, quantity.id))
        if frequent is None:
            return self.anything(quantity, size)
        drawn = self.rng.integers(0, len(frequent), size).astype(np.int32)
        return pa.DictionaryArray.from_arrays(pa.array(drawn), list(frequent)).cast(pa.string())


def _columns(name: str, values: Any, quantity: Quantity, missing: Flags) -> dict[str, Any]:
    kinds = {"date": pa.date32(), "bool": pa.bool_(), "code": pa.string(), **NUMBER}
    if quantity.type == "ratio":
        parts = values or (None, None)
        ends = zip(("numerator", "denominator"), parts, strict=True)
        return {f"{name}#{part}": _masked(one, pa.int64(), missing) for part, one in ends}
    return {name: _masked(values, kinds[quantity.type], missing)}


def _masked(values: Any, kind: Any, missing: Flags) -> Any:
    if values is None:
        return pa.nulls(len(missing), kind)
    if isinstance(values, pa.Array):
        return pc.if_else(pa.array(missing), pa.scalar(None, kind), values)
    return pa.array(values, kind, mask=missing)


_FREQUENT: Final[Mapping[tuple[str, str], Sequence[str]]] = {
    (RIGHTS, "kind"): ("utility_model", "utility_model", "software", "invention", "trademark"),
    (RIGHTS, "class"): ("II", "II", "II", "I", "none"),
    (RIGHTS, "origin"): ("own", "own", "own", "assigned", "licensed"),
    ("certificate", "kind"): (
        "tech_innovative",
        "tech_sme",
        "high_tech",
        "specialised",
        "quality_system",
    ),
    ("award", "level"): ("national", "provincial", "city", "county"),
    ("rd_body", "level"): ("national", "provincial", "city", "city"),
    ("standard", "level"): ("national", "industry", "group", "enterprise"),
}
