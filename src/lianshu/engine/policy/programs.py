"""Programs that were made before: kept in memory, and in a folder when there is one.

Making one costs a second or more; running it does not. The key holds everything that decides the
statement: policies, day, tables, and the source of the compiler itself.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

from lianshu.engine.expressions.vector.shape import Shape, fact_cells
from lianshu.engine.policy.compiled import Policy
from lianshu.engine.policy.needs import trees_of
from lianshu.engine.policy.program import Cell, PolicyCells, Program, build
from lianshu.engine.policy.shown import Shown
from lianshu.engine.policy.stages import Dialect

_KEPT: Final[dict[str, Program]] = {}
_MOST_KEPT: Final = 64


def program_for(
    policies: Sequence[Policy],
    day: date,
    shape: Shape,
    *,
    dialect: Dialect = "duckdb",
    texts: bool = True,
    folder: Path | None = None,
) -> Program:
    """The program, made now or before."""
    key = _key(policies, day, shape, dialect, texts=texts)
    found = _KEPT.get(key) or _read(folder, key, policies)
    if found is None:
        found = build(policies, day, shape, dialect=dialect, texts=texts)
        _write(folder, key, found)
    if len(_KEPT) >= _MOST_KEPT:
        _KEPT.pop(next(iter(_KEPT)))
    _KEPT[key] = found
    return found


def _key(policies: Sequence[Policy], day: date, shape: Shape, dialect: str, *, texts: bool) -> str:
    read = {
        f"{fact}@{label}"
        for policy in policies
        for fact, label in fact_cells(trees_of(policy), day)
    }
    parts = {
        "source": _source(),
        "policies": [(one.id, one.version, one.content_hash) for one in policies],
        "day": day.isoformat(),
        "columns": sorted(one for one in shape.columns if one.split("#")[0] in read),
        "bounds": sorted(shape.bounds.items()),
        "complete": sorted(shape.complete),
        "flags": [shape.most, shape.holdings, shape.marked, dialect, texts],
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


@cache
def _source() -> str:
    """The source of the compiler: another one makes other statements."""
    digest = hashlib.sha256()
    engine = Path(__file__).resolve().parent.parent
    for path in sorted(
        [*(engine / "expressions").rglob("*.py"), *(engine / "policy").rglob("*.py")]
    ):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _read(folder: Path | None, key: str, policies: Sequence[Policy]) -> Program | None:
    if folder is None:
        return None
    try:
        kept: dict[str, Any] = json.loads((folder / f"{key}.json").read_text("utf-8"))
    except (OSError, ValueError):
        return None
    by_key = {(one.id, one.version): one for one in policies}
    cells = tuple(
        PolicyCells(
            by_key[one["id"], one["version"]],
            one["in_force"],
            tuple(_cell(each) for each in one["conditions"]),
            _cell(one["verdict"]),
            None if one["score"] is None else _cell(one["score"]),
            one["amount"],
        )
        for one in kept["policies"]
    )
    day = date.fromisoformat(kept["day"])
    return Program(kept["sql"], kept["dialect"], day, cells, tuple(kept["names"]))


def _cell(kept: dict[str, Any]) -> Cell:
    missing = {int(word): column for word, column in kept["missing"].items()}
    shown = tuple(Shown(**one) for one in kept["shown"])
    return Cell(
        kept["name"],
        kept["code"],
        missing,
        kept["low"],
        kept["high"],
        kept["den"],
        shown,
        tuple(kept["names"]),
    )


def _write(folder: Path | None, key: str, program: Program) -> None:
    """Keep it; a folder that cannot be written to only costs time."""
    if folder is None:
        return
    kept = {
        "sql": program.sql,
        "dialect": program.dialect,
        "day": program.day.isoformat(),
        "names": program.names,
        "policies": [
            {
                "id": one.policy.id,
                "version": one.policy.version,
                "in_force": one.in_force,
                "conditions": [_plain(cell) for cell in one.conditions],
                "verdict": _plain(one.verdict),
                "score": None if one.score is None else _plain(one.score),
                "amount": one.amount,
            }
            for one in program.policies
        ],
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=folder, encoding="utf-8", delete=False) as part:
            json.dump(kept, part, ensure_ascii=False)
        Path(part.name).replace(folder / f"{key}.json")
    except OSError:
        return


def _plain(cell: Cell) -> dict[str, Any]:
    return {
        "name": cell.name,
        "code": cell.code,
        "missing": dict(cell.missing),
        "low": cell.low,
        "high": cell.high,
        "den": cell.den,
        "names": cell.names,
        "shown": [asdict(one) for one in cell.shown],
    }
