"""Whether the contenders of `policy.py` say the same of the same firms."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import duckdb

from bench.policy_firms import DAY
from bench.policy_runs import connect, national, program_of, subset
from lianshu.engine.expressions import Firm, Holding, Outcome
from lianshu.engine.expressions.vector.shape import fact_cells
from lianshu.engine.policy import Evaluator
from lianshu.engine.policy.program import Program, trees_of
from lianshu.engine.policy.running import prepare_connection
from lianshu.engine.tables import FactDictionary, Ratio, Value

ASKED: Final[Mapping[str, tuple[str, ...]]] = {
    "ip_right": ("class", "kind", "main_product", "origin", "used_before"),
    "certificate": ("kind",),
    "award": ("level", "rank", "year"),
    "rd_body": ("level",),
    "standard": ("level", "rank", "role"),
    "equity_round": ("amount",),
    "transformed_result": (),
}
"""What the rules ask of an item; of the last three and standards also when it began."""
DATED: Final = ("equity_round", "standard", "transformed_result")
VERDICTS: Final = {"ht": "high-tech-enterprise", "ts": "tech-sme", "zj": "srdi"}
SCORES: Final = {
    "ht_low": "high-tech-enterprise.low",
    "ht_high": "high-tech-enterprise.high",
    "ts_total": "tech-sme.low",
}


def _program(folder: Path) -> tuple[duckdb.DuckDBPyConnection, Program]:
    duck = connect(folder, "2GB")
    prepare_connection(duck)
    pack = national()
    return duck, program_of(duck, folder, pack, subset(pack))


def columns_of(program: Program) -> dict[str, str]:
    """Column of the SQL by hand → column of the program."""
    found: dict[str, str] = {}
    for one in program.policies:
        found |= {cell.name: cell.code for cell in one.conditions}
        found[one.policy.id] = one.verdict.code
        if one.score is not None:
            assert one.score.den == 1, "points are whole here"
            found |= {
                f"{one.policy.id}.low": one.score.low,
                f"{one.policy.id}.high": one.score.high,
            }
    return found


def the_same(folder: Path) -> int:
    """Program and SQL agree on every outcome; how many were compared. Exits naming what differs."""
    duck, program = _program(folder)
    pairs = columns_of(program)
    differ = ", ".join(
        f'count_if(o."{ours}" IS DISTINCT FROM h."{hand}")' for hand, ours in pairs.items()
    )
    row = duck.execute(
        f"SELECT count(*), {differ} FROM read_parquet('{folder}/subset/*.parquet') o "
        f"FULL JOIN read_parquet('{folder}/by_hand.parquet') h USING (organisation)"
    ).fetchone()
    assert row is not None
    wrong = {name: count for name, count in zip(pairs, row[1:], strict=True) if count}
    if wrong:
        raise SystemExit(f"program and SQL differ: {wrong}")
    return int(row[0]) * len(pairs)


def interpreted(folder: Path, most: int) -> int:
    """The interpreter agrees on the first ``most`` firms; how many. Exits naming what differs."""
    duck, program = _program(folder)
    pack = national()
    policies = subset(pack)
    trees = [tree for one in policies for tree in trees_of(one)]
    firms = _firms(folder, pack.dictionary, most, trees)
    told = duck.execute(
        f"SELECT * FROM read_parquet('{folder}/subset/*.parquet') "
        f"ORDER BY organisation LIMIT {most}"
    )
    names = [str(one[0]) for one in told.description or ()]
    for firm, values in zip(firms, told.fetchall(), strict=True):
        row = dict(zip(names, values, strict=True))
        evaluator = Evaluator(policies, firm, DAY)
        for one in program.policies:
            decision = evaluator.decision(one.policy)
            judged = [*decision.conditions.values(), decision.verdict]
            for cell, found in zip((*one.conditions, one.verdict), judged, strict=True):
                if found.outcome is not Outcome.of_code(row[cell.code]):
                    raise SystemExit(
                        f"{firm.organisation} {cell.name}: interpreter {found.outcome}"
                    )
            if one.score is not None and decision.score is not None:
                ends = (row[one.score.low], row[one.score.high])
                if (decision.score.low, decision.score.high) != ends:
                    raise SystemExit(
                        f"{firm.organisation}: interpreter {decision.score}, program {ends}"
                    )
    return len(firms)


def _firms(folder: Path, dictionary: FactDictionary, most: int, trees: Any) -> list[Firm]:
    """The first firms as the interpreter reads them."""
    cells = fact_cells(trees, DAY)
    duck = duckdb.connect()
    first = f"SELECT * FROM read_parquet('{folder}/facts.parquet') ORDER BY organisation"
    rows = duck.sql(f"{first} LIMIT {most}").to_arrow_table().to_pylist()
    last = rows[-1]["organisation"]
    held_by_them = f"FROM read_parquet('{folder}/holdings.parquet') WHERE organisation <= '{last}'"
    items = duck.sql(f"SELECT * {held_by_them}").to_arrow_table().to_pylist()
    kinds = {one["kind"] for one in items}
    held: dict[str, dict[str, list[Holding] | None]] = {
        row["organisation"]: {kind: [] for kind in kinds} for row in rows
    }
    for item in items:
        if item["unknown"]:
            held[item["organisation"]][item["kind"]] = None
    for item in items:
        kept = held[item["organisation"]][item["kind"]]
        if kept is not None:
            kept.append(_holding(item))
    return [
        Firm(
            row["organisation"],
            {
                cell: value
                for cell in cells
                if (value := _value(dictionary, row, *cell)) is not None
            },
            {
                kind: tuple(kept)
                for kind, kept in held[row["organisation"]].items()
                if kept is not None
            },
        )
        for row in rows
    ]


def _value(
    dictionary: FactDictionary, row: Mapping[str, Any], fact: str, label: str
) -> Value | None:
    name = f"{fact}@{label}"
    if dictionary.facts_by_id[fact].type != "ratio":
        return row[name]  # type: ignore[no-any-return]
    numerator = row[f"{name}#numerator"]
    return None if numerator is None else Ratio(numerator, row[f"{name}#denominator"])


def _holding(item: Mapping[str, Any]) -> Holding:
    # Attributes in two columns, which are ratios, are none that the subset asks for.
    attributes = {
        name.removeprefix("attribute."): value
        for name, value in item.items()
        if name.startswith("attribute.") and value is not None and "#" not in name
    }
    return Holding(
        item["number"], item["valid_from"], item["valid_to"], item["owner_order"], attributes
    )


def flips(folder: Path) -> tuple[int, dict[str, int]]:
    """How many outcomes openfisca gives of firms of which everything is known, and how many of each
    are not those of the SQL. What experts judge counts as passed for it, what does not apply (an
    exemption) as met, and firms that are not in the target group as refused."""
    duck, _program_of_subset = _program(folder)
    pack = national()
    cells = fact_cells([tree for one in subset(pack) for tree in trees_of(one)], DAY)
    columns = [str(row[0]) for row in duck.execute("DESCRIBE policy_facts").fetchall()]
    asked = {f"{fact}@{label}" for fact, label in cells}
    known = " AND ".join(
        f'"{one}" IS NOT NULL' for one in columns if one.partition("#")[0] in asked
    )
    duck.execute(
        f"CREATE TEMP TABLE known AS SELECT organisation FROM policy_facts WHERE {known} "
        f"AND organisation NOT IN (SELECT organisation FROM policy_holdings WHERE {_open_items()})"
    )
    duck.execute(
        f"CREATE TEMP VIEW openfisca AS SELECT * FROM read_parquet('{folder}/openfisca.parquet')"
    )
    described = duck.execute("DESCRIBE SELECT * EXCLUDE (organisation) FROM openfisca").fetchall()
    names = [str(row[0]) for row in described]
    counts = ", ".join(f'count_if(o."{one}" <> {_expected(one)})' for one in names)
    row = duck.execute(
        f"SELECT count(*), {counts} FROM known JOIN openfisca o USING (organisation) "
        f"JOIN read_parquet('{folder}/by_hand.parquet') h USING (organisation)"
    ).fetchone()
    assert row is not None
    return int(row[0]) * len(names), dict(zip(names, row[1:], strict=True))


def _open_items() -> str:
    parts: list[str] = []
    for kind, attributes in ASKED.items():
        empty = ["unknown", *(f'"attribute.{one}" IS NULL' for one in attributes)]
        empty += ["valid_from IS NULL"] if kind in DATED else []
        parts.append(f"(kind = '{kind}' AND ({' OR '.join(empty)}))")
    return " OR ".join(parts)


def _expected(name: str) -> str:
    if name in SCORES:
        return f'h."{SCORES[name]}"'
    if name in VERDICTS:
        return f'(h."{VERDICTS[name]}" NOT IN (0, 4))'
    return f'(h."{name.replace("_", "-")}" <> 0)'
