"""Every list as a file: the rows of its state, with what the actor may read and nothing else."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, Final, cast, get_args
from urllib.parse import quote

from django.http import FileResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _

from lianshu.authority import Actor
from lianshu.engine.sheets import Format, OutCell, write_table
from lianshu.records.errors import NotFound
from lianshu.ui.lists.cells import export_cell
from lianshu.ui.lists.paging import every_row
from lianshu.ui.lists.spec import ListSpec
from lianshu.ui.lists.state import ListState, read_state
from lianshu.ui.requests import PageRequest, page

TYPES: Final = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
}


def write_list(
    target: BinaryIO,
    spec: ListSpec[Any, Any],
    state: ListState,
    actor: Actor,
    format: Format,
) -> int:
    """Write all rows of `state` to `target`; returns how many."""
    columns = spec.exported_columns
    header = [str(column.export_label or column.label) for column in columns]

    def rows() -> Iterator[list[OutCell]]:
        for row in every_row(spec, state, actor, "export"):
            yield [export_cell(column, row) for column in columns]

    return write_table(target, header, rows(), format=format)


def export_view(spec: ListSpec[Any, Any]) -> Callable[..., HttpResponseBase]:
    """The download. Rows pass through a file on disk, so that memory does not grow with them."""

    @page()
    def view(request: PageRequest, format: str) -> HttpResponseBase:
        if format not in get_args(Format):
            raise NotFound(
                _("不能导出为“%(format)s”。可用的格式：xlsx、csv、json。") % {"format": format[:20]}
            )
        state = read_state(spec, request.GET, request.actor)
        file = tempfile.TemporaryFile()  # noqa: SIM115  FileResponse closes it
        write_list(cast(BinaryIO, file), spec, state, request.actor, cast(Format, format))
        file.seek(0)
        name = f"{spec.title}-{timezone.localtime():%Y%m%d-%H%M}.{format}"
        response = FileResponse(file, content_type=TYPES[format])
        response.headers["Content-Disposition"] = (
            f"attachment; filename=\"{spec.id}.{format}\"; filename*=UTF-8''{quote(name)}"
        )
        response.headers["Cache-Control"] = "no-store"
        return response

    return view
