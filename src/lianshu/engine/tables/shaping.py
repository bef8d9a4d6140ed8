"""The tables of a snapshot as DuckDB makes them from the rows of the database.

Internal keys become codes and public ids here. Texts that somebody wrote freely (facts and
attributes of type text, evidence, consent, names of holdings, contacts) have no column.
"""

from __future__ import annotations

from typing import Final

import duckdb

from lianshu.engine.tables.dictionary import FactDictionary, Quantity

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
# A query without rows has no types in SQLite, so every column says its own. `said` tells which
# value a fact has: '' the number, b a flag, c a code, d a day, a none, t a text, which stays away.
# `rank` is 0 for the source trusted most, null for one the dictionary does not list for the fact.
FACTS: Final = """
SELECT o.public_id AS organisation, r.code AS region, c.code AS chain, f.fact,
    CASE f.period_kind
        WHEN 'year' THEN strftime(f.period_start, '%Y')
        WHEN 'quarter' THEN strftime(f.period_start, '%Y') || 'Q' || quarter(f.period_start)
        WHEN 'month' THEN strftime(f.period_start, '%Y-%m')
        ELSE strftime(f.period_start, '%Y-%m-%d') END AS period,
    f.period_kind, f.period_start,
    CAST(CASE f.period_kind
        WHEN 'year' THEN f.period_start + INTERVAL 1 YEAR
        WHEN 'quarter' THEN f.period_start + INTERVAL 3 MONTH
        WHEN 'month' THEN f.period_start + INTERVAL 1 MONTH
        ELSE f.period_start + INTERVAL 1 DAY END AS DATE) AS period_end,
    CASE WHEN f.said = '' AND f.denominator IS NULL THEN f.number END AS whole,
    CASE WHEN f.denominator IS NOT NULL THEN f.number END AS numerator, f.denominator,
    CASE WHEN f.said[1] = 'd' THEN CAST(f.said[2:] AS DATE) END AS day,
    CASE WHEN f.said = 'b' THEN f.number <> 0 END AS flag,
    CASE WHEN f.said[1] = 'c' THEN f.said[2:] END AS code,
    f.said = 'a' AS known_absent,
    f.source, k.rank, f.uses, f.revision
FROM (
    SELECT organisation_id, CAST(fact AS VARCHAR) AS fact,
        CAST(period_kind AS VARCHAR) AS period_kind,
        CAST(CAST(period_start AS VARCHAR) AS DATE) AS period_start,
        CAST(number AS BIGINT) AS number, CAST(denominator AS BIGINT) AS denominator,
        CAST(said AS VARCHAR) AS said,
        CAST(source AS VARCHAR) AS source, CAST(uses AS UTINYINT) AS uses,
        CAST(revision AS USMALLINT) AS revision
    FROM incoming
) f
JOIN organisations o ON o.id = f.organisation_id
JOIN regions r ON r.id = o.region_id
LEFT JOIN chains c ON c.id = o.chain_id
LEFT JOIN ranks k ON k.fact = f.fact AND k.source = f.source
"""
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
