"""The rows left out as a file: as they were sent, with what is wrong behind them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from django.utils.translation import gettext as _

from lianshu.authority import Actor
from lianshu.engine.sheets import (
    Format,
    OutCell,
    PersonalGuard,
    SheetError,
    Table,
    column_letter,
    write_table,
)
from lianshu.imports.models import ImportRun
from lianshu.imports.queries import bad_rows_of
from lianshu.imports.services.reading import opened_table
from lianshu.imports.targets import ImportTarget
from lianshu.records.errors import DomainError

ROW, REASON = "原文件行号", "未导入的原因"
"""Headers of the report: fixed words, so that an uploaded report's own columns are known."""


def write_report(target: BinaryIO, *, actor: Actor, run: ImportRun, format: Format) -> int:
    """Write every bad row; returns how many. To be corrected and uploaded again as it is.

    Raises `Refusal` for who may not read the file, `DomainError` when it cannot be written.
    """
    reasons = {
        bad.number: "\n".join(problem["message"] for problem in bad.problems)
        for bad in bad_rows_of(actor, run)
    }
    with opened_table(run) as table:
        guard = PersonalGuard(table.header)
        left = {index for index, title in enumerate(table.header) if title in {ROW, REASON}}
        kept = [i for i in range(len(table.header)) if i not in left and i not in guard.columns]
        header = [table.header[index] or column_letter(index) for index in kept]
        try:
            return write_table(
                target, [*header, ROW, REASON], _lines(table, guard, kept, reasons), format=format
            )
        except SheetError as error:
            raise DomainError(error.said(_)) from error


def _lines(
    table: Table, guard: PersonalGuard, kept: list[int], reasons: dict[int, str]
) -> Iterator[list[OutCell]]:
    for row in table.rows:
        if row.number in reasons:
            cells = guard.clean(row).cells
            yield [*(cells[index] for index in kept), row.number, reasons[row.number]]


def write_template(target: BinaryIO, *, list_: ImportTarget) -> None:
    """An empty sheet with every column the list knows."""
    write_table(target, [column.heading for column in list_.columns], (), format="xlsx")


def report_name(run: ImportRun, format: str) -> str:
    """What the report is called when downloaded."""
    return _("%(file)s-问题行") % {"file": run.file_name.rpartition(".")[0]} + f".{format}"
