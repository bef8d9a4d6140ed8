"""The check: what a file would do, and every row that cannot be taken. Writes no data."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from lianshu.authority import Actor, require
from lianshu.engine.sheets import (
    Finding,
    PersonalGuard,
    Row,
    Table,
    check_mapping,
    guess_mapping,
    in_language,
    personal_column,
)
from lianshu.imports.models import NAME_LENGTH, BadRow, ImportRun, RunStatus
from lianshu.imports.names import key_of
from lianshu.imports.rules import can_import
from lianshu.imports.services.reading import (
    Examined,
    Examiner,
    context_of,
    header_fingerprint,
    opened_table,
    saved_mappings,
)
from lianshu.imports.targets import Doubt, ImportTarget, Plan, target_of
from lianshu.records.errors import Conflict, DomainError

Progress = Callable[[int, int | None, str], None]

PREVIEW_ROWS = 50
CHANGE_SAMPLE = 20
SHOWN = 60
KEYLESS_RULE = "I002"
OPTION_RULE, HEADER_RULE = "I003", "I004"
DOUBT_RULE = "I005"
UNUSED_RULE = "S016"
NAMES_OFFERED = 50


def check_run(*, actor: Actor, run: ImportRun, now: datetime, progress: Progress) -> None:
    """Read the header, settle the mapping, examine every row and store what was found.

    May be run again at any time before writing begins. Raises `DomainError` when the file cannot
    be read at all.
    """
    target = target_of(run.target)
    require(can_import(actor, target))
    with opened_table(run) as table:
        _read_header(actor, run, table, target)
        run.notes = _notes(run, table, target)
        run.blocked = any(note["severity"] == "error" for note in run.notes)
        if run.blocked:
            BadRow.objects.filter(run=run).delete()
            _clear_counts(run)
            guard = PersonalGuard(table.header, file=table.name, header_row=table.header_row)
            rows = map(guard.clean, islice(table.rows, PREVIEW_ROWS))
            run.preview = [_preview_line(run, row, "", ()) for row in rows]
        else:
            examiner = examine_rows(actor=actor, run=run, table=table, now=now, progress=progress)
            guard = examiner.guard
            run.unknown_names = _unknown_names(actor, target, examiner)
            _take_doubts(run, examiner.session.doubts())
        run.notes = [*map(as_json, guard.findings()), *run.notes]
    run.status, run.problem, run.checked_at = RunStatus.READY, "", now
    _store(run)


def _store(run: ImportRun) -> None:
    """Unless somebody gave the run up meanwhile."""
    fields = (
        *("sheet", "sheets", "header", "header_row", "header_rows", "fingerprint", "mapping"),
        *("remembered", "options", "notes", "unknown_names"),
        *("preview", "changes", "blocked", "total_rows", "to_create", "to_change", "to_leave"),
        *("bad_count", "status", "problem", "checked_at"),
    )
    mine = ImportRun.objects.filter(pk=run.pk, status=RunStatus.CHECKING)
    if not mine.update(**{name: getattr(run, name) for name in fields}):
        raise Conflict(_("这次导入刚刚被放弃或改动，检查结果没有保存。"))


def _read_header(actor: Actor, run: ImportRun, table: Table, target: ImportTarget) -> None:
    run.header, run.header_row = list(table.header), table.header_row
    run.header_rows, run.fingerprint = table.header_rows, header_fingerprint(table.header)
    run.sheet, run.sheets = table.sheet or "", list(table.sheets)
    if run.mapping is not None:
        return
    saved = saved_mappings(run).filter(fingerprint=run.fingerprint).first()
    given = run.options
    if saved is None:
        named = ["" if personal_column(title) else title for title in table.header]
        run.mapping = guess_mapping(named, target.columns)
        run.options = target.clean_options(actor, given)
        return
    places = {title: index for index, title in enumerate(table.header)}
    run.mapping = {
        column: places[title]
        for column, title in saved.mapping.items()
        if title in places and target.column(column) and not personal_column(title)
    }
    run.remembered = True
    try:
        run.options = target.clean_options(actor, saved.options | given)
    except DomainError:
        # A setting that no longer holds (a firm renamed): the defaults stand, and are shown.
        run.options = target.clean_options(actor, given)


def _notes(run: ImportRun, table: Table, target: ImportTarget) -> list[dict[str, Any]]:
    findings = [
        *table.notes,
        *check_mapping(
            table.header,
            run.mapping or {},
            target.columns,
            file=table.name,
            header_row=table.header_row,
            unit=table.unit,
        ),
    ]
    # A column of personal data is told of as such, not as one without a field.
    notes = [
        as_json(finding)
        for finding in findings
        if not (finding.rule == UNUSED_RULE and personal_column(finding.column or ""))
    ]
    notes += map(as_json, _target_findings(run, table, target))
    if target.key and target.without_key and target.key not in (run.mapping or {}):
        place = (table.name, table.header_row, None)
        notes.append(as_json(Finding(*place, KEYLESS_RULE, "warning", str(target.without_key))))
    return notes


def _target_findings(run: ImportRun, table: Table, target: ImportTarget) -> Iterator[Finding]:
    """Settings still to be chosen, and what the target says of the columns under them."""
    place = (table.name, table.header_row)
    missing = [
        option for option in target.options if option.required and not run.options[option.id]
    ]
    for option in missing:
        message = _("还没有选“%(label)s”。请在“导入设置”里选好，再按设置重新检查。") % {
            "label": option.label
        }
        yield Finding(*place, None, OPTION_RULE, "error", message)
    if missing:
        return
    titles = {column: table.header[index] for column, index in (run.mapping or {}).items()}
    for problem in target.check_header(titles, run.options):
        title = titles.get(problem.column)
        message = (
            problem.why
            if title is None
            else _("“%(title)s”列%(why)s") % {"title": title, "why": problem.why}
        )
        yield Finding(*place, title, HEADER_RULE, "error", message, problem.name or None)


def as_json(finding: Finding) -> dict[str, Any]:
    """A finding as it is stored with a run: in the language of whoever asked for the check."""
    return {
        "rule": finding.rule,
        "severity": finding.severity,
        "line": finding.line,
        "column": finding.column or "",
        "value": finding.value or "",
        "message": in_language(finding.message, _),
    }


def _clear_counts(run: ImportRun) -> None:
    run.total_rows = run.to_create = run.to_change = run.to_leave = run.bad_count = 0
    run.preview, run.changes, run.unknown_names = [], [], []


def _unknown_names(actor: Actor, target: ImportTarget, examiner: Examiner) -> list[dict[str, Any]]:
    """The names met most, each with what it may mean."""
    if target.names is None:
        return []
    often = sorted(examiner.unknown.items(), key=lambda item: -item[1].count)[:NAMES_OFFERED]
    return [
        {
            "key": key,
            "name": missed.name,
            "rows": missed.rows,
            "count": missed.count,
            "candidates": [asdict(each) for each in target.names.candidates(actor, missed.name)],
        }
        for key, missed in often
    ]


def _take_doubts(run: ImportRun, doubts: Sequence[Doubt]) -> None:
    """The names of doubtful rows, offered for matching by hand, with one warning that says so."""
    if not doubts:
        return
    shown = doubts[:NAMES_OFFERED]
    message = _(
        "有 %(count)d 行的名称可能是已登记单位的另一种写法。"
        "请在下面“可能已经登记的单位”里选出是哪一家，再检查一遍。"
    ) % {"count": len(doubts)}
    if len(doubts) > len(shown):
        message += _("先列出前 %(shown)d 行，选好再检查，会接着列出。") % {"shown": len(shown)}
    warning = Finding(run.file_name, None, None, DOUBT_RULE, "warning", message)
    run.notes = [*run.notes, as_json(warning)]
    run.unknown_names += [
        {
            "key": key_of(each.name)[:NAME_LENGTH],
            "name": each.name[:NAME_LENGTH],
            "rows": [each.number],
            "count": 1,
            "candidates": [asdict(candidate) for candidate in each.candidates],
        }
        for each in shown
    ]


def examine_rows(
    *, actor: Actor, run: ImportRun, table: Table, now: datetime, progress: Progress
) -> Examiner:
    """Examine and plan every row after `run.last_row`; bad ones are stored, counts set on `run`.

    Earlier rows keep what was said about them, and the counts of the plan then stay as they were.
    """
    target = target_of(run.target)
    session = target.session(context_of(actor, run, now))
    examiner = Examiner(run, table, target, session)
    BadRow.objects.filter(run=run, number__gt=run.last_row).delete()
    going_on = run.last_row > 0
    if not going_on:
        _clear_counts(run)
    done = run.applied_rows
    for chunk in examiner.chunks(after=run.last_row):
        plans = plan_chunk(examiner, chunk)
        store_bad(run, chunk)
        if not going_on:
            _count(run, examiner, chunk, plans)
        done += len(chunk)
        progress(done, run.total_rows if going_on else None, _("正在检查"))
    run.bad_count = BadRow.objects.filter(run=run).count()
    return examiner


def plan_chunk(examiner: Examiner, chunk: Sequence[Examined]) -> dict[int, Plan]:
    """Row number → plan for the rows that can be written; refusals become problems of the row."""
    good = [each for each in chunk if not each.problems]
    plans: Sequence[Plan] = examiner.session.plan([each.prepared for each in good])
    kept: dict[int, Plan] = {}
    for each, plan in zip(good, plans, strict=True):
        if plan.action == "refused":
            each.problems.append(examiner.refused(each.row, plan.reason))
        else:
            kept[each.row.number] = plan
    return kept


@transaction.atomic
def store_bad(run: ImportRun, chunk: Sequence[Examined]) -> None:
    """Keep the rows with problems, all their problems to a row."""
    BadRow.objects.bulk_create(
        (
            BadRow(
                run=run,
                number=each.row.number,
                problems=[as_json(problem) for problem in each.problems],
            )
            for each in chunk
            if each.problems
        ),
        batch_size=500,
    )


def _count(
    run: ImportRun, examiner: Examiner, chunk: Sequence[Examined], plans: dict[int, Plan]
) -> None:
    run.total_rows += len(chunk)
    for each in chunk:
        plan = plans.get(each.row.number)
        action = "bad" if plan is None else plan.action
        run.to_create += action == "create"
        run.to_change += action == "change"
        run.to_leave += action == "same"
        if len(run.preview) < PREVIEW_ROWS:
            run.preview.append(_preview_line(run, each.row, action, each.problems))
        if plan is not None and action == "change" and len(run.changes) < CHANGE_SAMPLE:
            described = examiner.session.describe(each.prepared, plan)
            run.changes.append(
                {
                    "row": each.row.number,
                    "fields": [
                        {"label": str(c.label), "old": c.old, "new": c.new} for c in described
                    ],
                }
            )


def _preview_line(
    run: ImportRun, row: Row, action: str, problems: Sequence[Finding]
) -> dict[str, Any]:
    """A row of the file for the page: what its cells say, shortened, and which are bad."""
    bad = {problem.column for problem in problems}
    cells = [
        {"text": "" if cell is None else str(cell)[:SHOWN], "bad": title in bad}
        for title, cell in zip(run.header, row.cells, strict=False)
    ]
    return {
        "row": row.number,
        "action": action,
        "cells": cells,
        "problems": [in_language(problem.message, _) for problem in problems],
    }


def mark_unreadable(*, run: ImportRun, problem: str) -> None:
    """The check found that nothing can be read from the file, because of `problem`."""
    ImportRun.objects.filter(pk=run.pk, status=RunStatus.CHECKING).update(
        status=RunStatus.UNREADABLE, problem=problem
    )
    run.status, run.problem = RunStatus.UNREADABLE, problem
