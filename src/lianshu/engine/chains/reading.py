"""From tables to edges, makings, codes and roots; what cannot be used is told and left out.

A table is read as every table is (`engine/sheets`): Excel or CSV, UTF-8 with or without a byte
order mark or GB18030. A table whose header lacks a column stops with a `SheetError`.

====  =====================================================================
rule  finding
====  =====================================================================
G001  a required cell is empty (error; the row is left out)
G002  a row with more cells than the header (error; the row is left out)
G003  an Excel error or a formula without a result (error; left out)
G004  a relation that is not known (error; the row is left out)
G005  white space at the ends of a name or code (warning; it does not count)
G006  a share that is no number (error; the making counts, its share does not)
G007  a code of digits that may have lost the zeros before it (warning)
====  =====================================================================
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import BinaryIO, Generic, TypeVar

from lianshu.engine.chains.model import MAKES, Edge, Making, Relation
from lianshu.engine.chains.names import code_key, trimmed, visible
from lianshu.engine.sheets import (
    BrokenCell,
    Cell,
    Column,
    Finding,
    Row,
    Severity,
    SheetError,
    Table,
    check_mapping,
    column_letter,
    guess_mapping,
    read_table,
    told,
)

Source = Path | BinaryIO
T = TypeVar("T")

START = Column("from_product", "起点产品", ("from",), required=True)
END = Column("to_product", "终点产品", ("to",), required=True)
RELATION = Column("rel", "关系", ("relation",), required=True)
CODE = Column(
    "company_code",
    "企业代码",
    ("code", "代码", "证券代码", "股票代码", "统一社会信用代码"),
    required=True,
)
PRODUCT = Column(
    "product_name", "产品名称", ("product", "name", "root", "产品", "名称", "根产品"), required=True
)
SHARE = Column("weight", "收入占比", ("share", "占比"))
MAKING_RELATION = Column("rel", "关系", ("relation",))

_USUAL_CODE = 6
"""Digits in a listed company's code."""
_SHOWN = 60


@dataclass
class Read(Generic[T]):
    """What a file holds: items in the order of its rows, and what is to be told of them.

    `header` says whether the first row is one; a list in one column may have none.
    """

    file: str
    items: list[T] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    rows: int = 0
    header: bool = True


def read_edges(source: Source, *, name: str | None = None) -> Read[Edge]:
    """Edges from columns from_product, to_product, rel. Raises `SheetError`."""
    table, reader = _opened(source, name, (START, END, RELATION))
    read = Read[Edge](table.name)
    for row, (start, end, word) in reader.rows(read):
        if word not in _RELATIONS:
            message = told(
                "第 %(row)d 行的关系“%(value)s”不认识，没有计算。可用的关系：%(words)s。",
                row=row.number,
                value=word[:_SHOWN],
                words="、".join(_RELATIONS),
            )
            read.findings.append(reader.finding(row, 2, "G004", "error", message, word))
        else:
            read.items.append(Edge(start, end, _RELATIONS[word], row.number))
    if not read.items:
        raise SheetError(
            told(
                "没有一行能用：%(count)d 行里没有一行写着 %(words)s。请核对“rel”列。",
                count=read.rows,
                words="、".join(_RELATIONS),
            ),
            file=table.name,
            rule="G004",
        )
    return read


def read_makings(source: Source, *, name: str | None = None) -> Read[Making]:
    """Makings from columns company_code, product_name and, where there is one, weight and rel.

    A making whose `rel` is neither empty nor 主营产品 is left out (G004). Raises `SheetError`.
    """
    columns = (CODE, PRODUCT, SHARE, MAKING_RELATION)
    table, reader = _opened(source, name, columns)
    read = Read[Making](table.name)
    for row, (code, product, share, word) in reader.rows(read):
        if word not in ("", MAKES):
            message = told(
                "第 %(row)d 行的关系“%(value)s”不认识，没有计算。可用的关系：%(words)s。",
                row=row.number,
                value=word[:_SHOWN],
                words=MAKES,
            )
            read.findings.append(reader.finding(row, 3, "G004", "error", message, word))
            continue
        number = _share(share)
        if share and number is None:
            message = told(
                "第 %(row)d 行的占比“%(value)s”不是数，按未知处理。请写成 0.25 或 25%% 这样。",
                row=row.number,
                value=share[:_SHOWN],
            )
            read.findings.append(reader.finding(row, 2, "G006", "error", message, share))
        read.findings.extend(reader.about_code(row, 0, code))
        read.items.append(Making(code, product, number, row.number))
    return read


def read_codes(source: Source, *, name: str | None = None) -> Read[str]:
    """Codes of firms from the column code, or from the only column of a list without a header.

    A header alone is a list of nobody. Raises `SheetError`.
    """
    return _read_list(source, name, CODE, starts_data=_looks_like_code)


def read_products(source: Source, *, name: str | None = None) -> Read[str]:
    """Products, from the column product, or one in each row of a list without a header.

    Raises `SheetError`.
    """
    return _read_list(source, name, PRODUCT, starts_data=lambda _: True)


_RELATIONS = {str(relation): relation for relation in Relation}


class _Reader:
    """Takes the texts of some columns from the rows of a table."""

    def __init__(self, table: Table, columns: Sequence[Column], mapping: dict[str, int]) -> None:
        self.table = table
        self.columns = columns
        self.places = [mapping.get(column.id) for column in columns]

    def rows(self, read: Read[T]) -> Iterator[tuple[Row, tuple[str, ...]]]:
        """The rows that can be used, with their texts trimmed; of the others `read` is told."""
        width = len(self.table.header)
        for row in self.table.rows:
            read.rows += 1
            cells = row.cells
            texts = [_text(cells[at]) if at is not None else "" for at in self.places]
            clean = tuple(map(trimmed, texts))
            wrong = self._wrong(row, clean) if len(cells) == width else self._wide(row, width)
            if wrong is not None:
                read.findings.append(wrong)
                continue
            if list(clean) != texts:
                read.findings.extend(self._ragged(row, texts))
            yield row, clean

    def finding(
        self,
        row: Row,
        column: int,
        rule: str,
        severity: Severity,
        message: str,
        value: str | None = None,
    ) -> Finding:
        """A finding of this table."""
        return _finding(self.table, row, self._title(column), rule, severity, message, value)

    def about_code(self, row: Row, column: int, code: str) -> Iterator[Finding]:
        """G007."""
        key = code_key(code)
        if key.isdecimal() and len(key) < _USUAL_CODE:
            message = told(
                "第 %(row)d 行的代码“%(value)s”不足 %(digits)d 位，开头的 0 可能被 Excel 去掉了。"
                "请把这一列设为“文本”再填。",
                row=row.number,
                value=code,
                digits=_USUAL_CODE,
            )
            yield self.finding(row, column, "G007", "warning", message, code)

    def _title(self, column: int) -> str:
        place = self.places[column]
        return self.columns[column].id if place is None else self.table.header[place]

    def _wrong(self, row: Row, texts: tuple[str, ...]) -> Finding | None:
        for column, place in enumerate(self.places):
            cell = None if place is None else row.cells[place]
            if isinstance(cell, BrokenCell):
                message = told(
                    "第 %(row)d 行“%(column)s”列是“%(value)s”，没有内容，这一行没有计算。"
                    "请用 Excel 改正这个单元格。",
                    row=row.number,
                    column=self._title(column),
                    value=cell,
                )
                return self.finding(row, column, "G003", "error", message, cell)
            if self.columns[column].required and not texts[column]:
                message = told(
                    "第 %(row)d 行“%(column)s”列是空的，这一行没有计算。请补上内容。",
                    row=row.number,
                    column=self._title(column),
                )
                return self.finding(row, column, "G001", "error", message)
        return None

    def _wide(self, row: Row, width: int) -> Finding:
        message = told(
            "第 %(row)d 行比表头多出 %(count)d 列，分不清各列，没有计算。名称里带逗号的要加引号。",
            row=row.number,
            count=len(row.cells) - width,
        )
        letter = column_letter(width)
        return _finding(self.table, row, letter, "G002", "error", message, None)

    def _ragged(self, row: Row, texts: Sequence[str]) -> Iterator[Finding]:
        for column, text in enumerate(texts):
            if text != trimmed(text):
                message = told(
                    "第 %(row)d 行“%(column)s”列的“%(value)s”首尾有空白，比较时不计。",
                    row=row.number,
                    column=self._title(column),
                    value=visible(trimmed(text))[:_SHOWN],
                )
                yield self.finding(row, column, "G005", "warning", message, text)


def _finding(
    table: Table,
    row: Row,
    title: str,
    rule: str,
    severity: Severity,
    message: str,
    value: str | None,
) -> Finding:
    return Finding(table.name, row.number, title, rule, severity, message, value)


def _opened(source: Source, name: str | None, columns: Sequence[Column]) -> tuple[Table, _Reader]:
    table = read_table(source, name=name)
    mapping = guess_mapping(table.header, columns)
    missing = [one for one in columns if one.required and one.id not in mapping]
    if missing:
        raise _no_column(table, columns, missing)
    return table, _Reader(table, columns, mapping)


def _no_column(table: Table, columns: Sequence[Column], missing: Sequence[Column]) -> SheetError:
    wanted = ",".join(column.id for column in columns if column.required)
    if len(missing) == sum(column.required for column in columns):
        message = told(
            "第 %(row)d 行（%(cells)s）不像表头：一个需要的列名也没有。"
            "请在最上面加一行表头：%(wanted)s。",
            row=table.header_row,
            cells="，".join(table.header)[:_SHOWN],
            wanted=wanted,
        )
        return SheetError(message, file=table.name, rule="S015", line=table.header_row)
    told_of = check_mapping(table.header, {}, missing, file=table.name, header_row=table.header_row)
    first = next(one for one in told_of if one.rule == "S015")
    return SheetError(first.message, file=table.name, rule="S015", line=table.header_row)


def _read_list(
    source: Source, name: str | None, column: Column, *, starts_data: Callable[[str], bool]
) -> Read[str]:
    table = read_table(source, name=name, allow_no_rows=True)
    mapping = guess_mapping(table.header, (column,))
    read = Read[str](table.name)
    if not mapping:
        if len(table.header) != 1 or not starts_data(table.header[0]):
            raise _no_column(table, (column,), (column,))
        mapping = {column.id: 0}
        read.header = False
        read.rows = 1
        read.items.append(trimmed(table.header[0]))
    reader = _Reader(table, (column,), mapping)
    for row, (text,) in reader.rows(read):
        if column is CODE:
            read.findings.extend(reader.about_code(row, 0, text))
        read.items.append(text)
    return read


def _looks_like_code(text: str) -> bool:
    return text.isascii() and any(letter.isdigit() for letter in text)


def _text(cell: Cell) -> str:
    """The cell as it is shown: 688268.0 is 688268."""
    if isinstance(cell, str):
        return cell
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


def _share(text: str) -> Decimal | None:
    percent = text.endswith("%")
    try:
        number = Decimal(text.removesuffix("%").strip())
    except InvalidOperation:
        return None
    if not number.is_finite():
        return None
    return number / 100 if percent else number
