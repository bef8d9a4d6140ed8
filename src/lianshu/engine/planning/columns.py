"""Tables as columns of numbers: which distinct value stands in which row.

A plan may have a million pairs, so a plain CSV file is read whole by pyarrow and each distinct
text is parsed once. Whatever is not plain there (quotation marks, empty lines, another encoding, a
cell that does not parse) sends the file to the reader of all tables, which names row and column;
both give the same columns.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv
from numpy.typing import NDArray

from lianshu.engine.planning.model import Whole
from lianshu.engine.sheets import (
    Column,
    Finding,
    RowParser,
    SheetError,
    Value,
    check_mapping,
    guess_mapping,
    read_table,
)
from lianshu.engine.sheets.values import BadValueError, parser_of

_PLAIN_BYTES = 1 << 30
_PLAIN_ID = re.compile(r"[A-Za-z0-9_.:/-]+")
"""What the parser of identifiers gives back as it is; a hundred thousand of them cost a second."""


Codes: TypeAlias = NDArray[np.int32] | Whole


class UnusableError(Exception):
    """A table that cannot be used; `findings` say what, where and what to do."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__("\n".join(f"{each.file}：{each.message}" for each in findings))
        self.findings = tuple(findings)


@dataclass(frozen=True, eq=False)
class Columnar:
    """A table: `codes[id][n]` is the position in `values[id]` of what stands in the nth row.

    `row` are line numbers as Excel shows them. A column that the table lacks is not there.
    """

    file: str
    row: Whole
    codes: Mapping[str, Codes]
    values: Mapping[str, Sequence[Value]]
    findings: Sequence[Finding] = field(default_factory=list)

    def column(self, name: str) -> list[Value]:
        """The values of a column row by row; None throughout for a column that is not there."""
        if name not in self.codes:
            return [None] * len(self.row)
        values = self.values[name]
        return [values[at] for at in self.codes[name].tolist()]


def read_columns(path: Path, columns: Sequence[Column]) -> Columnar:
    """The table's known columns. Raises `SheetError`, or `UnusableError` for bad cells."""
    return _plain(path, columns) or _any(path, columns)


def _any(path: Path, columns: Sequence[Column]) -> Columnar:
    """By the reader of all tables, row by row."""
    table = read_table(path)
    mapping = guess_mapping(table.header, columns)
    header = check_mapping(
        table.header, mapping, columns, file=table.name, header_row=table.header_row
    )
    wrong = [each for each in header if each.severity == "error"]
    if wrong:
        raise UnusableError(wrong)
    parser = RowParser(columns, mapping, header=table.header, file=table.name)
    rows: list[int] = []
    codes: dict[str, list[int]] = {name: [] for name in mapping}
    known: dict[str, dict[Value, int]] = {name: {} for name in mapping}
    for row in table.rows:
        values, findings = parser.parse(row)
        wrong += findings
        if wrong:
            continue
        rows.append(row.number)
        for name in mapping:
            value = values[name]
            codes[name].append(known[name].setdefault(value, len(known[name])))
    if wrong:
        raise UnusableError(wrong)
    return Columnar(
        table.name,
        np.array(rows, np.int64),
        {name: np.array(own, np.int64) for name, own in codes.items()},
        {name: list(own) for name, own in known.items()},
        [*table.notes, *header],
    )


def _plain(path: Path, columns: Sequence[Column]) -> Columnar | None:
    """By pyarrow, or None when the file is not a plain one without a fault."""
    titles = _plain_titles(path)
    if titles is None:
        return None
    if len(set(titles)) < len(titles) or len(titles) < 2 or not all(t.strip() for t in titles):
        return None
    mapping = guess_mapping([title.strip() for title in titles], columns)
    header = check_mapping(titles, mapping, columns, file=path.name)
    if any(each.severity == "error" for each in header):
        return None
    kind = pa.dictionary(pa.int32(), pa.string())
    try:
        # One thread and the system's allocator: half the memory, and no slower for one file.
        table = arrow_csv.read_csv(
            path,
            read_options=arrow_csv.ReadOptions(use_threads=False),
            memory_pool=pa.system_memory_pool(),
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(titles, kind),
                include_columns=[titles[at] for at in mapping.values()],
                strings_can_be_null=False,
            ),
        )
    except pa.ArrowInvalid:
        return None
    if not len(table):
        return None
    codes, values = {}, {}
    for column in columns:
        if column.id in mapping:
            title = titles[mapping[column.id]]
            array = table.column(title).unify_dictionaries()
            texts = array.chunk(0).dictionary.to_pylist()
            parsed = _parsed(column, title, texts)
            if parsed is None:
                return None
            codes[column.id] = np.concatenate([np.asarray(chunk.indices) for chunk in array.chunks])
            values[column.id] = parsed
    rows = np.arange(2, len(table) + 2, dtype=np.int64)
    return Columnar(path.name, rows, codes, values, header)


def _plain_titles(path: Path) -> list[str] | None:
    """The header of a plain file, where a line is a row; None of any other."""
    try:
        if path.stat().st_size > _PLAIN_BYTES:
            return None
        data = path.read_bytes()
    except OSError:
        return None
    lines = data.count(b"\n")
    if (
        lines < 2
        or data.startswith((b"\n", b"\r", b"PK", b"\xd0\xcf"))
        or any(mark in data for mark in (b'"', b"\0", b"\n\n", b"\n\r\n", b";", b"\t", b",'"))
        or b"\n'" in data
        or data.count(b"\r") != data.count(b"\r\n")
    ):
        return None
    try:
        header = data[: data.index(b"\n")].decode("utf-8")
    except UnicodeDecodeError:
        return None
    return header.removeprefix("\ufeff").rstrip("\r").split(",")


def _parsed(column: Column, title: str, texts: Sequence[str]) -> list[Value] | None:
    """Each text as the column's value, or None when one of them is none."""
    parse = parser_of(column, title)
    as_is = column.kind == "identifier" and column.max_length is None
    values: list[Value] = []
    for text in texts:
        if as_is and _PLAIN_ID.fullmatch(text):
            values.append(text)
            continue
        try:
            value = parse(text) if text else None
        except BadValueError:
            return None
        if value is None and column.required:
            return None
        values.append(value)
    return values


__all__ = ["Columnar", "SheetError", "UnusableError", "read_columns"]
