"""A city's facts written through the bulk path and snapshotted, beside the same through the ORM.

    python bench/facts.py [--organisations 2000] [--full] [--database sqlite|postgresql]

`--full` is 100,000 organisations × 60 facts × 3 years: 18 million rows; the database and the
snapshot take about 10 GB in the temporary folder, and writing the rows most of the time. The bars:
the snapshot under 60 s (with `--full`) and at least four times as fast as the peer, which makes the
long and the wide table of the same rows, hashed, through the ORM (`values_list`, no instances).
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]

from tools.postgres import find_binaries, server  # noqa: E402

FACTS, YEARS, FULL, BAR, RATIO = 60, (2023, 2024, 2025), 100_000, 60.0, 4.0
TYPES = (
    "type: money, unit: fen, min: null",
    "type: count, unit: person",
    "type: ratio, unit: share, max: 1",
    "type: bool",
)


def dictionary() -> str:
    """A dictionary of `FACTS` facts, of four types in turn."""
    head = (
        'id: bench\ntitle: 测试\nversion: "2026-11"\n'
        "units: [{id: person, title: 人}, {id: share, title: 占比}]\n"
        "sources: [{id: organisation, title: 自报, permits: [statistics, service, decision]}]\n"
        "facts:\n"
    )
    return head + "".join(
        f"  - {{id: fact_{n:02d}, title: 事实{n}, definition: x, {TYPES[n % len(TYPES)]}, "
        "periods: [year], sources: [organisation]}\n"
        for n in range(FACTS)
    )


def prepare(folder: Path, vendor: str, stack: ExitStack) -> None:
    """Point the settings at a database and packs of our own; then load Django."""
    url = f"sqlite://{folder / 'facts.sqlite3'}"
    if vendor == "postgresql":
        binaries = find_binaries()
        if binaries is None:
            raise SystemExit("no PostgreSQL server here (Debian: apt-get install postgresql)")
        url = stack.enter_context(server(binaries))
    packs = folder / "packs"
    (packs / "national").mkdir(parents=True)
    (packs / "national" / "facts.yaml").write_text(dictionary(), encoding="utf-8")
    os.environ.update(
        DATABASE_URL=url,
        LIANSHU_VAR=str(folder / "var"),
        LIANSHU_PACKS=str(packs),
        DJANGO_SETTINGS_MODULE="lianshu.settings",
    )


def main() -> None:
    """Measure and print; exits with 1 when a bar is missed."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--organisations", type=int, default=2_000)
    arguments.add_argument("--full", action="store_true")
    arguments.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    options = arguments.parse_args()
    count = FULL if options.full else options.organisations
    with ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="lianshu-facts-"))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        prepare(folder, options.database, stack)
        measured = measure(folder, count)
    written, ours, peer = measured
    rows = count * FACTS * len(YEARS)
    print(f"{options.database}: {count} organisations × {FACTS} facts × {len(YEARS)} years: {rows}")
    print(f"bulk write          {written:8.1f} s   {rows / written:10.0f} rows/s")
    print(f"snapshot            {ours:8.1f} s   {rows / ours:10.0f} rows/s (all tables, hashed)")
    print(f"the same by ORM     {peer:8.1f} s   {rows / peer:10.0f} rows/s")
    print(f"ratio               {peer / ours:8.1f}     at least {RATIO}")
    if peer / ours < RATIO or (options.full and ours > BAR):
        raise SystemExit(1)


def measure(folder: Path, count: int) -> tuple[float, float, float]:
    """Seconds to write the rows, to snapshot them, and to write the long table through the ORM."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from lianshu.authority import system_actor
    from lianshu.engine.tables import FactDictionary, Period, Ratio, Use, Value
    from lianshu.registry.dictionary import fact_dictionary
    from lianshu.registry.models import Organisation, Region
    from lianshu.registry.services import FactEntry, Provenance, add_region, record_facts
    from lianshu.registry.services.snapshots import take_snapshot

    call_command("migrate", verbosity=0)
    now = datetime(2026, 11, 2, tzinfo=UTC)
    actor = system_actor("bench")
    city: Region = add_region(code="city", name="市", kind="city")
    Organisation.objects.bulk_create(
        (
            Organisation(
                name=f"第{n}厂", kind="enterprise", region=city, created_at=now, updated_at=now
            )
            for n in range(count)
        ),
        batch_size=5_000,
    )
    given = Provenance("organisation", Use.STATISTICS | Use.SERVICE | Use.DECISION)
    periods = [Period.year(year) for year in YEARS]
    known: FactDictionary = fact_dictionary()

    def value(kind: str, number: int) -> Value:
        if kind == "ratio":
            return Ratio(number % 1000, 1000)
        return bool(number % 2) if kind == "bool" else number

    def entries() -> Iterator[FactEntry]:
        for place, firm in enumerate(Organisation.objects.order_by("pk").iterator()):
            for index, fact in enumerate(known.facts):
                for period in periods:
                    number = place * 7919 + index * 31 + period.start.year
                    one = value(fact.type, number)
                    yield FactEntry(firm, fact.id, period, one, fact.unit, given)

    begun = time.perf_counter()
    record_facts(actor=actor, entries=entries(), now=now)
    written = time.perf_counter() - begun
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    import lianshu.registry.services.snapshots  # noqa: F401 (loaded before the clock starts)

    begun = time.perf_counter()
    made = take_snapshot(actor=actor, out=folder / "snapshots", now=now)
    ours = time.perf_counter() - begun
    begun = time.perf_counter()
    rows = through_the_orm(folder / "orm")
    peer = time.perf_counter() - begun
    counts = {one["name"]: one["rows"] for one in made.manifest["files"]}
    assert counts["facts.parquet"] == rows == count * FACTS * len(YEARS), counts
    assert counts["wide.parquet"] == count
    return written, ours, peer


def through_the_orm(folder: Path) -> int:
    """The same long and wide table, hashed; how many rows the long one has."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from lianshu.engine.tables.manifest import file_sha256
    from lianshu.registry.models import Fact, Organisation

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
    rows = Fact.objects.current().order_by("pk").values_list(*names).iterator(chunk_size=50_000)
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


if __name__ == "__main__":
    main()
