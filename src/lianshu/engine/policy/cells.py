"""Columns of texts to exact typed columns, in DuckDB.

What is written plainly (``15000000``, ``0.05``, ``2026-01-31``) is read by the database; every
other spelling that occurs is read once by `figures.read_figure`, which also says what is wrong.
"""

# Identifiers are quoted by `name` or come from the dictionary, texts double their quotes.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import duckdb

from lianshu.engine.policy.figures import read_figure
from lianshu.engine.tables import (
    KNOWN_ABSENT,
    CodeKnown,
    FactDictionary,
    Quantity,
    Ratio,
    ValueProblem,
)

_MOST_SPELLINGS: Final = 200_000
_FAST: Final = {
    "money": r"^[-+]?[0-9]{1,15}(\.[0-9]{1,2})?$",
    "count": r"^[-+]?[0-9]{1,17}$",
    "ratio": r"^[0-9]{1,9}(\.[0-9]{1,8})?%?$",
    "date": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
    "bool": r"^(true|false)$",
    "code": r"^.+$",
    "text": r"^.+$",
}
_SQL_TYPES: Final = {"money": "BIGINT", "count": "BIGINT", "date": "DATE", "bool": "BOOLEAN"}


class CellProblem(ValueError):
    """A text that cannot be read; ``text`` is the cell, `str()` says what is wrong."""

    def __init__(self, message: str, text: str) -> None:
        super().__init__(message)
        self.text = text


@dataclass(frozen=True, slots=True)
class TypedColumn:
    """SQL of the parts of a column: name suffix → expression. Over the source with `tables`
    joined: `WITH` nothing, plain lookups by `map_name[text]`."""

    parts: Mapping[str, str]


def typed(
    duck: duckdb.DuckDBPyConnection,
    quantity: Quantity,
    source: str,
    column: str,
    *,
    dictionary: FactDictionary,
    code_known: CodeKnown,
    where: str = "TRUE",
) -> TypedColumn:
    """The exact columns of a column of texts of ``source`` (both already quoted for SQL).

    A ratio has ``#numerator`` and ``#denominator``, the others one part named ``""``; ``#absent``
    where somebody wrote so. Raises CellProblem for the first text that cannot be read.
    """
    kind = quantity.type
    text = f"trim({column})"
    pattern = _FAST[kind]

    def read(given: str) -> object:
        try:
            return read_figure(quantity, given, dictionary=dictionary, code_known=code_known)
        except ValueProblem as problem:
            raise CellProblem(str(problem), given) from problem

    slow = _slow(duck, quantity, source, column, text, pattern, where, read)
    _bounds(duck, quantity, source, text, pattern, where, read)
    return _parts(quantity, text, pattern, slow)


def _slow(
    duck: duckdb.DuckDBPyConnection,
    quantity: Quantity,
    source: str,
    column: str,
    text: str,
    pattern: str,
    where: str,
    read: Callable[[str], object],
) -> dict[str, object]:
    """Text → value of every spelling that is not plain; of codes every one that occurs."""
    is_code = quantity.type in ("code", "text")
    plain = "FALSE" if is_code else f"regexp_matches({text}, '{pattern}')"
    if quantity.type == "date":
        plain = f"({plain} AND TRY_CAST({text} AS DATE) IS NOT NULL)"
    query = (
        f"SELECT DISTINCT {text} FROM {source} WHERE ({where}) AND {column} IS NOT NULL "
        f"AND {text} <> '' AND NOT {plain} ORDER BY 1 LIMIT {_MOST_SPELLINGS}"
    )
    return {row[0]: read(row[0]) for row in duck.execute(query).fetchall()}


def _bounds(
    duck: duckdb.DuckDBPyConnection,
    quantity: Quantity,
    source: str,
    text: str,
    pattern: str,
    where: str,
    read: Callable[[str], object],
) -> None:
    """Plain numbers within the dictionary's bounds: the least and the greatest stand for all."""
    if quantity.type not in ("money", "count", "ratio"):
        return
    number = f"CAST(rtrim({text}, '%') AS DECIMAL(38, 10))"
    if quantity.type == "ratio":
        number = f"{number} / CASE WHEN {text} LIKE '%!%%' ESCAPE '!' THEN 100 ELSE 1 END"
    query = (
        f"SELECT arg_min({text}, {number}), arg_max({text}, {number}) FROM {source} "
        f"WHERE ({where}) AND regexp_matches({text}, '{pattern}')"
    )
    for given in duck.execute(query).fetchone() or ():
        if given is not None:
            read(given)


def _parts(quantity: Quantity, text: str, pattern: str, slow: Mapping[str, object]) -> TypedColumn:
    fast = f"regexp_matches({text}, '{pattern}')"
    absent = [given for given, value in slow.items() if value is KNOWN_ABSENT]
    known = {given: value for given, value in slow.items() if value is not KNOWN_ABSENT}
    parts: dict[str, str] = {}
    if quantity.type == "ratio":
        digits = f"replace(replace({text}, '.', ''), '%', '')"
        places = (
            f"CASE WHEN contains({text}, '.') THEN length(rtrim({text}, '%')) "
            f"- position('.' IN {text}) ELSE 0 END"
        )
        percent = f"CASE WHEN contains({text}, '%') THEN 2 ELSE 0 END"
        powers = "[" + ", ".join(str(10**power) for power in range(12)) + "]"
        ratios = {given: value for given, value in known.items() if isinstance(value, Ratio)}
        parts["#numerator"] = _either(
            text, fast, f"CAST({digits} AS BIGINT)", {g: v.numerator for g, v in ratios.items()}
        )
        parts["#denominator"] = _either(
            text,
            fast,
            f"CAST(({powers})[{places} + {percent} + 1] AS BIGINT)",
            {g: v.denominator for g, v in ratios.items()},
        )
    else:
        value = {
            "money": f"CAST(CAST({text} AS DECIMAL(20, 2)) * 100 AS BIGINT)",
            "count": f"CAST({text} AS BIGINT)",
            "date": f"TRY_CAST({text} AS DATE)",
            "bool": f"({text} = 'true')",
        }.get(quantity.type, text)
        if quantity.type in ("code", "text"):
            # A code that is read as itself needs no row; those written otherwise have one.
            known = {given: value_ for given, value_ in known.items() if value_ != given}
            fast = f"{text} <> ''"
        parts[""] = _either(text, fast, value, known)
    if absent:
        listed = ", ".join(_quoted(one) for one in absent)
        parts = {
            name: f"CASE WHEN {text} IN ({listed}) THEN NULL ELSE {sql} END"
            for name, sql in parts.items()
        }
        parts["#absent"] = f"coalesce({text} IN ({listed}), FALSE)"
    return TypedColumn(parts)


def _either(text: str, fast: str, value: str, known: Mapping[str, Any]) -> str:
    if not known:
        return f"CASE WHEN {fast} THEN {value} END"
    keys = "[" + ", ".join(_quoted(one) for one in known) + "]"
    values = "[" + ", ".join(_literal(one) for one in known.values()) + "]"
    looked = f"(map({keys}, {values}))[{text}]"
    listed = f"map_contains(map({keys}, {values}), {text})"
    empty = f"{text} IS NULL OR {text} = ''"
    return f"CASE WHEN {empty} THEN NULL WHEN {listed} THEN {looked} WHEN {fast} THEN {value} END"


def _literal(value: object) -> str:
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int):
        return f"CAST({value} AS BIGINT)"
    if isinstance(value, date):
        return f"DATE '{value.isoformat()}'"
    return _quoted(str(value))


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def name(identifier: str) -> str:
    """An identifier for SQL."""
    return '"' + identifier.replace('"', '""') + '"'
