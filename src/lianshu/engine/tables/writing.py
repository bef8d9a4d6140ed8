"""Writing a snapshot: from the database through Arrow and DuckDB to hashed Parquet files.

The caller says which rows (`Plan`); here is how they become tables. Everything is read in one
transaction and appears at once, by renaming the folder, or not at all.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from lianshu.engine.definitions import content_hash
from lianshu.engine.tables import shaping
from lianshu.engine.tables.dictionary import FactDictionary
from lianshu.engine.tables.manifest import (
    MANIFEST,
    SCHEMA_VERSION,
    FileEntry,
    Manifest,
    file_sha256,
    manifest_text,
)
from lianshu.engine.tables.sources import Database, Reader, reading
from lianshu.engine.tables.widening import write_wide

_READ_ONLY: Final = 0o444
_PIECE: Final = 500_000
"""Rows shaped at a time: about 100 MB."""


@dataclass(frozen=True)
class Plan:
    """Queries to the database, each giving the columns that `shaping` names."""

    regions: str
    ancestry: str
    chains: str
    organisations: str
    facts: str
    statistics: str
    holdings: str


def write_snapshot(
    *,
    database: Database,
    plan: Plan,
    dictionary: FactDictionary,
    out: Path,
    snapshot_id: str,
    as_known_at: datetime,
    taken_at: datetime,
) -> tuple[Path, Manifest]:
    """A new folder below `out` with the tables and their manifest; the folder and the manifest.

    On any error nothing of it stays.
    """
    out.mkdir(parents=True, exist_ok=True)
    final = out / f"{taken_at:%Y%m%dT%H%M%S}-{snapshot_id}"
    partial = out / f".{snapshot_id}.partial"
    partial.mkdir()
    try:
        names = _write_tables(database, plan, dictionary, partial)
        with duckdb.connect() as duck:
            files = tuple(_entry(duck, partial / name) for name in names)
        manifest = Manifest(
            id=snapshot_id,
            schema_version=SCHEMA_VERSION,
            as_known_at=as_known_at,
            taken_at=taken_at,
            dictionary=dictionary.id,
            dictionary_version=dictionary.version,
            dictionary_hash=content_hash(dictionary),
            files=files,
        )
        (partial / MANIFEST).write_text(manifest_text(manifest), encoding="utf-8")
        for path in (*(partial / name for name in names), partial / MANIFEST):
            path.chmod(_READ_ONLY)
            _sync(path)
        partial.rename(final)
        _sync(out)
    finally:
        if partial.exists():
            shutil.rmtree(partial)
    return final, manifest


def _write_tables(
    database: Database, plan: Plan, dictionary: FactDictionary, folder: Path
) -> list[str]:
    written: list[str] = []
    spill = folder / ".spill"
    with duckdb.connect() as duck, reading(database) as reader:
        # Nothing is fetched from anywhere, and what does not fit in memory goes beside the result.
        duck.execute("SET autoinstall_known_extensions = false")
        duck.execute("SET autoload_known_extensions = false")
        duck.execute("SET TimeZone = 'UTC'")
        duck.execute(f"SET temp_directory = '{_quoted(spill)}'")

        def put(name: str, select: str) -> None:
            file = f"{name}.parquet"
            duck.execute(
                f"COPY ({select}) TO '{_quoted(folder / file)}' (FORMAT parquet, COMPRESSION zstd)"
            )
            written.append(file)

        for name, columns in shaping.KEPT.items():
            _stream(duck, reader, getattr(plan, name))
            duck.execute(f"CREATE TABLE {name} ({columns})")
            duck.execute(f"INSERT INTO {name} SELECT * FROM incoming")  # noqa: S608

        put("regions", shaping.REGIONS)
        put("region_ancestry", shaping.ANCESTRY)
        put("chains", shaping.CHAINS)
        put("organisations", shaping.ORGANISATIONS)
        shaping.create_ranks(duck, dictionary)
        for name, query in (("facts", plan.facts), ("statistics", plan.statistics)):
            _write_facts(duck, reader.batches(query), folder / f"{name}.parquet")
            written.append(f"{name}.parquet")
        _stream(duck, reader, plan.holdings)
        put("holdings", shaping.holdings(dictionary))
        write_wide(duck, dictionary, folder / "facts.parquet", folder / "wide.parquet")
        written.append("wide.parquet")
    shutil.rmtree(spill, ignore_errors=True)
    return written


def _stream(duck: duckdb.DuckDBPyConnection, reader: Reader, query: str) -> None:
    """Make the rows of `query` readable as `incoming`, once."""
    duck.register("incoming", reader.batches(query))


def _write_facts(duck: duckdb.DuckDBPyConnection, rows: pa.RecordBatchReader, path: Path) -> None:
    """The rows in their table, a piece at a time: while one is shaped and written the next is read.
    (A stream that DuckDB reads by itself costs half as much again, for it waits busily.)"""
    pieces = _ahead(rows)
    # An empty piece first: it has the columns even where there are no rows.
    duck.register("incoming", pa.Table.from_batches([], schema=rows.schema))
    schema = duck.sql(shaping.FACTS).to_arrow_table().schema
    with pq.ParquetWriter(path, schema, compression="zstd") as writer, closing(pieces):
        for piece in pieces:
            duck.register("incoming", piece)
            writer.write_table(duck.sql(shaping.FACTS).to_arrow_table())


def _ahead(rows: pa.RecordBatchReader) -> Generator[pa.Table]:
    """Pieces of the stream, the next of which is read meanwhile."""
    with ThreadPoolExecutor(max_workers=1) as helper:
        waiting = helper.submit(_piece, rows)
        while (piece := waiting.result()).num_rows:
            waiting = helper.submit(_piece, rows)
            yield piece


def _piece(rows: pa.RecordBatchReader) -> pa.Table:
    """The next rows, at least `_PIECE` of them until the stream ends."""
    batches: list[pa.RecordBatch] = []
    for batch in rows:
        batches.append(batch)
        if sum(each.num_rows for each in batches) >= _PIECE:
            break
    return pa.Table.from_batches(batches, schema=rows.schema)


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def _entry(duck: duckdb.DuckDBPyConnection, path: Path) -> FileEntry:
    counted = duck.execute("SELECT count(*) FROM read_parquet(?)", [str(path)]).fetchall()
    described = duck.execute("DESCRIBE SELECT * FROM read_parquet(?)", [str(path)]).fetchall()
    return FileEntry(
        name=path.name,
        rows=counted[0][0],
        bytes=path.stat().st_size,
        sha256=file_sha256(path),
        columns={name: kind for name, kind, *_rest in described},
    )


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
