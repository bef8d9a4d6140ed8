"""Who may download an exported file: only whoever asked for it, whose eyes it was written for."""

from __future__ import annotations

from django.utils.translation import gettext as _

from lianshu.authority import Actor, Verdict
from lianshu.files.access import register
from lianshu.web.queries import is_own_export


def can_read_export(actor: Actor, object_id: int) -> Verdict:
    """The person of the job."""
    if is_own_export(actor, object_id):
        return Verdict.yes()
    return Verdict.no(_("导出的文件只有导出者本人可以下载。请在列表中自己导出。"))


register("jobs.job", can_read_export)
