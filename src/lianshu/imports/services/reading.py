"""From a stored file to rows that are understood or refused: what checking and writing share."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, BinaryIO, cast

from django.utils.translation import gettext as _

from lianshu.engine.sheets import (
    DuplicateKeys,
    Finding,
    Row,
    RowParser,
    SheetError,
    Table,
    header_key,
    read_table,
)
from lianshu.imports.models import ImportRun
from lianshu.imports.targets import ImportSession, ImportTarget, Problem
from lianshu.records.errors import DomainError

CHUNK = 1_000
ROW_RULE = "I001"


@contextmanager
def opened_table(run: ImportRun) -> Iterator[Table]:
    """The run's table, as long as the file is open. `DomainError` names what is wrong with it."""
    if run.file is None or run.file.deleted_at is not None:
        raise DomainError(_("文件“%(name)s”已被删除，请重新上传。") % {"name": run.file_name})
    with run.file.content.open("rb") as stream:
        try:
            yield read_table(cast(BinaryIO, stream), name=run.file_name, sheet=run.sheet or None)
        except SheetError as error:
            raise DomainError(str(error), field="file") from error


def header_fingerprint(header: list[str] | tuple[str, ...]) -> str:
    """The same for headers that differ only in width, case and blanks."""
    keys = "\x1f".join(header_key(title) for title in header)
    return hashlib.sha256(keys.encode()).hexdigest()


@dataclass(slots=True)
class Examined:
    """One row of the file: `prepared` for the session, or what is wrong with it."""

    row: Row
    prepared: Any = None
    problems: list[Finding] = field(default_factory=list)


@dataclass
class Examiner:
    """Goes through a table once, row by row, in order."""

    run: ImportRun
    table: Table
    target: ImportTarget
    session: ImportSession[Any, Any]

    def __post_init__(self) -> None:
        self.mapping: Mapping[str, int] = self.run.mapping or {}
        header, name = self.table.header, self.table.name
        self._parser = RowParser(self.target.columns, self.mapping, header=header, file=name)
        key = self.target.key
        titles = [header[self.mapping[key]]] if key in self.mapping else [key]
        self._keys = DuplicateKeys([key], titles=titles, file=name)

    def chunks(self, *, after: int = 0) -> Iterator[list[Examined]]:
        """Rows whose number is above `after`, `CHUNK` at a time.

        Keys of the rows before count as seen, so that going on finds the same duplicates.
        """
        chunk: list[Examined] = []
        for row in self.table.rows:
            values, problems = self._parser.parse(row)
            twice = self._keys.check(row.number, values)
            if row.number <= after:
                continue
            if twice is not None:
                problems.append(twice)
            examined = Examined(row, problems=problems)
            if not problems:
                self._prepare(examined, values)
            chunk.append(examined)
            if len(chunk) == CHUNK:
                yield chunk
                chunk = []
        if chunk:
            yield chunk

    def _prepare(self, examined: Examined, values: Mapping[str, Any]) -> None:
        prepared = self.session.prepare(examined.row.number, values)
        if isinstance(prepared, list):
            examined.problems.extend(self._finding(examined.row, each) for each in prepared)
        else:
            examined.prepared = prepared

    def refused(self, row: Row, reason: str) -> Finding:
        """A row that may not be written, as a finding."""
        return self._finding(row, Problem(reason))

    def _finding(self, row: Row, problem: Problem) -> Finding:
        index = self.mapping.get(problem.column)
        if index is None:
            message = _("第 %(row)d 行：%(why)s") % {"row": row.number, "why": problem.why}
            return Finding(self.table.name, row.number, None, ROW_RULE, "error", message)
        cell = row.cells[index]
        value = "" if cell is None else str(cell)[:60]
        title = self.table.header[index]
        message = _("第 %(row)d 行“%(column)s”列的值“%(value)s”%(why)s") % {
            "row": row.number,
            "column": title,
            "value": value,
            "why": problem.why,
        }
        return Finding(self.table.name, row.number, title, ROW_RULE, "error", message, value)
