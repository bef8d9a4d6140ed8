"""The work of `lianshu uscc check`: a table with a column of codes in, a verdict for each row."""

from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from lianshu.cli.output import put_table, refuse_overwriting
from lianshu.cli.running import InputError, say
from lianshu.engine.identity import (
    CreditCode,
    Verdict,
    check_credit_code,
    normalise_credit_code,
)
from lianshu.engine.sheets import (
    BrokenCell,
    Column,
    Row,
    RowParser,
    Table,
    column_letter,
    guess_mapping,
    header_key,
    read_table,
)

HEADER = ("code", "normalised", "verdict", "reason")
COLUMN = Column(
    "code",
    "统一社会信用代码",
    (
        *("uscc", "code", "代码", "社会信用代码", "信用代码", "统一信用代码", "统一代码"),
        *("社会统一信用代码", "企业信用代码", "机构信用代码", "纳税人识别号"),
        *("credit code", "social credit code", "unified social credit code", "uscc code"),
    ),
    kind="identifier",
    required=True,
)
_NO_CHARACTER = {0xFFFE: 0xFFFD, 0xFFFF: 0xFFFD}
_LOOKED_AT = 200
_LENGTHS = range(15, 21)
"""Of what may have been meant as a code of 18: some characters too few or too many."""


def check_file(file: Path, *, out: Path | None, column: str | None = None) -> None:
    """Judge every row of `file`, in its order, and write the verdicts.

    `column` is the header of the codes (or its letter); without it the column is known by its
    name, or, when no name is known, by what it holds. Raises `SheetError` or `InputError` when
    the file cannot be used; then nothing is written.
    """
    refuse_overwriting(out, (file,))
    table = read_table(file)
    for note in table.notes:
        say(f"{table.name}：{note.message}")
    judged = list(_judged(table, _place(table, column)))
    put_table(out, HEADER, map(_row, judged))
    counted = Counter(one.verdict for one in judged)
    shares = "，".join(f"{verdict.value} {counted[verdict]}" for verdict in Verdict)
    say(f"{table.name}：共 {len(judged)} 行，{shares}。")


def _row(one: CreditCode) -> tuple[str, str, str, str]:
    """The cells; what no file can hold is shown as the sign for it."""
    text, normalised = (t.translate(_NO_CHARACTER) for t in (one.text, one.normalised))
    return text, normalised, one.verdict.value, one.reason


def _place(table: Table, column: str | None) -> int:
    """The index of the column of codes. Raises `InputError` when it cannot be told."""
    if column is not None:
        for index, title in enumerate(table.header):
            if column_letter(index) == column.upper() or header_key(title) == header_key(column):
                return index
        raise InputError(f"{table.name}：没有“{column}”列。{_columns(table)}")
    mapping = guess_mapping(table.header, (COLUMN,))
    if COLUMN.id in mapping:
        return mapping[COLUMN.id]
    likely = _holding_codes(table)
    if len(likely) != 1:
        raise InputError(
            f"{table.name}：找不到“{COLUMN.label}”列。{_columns(table)}"
            f"请把表头改为“{COLUMN.label}”，或用 --column 写明是哪一列。"
        )
    [index] = likely
    if not _is_code(table.header[index]):
        say(f"{table.name}：按内容认出代码在 {column_letter(index)} 列“{table.header[index]}”。")
    return index


def _columns(table: Table) -> str:
    titles = (f"{column_letter(i)} “{title}”" for i, title in enumerate(table.header) if title)
    return f"表里有：{'、'.join(titles)}。"


def _holding_codes(table: Table) -> list[int]:
    """The columns most of whose cells are of about the length of a code."""
    seen, alike = Counter[int](), Counter[int]()
    for row in islice(table.rows, _LOOKED_AT):
        for index, cell in enumerate(row.cells[: len(table.header)]):
            if isinstance(cell, str) and cell.strip():
                code = normalise_credit_code(cell)
                seen[index] += 1
                alike[index] += len(code) in _LENGTHS and code.isascii() and code.isalnum()
    return [index for index, count in alike.items() if count * 2 > seen[index]]


def _is_code(text: str) -> bool:
    return check_credit_code(text).verdict is not Verdict.INVALID


def _judged(table: Table, index: int) -> Iterator[CreditCode]:
    if _is_code(table.header[index]):
        say(f"{table.name}：第 {table.header_row} 行不是表头，是一个代码，也核对了。")
        yield check_credit_code(table.header[index])
    parser = RowParser((COLUMN,), {COLUMN.id: index})
    for row in table.rows:
        yield _judge(row, index, parser)


def _judge(row: Row, index: int, parser: RowParser) -> CreditCode:
    """A text is judged as it stands; of another cell the parser tells what it lost."""
    cell = row.cells[index] if index < len(row.cells) else None
    if cell is None or (isinstance(cell, str) and not isinstance(cell, BrokenCell)):
        return check_credit_code(cell or "")
    values, findings = parser.parse(row)
    if findings:
        return CreditCode(str(cell), "", Verdict.INVALID, findings[0].message, None)
    return check_credit_code(str(values[COLUMN.id]))
