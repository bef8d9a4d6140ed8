"""Where the table that a command makes goes: a file, written whole or not at all, or stdout."""

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from lianshu.cli.running import InputError
from lianshu.engine.sheets import OutCell, write_table


def refuse_overwriting(out: Path | None, inputs: Iterable[Path]) -> None:
    """Raise `InputError` when the result would replace one of the files it is made from."""
    for path in inputs:
        if out is not None and out.exists() and path.exists() and out.samefile(path):
            raise InputError(f"{out}：结果不能写到输入文件上。请给 --out 换一个名字。")


def put_table(out: Path | None, header: Sequence[str], rows: Iterable[Sequence[OutCell]]) -> None:
    """Write to `out` in the format of its suffix, or as CSV to stdout. Raises `SheetError`."""
    if out is None:
        write_table(sys.stdout.buffer, header, rows, format="csv")
        sys.stdout.buffer.flush()
    else:
        write_table(out, header, rows)
