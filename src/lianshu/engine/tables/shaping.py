"""The tables of a snapshot as DuckDB makes them from the rows of the database.

Internal keys become codes and public ids here. Texts that somebody wrote freely (facts and
attributes of type text, evidence, consent, names of holdings, contacts) have no column.
"""

from __future__ import annotations

from typing import Final

import duckdb

from lianshu.engine.tables.dictionary import FactDictionary, Quantity
from lianshu.engine.tables.uses import Use

KEPT: Final = {
    "regions": "id BIGINT, code VARCHAR, name VARCHAR, kind VARCHAR, parent_id BIGINT",
    "ancestry": "ancestor_id BIGINT, descendant_id BIGINT",
    "chains": "id BIGINT, code VARCHAR, name VARCHAR",
    "organisations": "id BIGINT, public_id VARCHAR, name VARCHAR, kind VARCHAR, region_id BIGINT, "
    "chain_id BIGINT",
}
"""Tables read whole, with the columns their queries give."""
REGIONS: Final = """
SELECT r.code, r.name, r.kind, nullif(p.code, '') AS parent
FROM regions r LEFT JOIN regions p ON p.id = r.parent_id ORDER BY r.code
"""
ANCESTRY: Final = """
SELECT a.code AS ancestor, d.code AS descendant FROM ancestry x
JOIN regions a ON a.id = x.ancestor_id JOIN regions d ON d.id = x.descendant_id ORDER BY 1, 2
"""
CHAINS: Final = "SELECT code, name FROM chains ORDER BY code"
ORGANISATIONS: Final = """
SELECT o.public_id AS organisation, o.name, o.kind, r.code AS region, c.code AS chain
FROM organisations o JOIN regions r ON r.id = o.region_id LEFT JOIN chains c ON c.id = o.chain_id
ORDER BY o.public_id
"""
# A query without rows has no types in SQLite, so every column says its own.
# `rank` is 0 for the source trusted most, null for one the dictionary does not list for the fact.
FACTS: Final = """
SELECT o.public_id AS organisation, r.code AS region, c.code AS chain, f.fact,
    CASE f.period_kind
        WHEN 'year' THEN strftime(f.period_start, '%Y')
        WHEN 'quarter' THEN strftime(f.period_start, '%Y') || 'Q' || quarter(f.period_start)
        WHEN 'month' THEN strftime(f.period_start, '%Y-%m')
        ELSE strftime(f.period_start, '%Y-%m-%d') END AS period,
    f.period_kind, f.period_start, f.period_end,
    f.whole, f.numerator, f.denominator, f.day, f.flag, f.code, f.known_absent,
    f.source, k.rank, f.uses, f.revision
FROM (
    SELECT organisation_id, region_id, chain_id, CAST(fact AS VARCHAR) AS fact,
        CAST(period_kind AS VARCHAR) AS period_kind,
        CAST(CAST(period_start AS VARCHAR) AS DATE) AS period_start,
        CAST(CAST(period_end AS VARCHAR) AS DATE) AS period_end,
        CAST(whole AS BIGINT) AS whole, CAST(numerator AS BIGINT) AS numerator,
        CAST(denominator AS BIGINT) AS denominator,
        CAST(nullif(CAST(day AS VARCHAR), '') AS DATE) AS day, CAST(flag AS BOOLEAN) AS flag,
        nullif(CAST(code AS VARCHAR), '') AS code, CAST(known_absent AS BOOLEAN) AS known_absent,
        CAST(source AS VARCHAR) AS source, CAST(uses AS UTINYINT) AS uses,
        CAST(revision AS USMALLINT) AS revision
    FROM incoming
) f
JOIN organisations o ON o.id = f.organisation_id
JOIN regions r ON r.id = f.region_id
LEFT JOIN chains c ON c.id = f.chain_id
LEFT JOIN ranks k ON k.fact = f.fact AND k.source = f.source
"""
_AT_ONCE: Final = 240
_COLUMN: Final = {"date": "day", "bool": "flag", "code": "code"}
_CAST: Final = {"date": "DATE", "bool": "BOOLEAN", "code": "VARCHAR"}


def create_ranks(duck: duckdb.DuckDBPyConnection, dictionary: FactDictionary) -> None:
    """The order of trust as the table `ranks`."""
    duck.execute("CREATE TABLE ranks (fact VARCHAR, source VARCHAR, rank UTINYINT)")
    duck.executemany(
        "INSERT INTO ranks VALUES (?, ?, ?)",
        [
            (fact.id, source, rank)
            for fact in dictionary.facts
            for rank, source in enumerate(fact.sources)
        ],
    )


def holdings(dictionary: FactDictionary) -> str:
    """A column for each attribute that is no text; a ratio has two."""
    attributes: dict[str, Quantity] = {
        attribute.id: attribute
        for holding in dictionary.holdings
        for attribute in holding.attributes
        if attribute.type != "text"
    }
    columns = "".join(
        f", {column}" for one in attributes.values() for column in _attribute_columns(one)
    )
    return f"""
SELECT CAST(h.public_id AS VARCHAR) AS holding, o.public_id AS organisation, r.code AS region,
    c.code AS chain,
    CAST(h.kind AS VARCHAR) AS kind, nullif(CAST(h.number AS VARCHAR), '') AS number,
    CAST(nullif(CAST(h.valid_from AS VARCHAR), '') AS DATE) AS valid_from,
    CAST(nullif(CAST(h.valid_to AS VARCHAR), '') AS DATE) AS valid_to,
    CAST(h.owner_order AS BIGINT) AS owner_order, CAST(h.source AS VARCHAR) AS source,
    CAST(h.uses AS UTINYINT) AS uses, CAST(h.revision AS USMALLINT) AS revision{columns}
FROM (SELECT *, CAST(attributes AS VARCHAR) AS details FROM incoming) h
JOIN organisations o ON o.id = h.organisation_id
JOIN regions r ON r.id = h.region_id
LEFT JOIN chains c ON c.id = h.chain_id
"""  # noqa: S608 (ids of the dictionary, whose form is checked)


def _attribute_columns(one: Quantity) -> list[str]:
    if one.type == "ratio":
        return [
            f"CAST(h.details->>'$.{one.id}[{place}]' AS BIGINT) AS \"attribute.{one.id}#{part}\""
            for place, part in enumerate(("numerator", "denominator"))
        ]
    kind = _CAST.get(one.type, "BIGINT")
    return [f"CAST(h.details->>'$.{one.id}' AS {kind}) AS \"attribute.{one.id}\""]


def wide(duck: duckdb.DuckDBPyConnection, dictionary: FactDictionary, facts: str) -> str:
    """One row for each organisation, a column `fact@period` for what may decide.

    The most trusted source counts. `fact@latest` is the latest instant. A ratio has
    `…#numerator` and `…#denominator`; where an organisation is known to have none there is
    `…#absent`, so that null elsewhere means unknown. Prepares tables in `duck`.
    """
    usable = f"uses & {int(Use.DECISION)} <> 0 AND rank IS NOT NULL"
    found = duck.execute(
        "SELECT fact, CASE period_kind WHEN 'instant' THEN 'latest' ELSE period END AS label, "  # noqa: S608
        f"bool_or(known_absent) FROM '{facts}' WHERE {usable} GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    columns: list[tuple[str, str]] = []
    for fact, label, absent in found:
        columns += _wide_columns(dictionary.facts_by_id[fact], label, absent=absent)
    joins, selected = [], []
    for number, start in enumerate(range(0, len(columns), _AT_ONCE)):
        part = columns[start : start + _AT_ONCE]
        listed = ", ".join(f'{expression} AS "{name}"' for name, expression in part)
        duck.execute(
            f"CREATE TABLE wide_{number} AS SELECT organisation, {listed} FROM ("  # noqa: S608
            "SELECT *, CASE period_kind WHEN 'instant' THEN 'latest' ELSE period END AS label, "
            # Of instants the latest comes first, of equals the more trusted.
            "CASE period_kind WHEN 'instant' THEN -epoch(period_start)::BIGINT ELSE 0 END * 256 "
            f"+ rank AS place FROM '{facts}' WHERE {usable}) GROUP BY organisation"
        )
        joins.append(f"LEFT JOIN wide_{number} w{number} ON w{number}.organisation = o.public_id")
        selected += [f', w{number}."{name}"' for name, _expression in part]
    return (
        "SELECT o.public_id AS organisation, r.code AS region, c.code AS chain"  # noqa: S608
        + "".join(selected)
        + " FROM organisations o JOIN regions r ON r.id = o.region_id "
        + "LEFT JOIN chains c ON c.id = o.chain_id "
        + " ".join(joins)
        + " ORDER BY o.public_id"
    )


def _wide_columns(quantity: Quantity, label: str, *, absent: bool) -> list[tuple[str, str]]:
    name = f"{quantity.id}@{label}"
    chosen = f"FILTER (fact = '{quantity.id}' AND label = '{label}')"
    columns = []
    if quantity.type == "ratio":
        for part in ("numerator", "denominator"):
            columns.append((f"{name}#{part}", f"arg_min_null({part}, place) {chosen}"))
    elif quantity.type != "text":
        column = _COLUMN.get(quantity.type, "whole")
        columns.append((name, f"arg_min_null({column}, place) {chosen}"))
    if absent:
        columns.append((f"{name}#absent", f"arg_min(known_absent, place) {chosen}"))
    return columns
