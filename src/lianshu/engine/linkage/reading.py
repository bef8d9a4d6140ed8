"""Lists and registers from files: `.csv`, `.xlsx`, `.xls`, `.parquet`.

`id` and `name` must be there as columns, the rest may be. What a cell cannot give is told and
read as not stated; a row is never left out.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from lianshu.engine.linkage.model import Record
from lianshu.engine.linkage.names import normal_name
from lianshu.engine.sheets import (
    Column,
    Finding,
    Row,
    RowParser,
    SheetError,
    check_mapping,
    guess_mapping,
    read_table,
    told,
)

ID = Column(
    "id",
    "编号",
    ("list_id", "entity_id", "企业编号", "序号", "主体编号", "代码", "code"),
    kind="identifier",
    required=True,
)
NAME = Column(
    "name",
    "名称",
    ("企业名称", "单位名称", "公司名称", "机构名称", "全称", "简称", "full_name", "企业"),
    required=True,
)
USCC = Column(
    "uscc", "统一社会信用代码", ("信用代码", "社会信用代码", "credit_code"), kind="identifier"
)
CITY = Column("city", "城市", ("所在城市", "所在地", "地区", "area", "region"))
ALIASES = Column("aliases", "别名", ("alias", "简称", "其他名称", "short_name"))
FORMER = Column("former_names", "曾用名", ("former_name", "原名称", "历史名称"))
COLUMNS: Final = (ID, NAME, USCC, CITY, ALIASES, FORMER)
_SEPARATOR: Final = re.compile(r"[|｜]")
_SHOWN: Final = 5


@dataclass
class Records:
    """The records of a file in their order, and what to tell about it."""

    file: str
    records: list[Record]
    notes: list[str] = field(default_factory=list)


def read_records(path: Path) -> Records:
    """The records of a table. Raises `SheetError` when it has no usable column."""
    is_parquet = path.is_file() and _magic(path) == b"PAR1"
    found = _from_parquet(path) if is_parquet else _from_sheet(path)
    found.notes += _remarks(found.records)
    return found


def as_register(found: Records) -> Records:
    """The records as a register: each id once. Rows that share an id are one firm, and the later
    names are other names of it. Raises `SheetError` for a firm without an id."""
    merged: dict[str, Record] = {}
    repeated = 0
    for number, record in enumerate(found.records, 1):
        if not record.id:
            raise SheetError(
                told("登记表第 %(row)d 条没有编号。请补上编号，或删去这一条。", row=number),
                file=found.file,
                rule="S022",
            )
        first = merged.get(record.id)
        if first is None:
            merged[record.id] = record
            continue
        repeated += 1
        others = (record.name, *record.aliases) if record.name != first.name else record.aliases
        merged[record.id] = replace(
            first,
            uscc=first.uscc or record.uscc,
            city=first.city or record.city,
            aliases=tuple(dict.fromkeys((*first.aliases, *others))),
            former_names=tuple(dict.fromkeys((*first.former_names, *record.former_names))),
        )
    if repeated:
        found.notes.append(f"有 {repeated} 行的编号重复，按同一家合并，不同的名称作为别名。")
    return Records(found.file, list(merged.values()), found.notes)


def _magic(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(4)


def _from_sheet(path: Path) -> Records:
    table = read_table(path)
    mapping = guess_mapping(table.header, COLUMNS)
    if NAME.id in mapping and ID.id in mapping:
        optional = [replace(each, required=False) for each in COLUMNS]
    else:
        optional = list(COLUMNS)
    header = check_mapping(
        table.header, mapping, optional, file=table.name, header_row=table.header_row
    )
    _refuse([each for each in header if each.severity == "error"], table.name)
    notes = [each.message for each in (*table.notes, *header)]
    parser = RowParser(optional, mapping, header=table.header, file=table.name)
    wrong: list[Finding] = []
    records = list(_parsed(table.rows, parser, wrong))
    notes += [f"{each.message}（按没有填处理）" for each in wrong[:_SHOWN]]
    if len(wrong) > _SHOWN:
        notes.append(f"还有 {len(wrong) - _SHOWN} 处同样按没有填处理。")
    return Records(table.name, records, notes)


def _parsed(rows: Iterable[Row], parser: RowParser, wrong: list[Finding]) -> Iterator[Record]:
    for row in rows:
        values, findings = parser.parse(row)
        wrong += findings
        yield _record({key: "" if v is None else str(v) for key, v in values.items()})


def _from_parquet(path: Path) -> Records:
    try:
        table = pq.read_table(path)
    except (pa.ArrowInvalid, OSError) as error:
        message = "这个 Parquet 文件读不出来，请重新导出。"
        raise SheetError(message, file=path.name, rule="S006") from error
    mapping = guess_mapping(table.column_names, COLUMNS)
    header = check_mapping(table.column_names, mapping, COLUMNS, file=path.name)
    _refuse([each for each in header if each.severity == "error"], path.name)
    columns = {key: _texts(table.column(at)) for key, at in mapping.items()}
    keys = list(columns)
    records = [
        _record(dict(zip(keys, row, strict=True))) for row in zip(*columns.values(), strict=True)
    ]
    return Records(path.name, records, [each.message for each in header])


def _texts(column: pa.ChunkedArray) -> list[str]:
    values = column.to_pylist()
    if pa.types.is_list(column.type) or pa.types.is_large_list(column.type):
        return ["|".join(map(str, value or ())) for value in values]
    return ["" if value is None else str(value) for value in values]


def _refuse(wrong: Sequence[Finding], file: str) -> None:
    if wrong:
        message = "\n".join(each.message for each in wrong)
        raise SheetError(message, file=file, rule=wrong[0].rule, line=wrong[0].line)


def _record(row: dict[str, str]) -> Record:
    def several(key: str) -> tuple[str, ...]:
        parts = (part.strip() for part in _SEPARATOR.split(row.get(key, "")))
        return tuple(dict.fromkeys(part for part in parts if part))

    return Record(
        row.get("id", "").strip(),
        row.get("name", "").strip(),
        row.get("uscc", "").strip(),
        row.get("city", "").strip(),
        several("aliases"),
        several("former_names"),
    )


def _remarks(records: Sequence[Record]) -> list[str]:
    """What a person should know before trusting the result."""
    notes = []
    names = Counter(normal_name(each.name) for each in records)
    empty = names.pop("", 0)
    if empty:
        notes.append(f"有 {empty} 行没有名称，只能按代码比对。")
    if len(records) > 1 and len(names) == 1 and not empty:
        notes.append(f"全部 {len(records)} 行的名称相同（{records[0].name}），请核对名称列。")
    elif names:
        name, count = names.most_common(1)[0]
        if count > 1:
            more = sum(each > 1 for each in names.values()) - 1
            rest = f"，另有 {more} 个名称也重复" if more else ""
            notes.append(f"名称“{name}”出现 {count} 次{rest}。")
    ids = Counter(each.id for each in records)
    missing = ids.pop("", 0)
    if missing:
        notes.append(f"有 {missing} 行没有编号。")
    twice = sum(count > 1 for count in ids.values())
    if twice:
        notes.append(f"有 {twice} 个编号重复出现。")
    return notes
