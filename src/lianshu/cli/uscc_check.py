"""The work of `lianshu uscc check`: a table with a column of codes in, a verdict for each row."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from lianshu.cli.output import put_table, refuse_overwriting
from lianshu.cli.running import InputError, say
from lianshu.engine.identity import CreditCode, Verdict, check_credit_code
from lianshu.engine.sheets import (
    BrokenCell,
    Column,
    Row,
    RowParser,
    Table,
    check_mapping,
    guess_mapping,
    read_table,
)

HEADER = ("code", "normalised", "verdict", "reason")
COLUMN = Column(
    "code",
    "统一社会信用代码",
    ("uscc", "代码", "社会信用代码", "信用代码"),
    kind="identifier",
    required=True,
)
_NO_CHARACTER = {0xFFFE: 0xFFFD, 0xFFFF: 0xFFFD}


def check_file(file: Path, *, out: Path | None) -> None:
    """Judge every row of `file`, in its order, and write the verdicts.

    Raises `SheetError` or `InputError` when the file cannot be used; then nothing is written.
    """
    refuse_overwriting(out, (file,))
    table = read_table(file)
    for note in table.notes:
        say(f"{table.name}：{note.message}")
    judged = list(_judged(table))
    put_table(out, HEADER, map(_row, judged))
    counted = Counter(one.verdict for one in judged)
    shares = "，".join(f"{verdict.value} {counted[verdict]}" for verdict in Verdict)
    say(f"{table.name}：共 {len(judged)} 行，{shares}。")


def _row(one: CreditCode) -> tuple[str, str, str, str]:
    """The cells; what no file can hold is shown as the sign for it."""
    text, normalised = (t.translate(_NO_CHARACTER) for t in (one.text, one.normalised))
    return text, normalised, one.verdict.value, one.reason


def _judged(table: Table) -> Iterator[CreditCode]:
    mapping = guess_mapping(table.header, (COLUMN,))
    found = check_mapping(
        table.header, mapping, (COLUMN,), file=table.name, header_row=table.header_row
    )
    errors = [one.message for one in found if one.severity == "error"]
    if errors:
        raise InputError(f"{table.name}：{errors[0]}")
    index = mapping[COLUMN.id]
    parser = RowParser((COLUMN,), mapping)
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
