"""From a stored file to rows that are understood or refused: what checking and writing share."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, BinaryIO, cast

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from lianshu.authority import Actor
from lianshu.engine.sheets import (
    DuplicateKeys,
    Finding,
    Layout,
    PersonalGuard,
    Row,
    RowParser,
    SheetError,
    Table,
    header_key,
    read_office_table,
)
from lianshu.imports.models import NAME_LENGTH, ImportRun, KnownName, RunStatus, SavedMapping
from lianshu.imports.names import key_of
from lianshu.imports.targets import (
    ImportContext,
    ImportSession,
    ImportTarget,
    Problem,
    target_of,
)
from lianshu.records.errors import DomainError

CHUNK = 2_000
ROW_RULE = "I001"
MOST_TRIED = 3
MOST_NAMES, MOST_ROWS = 2_000, 5


@contextmanager
def opened_table(run: ImportRun) -> Iterator[Table]:
    """The run's table, as long as the file is open. `DomainError` names what is wrong with it.

    While it is checked, the header is looked for, unless a person said where it is, and where this
    sender's header stood before when none is found that is known. Later it stays where it was.
    """
    if run.holds_personal_data and run.file is not None and run.file.deleted_at is not None:
        raise DomainError(
            _("文件“%(name)s”里有不收集的个人信息，导入完成后已删除。") % {"name": run.file_name}
        )
    if run.file is None or run.file.deleted_at is not None:
        raise DomainError(_("文件“%(name)s”已被删除，请重新上传。") % {"name": run.file_name})
    with run.file.content.open("rb") as stream:
        try:
            yield _table(run, cast(BinaryIO, stream))
        except SheetError as error:
            raise DomainError(error.said(_), field="file") from error


def _table(run: ImportRun, stream: BinaryIO) -> Table:
    columns = target_of(run.target).columns
    settled = run.place_chosen or run.status != RunStatus.CHECKING

    def read(sheet: str, layout: Layout | None) -> Table:
        return read_office_table(
            stream, columns=columns, layout=layout, name=run.file_name, sheet=sheet or None
        )

    if settled:
        return read(run.sheet, Layout(run.header_row, run.header_rows))
    saved = {each.fingerprint: each for each in saved_mappings(run)[:MOST_TRIED]}
    problem = table = None
    try:
        table = read(run.sheet, None)
    except SheetError as error:
        problem = error
    if table is not None and (not saved or header_fingerprint(table.header) in saved):
        return table
    for fingerprint, each in saved.items():
        try:
            again = read(run.sheet or each.sheet, Layout(each.header_row, each.header_rows))
        except SheetError:
            continue
        if header_fingerprint(again.header) == fingerprint:
            return again
    if table is None:
        raise cast(SheetError, problem)
    return table


def saved_mappings(run: ImportRun) -> QuerySet[SavedMapping]:
    """How this sender's lists were read before, the latest first."""
    return SavedMapping.objects.filter(
        target=run.target, organisation_id=run.organisation_id or 0, source=run.source
    ).order_by("-updated_at")


def context_of(actor: Actor, run: ImportRun, now: datetime) -> ImportContext:
    """What the run's session works under, with the names this sender's people have matched."""
    names = KnownName.objects.filter(
        organisation_id=run.organisation_id or 0, source=run.source
    ).values_list("key", "matched_id")
    return ImportContext(actor, run.source, run.options, now, dict(names))


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


@dataclass(slots=True)
class UnknownName:
    """What rows call an organisation that is not registered, and which rows do."""

    name: str
    count: int = 0
    rows: list[int] = field(default_factory=list)


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
        self._parser = RowParser(
            self.target.columns, self.mapping, header=header, file=name, unit=self.table.unit
        )
        self.guard = PersonalGuard(header, file=name, header_row=self.table.header_row)
        self.unknown: dict[str, UnknownName] = {}
        key = self.target.key
        titles = [header[self.mapping[key]]] if key in self.mapping else [key]
        self._keys = DuplicateKeys([key], titles=titles, file=name) if key else None

    def chunks(self, *, after: int = 0) -> Iterator[list[Examined]]:
        """Rows whose number is above `after`, `CHUNK` at a time.

        Keys of the rows before count as seen, so that going on finds the same duplicates.
        """
        chunk: list[Examined] = []
        for row in map(self.guard.clean, self.table.rows):
            values, problems = self._parser.parse(row)
            twice = self._keys.check(row.number, values) if self._keys is not None else None
            if row.number <= after:
                self.session.pass_over(values)
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
            for name in {each.name for each in prepared if each.name}:
                self._miss(examined.row.number, name)
        else:
            examined.prepared = prepared

    def _miss(self, number: int, name: str) -> None:
        key = key_of(name)[:NAME_LENGTH]
        missed = self.unknown.get(key)
        if missed is None and len(self.unknown) < MOST_NAMES:
            missed = self.unknown[key] = UnknownName(name[:NAME_LENGTH])
        if missed is not None:
            missed.count += 1
            if len(missed.rows) < MOST_ROWS:
                missed.rows.append(number)

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
