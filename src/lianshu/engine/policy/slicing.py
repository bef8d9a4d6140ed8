"""Many firms in slices: memory holds one slice, whatever there is in all.

A slice is a range of organisations. Files that stand by organisation, as snapshots do, say in their
footer where each row group ends, so that a slice reads its own part of them and nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Final

import duckdb

from lianshu.engine.policy.program import Program
from lianshu.engine.policy.stages import FACTS, HOLDINGS, ORGANISATION

MOST: Final = 1_000_000
"""Firms in a slice: planning the statement again costs far less than their evaluation."""


def slices(duck: duckdb.DuckDBPyConnection, facts: Path, most: int = MOST) -> list[str]:
    """The last organisations of all slices but the last, in order; none for a file that does not
    stand by organisation, which then is one slice."""
    groups = duck.execute(
        "SELECT row_group_num_rows, stats_min_value, stats_max_value FROM parquet_metadata(?) "
        "WHERE path_in_schema = ? ORDER BY row_group_id",
        [str(facts), ORGANISATION],
    ).fetchall()
    ends: list[str] = []
    rows, before = 0, ""
    for count, least, greatest in groups:
        if least is None or greatest is None or least <= before:
            return []
        if rows and rows + count > most:
            ends.append(before)
            rows = 0
        rows, before = rows + count, greatest
    return ends


def write_wide(
    duck: duckdb.DuckDBPyConnection,
    program: Program,
    tables: tuple[Path, Path],
    out: Path,
    ends: Sequence[str],
) -> None:
    """The statement's result, a row for each firm, as Parquet files in the folder ``out``, which
    must be empty; ``tables`` are the files of facts and of holdings as programs read them, and
    ``ends`` comes from `slices`."""
    out.mkdir(parents=True, exist_ok=True)
    bounds = ["", *ends, None]
    for place, (after, last) in enumerate(pairwise(bounds)):
        for name, path in zip((FACTS, HOLDINGS), tables, strict=True):
            until = "" if last is None else f" AND {ORGANISATION} <= {_text(last)}"
            duck.execute(
                f"CREATE OR REPLACE TEMP VIEW {name} AS SELECT * FROM read_parquet({_text(path)}) "  # noqa: S608
                f"WHERE {ORGANISATION} > {_text(after)}{until}"
            )
        part = out / f"part-{place:04d}.parquet"
        duck.execute(f"COPY ({program.sql}) TO {_text(part)} (FORMAT parquet, COMPRESSION zstd)")


def _text(value: object) -> str:
    return "'" + str(value).replace("'", "''") + "'"
