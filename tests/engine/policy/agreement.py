"""Interpreter and tables side by side."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from lianshu.engine.expressions import Firm, Outcome
from lianshu.engine.expressions.vector.shape import fact_cells
from lianshu.engine.policy import Decision, Evaluator, Policy
from lianshu.engine.policy.program import Cell, PolicyCells, Program, build, trees_of
from lianshu.engine.policy.running import prepare_connection
from lianshu.engine.policy.shown import shown_texts
from lianshu.engine.policy.spark import evaluate
from tests.engine.policy.firms import fact_table, holding_table, kinds_of, shape_of


@dataclass(frozen=True)
class Tables:
    """Random firms as the two tables that programs read."""

    facts: pa.Table
    holdings: pa.Table


def tables_of(policies: Sequence[Policy], firms: Sequence[Firm], day: date) -> Tables:
    """The tables of what the policies read."""
    cells = fact_cells([tree for policy in policies for tree in trees_of(policy)], day)
    return Tables(fact_table(firms, cells, day), holding_table(firms, kinds_of(policies)))


def on_duckdb(program: Program, tables: Tables) -> pa.Table:
    """A row for each firm, by organisation."""
    duck = duckdb.connect()
    prepare_connection(duck)
    duck.register("policy_facts", tables.facts)
    duck.register("policy_holdings", tables.holdings)
    return duck.sql(f"SELECT * FROM ({program.sql}) ORDER BY organisation").to_arrow_table()


def on_spark(spark: Any, program: Program, tables: Tables, folder: Path) -> pa.Table:
    """The same by Spark, with the types that DuckDB gives it."""
    files = {"policy_facts": tables.facts, "policy_holdings": tables.holdings}
    paths = {name: folder / f"{name}.parquet" for name in files}
    for name, table in files.items():
        pq.write_table(table, paths[name])
    evaluate(spark, program, paths, folder / "wide")
    duck = duckdb.connect()
    found = f"read_parquet('{folder / 'wide'}/*.parquet')"
    return duck.sql(f"SELECT * FROM {found} ORDER BY organisation").to_arrow_table()


def between_engines(
    spark: Any, policies: Sequence[Policy], tables: Tables, day: date, rows: pa.Table
) -> list[str]:
    """Where Spark does not give the columns that DuckDB gives (``rows``), at most ten lines."""
    shape = shape_of(tables.facts)
    with tempfile.TemporaryDirectory() as folder:
        program = build(policies, day, shape, dialect="pyspark")
        others = on_spark(spark, program, tables, Path(folder))
    assert rows.column_names == others.column_names
    found: list[str] = []
    for name in rows.column_names:
        one, other = rows[name].to_pylist(), others[name].to_pylist()
        places = [place for place, pair in enumerate(zip(one, other, strict=True)) if unlike(*pair)]
        if places:
            firm, first = rows["organisation"][places[0]], places[0]
            found.append(f"{firm} {name}: DuckDB {one[first]!r}, Spark {other[first]!r}")
    return found[:10]


def unlike(one: object, other: object) -> bool:
    """Whether two values differ, a number and the same as a decimal not."""
    return one != other or (one is None) != (other is None)


def differences(
    policies: Sequence[Policy], firms: Sequence[Firm], day: date, *, spark: Any = None
) -> list[str]:
    """Where the evaluators do not say the same, at most ten lines."""
    tables = tables_of(policies, firms, day)
    program = build(policies, day, shape_of(tables.facts))
    rows = on_duckdb(program, tables)
    found = [] if spark is None else between_engines(spark, policies, tables, day, rows)
    for firm, row in zip(firms, rows.to_pylist(), strict=True):
        evaluator = Evaluator(policies, firm, day)
        for one in program.policies:
            decision = evaluator.decision(one.policy)
            told = compared(program, decision, row, one)
            if decision.in_force:
                told += texts_compared(evaluator, row, one)
            found += [f"{firm.organisation} {one.policy.id} {line}" for line in told]
            if len(found) > 10:
                return found
    return found


def texts_compared(evaluator: Evaluator, row: Mapping[str, Any], cells: PolicyCells) -> list[str]:
    """Where value and threshold of a condition are not what the interpreter says."""
    found: list[str] = []
    rules = cells.policy.rules_by_id
    for cell in cells.conditions:
        if not cell.shown:
            continue
        interpreter = evaluator._one(cells.policy).interpreter(cell.name)
        values, thresholds = shown_texts(interpreter, rules[cell.name].node)
        told = [(row[one.value], row[one.threshold]) for one in cell.shown]
        for one, other in zip(zip(values, thresholds, strict=True), told, strict=True):
            if one != other:
                found.append(f"{cell.name} shown: interpreter {one}, table {other}")
    return found


def compared(program: Program, decision: Decision, row: Mapping[str, Any], cells: Any) -> list[str]:
    """The differences of one firm under one policy."""
    found: list[str] = []
    pairs = [(cell, decision.conditions[cell.name]) for cell in cells.conditions]
    pairs.append((cells.verdict, decision.verdict))
    for cell, judged in pairs:
        outcome = Outcome.NOT_APPLICABLE if not cell.code else Outcome.of_code(row[cell.code])
        if outcome is not judged.outcome:
            found.append(f"{cell.name}: interpreter {judged.outcome}, table {outcome}")
        names = missing_of(program, cell, row)
        wanted = set(judged.missing) if judged.outcome is Outcome.UNKNOWN else set()
        if names != wanted:
            found.append(f"{cell.name} missing: interpreter {wanted}, table {names}")
    if cells.score is not None and not decision.in_force:
        assert row[cells.score.low] is None
    elif cells.score is not None:
        den = cells.score.den or row[cells.score.code]
        ends = Fraction(row[cells.score.low], den), Fraction(row[cells.score.high], den)
        assert decision.score is not None
        if ends != (decision.score.low, decision.score.high):
            found.append(f"score: interpreter {decision.score}, table {ends}")
    amount = None if cells.amount is None else row[cells.amount]
    if amount != decision.amount:
        found.append(f"amount: interpreter {decision.amount}, table {amount}")
    return found


def missing_of(program: Program, cell: Cell, row: Mapping[str, Any]) -> set[str]:
    """The names whose bits are set."""
    return {
        name
        for word, column in cell.missing.items()
        for place, name in enumerate(program.names_in(word))
        if row[column] >> place & 1
    }
