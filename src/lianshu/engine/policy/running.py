"""Programs on DuckDB: figures held against their limits, the statement run, rows written whole."""

# Identifiers are quoted by `name` or come from the dictionary, texts double their quotes.
# ruff: noqa: S608

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Final, Literal

import duckdb

from lianshu.engine.expressions.vector.shape import (
    OF_EVERY_HOLDING,
    Shape,
    aggregates_of,
    attributes_of,
    fact_cells,
    tier,
)
from lianshu.engine.policy.compiled import Policy
from lianshu.engine.policy.loading import Pack
from lianshu.engine.policy.needs import figures_of
from lianshu.engine.policy.program import Program
from lianshu.engine.policy.programs import program_for
from lianshu.engine.policy.rows import long_rows
from lianshu.engine.policy.slicing import MOST
from lianshu.engine.policy.stages import FACTS, HOLDINGS, ORGANISATION
from lianshu.engine.tables import FactDictionary

Format = Literal["csv", "parquet"]
SLICE_MEMORY: Final = "1GB"
"""What DuckDB may hold while many firms are evaluated slice by slice; the rest lies on disk."""
MACROS: Final = (
    "CREATE OR REPLACE TEMP MACRO lianshu_quotient(a, b) AS "
    "CAST(CAST(a AS HUGEINT) // nullif(CAST(b AS HUGEINT), 0) AS DECIMAL(38, 0))",
    "CREATE OR REPLACE TEMP MACRO lianshu_narrow_quotient(a, b) AS "
    "CAST(a AS BIGINT) // nullif(b, 0)",
    "CREATE OR REPLACE TEMP MACRO lianshu_whole(a) AS CAST(a AS BIGINT)",
    "CREATE OR REPLACE TEMP MACRO lianshu_rtrim(a, b) AS rtrim(a, b)",
)


class FigureError(ValueError):
    """A figure too large to be held exactly; `str()` names rule, firm and fact."""


@contextmanager
def connection() -> Iterator[tuple[duckdb.DuckDBPyConnection, Path]]:
    """A database of its own, in a folder that goes with it and takes what memory does not hold."""
    with tempfile.TemporaryDirectory(prefix="lianshu-policy-") as folder:
        duck = duckdb.connect(str(Path(folder) / "run.duckdb"))
        try:
            prepare_connection(duck)
            yield duck, Path(folder)
        finally:
            duck.close()


def prepare_connection(duck: duckdb.DuckDBPyConnection) -> None:
    """Give a connection the functions that programs call."""
    for macro in MACROS:
        duck.execute(macro)


def shape_for(
    duck: duckdb.DuckDBPyConnection,
    policies: Sequence[Policy],
    day: date,
    dictionary: FactDictionary,
    *,
    holdings: bool,
    marked: bool = False,
) -> Shape:
    """The shape of `policy_facts` and `policy_holdings`: columns, and how large the figures are.

    Raises FigureError where a figure passes the limit of a rule that reads it.
    """
    columns = frozenset(str(row[0]) for row in duck.execute(f"DESCRIBE {FACTS}").fetchall())
    bare = Shape(dictionary, columns, holdings=holdings, marked=marked)
    limits = _limits(policies, day)
    most = _greatest(duck, bare, policies, day, limits)
    for key, (limit, policy, rule) in limits.items():
        if most.get(key, 0) >= limit:
            raise FigureError(_too_large(duck, bare, key, limit, policy, rule, day))
    bounds = {key: tier(value) for key, value in most.items()}
    # Where some kinds are unknown of some firms every aggregate can be open anyway.
    certain = holdings and not marked
    complete = _complete(duck, bare, policies) if certain else frozenset()
    return replace(bare, bounds=bounds, complete=complete)


def _complete(
    duck: duckdb.DuckDBPyConnection, shape: Shape, policies: Sequence[Policy]
) -> frozenset[str]:
    """The details of holdings (``kind.attribute``) that every item has."""
    asked: dict[str, str] = {}
    for node in aggregates_of([tree for one in policies for _name, tree in one.trees()]).values():
        for attribute in attributes_of(node):
            column = shape.attribute(attribute)
            if _is_ratio(shape, node.kind, attribute):
                column += "#numerator"
            asked[f"{node.kind}.{attribute}"] = (
                f"coalesce(bool_or(kind = '{node.kind}' AND {_q(column)} IS NULL), FALSE)"
            )
    if not asked:
        return frozenset()
    row = duck.execute(f"SELECT {', '.join(asked.values())} FROM {HOLDINGS}").fetchone() or ()
    return frozenset(name for name, gaps in zip(asked, row, strict=True) if not gaps)


def _is_ratio(shape: Shape, kind: str, attribute: str) -> bool:
    attributes = shape.dictionary.holdings_by_id[kind].attributes
    return any(one.id == attribute and one.type == "ratio" for one in attributes)


def _limits(policies: Sequence[Policy], day: date) -> dict[str, tuple[int, Policy, str]]:
    """Fact (or ``kind.attribute``) → the least limit, and whose it is."""
    found: dict[str, tuple[int, Policy, str]] = {}
    for policy in policies:
        if not (policy.in_force(day) or policy.open_transitions(day)):
            continue
        for rule, tree in policy.trees():
            limit = policy.limit(rule)
            for key in figures_of(tree, day):
                if key not in found or limit < found[key][0]:
                    found[key] = (limit, policy, rule)
    return found


def _numeric(shape: Shape, fact: str, label: str) -> list[str]:
    """The columns of whole numbers of a fact of a period."""
    column = shape.fact(fact, label)
    if column is None or shape.kind_of(fact) != "int64":
        return []
    return [column.value, *([column.denominator] if column.denominator else [])]


def _greatest(
    duck: duckdb.DuckDBPyConnection,
    shape: Shape,
    policies: Sequence[Policy],
    day: date,
    limits: Mapping[str, object],
) -> dict[str, int]:
    """The greatest magnitude of each fact and summed attribute."""
    cells = fact_cells([tree for one in policies for _name, tree in one.trees()], day)
    columns = [(fact, one) for fact, label in cells for one in _numeric(shape, fact, label)]
    found: dict[str, int] = {}
    if columns:
        picked = ", ".join(f"max({_q(one)}), min({_q(one)})" for _fact, one in columns)
        row = duck.execute(f"SELECT {picked} FROM {FACTS}").fetchone() or ()
        for place, (fact, _column) in enumerate(columns):
            ends = [abs(value) for value in row[2 * place : 2 * place + 2] if value is not None]
            found[fact] = max([found.get(fact, 0), *ends])
    sums = [key for key in limits if "." in key]
    if shape.holdings:
        for key in sums:
            kind, _, attribute = key.partition(".")
            column = _q(shape.attribute(attribute))
            query = (
                f"SELECT max(s) FROM (SELECT sum(abs({column})) AS s FROM {HOLDINGS} "
                f"WHERE kind = '{kind}' GROUP BY organisation)"
            )
            if _is_number(shape, kind, attribute):
                row = duck.execute(query).fetchone() or (None,)
                found[key] = int(row[0] or 0)
    return found


def _is_number(shape: Shape, kind: str, attribute: str) -> bool:
    if attribute in OF_EVERY_HOLDING:
        return OF_EVERY_HOLDING[attribute] == "int64"
    attributes = shape.dictionary.holdings_by_id[kind].attributes
    return any(one.id == attribute and one.type in ("count", "money") for one in attributes)


def _too_large(
    duck: duckdb.DuckDBPyConnection,
    shape: Shape,
    key: str,
    limit: int,
    policy: Policy,
    rule: str,
    day: date,
) -> str:
    digits = len(str(limit)) - 1
    where = f"规则 {policy.id} {policy.version} 的 {rule}"
    if "." in key:
        return f"{where}：{key} 的合计太大，{digits} 位以上不能精确计算，请核对单位。"
    for fact, label in fact_cells([tree for _name, tree in policy.trees()], day):
        for column in _numeric(shape, fact, label) if fact == key else []:
            row = duck.execute(
                f"SELECT organisation, {_q(column)} FROM {FACTS} "
                f"WHERE abs({_q(column)}) >= {limit} ORDER BY 1 LIMIT 1"
            ).fetchone()
            if row:
                return (
                    f"{where}：单位 {row[0]} 的 {fact}@{label} 是 {row[1]}，"
                    f"{digits} 位以上不能精确计算，请核对单位。"
                )
    return f"{where}：{key} 太大，{digits} 位以上不能精确计算，请核对单位。"


def run_program(
    duck: duckdb.DuckDBPyConnection,
    pack: Pack,
    policies: Sequence[Policy],
    shape: Shape,
    day: date,
    *,
    cache: Path | None = None,
    most: int = MOST,
) -> Program:
    """Evaluate, in slices of at most ``most`` firms; the table `policy_wide` holds a row for each
    firm, by organisation."""
    program = program_for([*policies, *named_beside(pack, policies)], day, shape, folder=cache)
    row = duck.execute(f"SELECT count(*) FROM {FACTS}").fetchone()
    if row is not None and row[0] > most:
        _in_slices(duck, program, most, holdings=shape.holdings)
        return program
    duck.execute(
        f"CREATE OR REPLACE TEMP TABLE policy_wide AS SELECT * FROM ({program.sql}) "
        f"ORDER BY {ORGANISATION}"
    )
    return program


def _in_slices(
    duck: duckdb.DuckDBPyConnection, program: Program, most: int, *, holdings: bool
) -> None:
    """Evaluate slice after slice: what is read and what is made lies on disk, and memory holds one
    slice."""
    duck.execute(f"SET memory_limit = '{SLICE_MEMORY}'")
    tables = [FACTS, *([HOLDINGS] if holdings else [])]
    for name in tables:
        # By organisation, so that a slice reads its own part and nothing else.
        duck.execute(
            f"CREATE OR REPLACE TABLE {name}_on_disk AS SELECT * FROM {name} "
            f"ORDER BY {ORGANISATION}"
        )
    ends = duck.execute(
        f"SELECT {ORGANISATION} FROM (SELECT {ORGANISATION}, "
        f"row_number() OVER (ORDER BY {ORGANISATION}) AS place FROM {FACTS}_on_disk) "
        f"WHERE place % {most} = 0 ORDER BY 1"
    ).fetchall()
    # A slice without an end takes what is left, which may be nothing.
    for place, (after, last) in enumerate(pairwise(["", *(row[0] for row in ends), None])):
        until = "" if last is None else f" AND {ORGANISATION} <= {_text(last)}"
        parts = [
            f"{name} AS NOT MATERIALIZED (SELECT * FROM {name}_on_disk "
            f"WHERE {ORGANISATION} > {_text(after)}{until})"
            for name in tables
        ]
        statement = f"WITH {', '.join(parts)}, {program.sql.removeprefix('WITH ')}"
        into = "INSERT INTO policy_wide" if place else "CREATE OR REPLACE TABLE policy_wide AS"
        duck.execute(f"{into} SELECT * FROM ({statement}) ORDER BY {ORGANISATION}")


def _text(value: object) -> str:
    return "'" + str(value).replace("'", "''") + "'"


def named_beside(pack: Pack, policies: Sequence[Policy]) -> list[Policy]:
    """The other policies of the pack, which may be read by verdict."""
    chosen = {(one.id, one.version) for one in policies}
    return [one for one in pack.everything if (one.id, one.version) not in chosen]


def write_rows(
    duck: duckdb.DuckDBPyConnection,
    program: Program,
    policies: Sequence[Policy],
    out: Path,
    format: Format,
) -> int:
    """Write the rows of `policy_wide` to ``out``, whole or not at all; how many."""
    select = long_rows(program, policies, numbers=format == "parquet")
    options = "FORMAT parquet, COMPRESSION zstd" if format == "parquet" else "FORMAT csv, HEADER"
    descriptor, part = tempfile.mkstemp(prefix=f".{out.name}.", suffix=".part", dir=out.parent)
    os.close(descriptor)
    try:
        row = duck.execute(
            f"COPY ({select}) TO '{part.replace(chr(39), chr(39) * 2)}' ({options})"
        ).fetchone()
        Path(part).chmod(0o644)
        Path(part).replace(out)
    finally:
        Path(part).unlink(missing_ok=True)
    return int(row[0]) if row else 0


def _q(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'
