"""The wide result to long rows: one for each condition, and one for the verdict."""

# Identifiers are quoted by `name` or come from the dictionary, texts double their quotes.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from lianshu.engine.expressions import Outcome
from lianshu.engine.policy.compiled import Policy
from lianshu.engine.policy.program import Cell, PolicyCells, Program

COLUMNS: Final = (
    "organisation_id",
    "policy",
    "version",
    "condition",
    "outcome",
    "value",
    "threshold",
    "missing",
    "score_low",
    "score_high",
    "amount",
)
_OUTCOMES: Final = "[" + ", ".join(f"'{Outcome.of_code(code).value}'" for code in range(5)) + "]"
_GUARD: Final = "regexp_matches(organisation, '^[=+\\-@\\t\\r]')"


def long_rows(program: Program, policies: Sequence[Policy], *, numbers: bool) -> str:
    """A select over `policy_wide` by organisation, policy, condition; the verdict comes last.

    With ``numbers`` scores and amount are decimals, else texts without needless zeros.
    """
    chosen = {(one.id, one.version) for one in policies}
    structs: list[str] = []
    for cells in program.policies:
        if (cells.policy.id, cells.policy.version) in chosen:
            structs += [_condition(program, cells, cell) for cell in cells.conditions]
            structs.append(_verdict(program, cells, numbers=numbers))
    listed = ",\n".join(structs)
    # In CSV an empty text is nothing at all, and a name that a spreadsheet would run is guarded.
    fields = ", ".join(f'r."{one}"' for one in COLUMNS[1:])
    guarded = "organisation"
    if not numbers:
        fields = ", ".join(f"nullif(r.{one}, '') AS {_q(one)}" for one in COLUMNS[1:])
        guarded = f"CASE WHEN {_GUARD} THEN '''' || organisation ELSE organisation END"
    return (
        f"SELECT {guarded} AS organisation_id, {fields} FROM "
        f"(SELECT organisation, unnest([{listed}]) AS r FROM policy_wide)"
    )


def _condition(program: Program, cells: PolicyCells, cell: Cell) -> str:
    return _struct(cells, cell.name, _outcome(cell), *_shown(cell), _missing(program, cell))


def _verdict(program: Program, cells: PolicyCells, *, numbers: bool) -> str:
    low = high = amount = "NULL"
    if cells.score is not None:
        ends = (cells.score.low, cells.score.high)
        low, high = (_score(cells.score, end, numbers=numbers) for end in ends)
    if cells.amount is not None:
        fen = _q(cells.amount)
        cents = f"lpad(CAST({fen} % 100 AS VARCHAR), 2, '0')"
        yuan = f"CAST({fen} // 100 AS VARCHAR) || '.' || {cents}"
        amount = f"CAST({yuan} AS DECIMAL(20, 2))" if numbers else _trimmed(yuan)
    missing = _missing(program, cells.verdict)
    return _struct(cells, "", _outcome(cells.verdict), "''", "''", missing, low, high, amount)


def _struct(
    cells: PolicyCells,
    name: str,
    outcome: str,
    value: str,
    threshold: str,
    missing: str,
    low: str = "NULL",
    high: str = "NULL",
    amount: str = "NULL",
) -> str:
    parts = {
        "policy": _text(cells.policy.id),
        "version": _text(cells.policy.version),
        "condition": _text(name),
        "outcome": outcome,
        "value": value,
        "threshold": threshold,
        "missing": missing,
        "score_low": low,
        "score_high": high,
        "amount": amount,
    }
    return "{" + ", ".join(f"'{key}': {sql}" for key, sql in parts.items()) + "}"


def _outcome(cell: Cell) -> str:
    if not cell.code:
        return f"'{Outcome.NOT_APPLICABLE.value}'"
    return f"({_OUTCOMES})[{_q(cell.code)} + 1]"


def _shown(cell: Cell) -> tuple[str, str]:
    """Value and threshold; several comparisons are parted by `` | ``."""
    if not cell.shown:
        return "''", "''"
    values = " || ' | ' || ".join(_q(one.value) for one in cell.shown)
    thresholds = " || ' | ' || ".join(_q(one.threshold) for one in cell.shown)
    return f"({values})", f"({thresholds})"


def _missing(program: Program, cell: Cell) -> str:
    """The names whose bits are set, parted by ``;``."""
    if not cell.missing:
        return "''"
    names: list[str] = []
    for word, column in cell.missing.items():
        names += [
            f"CASE WHEN ({_q(column)} & {1 << place}) <> 0 THEN {_text(name)} END"
            for place, name in enumerate(program.names_in(word))
            if name in cell.names
        ]
    any_bit = " OR ".join(f"{_q(column)} <> 0" for column in cell.missing.values())
    return f"CASE WHEN {any_bit} THEN concat_ws(';', {', '.join(names)}) ELSE '' END"


def _score(score: Cell, column: str, *, numbers: bool) -> str:
    den = str(score.den) if score.den else _q(score.code)
    micro = f"(CAST({_q(column)} AS HUGEINT) * 1000000 // {den})"
    places = f"lpad(CAST({micro} % 1000000 AS VARCHAR), 6, '0')"
    exact = f"CAST({micro} // 1000000 AS VARCHAR) || '.' || {places}"
    return f"CAST({exact} AS DECIMAL(18, 6))" if numbers else _trimmed(exact)


def _trimmed(sql: str) -> str:
    return f"rtrim(rtrim(CAST({sql} AS VARCHAR), '0'), '.')"


def _q(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
