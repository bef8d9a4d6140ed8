"""What a person asks of a run: upload, set up, confirm, continue, give up."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, BinaryIO, cast

from django.core.files import File
from django.db import transaction
from django.utils.translation import gettext as _

from lianshu.audit.services import record
from lianshu.authority import Actor, require
from lianshu.engine.sheets import MAX_BYTES, Layout, SheetError, personal_column, read_table
from lianshu.files.models import StoredFile
from lianshu.files.services import clean_name, remove_file, store_file
from lianshu.files.sniffing import SHEETS
from lianshu.imports.models import (
    SOURCE_LENGTH,
    BadRow,
    ImportRun,
    Mode,
    RunStatus,
    SavedMapping,
)
from lianshu.imports.rules import (
    can_configure,
    can_confirm,
    can_continue,
    can_discard,
    can_import,
)
from lianshu.imports.targets import ImportTarget, target_of
from lianshu.jobs.services import enqueue
from lianshu.records.errors import Conflict, DomainError

INSPECT, APPLY = "imports.inspect", "imports.apply"
MAX_HEADER_ROW, MAX_HEADER_ROWS = 200, 5


@transaction.atomic
def upload_import(
    *,
    actor: Actor,
    target_id: str,
    source: str,
    upload: File[Any],
    now: datetime,
    sheet: str = "",
    options: Mapping[str, str] | None = None,
) -> ImportRun:
    """Store the file and have it checked in the background.

    `source` names who made the list; with the id in the file it is what a re-import matches by.
    Options not given are those remembered with the mapping, or the target's defaults.
    Raises `DomainError` (field `file`, `source` or an option's) and `Refusal`.
    """
    target = target_of(target_id)
    require(can_import(actor, target))
    source = " ".join(source.split())
    if not source:
        raise DomainError(_("请填写来源：这份清单是哪个单位做的，例如“市科技局”。"), field="source")
    if len(source) > SOURCE_LENGTH:
        raise DomainError(
            _("来源最多 %(most)d 个字，请写简称。") % {"most": SOURCE_LENGTH}, field="source"
        )
    target.clean_options(actor, options or {})
    own = sorted(actor.acting_organisation_ids)
    run = ImportRun.objects.create(
        target=target.id,
        source=source,
        requested_by_id=actor.user_id,
        organisation_id=own[0] if own else None,
        sheet=sheet.strip()[:100],
        options=dict(options or {}),
        created_at=now,
    )
    stored = _store(actor, run, upload, now)
    run.file, run.file_name = stored, stored.name
    run.save(update_fields=["file", "file_name"])
    record(actor=actor, action="imports.uploaded", obj=run, now=now)
    hand_to_job(actor=actor, run=run, kind=INSPECT, now=now)
    return run


def _store(actor: Actor, run: ImportRun, upload: File[Any], now: datetime) -> StoredFile:
    try:
        return store_file(
            actor=actor,
            upload=upload,
            owner=run,
            allowed=SHEETS,
            max_bytes=MAX_BYTES,
            now=now,
            organisation_id=run.organisation_id,
        )
    except DomainError as error:
        raise _better_worded(error, upload) from error


def _better_worded(error: DomainError, upload: File[Any]) -> DomainError:
    """A refused file is looked into by the reader, which knows what is wrong with a sheet and
    how to save it anew."""
    if not 0 < (upload.size or 0) <= MAX_BYTES:
        return error
    try:
        read_table(cast(BinaryIO, upload), name=clean_name(upload.name or ""))
    except SheetError as unreadable:
        return DomainError(unreadable.said(_), field="file")
    return error


def hand_to_job(*, actor: Actor, run: ImportRun, kind: str, now: datetime) -> None:
    """Have the run checked or written in the background, as the actor."""
    title = _("检查导入文件：%(file)s") if kind == INSPECT else _("导入：%(file)s")
    run.job = enqueue(
        actor=actor,
        kind=kind,
        title=title % {"file": run.file_name},
        params={"run": run.pk},
        now=now,
        organisation_id=run.organisation_id,
        link=f"/imports/{run.public_id}/",
    )
    ImportRun.objects.filter(pk=run.pk).update(job=run.job)


@transaction.atomic
def configure_import(
    *,
    actor: Actor,
    run: ImportRun,
    mapping: Mapping[str, int],
    options: Mapping[str, str],
    now: datetime,
    sheet: str | None = None,
    layout: Layout | None = None,
) -> ImportRun:
    """Change which column is what and the run's settings, and have the file checked again.

    `mapping` is column id → index in the header. Another `sheet`, or a `layout` that says where
    the header is, gives another header, whose mapping is then remembered or guessed. `DomainError`
    for a column, sheet or place that is not there, or two fields from one place.
    """
    require(can_configure(actor, run))
    target = target_of(run.target)
    chosen = _clean_place(run, sheet, layout)
    changes = chosen or {"mapping": _clean_mapping(target, run, mapping)}
    _move(
        run,
        RunStatus.CHECKING,
        remembered=False,
        options=target.clean_options(actor, options),
        problem="",
        **changes,
    )
    hand_to_job(actor=actor, run=run, kind=INSPECT, now=now)
    return run


def _clean_place(run: ImportRun, sheet: str | None, layout: Layout | None) -> dict[str, Any]:
    """What a run needs to be read from another place; nothing where it is the same."""
    if sheet is not None and sheet != run.sheet:
        if sheet not in run.sheets:
            raise DomainError(
                _("文件里没有工作表“%(name)s”。") % {"name": sheet[:40]}, field="sheet"
            )
        return {"sheet": sheet, "place_chosen": False, "mapping": None}
    if layout is None or layout == Layout(run.header_row, run.header_rows):
        return {}
    if not (1 <= layout.row <= MAX_HEADER_ROW and 1 <= layout.depth <= MAX_HEADER_ROWS):
        raise DomainError(
            _("表头要从第 1 行到第 %(row)d 行开始，最多占 %(most)d 行。")
            % {"row": MAX_HEADER_ROW, "most": MAX_HEADER_ROWS},
            field="header_row",
        )
    return {
        "header_row": layout.row,
        "header_rows": layout.depth,
        "place_chosen": True,
        "mapping": None,
    }


def _clean_mapping(
    target: ImportTarget, run: ImportRun, mapping: Mapping[str, int]
) -> dict[str, int]:
    taken: dict[int, str] = {}
    for column_id, index in mapping.items():
        column = target.column(column_id)
        if column is None:
            raise DomainError(_("没有“%(id)s”这个字段。") % {"id": column_id[:40]}, field="mapping")
        if not 0 <= index < len(run.header):
            raise DomainError(
                _("“%(label)s”指定的列不在文件里。") % {"label": column.label}, field="mapping"
            )
        if personal_column(run.header[index]):
            raise DomainError(
                _("“%(title)s”列是不收集的个人信息，不能导入。") % {"title": run.header[index]},
                field="mapping",
            )
        if index in taken:
            raise DomainError(
                _("“%(title)s”列同时对应了“%(first)s”和“%(second)s”，请只选一个。")
                % {"title": run.header[index], "first": taken[index], "second": column.label},
                field="mapping",
            )
        taken[index] = column.label
    return dict(mapping)


def _move(run: ImportRun, status: RunStatus, **fields: Any) -> None:
    """From the status that `run` was read with to another; of two askers one wins."""
    same = ImportRun.objects.filter(pk=run.pk, status=run.status, job=run.job)
    if not same.update(status=status, **fields):
        raise Conflict(_("这次导入刚刚有了变化，请刷新页面再试。"))
    run.status = status
    for name, value in fields.items():
        setattr(run, name, value)


@transaction.atomic
def confirm_import(*, actor: Actor, run: ImportRun, mode: str, now: datetime) -> ImportRun:
    """Begin to write, and remember the mapping for this sender and header.

    `mode` is a `Mode`; with `Mode.ALL` a file with bad rows is refused.
    """
    require(can_confirm(actor, run))
    if mode not in Mode.values:
        raise DomainError(_("请选择“全部正确才导入”或“只导入正确的行”。"), field="mode")
    if mode == Mode.ALL and run.bad_count:
        raise DomainError(
            _("有 %(count)d 行不能导入。请改好文件后重新上传，或选择“只导入正确的行”。")
            % {"count": run.bad_count},
            field="mode",
        )
    _move(run, RunStatus.APPLYING, mode=mode, confirmed_at=now, problem="")
    SavedMapping.objects.update_or_create(
        target=run.target,
        organisation_id=run.organisation_id or 0,
        source=run.source,
        fingerprint=run.fingerprint,
        defaults={
            "mapping": {column: run.header[i] for column, i in (run.mapping or {}).items()},
            "options": run.options,
            "sheet": run.sheet,
            "header_row": run.header_row,
            "header_rows": run.header_rows,
            "updated_at": now,
        },
    )
    record(actor=actor, action="imports.confirmed", obj=run, now=now)
    hand_to_job(actor=actor, run=run, kind=APPLY, now=now)
    return run


@transaction.atomic
def recheck_import(*, actor: Actor, run: ImportRun, now: datetime) -> ImportRun:
    """Have the file checked again as it is set up."""
    require(can_configure(actor, run))
    _move(run, RunStatus.CHECKING, problem="")
    hand_to_job(actor=actor, run=run, kind=INSPECT, now=now)
    return run


@transaction.atomic
def continue_import(*, actor: Actor, run: ImportRun, now: datetime) -> ImportRun:
    """Go on where a check or an import stopped."""
    require(can_continue(actor, run))
    checking = run.status == RunStatus.CHECKING
    _move(run, RunStatus.CHECKING if checking else RunStatus.APPLYING, problem="")
    hand_to_job(actor=actor, run=run, kind=INSPECT if checking else APPLY, now=now)
    return run


@transaction.atomic
def discard_import(*, actor: Actor, run: ImportRun, now: datetime) -> None:
    """Give the file up: its bytes and what was read from it go, that it was there stays."""
    require(can_discard(actor, run))
    _move(run, RunStatus.DISCARDED, preview=[], changes=[], notes=[], finished_at=now)
    BadRow.objects.filter(run=run).delete()
    if run.file is not None:
        remove_file(actor=actor, stored=run.file, now=now)
    record(actor=actor, action="imports.discarded", obj=run, now=now)
