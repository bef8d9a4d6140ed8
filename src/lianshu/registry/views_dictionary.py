"""The dictionary of facts and holdings, for everybody."""

from __future__ import annotations

import tempfile
from typing import BinaryIO, cast, get_args

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from lianshu.engine.sheets import Format
from lianshu.records.errors import NotFound
from lianshu.registry.dictionary import fact_dictionary
from lianshu.registry.reading_dictionary import fact_entries, holding_entries, write_dictionary
from lianshu.registry.wording_facts import said
from lianshu.ui.lists.export import download_of
from lianshu.ui.requests import PageRequest, page

MOST_TYPED = 60


def _words(request: PageRequest) -> str:
    return request.GET.get("q", "").replace("\x00", "").strip()[:MOST_TYPED]


@page()
def dictionary(request: PageRequest) -> HttpResponse:
    """Every fact and kind of holding: what it means, its unit, who can say it and for what."""
    words = _words(request)
    return render(
        request,
        "registry/dictionary.html",
        {
            "words": words,
            "title": said(fact_dictionary().title),
            "version": fact_dictionary().version,
            "sections": [
                (_("数据"), fact_entries(words)),
                (_("资质与权利"), holding_entries(words)),
            ],
            "query": request.GET.urlencode(),
        },
    )


@page()
def dictionary_export(request: PageRequest, format: str) -> HttpResponseBase:
    """What the page shows, as a file."""
    if format not in get_args(Format):
        raise NotFound(_("没有这种导出。请从数据字典页面上的按钮导出。"))
    file = cast(BinaryIO, tempfile.TemporaryFile())  # noqa: SIM115  FileResponse closes it
    write_dictionary(file, _words(request), cast(Format, format))
    return download_of(file, "dictionary", _("数据字典"), cast(Format, format))
