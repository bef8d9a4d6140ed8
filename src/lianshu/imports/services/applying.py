"""Writing what was confirmed, in chunks that a killed worker never does twice or halfway."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from lianshu.audit.services import record
from lianshu.authority import Actor, Refusal, require
from lianshu.engine.sheets import Table, in_language
from lianshu.files.services import remove_file
from lianshu.imports.models import BadRow, ImportRun, Mode, RunStatus
from lianshu.imports.rules import can_import
from lianshu.imports.services.checking import Progress, examine_rows, plan_chunk, store_bad
from lianshu.imports.services.reading import (
    Examined,
    Examiner,
    context_of,
    header_fingerprint,
    opened_table,
)
from lianshu.imports.targets import ImportSession, Plan, target_of
from lianshu.notices.services import notify
from lianshu.records.errors import Conflict, DomainError

PAUSE_SECONDS = 0.005
"""Between chunks: SQLite has one writer at a time, and people write too."""

Clock = Callable[[], datetime]


def apply_run(*, actor: Actor, run: ImportRun, clock: Clock, progress: Progress) -> None:
    """Write the good rows from the first that is not in yet, then say that it is done.

    Each row is judged again as it is written, since registry and rights may have changed after the
    preview. With `Mode.ALL` everything left is judged before anything is written, and one bad row
    stops it. Raises `DomainError` with what is in, what is not, and how to go on.
    """
    require(can_import(actor, target_of(run.target)))
    try:
        with opened_table(run) as table:
            if header_fingerprint(table.header) != run.fingerprint:
                raise DomainError(_("文件的表头与检查时不同，请重新上传。"))
            if run.mode == Mode.ALL:
                _refuse_bad_rows(actor=actor, run=run, table=table, clock=clock, progress=progress)
            _write(actor=actor, run=run, table=table, clock=clock, progress=progress)
        _finish(actor=actor, run=run, now=clock())
    except (DomainError, Refusal) as error:
        raise DomainError(stop_run(run=run, reason=str(error), now=clock())) from error


def _refuse_bad_rows(
    *, actor: Actor, run: ImportRun, table: Table, clock: Clock, progress: Progress
) -> None:
    examine_rows(actor=actor, run=run, table=table, now=clock(), progress=progress)
    names = ("total_rows", "to_create", "to_change", "to_leave", "bad_count", "preview", "changes")
    ImportRun.objects.filter(pk=run.pk).update(**{name: getattr(run, name) for name in names})
    if run.bad_count:
        raise DomainError(
            _("检查之后又有 %(count)d 行变得不能导入（见问题行），按“全部正确才导入”停下。")
            % {"count": run.bad_count}
        )


def _write(*, actor: Actor, run: ImportRun, table: Table, clock: Clock, progress: Progress) -> None:
    target = target_of(run.target)
    session = target.session(context_of(actor, run, clock()))
    examiner = Examiner(run, table, target, session)
    with (
        closing(session),
        ThreadPoolExecutor(max_workers=1) as helper,
        closing(_batches(examiner)) as batches,
    ):
        for batch in _computed(batches, session, helper):
            _write_batch(run, session, batch)
            progress(run.applied_rows, run.total_rows, _("正在导入"))
            time.sleep(PAUSE_SECONDS)


@dataclass(frozen=True, slots=True)
class _Batch:
    """The rows of one transaction: the good ones with their plans, and the bad ones."""

    rows: list[Any]
    plans: list[Plan]
    bad: list[Examined]
    last: int
    size: int


def _batches(examiner: Examiner) -> Generator[_Batch]:
    for chunk in examiner.chunks(after=examiner.run.last_row):
        plans = plan_chunk(examiner, chunk)
        bad = [each for each in chunk if each.problems]
        if bad and examiner.run.mode == Mode.ALL:
            raise DomainError(in_language(bad[0].problems[0].message, _))
        good = [each.prepared for each in chunk if not each.problems]
        yield _Batch(good, list(plans.values()), bad, chunk[-1].row.number, len(chunk))


def _computed(
    batches: Iterator[_Batch], session: ImportSession[Any, Any], helper: ThreadPoolExecutor
) -> Iterator[_Batch]:
    """Each batch once its `compute` is over, which runs while the database writes the one before.

    Planning one batch ahead is safe: no two batches have a key in common.
    """
    waiting: tuple[_Batch, Future[None]] | None = None
    for batch in batches:
        begun = helper.submit(session.compute, batch.rows, batch.plans)
        if waiting is not None:
            waiting[1].result()
            yield waiting[0]
        waiting = batch, begun
    if waiting is not None:
        waiting[1].result()
        yield waiting[0]


def _write_batch(run: ImportRun, session: ImportSession[Any, Any], batch: _Batch) -> None:
    with transaction.atomic():
        session.write(batch.rows, batch.plans)
        # What the preview said of these rows gives way to what became of them.
        BadRow.objects.filter(run=run, number__gt=run.last_row, number__lte=batch.last).delete()
        store_bad(run, batch.bad)
        _advance(run, batch.last, batch.size, [plan.action for plan in batch.plans])


def _advance(run: ImportRun, last: int, size: int, actions: Sequence[str]) -> None:
    """Move the mark in the transaction of the rows; only one of two workers gets past here."""
    created, changed, same = (actions.count(what) for what in ("create", "change", "same"))
    moved = ImportRun.objects.filter(
        pk=run.pk, status=RunStatus.APPLYING, last_row=run.last_row
    ).update(
        last_row=last,
        applied_rows=F("applied_rows") + size,
        created=F("created") + created,
        changed=F("changed") + changed,
        same=F("same") + same,
    )
    if not moved:
        raise Conflict(_("另一个任务正在导入这个文件，本任务已停下。"))
    run.last_row = last
    run.applied_rows += size
    run.created += created
    run.changed += changed
    run.same += same


@transaction.atomic
def _finish(*, actor: Actor, run: ImportRun, now: datetime) -> None:
    run.status = RunStatus.DONE
    run.bad_count = BadRow.objects.filter(run=run).count()
    done = ImportRun.objects.filter(pk=run.pk, status=RunStatus.APPLYING).update(
        status=RunStatus.DONE, finished_at=now, problem="", bad_count=run.bad_count
    )
    if not done:
        raise Conflict(_("另一个任务正在导入这个文件，本任务已停下。"))
    if run.holds_personal_data and run.file is not None:
        remove_file(actor=actor, stored=run.file, now=now)
    counts = {"created": run.created, "changed": run.changed, "same": run.same}
    record(
        actor=actor,
        action="imports.finished",
        obj=run,
        now=now,
        changes={name: [None, value] for name, value in (counts | {"bad": run.bad_count}).items()},
    )
    _tell(run, "imports.finished", counts | {"bad": run.bad_count}, now)


@transaction.atomic
def stop_run(*, run: ImportRun, reason: str, now: datetime) -> str:
    """Note that writing stopped, tell who asked, and return the sentence: what is in, what is not.

    The counts are read anew: the chunk that failed is undone in the database, not in `run`.
    """
    fresh = ImportRun.objects.get(pk=run.pk)
    if fresh.last_row:
        problem = _(
            "%(reason)s 文件第 %(last)d 行（含）之前已处理完："
            "新建 %(created)d 条、更新 %(changed)d 条；之后的还没有导入。"
            "处理好原因后点“继续”，会从第 %(next)d 行接着导入，不会重复。"
        ) % {
            "reason": reason,
            "last": fresh.last_row,
            "next": fresh.last_row + 1,
            "created": fresh.created,
            "changed": fresh.changed,
        }
        status = RunStatus.STOPPED
    else:
        problem = _("%(reason)s 没有写入任何内容。") % {"reason": reason}
        status = RunStatus.READY
    stopped = ImportRun.objects.filter(pk=run.pk, status=RunStatus.APPLYING).update(
        status=status, problem=problem, bad_count=BadRow.objects.filter(run=run).count()
    )
    if stopped:
        _tell(run, "imports.failed", {"problem": problem}, now)
    return problem


def resume_run(*, run: ImportRun) -> None:
    """Take a stopped run up again, unless another worker has."""
    if not ImportRun.objects.filter(pk=run.pk, status=RunStatus.STOPPED).update(
        status=RunStatus.APPLYING, problem=""
    ):
        raise Conflict(_("另一个任务正在导入这个文件，本任务已停下。"))
    run.status = RunStatus.APPLYING


def _tell(run: ImportRun, kind: str, params: dict[str, Any], now: datetime) -> None:
    if run.requested_by_id is None:
        return
    notify(
        recipients=[run.requested_by_id],
        kind=kind,
        params={"file": run.file_name} | params,
        link=f"/imports/{run.public_id}/",
        now=now,
    )
