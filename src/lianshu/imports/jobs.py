"""The importer's work in the background."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from lianshu.authority import Refusal
from lianshu.imports.models import ImportRun, RunStatus
from lianshu.imports.services.applying import apply_run, resume_run, stop_run
from lianshu.imports.services.checking import check_run, mark_unreadable
from lianshu.imports.services.requests import APPLY, INSPECT
from lianshu.jobs.context import Cancelled, Interrupted, JobContext
from lianshu.jobs.registration import handler
from lianshu.records.errors import DomainError


def _run_of(context: JobContext) -> ImportRun:
    """The run this job is for; a job that another one replaced does nothing."""
    run = (
        ImportRun.objects.select_related("file")
        .filter(pk=context.params["run"], job_id=context.job.pk)
        .first()
    )
    if run is None:
        raise DomainError(_("这次导入已经交给了新的任务，请打开导入页面查看。"))
    return run


@handler(INSPECT)
def inspect(context: JobContext) -> dict[str, Any]:
    """Check an uploaded file."""
    run = _run_of(context)
    if run.status == RunStatus.CHECKING:
        try:
            check_run(actor=context.actor, run=run, now=context.now(), progress=context.progress)
        except (DomainError, Refusal) as error:
            mark_unreadable(run=run, problem=str(error))
            raise
    return {"rows": run.total_rows, "bad": run.bad_count}


@handler(APPLY)
def apply(context: JobContext) -> dict[str, Any]:
    """Write a confirmed file, going on where an earlier attempt was cut off."""
    run = _run_of(context)
    if run.status == RunStatus.STOPPED:  # the job was asked for again on the jobs page
        resume_run(run=run)
    if run.status == RunStatus.APPLYING:
        try:
            apply_run(actor=context.actor, run=run, clock=context.now, progress=context.progress)
        except (DomainError, Interrupted):
            # A `DomainError` has said what is in and what is not; an interrupted job goes back to
            # the queue and its next attempt goes on from here.
            raise
        except Cancelled:
            stop_run(run=run, reason=_("导入已按要求取消。"), now=context.now())
            raise
        except Exception:
            stop_run(run=run, reason=_("程序内部出错，导入中途停下。"), now=context.now())
            raise
    return {"created": run.created, "changed": run.changed, "same": run.same, "bad": run.bad_count}
