"""Interpreter and tables side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

import duckdb

from lianshu.engine.expressions import Firm, Outcome
from lianshu.engine.expressions.vector.shape import fact_cells
from lianshu.engine.policy import Decision, Evaluator, Policy
from lianshu.engine.policy.program import Cell, Program, build, trees_of
from lianshu.engine.policy.running import prepare_connection
from tests.engine.policy.firms import fact_table, holding_table, kinds_of, shape_of


def differences(policies: Sequence[Policy], firms: Sequence[Firm], day: date) -> list[str]:
    """Where the two evaluators do not say the same, at most ten lines."""
    trees = [tree for policy in policies for tree in trees_of(policy)]
    facts = fact_table(firms, fact_cells(trees, day), day)
    holdings = holding_table(firms, kinds_of(policies))
    program = build(policies, day, shape_of(facts))
    duck = duckdb.connect()
    prepare_connection(duck)
    duck.register("policy_facts", facts)
    duck.register("policy_holdings", holdings)
    rows = duck.sql(f"SELECT * FROM ({program.sql}) ORDER BY organisation").to_arrow_table()
    found: list[str] = []
    for firm, row in zip(firms, rows.to_pylist(), strict=True):
        evaluator = Evaluator(policies, firm, day)
        for one in program.policies:
            decision = evaluator.decision(one.policy)
            told = compared(program, decision, row, one)
            found += [f"{firm.organisation} {one.policy.id} {line}" for line in told]
            if len(found) > 10:
                return found
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
