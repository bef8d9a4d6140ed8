"""Having long lists written in the background."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.urls import reverse
from django.utils.translation import gettext as _

from lianshu.authority import Actor, Refusal
from lianshu.files.queries import files_of
from lianshu.files.services import remove_file
from lianshu.jobs.services import enqueue
from lianshu.records.fields import opaque_id
from lianshu.web.queries import EXPORT_JOB, exports_between

EXPORT_KEPT: Final = timedelta(days=7)


def request_export(
    *, actor: Actor, list_id: str, title: str, query: str, format: str, now: datetime
) -> str:
    """Have the list written by the worker, with what the actor may read when it is written;
    returns the address where its progress is seen."""
    if actor.user_id is None:
        raise Refusal(_("请先登录。"))
    key = opaque_id()
    job = enqueue(
        actor=actor,
        kind=EXPORT_JOB,
        title=_("导出%(list)s") % {"list": title},
        params={"key": key, "list": list_id, "query": query, "format": format},
        link=reverse("export-file", args=[key]),
        now=now,
    )
    return reverse("jobs:detail", args=[job.public_id])


def remove_old_exports(*, actor: Actor, now: datetime) -> int:
    """Take away files exported more than `EXPORT_KEPT` ago; returns how many."""
    removed = 0
    for job in exports_between(actor, now - 4 * EXPORT_KEPT, now - EXPORT_KEPT):
        for stored in files_of(job):
            remove_file(actor=actor, stored=stored, now=now)
            removed += 1
    return removed
