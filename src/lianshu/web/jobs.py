"""Long lists are written by the worker, and what was written is not kept for ever."""

from __future__ import annotations

import tempfile
from datetime import timedelta
from typing import Any, BinaryIO, cast

from django.core.files import File
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from lianshu.files.queries import files_of
from lianshu.files.services import remove_file, store_file
from lianshu.files.sniffing import CSV, TEXT, XLSX
from lianshu.jobs.context import JobContext
from lianshu.jobs.registration import handler, schedule
from lianshu.ui.lists.catalogue import list_by_id
from lianshu.ui.lists.export import file_name, provide_background, write_list
from lianshu.ui.lists.paging import narrowed
from lianshu.ui.lists.state import read_state
from lianshu.web.queries import EXPORT_JOB
from lianshu.web.services import remove_old_exports, request_export

EXPORT_MOST_BYTES = 1024**3


@handler(EXPORT_JOB)
def export_list(context: JobContext) -> dict[str, Any]:
    """Write the list as its requester may read it now, and keep the file with the job."""
    params = context.params
    spec = list_by_id(params["list"])
    state = read_state(spec, QueryDict(params["query"]), context.actor)
    total = narrowed(spec, state, context.actor).order_by().count()
    with tempfile.TemporaryFile() as file:
        rows = write_list(
            cast(BinaryIO, file),
            spec,
            state,
            context.actor,
            params["format"],
            progress=lambda done: context.progress(done, total),
        )
        file.seek(0)
        for earlier in files_of(context.job):  # of an attempt that was cut off
            remove_file(actor=context.actor, stored=earlier, now=context.now())
        store_file(
            actor=context.actor,
            upload=File(file, name=file_name(str(spec.title), params["format"])),
            owner=context.job,
            allowed={CSV, TEXT, XLSX},
            max_bytes=EXPORT_MOST_BYTES,
            now=context.now(),
        )
    return {"rows": rows}


@handler("web.remove_old_exports")
def remove_exports(context: JobContext) -> dict[str, Any]:
    """Take away files that were exported more than a week ago."""
    return {"removed": remove_old_exports(actor=context.actor, now=context.now())}


provide_background(request_export)
schedule("web.remove_old_exports", title=_("删除过期的导出文件"), every=timedelta(hours=6))
