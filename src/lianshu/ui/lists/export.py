"""Every list as a file: the rows of its state, with what the actor may read and nothing else."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, BinaryIO, Final, Protocol, cast, get_args
from urllib.parse import quote

from django.http import FileResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _

from lianshu.authority import Actor
from lianshu.engine.sheets import Format, OutCell, write_table
from lianshu.records.errors import DomainError, NotFound
from lianshu.ui.lists.cells import export_cell
from lianshu.ui.lists.paging import EXPORT_CHUNK, every_row, narrowed
from lianshu.ui.lists.spec import ListSpec
from lianshu.ui.lists.state import ListState, read_state
from lianshu.ui.requests import PageRequest, page

DIRECT_MOST: Final = 5_000
TYPES: Final = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
}


class BackgroundExport(Protocol):
    """Has a list written in the background; returns where its progress is seen."""

    def __call__(
        self, *, actor: Actor, list_id: str, title: str, query: str, format: str, now: datetime
    ) -> str: ...


_background: list[BackgroundExport] = []


def provide_background(export: BackgroundExport) -> None:
    """Say how a list is exported in the background: an app above, which knows jobs, does once."""
    _background[:] = [export]


def write_list(
    target: BinaryIO,
    spec: ListSpec[Any, Any],
    state: ListState,
    actor: Actor,
    format: Format,
    progress: Callable[[int], None] = lambda _rows: None,
) -> int:
    """Write all rows of `state` to `target`; returns how many, and tells `progress` as it goes."""
    columns = spec.exported_columns
    header = [str(column.export_label or column.label) for column in columns]

    def rows() -> Iterator[list[OutCell]]:
        for number, row in enumerate(every_row(spec, state, actor, "export")):
            if number % EXPORT_CHUNK == 0:
                progress(number)
            yield [export_cell(column, row) for column in columns]

    return write_table(target, header, rows(), format=format)


def export_view(spec: ListSpec[Any, Any]) -> Callable[..., HttpResponseBase]:
    """GET downloads a list of at most `DIRECT_MOST` rows; POST has any list written in the
    background. Rows pass through a file on disk, so that memory does not grow with them."""

    @page("GET", "POST")
    def view(request: PageRequest, format: str) -> HttpResponseBase:
        if format not in get_args(Format):
            raise NotFound(
                _("不能导出为“%(format)s”。可用的格式：xlsx、csv、json。") % {"format": format[:20]}
            )
        chosen = cast(Format, format)
        state = read_state(spec, request.GET, request.actor)
        total = narrowed(spec, state, request.actor).order_by().count()
        if request.method == "POST":
            [start] = _background
            progress = start(
                actor=request.actor,
                list_id=spec.id,
                title=str(spec.title),
                query=state.query()[1:],
                format=chosen,
                now=timezone.now(),
            )
            return HttpResponseRedirect(progress)
        if total > DIRECT_MOST:
            raise DomainError(
                _("共 %(total)d 条，超过 %(most)d 条的导出在后台进行。请回到列表，点“导出”。")
                % {"total": total, "most": DIRECT_MOST}
            )
        return _download(spec, state, request.actor, chosen)

    return view


def _download(
    spec: ListSpec[Any, Any], state: ListState, actor: Actor, format: Format
) -> FileResponse:
    file = tempfile.TemporaryFile()  # noqa: SIM115  FileResponse closes it
    write_list(cast(BinaryIO, file), spec, state, actor, format)
    return download_of(cast(BinaryIO, file), spec.id, str(spec.title), format)


def download_of(file: BinaryIO, name: str, title: str, format: Format) -> FileResponse:
    """A file that was written, as a download called by its title and the time; `name` is for
    programs that read no Chinese."""
    file.seek(0)
    response = FileResponse(file, content_type=TYPES[format])
    response.headers["Content-Disposition"] = (
        f'attachment; filename="{name}.{format}"; '
        f"filename*=UTF-8''{quote(file_name(title, format))}"
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def file_name(title: str, format: str) -> str:
    """What an exported file is called: the list and the time."""
    return f"{title}-{timezone.localtime():%Y%m%d-%H%M}.{format}"
