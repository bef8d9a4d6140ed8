"""Rows to typed values, with every bad cell named by row, column, value and what to do."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from lianshu.engine.sheets.cells import BrokenCell, Cell, Row, column_letter
from lianshu.engine.sheets.columns import Column
from lianshu.engine.sheets.findings import Finding
from lianshu.engine.sheets.telling import told
from lianshu.engine.sheets.values import BadValueError, Parse, Value, parser_of

_SHOWN = 60
_BROKEN = {
    "S020": told("是 Excel 的错误值。请用 Excel 打开，改正这个单元格的公式或直接填上内容。"),
    "S021": told("是没有计算结果的公式。请用 Excel 打开并保存一次，或把公式“选择性粘贴”为数值。"),
}


class RowParser:
    """Parses the rows of one table; made once, used for each row.

    `header`, `file` and `unit` are the table's, for messages and for units in and above headers.
    """

    def __init__(
        self,
        columns: Sequence[Column],
        mapping: Mapping[str, int],
        *,
        header: Sequence[str] = (),
        file: str = "",
        unit: str | None = None,
    ) -> None:
        self._file = file
        self._width = len(header) if header else None
        self._plan: list[tuple[str, bool, int, str, Parse]] = []
        for column in columns:
            if column.id in mapping:
                index = mapping[column.id]
                title = header[index] if header else column.label
                parse = parser_of(column, title, unit)
                self._plan.append((column.id, column.required, index, title, parse))

    def parse(self, row: Row) -> tuple[dict[str, Value], list[Finding]]:
        """Column id → value for the mapped columns, and what is wrong.

        An empty cell is None. A bad cell has a finding and no value, so that nobody can take
        "unreadable" for "empty".
        """
        values: dict[str, Value] = {}
        findings: list[Finding] = []
        cells = row.cells
        size = len(cells)
        for name, required, index, title, parse in self._plan:
            cell = cells[index] if index < size else None
            value: Value = None
            if cell is not None:
                try:
                    if type(cell) is BrokenCell:
                        raise BadValueError(cell.rule, _BROKEN[cell.rule])
                    value = parse(cell)
                except BadValueError as bad:
                    if not isinstance(cell, str) or cell.strip():
                        findings.append(self._bad(row, title, cell, bad))
                        continue
            if value is None and required:
                findings.append(self._empty(row, title))
            values[name] = value
        if self._width is not None and size > self._width:
            findings.append(self._too_long(row, self._width))
        return values, findings

    def _empty(self, row: Row, title: str) -> Finding:
        message = told(
            "第 %(row)d 行“%(column)s”列是空的，这一列必填。请补上内容。",
            row=row.number,
            column=title,
        )
        return Finding(self._file, row.number, title, "S022", "error", message)

    def _bad(self, row: Row, title: str, cell: Cell, bad: BadValueError) -> Finding:
        text = str(cell)
        shown = text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
        message = told(
            "第 %(row)d 行“%(column)s”列的值“%(value)s”%(why)s",
            row=row.number,
            column=title,
            value=shown,
            why=bad.why,
        )
        return Finding(self._file, row.number, title, bad.rule, "error", message, shown)

    def _too_long(self, row: Row, width: int) -> Finding:
        letter = column_letter(width)
        value = next(str(cell) for cell in row.cells[width:] if cell is not None)[:_SHOWN]
        message = told(
            "第 %(row)d 行比表头多出 %(count)d 列，"
            "从 %(letter)s 列起的内容“%(value)s”没有列名。"
            "请检查这一行是否错位（CSV 里带逗号的文字要加引号），或给多出的列写上列名。",
            row=row.number,
            count=len(row.cells) - width,
            letter=letter,
            value=value,
        )
        return Finding(self._file, row.number, letter, "S014", "error", message, value)


def parse_row(
    row: Row,
    mapping: Mapping[str, int],
    columns: Sequence[Column],
    *,
    header: Sequence[str] = (),
    file: str = "",
) -> tuple[dict[str, Value], list[Finding]]:
    """One row; for many rows make a `RowParser` once."""
    return RowParser(columns, mapping, header=header, file=file).parse(row)


class DuplicateKeys:
    """Remembers the keys of the rows seen and names the first row of a repeated one.

    `key` are column ids, `titles` what messages call them. A row without a full key has none.
    """

    def __init__(self, key: Sequence[str], *, titles: Sequence[str] = (), file: str = "") -> None:
        self._key = tuple(key)
        self._title = "、".join(titles or key)
        self._file = file
        self._seen: dict[tuple[Value, ...], int] = {}

    def check(self, number: int, values: Mapping[str, Value]) -> Finding | None:
        """A finding (S033) when an earlier row has the same key."""
        key = tuple(values.get(part) for part in self._key)
        if None in key:
            return None
        first = self._seen.setdefault(key, number)
        if first == number:
            return None
        value = "、".join(map(str, key))
        message = told(
            "第 %(row)d 行“%(column)s”列的值“%(value)s”与第 %(first)d 行重复。"
            "请删去其中一行，或改正编号。",
            row=number,
            column=self._title,
            value=value,
            first=first,
        )
        return Finding(self._file, number, self._title, "S033", "error", message, value)


def find_duplicates(
    rows: Iterable[tuple[int, Mapping[str, Value]]],
    key: Sequence[str],
    *,
    titles: Sequence[str] = (),
    file: str = "",
) -> Iterator[Finding]:
    """A finding for each (row number, values) whose key an earlier row has."""
    keys = DuplicateKeys(key, titles=titles, file=file)
    for number, values in rows:
        found = keys.check(number, values)
        if found is not None:
            yield found
