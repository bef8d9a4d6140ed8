"""Files of facts and holdings to the two tables that programs read, in DuckDB.

Facts are long (``organisation_id, fact, period, value``) or wide (``organisation_id`` and a column
for each ``fact`` or ``fact@period``). Everything is checked before anything is computed.
"""

# Identifiers are quoted by `name` or come from the dictionary, texts double their quotes.
# ruff: noqa: S608

from __future__ import annotations

import codecs
import csv
import io
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Final

import duckdb

from lianshu.engine.expressions.scope import CodeTree
from lianshu.engine.policy.cells import CellProblem, name, typed
from lianshu.engine.policy.firms import FirmProblem, FirmReader
from lianshu.engine.tables import FactDictionary

ORGANISATION: Final = "organisation_id"
LONG: Final = ("fact", "period", "value")
_READ: Final = "header = true, all_varchar = true, sample_size = -1, quote = '\"', escape = '\"'"
_CHUNK: Final = 1 << 20
_FROM_SNAPSHOT: Final = "organisation"


class IntakeError(ValueError):
    """A file that cannot be used; `str()` names file, row and column and says what to do."""


@dataclass
class Intake:
    """Reads the files into ``policy_facts`` and ``policy_holdings`` of ``duck``.

    After `facts` and `holdings`, ``columns`` are those of the facts, ``has_holdings`` and
    ``marked`` say what there is of holdings.
    """

    duck: duckdb.DuckDBPyConnection
    dictionary: FactDictionary
    codes: Mapping[str, CodeTree]
    day: date
    folder: Path
    columns: frozenset[str] = frozenset()
    has_holdings: bool = False
    marked: bool = False
    _reader: FirmReader = field(init=False)

    def __post_init__(self) -> None:
        self._reader = FirmReader(self.dictionary, self.codes)

    # Opening

    def open(self, path: Path, view: str) -> list[str]:
        """A view of the file's rows as texts with their ``row`` number; its columns."""
        if not path.is_file():
            raise IntakeError(f"{path}：没有这个文件，请核对路径。")
        try:
            with path.open("rb") as stream:
                parquet = stream.read(4) == b"PAR1"
            source = f"read_parquet({_text(path)})"
            if not parquet:
                source = f"read_csv({_text(self._utf8(path))}, {_READ})"
            columns = [
                str(row[0])
                for row in self.duck.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()
            ]
            texts = ", ".join(f"CAST({name(one)} AS VARCHAR) AS {name(one)}" for one in columns)
            self.duck.execute(
                f"CREATE OR REPLACE TEMP TABLE {view} AS "
                f'SELECT row_number() OVER () + 1 AS "#row", {texts} FROM {source}'
            )
        except (duckdb.Error, OSError) as error:
            raise IntakeError(f"{path}：读不出来。{_first_line(error)}") from error
        repeated = [one for one in columns if columns.count(one) > 1]
        if repeated:
            raise IntakeError(f"{path}：列 {repeated[0]} 出现两次，请留下一个。")
        return columns

    def _utf8(self, path: Path) -> Path:
        """The file itself, or a copy of one in GB18030 in UTF-8."""
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            with path.open("rb") as stream:
                while chunk := stream.read(_CHUNK):
                    decoder.decode(chunk)
                decoder.decode(b"", final=True)
            return path
        except UnicodeDecodeError:
            pass
        copy = self.folder / f"{path.name}.utf8.csv"
        try:
            with path.open(encoding="gb18030") as old, copy.open("w", encoding="utf-8") as new:
                shutil.copyfileobj(old, new)
        except UnicodeDecodeError as error:
            raise IntakeError(
                f"{path}：既不是 UTF-8 也不是 GB18030 编码，请另存为 UTF-8。"
            ) from error
        return copy

    # Facts

    def facts(self, path: Path) -> None:
        """Read the facts. Raises IntakeError."""
        columns = self.open(path, "facts_text")
        if _FROM_SNAPSHOT in columns and ORGANISATION not in columns and path.suffix == ".parquet":
            self._snapshot(path, columns)
            return
        if ORGANISATION not in columns:
            raise IntakeError(_without_organisation(path, columns))
        if set(LONG) <= set(columns):
            cells = self._long(path, columns)
        else:
            cells = self._wide(path, columns)
        self._typed_facts(path, cells)

    def _snapshot(self, path: Path, columns: Sequence[str]) -> None:
        """The wide table of a snapshot: typed and exact as it is, money in fen."""
        self.duck.execute(
            f"CREATE OR REPLACE TEMP VIEW policy_facts AS SELECT * FROM read_parquet({_text(path)})"
        )
        self.columns = frozenset(columns)

    def _long(self, path: Path, columns: Sequence[str]) -> dict[tuple[str, str], str]:
        """Pivot; (fact, label) → column of `facts_wide`."""
        extra = [one for one in columns if one not in (ORGANISATION, *LONG)]
        if extra:
            raise IntakeError(
                f"{path}：长表不认识列 {extra[0]}；应为 {ORGANISATION}, fact, period, value。"
            )
        self.named(path, "facts_text")
        pairs = self.duck.execute(
            "SELECT trim(fact), coalesce(trim(period), ''), min(\"#row\") FROM facts_text "
            "GROUP BY ALL ORDER BY 3"
        ).fetchall()
        labels: dict[tuple[str, str], tuple[str, str]] = {}
        for fact, period, row in pairs:
            try:
                definition = self._reader.fact(fact or "")
                label = self._reader.label(definition, period, self.day)
            except FirmProblem as problem:
                column = "fact" if fact not in self.dictionary.facts_by_id else "period"
                raise IntakeError(f"{path} 第 {row} 行，列 {column}：{problem}") from problem
            labels[fact, period] = (definition.id, label)
        self.duck.execute(
            "CREATE OR REPLACE TEMP TABLE labels (fact VARCHAR, period VARCHAR, cell VARCHAR)"
        )
        rows = [[fact, period, f"{cell[0]}@{cell[1]}"] for (fact, period), cell in labels.items()]
        if rows:
            self.duck.executemany("INSERT INTO labels VALUES (?, ?, ?)", rows)
        self.duck.execute(
            "CREATE OR REPLACE TEMP TABLE facts_cells AS "
            f'SELECT trim({ORGANISATION}) AS organisation, cell, value, "#row" FROM facts_text f '
            "JOIN labels l ON l.fact = trim(f.fact) AND l.period = coalesce(trim(f.period), '')"
        )
        twice = self.duck.execute(
            'SELECT organisation, cell, max("#row"), min("#row") FROM facts_cells '
            "GROUP BY ALL HAVING count(*) > 1 ORDER BY 3 LIMIT 1"
        ).fetchone()
        if twice:
            again, first = twice[2], twice[3]
            raise IntakeError(
                f"{path} 第 {again} 行：{twice[0]} 的 {twice[1]} 在第 {first} 行已有，请留下一个。"
            )
        self._pivot([f"{fact}@{label}" for fact, label in dict.fromkeys(labels.values())])
        return {cell: f"{cell[0]}@{cell[1]}" for cell in labels.values()}

    def _pivot(self, cells: Sequence[str]) -> None:
        picked = "".join(
            f", max(value) FILTER (cell = {_text(one)}) AS {name(one)}" for one in cells
        )
        self.duck.execute(
            'CREATE OR REPLACE TEMP TABLE facts_wide AS SELECT organisation, min("#row") AS "#row"'
            f"{picked} FROM facts_cells GROUP BY organisation"
        )

    def _wide(self, path: Path, columns: Sequence[str]) -> dict[tuple[str, str], str]:
        """(fact, label) → column of `facts_wide`."""
        self.named(path, "facts_text")
        twice = self.duck.execute(
            f'SELECT trim({ORGANISATION}), max("#row"), min("#row") FROM facts_text '
            "GROUP BY 1 HAVING count(*) > 1 ORDER BY 2 LIMIT 1"
        ).fetchone()
        if twice:
            again, first = twice[1], twice[2]
            raise IntakeError(
                f"{path} 第 {again} 行：单位 {twice[0]} 在第 {first} 行已经有了，请合并成一行。"
            )
        cells: dict[tuple[str, str], str] = {}
        for column in columns:
            if column == ORGANISATION:
                continue
            fact, _, period = column.partition("@")
            try:
                definition = self._reader.fact(fact.strip())
                label = self._reader.label(definition, period.strip(), self.day)
            except FirmProblem as problem:
                raise IntakeError(f"{path} 第 1 行，列 {column}：{problem}") from problem
            if (definition.id, label) in cells:
                other = cells[definition.id, label]
                raise IntakeError(
                    f"{path} 第 1 行：列 {column} 与列 {other} 是同一项，请留下一列。"
                )
            cells[definition.id, label] = column
        self.duck.execute(
            "CREATE OR REPLACE TEMP VIEW facts_wide AS "
            f"SELECT trim({ORGANISATION}) AS organisation, * EXCLUDE ({ORGANISATION}) "
            "FROM facts_text"
        )
        return cells

    def named(self, path: Path, table: str) -> None:
        """Every row names its organisation. Raises IntakeError."""
        row = self.duck.execute(
            f"SELECT min(\"#row\") FROM {table} WHERE coalesce(trim({ORGANISATION}), '') = ''"
        ).fetchone()
        if row and row[0] is not None:
            raise IntakeError(f"{path} 第 {row[0]} 行：{ORGANISATION} 是空的，请补上。")

    def _typed_facts(self, path: Path, cells: Mapping[tuple[str, str], str]) -> None:
        chosen = ["organisation"]
        found: set[str] = set()
        instants = self._instants(cells)
        for (fact, label), column in cells.items():
            quantity = self.dictionary.facts_by_id[fact]
            try:
                made = typed(
                    self.duck,
                    quantity,
                    "facts_wide",
                    name(column),
                    dictionary=self.dictionary,
                    code_known=self._reader.code_known,
                )
            except CellProblem as problem:
                raise IntakeError(self._cell_place(path, column, problem)) from problem
            for suffix, sql in made.parts.items():
                target = f"{fact}@{label}{suffix}"
                chosen.append(f"{sql} AS {name(target)}")
                found.add(target)
        self.duck.execute(
            "CREATE OR REPLACE TEMP TABLE policy_typed AS "
            f"SELECT {', '.join(chosen)} FROM facts_wide"
        )
        latest = self._latest(instants, found)
        self.duck.execute(
            f"CREATE OR REPLACE TEMP VIEW policy_facts AS SELECT *{latest} FROM policy_typed"
        )
        self.columns = frozenset(found)

    def _instants(self, cells: Mapping[tuple[str, str], str]) -> dict[str, list[str]]:
        """Fact → days on or before the date of application, the latest first, then unnamed."""
        found: dict[str, list[str]] = {}
        for fact, label in cells:
            if label.count("-") == 2 and date.fromisoformat(label) <= self.day:
                found.setdefault(fact, []).append(label)
        return {fact: sorted(labels, reverse=True) for fact, labels in found.items()}

    def _latest(self, instants: Mapping[str, Sequence[str]], found: set[str]) -> str:
        """SQL of `fact@latest` for facts that are given by day."""
        made: list[str] = []
        for fact, labels in instants.items():
            names = [f"{fact}@{label}" for label in labels]
            if f"{fact}@latest" in found or f"{fact}@latest#numerator" in found:
                names.append(f"{fact}@latest")
            known = [(one, f"{one}#absent" if f"{one}#absent" in found else None) for one in names]
            suffixes = sorted(
                {col.removeprefix(one) for one in names for col in found if col.startswith(one)}
                - {"#absent"}
            )
            probe = suffixes[0]
            told = [
                f"{name(one + probe)} IS NOT NULL" + (f" OR {name(absent)}" if absent else "")
                for one, absent in known
            ]
            for suffix in suffixes:
                cases = " ".join(
                    f"WHEN {test} THEN {name(one + suffix)}"
                    for test, (one, _absent) in zip(told, known, strict=True)
                )
                made.append(f"CASE {cases} END AS {name(f'{fact}@latest{suffix}')}")
            if any(absent for _one, absent in known):
                cases = " ".join(
                    f"WHEN {test} THEN {name(absent) if absent else 'FALSE'}"
                    for test, (_one, absent) in zip(told, known, strict=True)
                )
                made.append(f"CASE {cases} ELSE FALSE END AS {name(f'{fact}@latest#absent')}")
                found.add(f"{fact}@latest#absent")
            found |= {f"{fact}@latest{suffix}" for suffix in suffixes}
        if not made:
            return ""
        replaced = [one.split(" AS ")[-1].strip('"') for one in made]
        there = {str(row[0]) for row in self.duck.execute("DESCRIBE policy_typed").fetchall()}
        again = [one for one in replaced if one in there]
        excluded = f" EXCLUDE ({', '.join(map(name, again))})" if again else ""
        return f"{excluded}, {', '.join(made)}"

    def _cell_place(self, path: Path, column: str, problem: CellProblem) -> str:
        """Where the text stands: for a long file the row in it, else row and column."""
        if column in self._columns_of("facts_text"):
            query = f'SELECT min("#row") FROM facts_text WHERE trim({name(column)}) = ?'
            row = self.duck.execute(query, [problem.text]).fetchone()
            return f"{path} 第 {row[0] if row else '?'} 行，列 {column}：{problem}"
        query = 'SELECT min("#row") FROM facts_cells WHERE cell = ? AND trim(value) = ?'
        row = self.duck.execute(query, [column, problem.text]).fetchone()
        return f"{path} 第 {row[0] if row else '?'} 行，列 value：{problem}"

    def _columns_of(self, table: str) -> set[str]:
        return {str(row[0]) for row in self.duck.execute(f"DESCRIBE {table}").fetchall()}


def _without_organisation(path: Path, columns: Sequence[str]) -> str:
    """Why the column of organisations is not found: an empty file, an uneven row, another name."""
    with path.open("rb") as stream:
        lines = csv.reader(io.TextIOWrapper(stream, "utf-8-sig", errors="replace"))
        try:
            header = next(lines, [])
            if ORGANISATION in header:
                for number, cells in enumerate(lines, 2):
                    if cells and len(cells) != len(header):
                        return (
                            f"{path} 第 {number} 行：有 {len(cells)} 格，表头有 {len(header)} 格；"
                            "请补齐或去掉多余的格，含逗号的数请加引号。"
                        )
        except csv.Error:
            header = [*columns]
    if not any(header):
        return f"{path}：文件是空的，请核对。"
    return f"{path}：缺少列 {ORGANISATION}。{_header_hint(columns)}"


def _header_hint(columns: Sequence[str]) -> str:
    shown = "、".join(columns[:6])
    return f"现在的列是：{shown}{'等' if len(columns) > 6 else ''}。"


def _text(value: object) -> str:
    return "'" + str(value).replace("'", "''") + "'"


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n")[0][:300]
