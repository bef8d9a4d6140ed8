"""The way from a finished export to its file."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from lianshu.files.queries import files_of
from lianshu.records.errors import NotFound
from lianshu.ui.requests import PageRequest, page
from lianshu.web.queries import export_by_key


@page()
def export_file(request: PageRequest, key: str) -> HttpResponse:
    """To the file of one's own export."""
    job = export_by_key(request.actor, key)
    if job is None:
        raise NotFound(_("没有这次导出，或者它不是您发起的。"))
    stored = files_of(job).last()
    if stored is None:
        raise NotFound(_("导出还没有完成，或者文件已过期删除。请到列表重新导出。"))
    return HttpResponseRedirect(reverse("files:download", args=[stored.public_id]))
