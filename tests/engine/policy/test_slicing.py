"""Outcomes without explanations, and in slices: the same as of all firms at once."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lianshu.engine.expressions.vector.shape import fact_cells
from lianshu.engine.policy import Policy
from lianshu.engine.policy.needs import trees_of
from lianshu.engine.policy.program import Program, build
from lianshu.engine.policy.running import prepare_connection, run_program, write_rows
from lianshu.engine.policy.slicing import slices, write_wide
from tests.engine.policy.firms import fact_table, holding_table, kinds_of, random_firms, shape_of
from tests.engine.policy.test_packs import pack

DAY = date(2026, 6, 1)
FIRMS = 120
SOME = ("high-tech-enterprise", "tech-sme", "srdi", "little-giant")


def policies() -> list[Policy]:
    return [one for one in pack("national").everything if one.id in SOME]


def tables(folder: Path, *, rows_in_group: int) -> tuple[Path, Path]:
    """Random firms in two files."""
    firms = random_firms(policies(), DAY, FIRMS, seed=7)
    trees = [tree for one in policies() for tree in trees_of(one)]
    facts, holdings = folder / "facts.parquet", folder / "holdings.parquet"
    pq.write_table(fact_table(firms, fact_cells(trees, DAY), DAY), facts, rows_in_group)
    pq.write_table(holding_table(firms, kinds_of(policies())), holdings)
    return facts, holdings


def program_of(facts: Path, *, texts: bool) -> Program:
    return build(policies(), DAY, shape_of(pq.read_table(facts)), texts=texts)


def codes(program: Program, table: pa.Table) -> list[dict[str, Any]]:
    """The outcomes and ends of scores of each firm, by organisation."""
    names = ["organisation"]
    for one in program.policies:
        names += [cell.code for cell in (*one.conditions, one.verdict) if one.in_force]
        names += [] if one.score is None else [one.score.low, one.score.high]
    rows: list[dict[str, Any]] = table.select(names).to_pylist()
    return sorted(rows, key=lambda row: row["organisation"])


def whole(files: tuple[Path, Path], *, texts: bool) -> list[dict[str, Any]]:
    program = program_of(files[0], texts=texts)
    duck = duckdb.connect()
    prepare_connection(duck)
    for name, path in zip(("facts", "holdings"), files, strict=True):
        duck.execute(f"CREATE VIEW policy_{name} AS SELECT * FROM read_parquet('{path}')")
    return codes(program, duck.sql(program.sql).to_arrow_table())


def test_without_texts_the_outcomes_are_the_same(tmp_path: Path) -> None:
    files = tables(tmp_path, rows_in_group=FIRMS)
    assert whole(files, texts=False) == whole(files, texts=True)


@pytest.mark.parametrize("most", [20, 50, FIRMS])
def test_slices_together_are_all_firms(tmp_path: Path, most: int) -> None:
    files = tables(tmp_path, rows_in_group=20)
    duck = duckdb.connect()
    prepare_connection(duck)
    ends = slices(duck, files[0], most)
    assert len(ends) == -(-FIRMS // (most - most % 20)) - 1
    program = program_of(files[0], texts=False)
    write_wide(duck, program, files, tmp_path / "out", ends)
    parts = sorted((tmp_path / "out").iterdir())
    assert len(parts) == len(ends) + 1
    found = pa.concat_tables([pq.read_table(part) for part in parts])
    assert codes(program, found) == whole(files, texts=False)


def test_a_file_in_another_order_is_one_slice(tmp_path: Path) -> None:
    facts, _holdings = tables(tmp_path, rows_in_group=FIRMS)
    table = pq.read_table(facts)
    mixed = tmp_path / "mixed.parquet"
    pq.write_table(table.take(list(reversed(range(FIRMS)))), mixed, 20)
    assert slices(duckdb.connect(), mixed, 20) == []


def test_a_run_in_slices_writes_the_same_rows(tmp_path: Path) -> None:
    most = 50  # 120 firms make two whole slices and a part of one
    files = tables(tmp_path, rows_in_group=FIRMS)
    written: list[bytes] = []
    for limit in (FIRMS, most):
        duck = duckdb.connect()
        prepare_connection(duck)
        for name, path in zip(("facts", "holdings"), files, strict=True):
            query = f"SELECT * FROM read_parquet('{path}') ORDER BY hash(organisation)"
            duck.execute(f"CREATE TEMP VIEW policy_{name} AS {query}")
        shape = shape_of(pq.read_table(files[0]))
        program = run_program(duck, pack("national"), policies(), shape, DAY, most=limit)
        out = tmp_path / f"{limit}.csv"
        assert write_rows(duck, program, policies(), out, "csv") > FIRMS
        written.append(out.read_bytes())
    assert written[0] == written[-1]
