"""What `facts.py` measures, once it has set up a database and the settings."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from django.core.management import call_command
from django.db import connection

from lianshu.authority import system_actor
from lianshu.engine.tables import FactDictionary, Period, Ratio, Use, Value
from lianshu.engine.tables.manifest import file_sha256
from lianshu.registry.dictionary import fact_dictionary
from lianshu.registry.models import Fact, Organisation, Region
from lianshu.registry.services import FactEntry, Provenance, record_facts
from lianshu.registry.services.snapshots import take_snapshot

NOW = datetime(2026, 11, 2, tzinfo=UTC)
ACTOR = system_actor("bench")
GIVEN = Provenance("organisation", Use.STATISTICS | Use.SERVICE | Use.DECISION)


PEER_MOST = 1_800_000
"""Rows the peer is given at most: it takes a row at a time, so that a part tells its speed."""


@dataclass(frozen=True, slots=True)
class Measured:
    """Seconds to write the rows, to snapshot all of them, and to make the long and the wide table
    of `peer_rows` of them by the ORM."""

    rows: int
    written: float
    snapshot: float
    peer: float
    peer_rows: int

    @property
    def ratio(self) -> float:
        """How many times as many rows a second the snapshot takes."""
        return (self.rows / self.snapshot) / (self.peer_rows / self.peer)


def measure(folder: Path, count: int, years: Sequence[int]) -> Measured:
    """Write, snapshot, and let the ORM do the same."""
    call_command("migrate", verbosity=0)
    _register(count)
    _say(f"{count} organisations registered")
    begun = time.perf_counter()
    record_facts(actor=ACTOR, entries=_entries(fact_dictionary(), years), now=NOW)
    written = time.perf_counter() - begun
    _say(f"facts written in {written:.1f} s")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    begun = time.perf_counter()
    made = take_snapshot(actor=ACTOR, out=folder / "snapshots", now=NOW)
    ours = time.perf_counter() - begun
    _say(f"snapshot taken in {ours:.1f} s")
    begun = time.perf_counter()
    rows = _through_the_orm(folder / "orm", PEER_MOST)
    peer = time.perf_counter() - begun
    counts = {one["name"]: one["rows"] for one in made.manifest["files"]}
    expected = count * len(fact_dictionary().facts) * len(years)
    assert counts["facts.parquet"] == expected, counts
    assert rows == min(expected, PEER_MOST)
    assert counts["wide.parquet"] == count
    return Measured(expected, written, ours, peer, rows)


def _say(what: str) -> None:
    """How far it is: with `--full` the whole takes many minutes."""
    print(what, file=sys.stderr, flush=True)


def _register(count: int) -> None:
    """Firms of one city, without numbers."""
    city = Region.objects.create(code="city", name="市", kind="city")
    Organisation.objects.bulk_create(
        (
            Organisation(
                name=f"第{n}厂", kind="enterprise", region=city, created_at=NOW, updated_at=NOW
            )
            for n in range(count)
        ),
        batch_size=5_000,
    )


def _entries(known: FactDictionary, years: Sequence[int]) -> Iterator[FactEntry]:
    periods = [Period.year(year) for year in years]
    for place, firm in enumerate(Organisation.objects.order_by("pk").iterator()):
        for index, fact in enumerate(known.facts):
            for period in periods:
                one = _value(fact.type, place * 7919 + index * 31 + period.start.year)
                yield FactEntry(firm, fact.id, period, one, fact.unit, GIVEN)


def _value(kind: str, number: int) -> Value:
    if kind == "ratio":
        return Ratio(number % 1000, 1000)
    return bool(number % 2) if kind == "bool" else number


def _through_the_orm(folder: Path, most: int) -> int:
    """The same long and wide table of the first rows, hashed; how many rows the long one has."""
    names = (
        *("organisation__public_id", "region__code", "chain__code", "fact", "period_kind"),
        *("period_start", "period_end", "whole", "numerator", "denominator", "day", "flag", "code"),
        *("known_absent", "source", "uses", "revision"),
    )
    text, big = pa.string(), pa.int64()
    types = (
        *(text, text, text, text, text, pa.date32(), pa.date32(), big, big, big, pa.date32()),
        *(pa.bool_(), text, pa.bool_(), text, pa.int16(), pa.int32()),
    )
    schema = pa.schema(list(zip(names, types, strict=True)))
    firms = Organisation.objects.order_by("public_id").values_list("public_id", flat=True)
    places = {firm: place for place, firm in enumerate(firms)}
    wide: dict[str, list[object]] = {}
    stored = Fact.objects.current().order_by("pk").values_list(*names)
    rows = islice(stored.iterator(chunk_size=50_000), most)
    total = 0
    folder.mkdir()
    with pq.ParquetWriter(folder / "facts.parquet", schema, compression="zstd") as writer:
        while chunk := list(islice(rows, 50_000)):
            columns = list(map(pa.array, zip(*chunk, strict=True), types))
            writer.write_table(pa.Table.from_arrays(columns, schema=schema))
            total += len(chunk)
            for row in chunk:
                name = f"{row[3]}@{row[5].year}"
                cells = {name: row[7] if row[7] is not None else row[11]}
                if row[8] is not None:
                    cells = {f"{name}#numerator": row[8], f"{name}#denominator": row[9]}
                for column, value in cells.items():
                    wide.setdefault(column, [None] * len(places))[places[row[0]]] = value
    pq.write_table(
        pa.table({"organisation": list(places), **wide}),
        folder / "wide.parquet",
        compression="zstd",
    )
    for path in folder.iterdir():
        file_sha256(path)
    return total
