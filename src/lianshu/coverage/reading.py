"""A file of firms as an office sends it, read into rows, with what is odd about it in words."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final

from django.utils.translation import gettext as _

from lianshu.engine.sheets import (
    Column,
    RowParser,
    SheetError,
    Value,
    guess_mapping,
    read_office_table,
)
from lianshu.records.errors import DomainError
from lianshu.registry.finding import plain_name

MOST_ROWS: Final = 200_000
MANY: Final = 20
"""From so many rows of one firm on, the report says it."""
COLUMNS: Final = (
    Column(
        "id",
        "编号",
        ("id", "单位编号", "企业编号", "外部编号", "external id"),
        kind="identifier",
        max_length=128,
    ),
    Column(
        "name",
        "名称",
        ("单位名称", "企业名称", "单位", "企业", "公司名称", "企业全称", "name", "company"),
        max_length=200,
    ),
    Column(
        "uscc",
        "统一社会信用代码",
        ("信用代码", "社会信用代码", "统一代码", "uscc", "credit code"),
        kind="identifier",
        max_length=64,
        blank="missing",
    ),
    Column(
        "city",
        "城市",
        ("所在城市", "所在地", "地区", "区县", "city"),
        max_length=100,
        blank="missing",
    ),
    Column(
        "aliases",
        "别名",
        ("简称", "其他名称", "aliases", "short name"),
        "multi",
        max_length=200,
        blank="missing",
    ),
    Column(
        "former_names",
        "曾用名",
        ("原名称", "former names", "former_names"),
        "multi",
        max_length=200,
        blank="missing",
    ),
)


@dataclass(frozen=True, slots=True)
class RowIn:
    """A line of the file: what it says of a firm."""

    number: int
    name: str
    uscc: str = ""
    city: str = ""
    external_id: str = ""
    aliases: tuple[str, ...] = ()
    former_names: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The same for the same name, code and city, however wide or spaced they are written."""
        parts = "\x1f".join(plain_name(part) for part in (self.name, self.uscc, self.city))
        return hashlib.sha256(parts.encode()).hexdigest()


@dataclass(slots=True)
class ReadList:
    """The rows, and sentences about what was left out or looks wrong."""

    rows: list[RowIn] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read_list(source: Path | BinaryIO, *, name: str) -> ReadList:
    """Read CSV or Excel. Raises `DomainError` (field `file`) for a file without a usable column."""
    try:
        return _read(source, name)
    except SheetError as error:
        raise DomainError(error.said(_), field="file") from error


def _read(source: Path | BinaryIO, name: str) -> ReadList:
    table = read_office_table(source, columns=COLUMNS, name=name)
    mapping = guess_mapping(table.header, COLUMNS)
    if not {"name", "uscc"} & set(mapping):
        raise DomainError(
            _("“%(file)s”的表头是：%(header)s。没有“名称”或“统一社会信用代码”列，请改好表头再传。")
            % {"file": name, "header": "、".join(title for title in table.header if title)[:200]},
            field="file",
        )
    found = ReadList()
    parser = RowParser(COLUMNS, mapping, header=table.header, file=table.name)
    empty: list[int] = []
    for row in table.rows:
        if len(found.rows) >= MOST_ROWS:
            raise DomainError(
                _("名单最多 %(most)d 行，请分成几份。") % {"most": MOST_ROWS}, field="file"
            )
        values, findings = parser.parse(row)
        found.notes.extend(each.message for each in findings[:1] if len(found.notes) < MANY)
        one = _row(row.number, values)
        if one.name or one.uscc:
            found.rows.append(one)
        else:
            empty.append(row.number)
    if not found.rows:
        raise DomainError(_("“%(file)s”里没有一行写了名称或代码。") % {"file": name}, field="file")
    if empty:
        numbers = "、".join(str(number) for number in empty[:10])
        found.notes.append(
            _("%(n)d 行没有名称也没有代码，没有收入：第 %(rows)s 行%(more)s。")
            % {"n": len(empty), "rows": numbers, "more": " …" if len(empty) > 10 else ""}
        )
    found.notes.extend(_odd(found.rows))
    return found


def _row(number: int, values: Mapping[str, Value]) -> RowIn:
    return RowIn(
        number,
        " ".join(str(values.get("name") or "").split()),
        str(values.get("uscc") or "").strip(),
        str(values.get("city") or "").strip(),
        str(values.get("id") or "").strip(),
        _several(values.get("aliases")),
        _several(values.get("former_names")),
    )


def _several(value: Value) -> tuple[str, ...]:
    if not isinstance(value, tuple):
        return ()
    return tuple(one.strip() for each in value for one in str(each).split("|") if one.strip())


def _odd(rows: Sequence[RowIn]) -> list[str]:
    """What a reader should know before the rows are compared with anything."""
    notes = []
    names = Counter(plain_name(row.name) for row in rows if row.name)
    if len(rows) > 1 and len(names) == 1 and names.total() == len(rows):
        notes.append(_("所有 %(n)d 行都是同一个名称，请核对是不是选错了列。") % {"n": len(rows)})
        return notes
    shown = {plain_name(row.name): row.name for row in reversed(rows)}
    notes.extend(
        _("“%(name)s”出现 %(n)d 次，只算一家。") % {"name": shown[key], "n": count}
        for key, count in names.most_common(5)
        if count >= MANY
    )
    codes: dict[str, set[str]] = {}
    for row in rows:
        if row.uscc and row.name:
            codes.setdefault(plain_name(row.uscc), set()).add(plain_name(row.name))
    notes.extend(
        _("代码 %(code)s 下有 %(n)d 个不同的名称，请核对。")
        % {"code": code.upper(), "n": len(several)}
        for code, several in list(codes.items())
        if len(several) > 1
    )
    return notes[:MANY]
