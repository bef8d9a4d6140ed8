"""The file of holdings: ``organisation_id, kind, number, from, to`` and attributes.

The list is taken as whole: a firm without a row of a kind has none of it. That a kind is not known
of a firm is said by a row with the number ``unknown``.
"""

# Identifiers are quoted by `name` or come from the dictionary, texts double their quotes.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from lianshu.engine.expressions.problems import nearest
from lianshu.engine.expressions.vector.shape import OF_EVERY_HOLDING
from lianshu.engine.policy.cells import CellProblem, name, typed
from lianshu.engine.policy.firms import UNKNOWN, FirmProblem, FirmReader
from lianshu.engine.policy.intake import ORGANISATION, Intake, IntakeError
from lianshu.engine.tables import Quantity

_NAMES: Final = {"from": "valid_from", "to": "valid_to"}
_COMMON: Final = ("number", "valid_from", "valid_to", "owner_order")
_KINDS: Final = {"date": "DATE", "string": "VARCHAR", "int64": "BIGINT"}
_PLACE: Final = Quantity.model_validate(
    {"id": "owner_order", "title": "权利人次序", "type": "count", "unit": "place", "min": 1}
)
_DAY: Final = Quantity.model_validate({"id": "day", "title": "日期", "type": "date"})


def read_holdings(intake: Intake, path: Path) -> None:
    """Fill ``policy_holdings``. Raises IntakeError."""
    columns = intake.open(path, "holdings_text")
    of_snapshot = "organisation" in columns and ORGANISATION not in columns
    if of_snapshot and path.suffix == ".parquet":
        _snapshot(intake, path, columns)
        return
    for wanted in (ORGANISATION, "kind"):
        if wanted not in columns:
            raise IntakeError(
                f"{path}：缺少列 {wanted}；应为 {ORGANISATION}, kind, number, from, to 和各项属性。"
            )
    intake.named(path, "holdings_text")
    reader = FirmReader(intake.dictionary, intake.codes)
    targets = _targets(intake, path, columns)
    kinds = _kinds(intake, path, reader)
    _repeated(intake, path, columns)
    attributes = _attributes(intake, path, targets, kinds, reader)
    _create(intake, targets, attributes)
    _dates(intake, path)
    intake.has_holdings = True


def _snapshot(intake: Intake, path: Path, columns: Sequence[str]) -> None:
    """The holdings of a snapshot: typed as they are; their end is the day after the last."""
    ended = "valid_to - INTERVAL 1 DAY" if "valid_to" in columns else "NULL"
    intake.duck.execute(
        "CREATE OR REPLACE TEMP TABLE policy_holdings AS "
        f"SELECT * REPLACE (CAST({ended} AS DATE) AS valid_to) "
        f"FROM read_parquet('{str(path).replace(chr(39), chr(39) * 2)}')"
    )
    intake.has_holdings = True


def _targets(intake: Intake, path: Path, columns: Sequence[str]) -> dict[str, str]:
    """Column of the file → what it holds: one of the common names, or an attribute's id."""
    known = {one.id for holding in intake.dictionary.holdings for one in holding.attributes}
    found: dict[str, str] = {}
    for column in columns:
        if column in (ORGANISATION, "kind"):
            continue
        plain = column.removeprefix("attribute.")
        target = _NAMES.get(column, plain)
        if target not in _COMMON and plain not in known:
            words = [*known, "number", "from", "to", "owner_order"]
            raise IntakeError(f"{path} 第 1 行：不认识列 {column}{nearest(plain, words)}")
        if target in found.values():
            raise IntakeError(f"{path} 第 1 行：列 {column} 重复，请留下一列。")
        found[column] = target
    return found


def _kinds(intake: Intake, path: Path, reader: FirmReader) -> list[str]:
    rows = intake.duck.execute(
        'SELECT trim(kind), min("#row") FROM holdings_text GROUP BY 1 ORDER BY 2'
    ).fetchall()
    for kind, row in rows:
        try:
            reader.kind(kind or "")
        except FirmProblem as problem:
            raise IntakeError(f"{path} 第 {row} 行，列 kind：{problem}") from problem
    return [str(kind) for kind, _row in rows]


def _repeated(intake: Intake, path: Path, columns: Sequence[str]) -> None:
    if "number" not in columns:
        return
    twice = intake.duck.execute(
        f'SELECT trim(number), max("#row"), min("#row") FROM holdings_text '
        f"WHERE trim(number) <> '' GROUP BY trim({ORGANISATION}), trim(kind), trim(number) "
        "HAVING count(*) > 1 ORDER BY 2 LIMIT 1"
    ).fetchone()
    if twice:
        raise IntakeError(
            f"{path} 第 {twice[1]} 行：编号 {twice[0]} 在第 {twice[2]} 行已经有了，请留下一行。"
        )


def _attributes(
    intake: Intake,
    path: Path,
    targets: Mapping[str, str],
    kinds: Sequence[str],
    reader: FirmReader,
) -> dict[str, str]:
    """Target column → SQL."""
    found: dict[str, str] = {}
    for column, target in targets.items():
        if target in _COMMON:
            quantity = {"owner_order": _PLACE}.get(target, _DAY)
            if target == "number":
                found["number"] = f"nullif(trim({name(column)}), '')"
                continue
            found |= _typed(intake, path, quantity, column, target, "TRUE", reader)
            continue
        branches: dict[str, list[str]] = {}
        for kind in kinds:
            definition = intake.dictionary.holdings_by_id[kind]
            where = f"trim(kind) = '{kind}'"
            attribute = next((one for one in definition.attributes if one.id == target), None)
            if attribute is None:
                _not_there(intake, path, column, kind, where)
                continue
            made = _typed(intake, path, attribute, column, f"attribute.{target}", where, reader)
            for part, sql in made.items():
                branches.setdefault(part, []).append(f"WHEN {where} THEN {sql}")
        found |= {part: f"CASE {' '.join(cases)} END" for part, cases in branches.items()}
    return found


def _not_there(intake: Intake, path: Path, column: str, kind: str, where: str) -> None:
    row = intake.duck.execute(
        f"SELECT min(\"#row\") FROM holdings_text WHERE {where} AND trim({name(column)}) <> ''"
    ).fetchone()
    if row and row[0] is not None:
        raise IntakeError(f"{path} 第 {row[0]} 行，列 {column}：{kind} 没有这一项，请清空或改正。")


def _typed(
    intake: Intake,
    path: Path,
    quantity: Quantity,
    column: str,
    target: str,
    where: str,
    reader: FirmReader,
) -> dict[str, str]:
    try:
        made = typed(
            intake.duck,
            quantity,
            "holdings_text",
            name(column),
            dictionary=intake.dictionary,
            code_known=reader.code_known,
            where=where,
        )
    except CellProblem as problem:
        row = intake.duck.execute(
            f'SELECT min("#row") FROM holdings_text WHERE {where} AND trim({name(column)}) = ?',
            [problem.text],
        ).fetchone()
        raise IntakeError(
            f"{path} 第 {row[0] if row else '?'} 行，列 {column}：{problem}"
        ) from problem
    # That an attribute is known to be absent has no meaning of its own: it is not given.
    return {f"{target}{part}": sql for part, sql in made.parts.items() if part != "#absent"}


def _create(intake: Intake, targets: Mapping[str, str], attributes: Mapping[str, str]) -> None:
    """The table with every column that programs may read; those not given are null."""
    chosen = [f"trim({ORGANISATION}) AS organisation", "trim(kind) AS kind"]
    marker = (
        f"coalesce(trim(number) = '{UNKNOWN}', FALSE)" if "number" in targets.values() else "FALSE"
    )
    chosen += [f"{marker} AS unknown", '"#row"']
    for column, kind in OF_EVERY_HOLDING.items():
        sql = attributes.get(column, f"CAST(NULL AS {_KINDS[kind]})")
        chosen.append(f"{sql} AS {name(column)}")
    for column, kind in attribute_columns(intake):
        chosen.append(f"{attributes.get(column, f'CAST(NULL AS {kind})')} AS {name(column)}")
    intake.duck.execute(
        "CREATE OR REPLACE TEMP TABLE policy_holdings AS "
        f"SELECT {', '.join(chosen)} FROM holdings_text"
    )
    marked = intake.duck.execute("SELECT bool_or(unknown) FROM policy_holdings").fetchone()
    intake.marked = bool(marked and marked[0])


def attribute_columns(intake: Intake) -> list[tuple[str, str]]:
    """(column, SQL type) of every attribute that is no text."""
    found: dict[str, str] = {}
    kinds = {"date": "DATE", "bool": "BOOLEAN", "code": "VARCHAR"}
    for holding in intake.dictionary.holdings:
        for one in holding.attributes:
            if one.type == "ratio":
                found[f"attribute.{one.id}#numerator"] = "BIGINT"
                found[f"attribute.{one.id}#denominator"] = "BIGINT"
            elif one.type != "text":
                found[f"attribute.{one.id}"] = kinds.get(one.type, "BIGINT")
    return list(found.items())


def _dates(intake: Intake, path: Path) -> None:
    row = intake.duck.execute(
        'SELECT "#row", valid_from, valid_to FROM policy_holdings WHERE valid_to < valid_from '
        "ORDER BY 1 LIMIT 1"
    ).fetchone()
    if row:
        raise IntakeError(f"{path} 第 {row[0]} 行：止日 {row[2]} 早于起日 {row[1]}，请核对。")
