"""`write_table`: one table to CSV, Excel or JSON, text never altered, files replaced whole."""

import json
import math
import os
import re
import secrets
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import BinaryIO, Literal

from lianshu.engine.sheets.cells import Cell, PercentCell, column_letter
from lianshu.engine.sheets.findings import SheetError
from lianshu.engine.sheets.guard import guard
from lianshu.engine.sheets.xlsx_writing import write_xlsx

Format = Literal["csv", "xlsx", "json"]
OutCell = Cell | Decimal
OutRow = tuple[int, Sequence[OutCell]]

# No character at all: half of a pair, NUL (which no database takes), what XML cannot say.
_NO_CHARACTER = re.compile("[\x00\ud800-\udfff\ufffe\uffff]")
_NEEDS_QUOTES = re.compile(r'[",;\t\r\n]|^\s|\s$')


def write_table(
    target: Path | BinaryIO,
    header: Sequence[str],
    rows: Iterable[Sequence[OutCell]],
    *,
    format: Format | None = None,
) -> int:
    """Write the table and return the number of data rows.

    The format is the target's suffix unless given. A path is written under a temporary name in
    its folder and renamed when complete: on any error the target stays as it was. None and ""
    are both an empty cell. CSV is UTF-8 without BOM, `\\n`; JSON is a list of objects.

    Raises `SheetError` S050-S055, naming row (header is row 1) and column of a bad value.
    """
    name = _name(target)
    chosen = _format(target, name, format)
    names = _checked_header(name, header)
    checked = _checked_rows(name, names, rows)
    if not isinstance(target, Path):
        return _write(target, chosen, name, names, checked)
    with _replacing(target) as stream:
        return _write(stream, chosen, name, names, checked)


def _write(
    stream: BinaryIO, format: Format, name: str, header: tuple[str, ...], rows: Iterable[OutRow]
) -> int:
    if format == "xlsx":
        return write_xlsx(stream, name, header, rows)
    return (_write_csv if format == "csv" else _write_json)(stream, header, rows)


def _name(target: Path | BinaryIO) -> str:
    if isinstance(target, Path):
        return target.name
    return Path(str(getattr(target, "name", "") or "输出")).name


def _format(target: Path | BinaryIO, name: str, format: Format | None) -> Format:
    if format is not None:
        return format
    suffix = target.suffix.lower() if isinstance(target, Path) else Path(name).suffix.lower()
    found = _SUFFIXES.get(suffix)
    if found is None:
        raise SheetError(
            f"不认识的后缀“{suffix}”。请用 .csv、.xlsx 或 .json 作为文件名的结尾。",
            file=name,
            rule="S050",
        )
    return found


def _checked_header(name: str, header: Sequence[str]) -> tuple[str, ...]:
    seen: set[str] = set()
    for index, title in enumerate(header):
        unwritable = _unwritable(title)
        if title in seen or not title or unwritable:
            what = unwritable or f"列名“{title}”重复" if title else "没有列名"
            raise SheetError(
                f"要写出的表头 {column_letter(index)} 列{what}。", file=name, line=1, rule="S055"
            )
        seen.add(title)
    return tuple(header)


def _checked_rows(
    name: str, header: tuple[str, ...], rows: Iterable[Sequence[OutCell]]
) -> Iterator[OutRow]:
    for number, row in enumerate(rows, 2):
        if len(row) != len(header):
            raise SheetError(
                f"要写出的第 {number} 行有 {len(row)} 个值，表头有 {len(header)} 列。",
                file=name,
                line=number,
                rule="S055",
            )
        for index, cell in enumerate(row):
            why = _unwritable(cell)
            if why:
                raise SheetError(
                    f"第 {number} 行“{header[index]}”列的值{why}，写不进文件。",
                    file=name,
                    line=number,
                    column=header[index],
                    rule="S052",
                )
        yield number, [str(cell) if isinstance(cell, PercentCell) else cell for cell in row]


def _unwritable(cell: OutCell) -> str:
    """Why no format holds the cell, or nothing."""
    if isinstance(cell, str):
        found = _NO_CHARACTER.search(cell)
        return f"含有无效的字符 U+{ord(found[0]):04X}" if found else ""
    if isinstance(cell, float | Decimal) and not math.isfinite(cell):
        return "不是有限的数"
    if isinstance(cell, datetime | time) and cell.tzinfo is not None:
        return "带有时区，请先换成当地时间"
    return ""


@contextmanager
def _replacing(target: Path) -> Iterator[BinaryIO]:
    """A stream whose bytes become `target` in one step, or leave no trace."""
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(6)}.tmp")
    try:
        # Not tempfile: its files are private (0600), and the rename would keep that.
        with temporary.open("xb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(target)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise SheetError(
            f"写不进“{target.parent}”（{error.strerror or error}）。"
            "请检查文件夹是否存在、是否有写入权限、磁盘是否已满。",
            file=target.name,
            rule="S051",
        ) from error
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _text(cell: OutCell) -> str:
    """A cell as plain text: what CSV holds, before the guard."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, Decimal):
        return format(cell, "f")
    return repr(cell)


def _write_csv(stream: BinaryIO, header: tuple[str, ...], rows: Iterable[OutRow]) -> int:
    stream.write(_record(header))
    count = 0
    for _, row in rows:
        stream.write(_record(row))
        count += 1
    return count


def _record(row: Sequence[OutCell]) -> bytes:
    line = ",".join(_quoted(guard(cell)) if isinstance(cell, str) else _text(cell) for cell in row)
    # A line that is empty would be no record at all.
    return ((line or '""') + "\n").encode()


def _quoted(text: str) -> str:
    if _NEEDS_QUOTES.search(text):
        return '"' + text.replace('"', '""') + '"'
    return text


def _write_json(stream: BinaryIO, header: tuple[str, ...], rows: Iterable[OutRow]) -> int:
    count = 0
    for _, row in rows:
        entry = dict(zip(header, map(_json_value, row), strict=True))
        stream.write(b",\n" if count else b"[\n")
        stream.write(json.dumps(entry, ensure_ascii=False).encode())
        count += 1
    stream.write(b"\n]\n" if count else b"[]\n")
    return count


def _json_value(cell: OutCell) -> str | int | float | bool | None:
    if cell is None or isinstance(cell, str | bool | int | float):
        return cell
    if isinstance(cell, Decimal):
        number = float(cell)
        # A JSON number is read as a double: only a decimal that survives that may be one.
        return number if Decimal(repr(number)) == cell else format(cell, "f")
    return _text(cell)


_SUFFIXES: dict[str, Format] = {".csv": "csv", ".xlsx": "xlsx", ".json": "json"}
