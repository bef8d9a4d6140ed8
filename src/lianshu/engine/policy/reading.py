"""Firms out of the tables of an intake, for the interpreter."""

from __future__ import annotations

from datetime import date
from typing import Any

from lianshu.engine.expressions import Firm, Holding
from lianshu.engine.policy.intake import Intake
from lianshu.engine.tables import KNOWN_ABSENT, Absent, Ratio, Value


def read_firms(intake: Intake, *, limit: int | None = None) -> list[Firm]:
    """The firms of the file of facts, by organisation, at most ``limit`` of them.

    A kind of which there is no row is known to have none, when there is a file of holdings at all.
    """
    most = "" if limit is None else f" LIMIT {int(limit)}"
    rows = intake.duck.sql(f"SELECT * FROM policy_facts ORDER BY organisation{most}")  # noqa: S608
    firms: list[Firm] = []
    for row in rows.to_arrow_table().to_pylist():
        organisation = str(row["organisation"])
        firms.append(Firm(organisation, _facts(row), _holdings(intake, organisation)))
    return firms


def _facts(row: dict[str, Any]) -> dict[tuple[str, str], Value | Absent]:
    found: dict[tuple[str, str], Value | Absent] = {}
    for column, value in row.items():
        cell, _, part = column.partition("#")
        fact, _, label = cell.partition("@")
        if value is None or not label or part == "denominator":
            continue
        if part == "absent":
            if value:
                found[fact, label] = KNOWN_ABSENT
        elif part == "numerator":
            found[fact, label] = Ratio(value, row[f"{cell}#denominator"])
        else:
            found[fact, label] = value
    return found


def _holdings(intake: Intake, organisation: str) -> dict[str, tuple[Holding, ...]]:
    if not intake.has_holdings:
        return {}
    found: dict[str, list[Holding]] = {kind: [] for kind in intake.dictionary.holdings_by_id}
    answer = intake.duck.execute(
        "SELECT * FROM policy_holdings WHERE organisation = ?", [organisation]
    )
    columns = [str(one[0]) for one in answer.description or ()]
    for values in answer.fetchall():
        row = dict(zip(columns, values, strict=True))
        kind = str(row["kind"])
        if row.get("unknown"):
            found.pop(kind, None)
        elif kind in found:
            found[kind].append(_holding(row))
    return {kind: tuple(items) for kind, items in found.items()}


def _holding(row: dict[str, Any]) -> Holding:
    attributes: dict[str, Value] = {}
    for column, value in row.items():
        name, _, part = column.removeprefix("attribute.").partition("#")
        if not column.startswith("attribute.") or value is None or part == "denominator":
            continue
        attributes[name] = value
        if part == "numerator":
            attributes[name] = Ratio(value, row[f"attribute.{name}#denominator"])
    begins, ends = row["valid_from"], row["valid_to"]
    assert begins is None or isinstance(begins, date)
    return Holding(row["number"], begins, ends, row["owner_order"], attributes)
