"""Imports: a file on its way into a list. Upload, look at what it would do, confirm."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Literal

from django.utils import timezone
from ninja import File, Form, Query, Router, Schema, Status, UploadedFile
from pydantic import Field

from lianshu.api.auth import ApiRequest
from lianshu.api.errors import READS, READS_ONE, WRITES, declared
from lianshu.api.reading import found, once, page_of
from lianshu.api.schemas import Body, Listing, Once, Page, Text
from lianshu.imports.models import ImportRun, Mode, RunStatus
from lianshu.imports.queries import bad_rows_of, run_by_id, runs_for
from lianshu.imports.rules import can_read_content
from lianshu.imports.services.requests import (
    configure_import,
    confirm_import,
    continue_import,
    discard_import,
    upload_import,
)

router = Router(tags=["imports"])


class ImportFilter(Listing):
    """What the list of imports can be asked; it has no words to search."""

    q: Literal[""] = ""
    status: list[RunStatus] = Field([])


class ImportState(Schema):
    """What a step answers with."""

    id: str
    status: RunStatus
    job: str | None = Field(description="id of the job that works on it: GET /jobs/{id}")


class ImportLine(ImportState):
    """An import in the list."""

    target: str
    source: str
    file_name: str
    mode: Mode | None
    total_rows: int
    to_create: int
    to_change: int
    to_leave: int
    bad_count: int
    applied_rows: int
    created: int
    changed: int
    same: int
    problem: str
    created_at: datetime
    finished_at: datetime | None


class FindingOut(Schema):
    """What is wrong with a header or a cell, and what to do about it."""

    rule: str
    severity: str
    line: int | None
    column: str
    value: str
    message: str


class CellOut(Schema):
    """A cell of the file, shortened."""

    text: str
    bad: bool


class PreviewRow(Schema):
    """A row of the file, and what importing it would do."""

    row: int
    action: str
    cells: list[CellOut]
    problems: list[str]


class FieldChange(Schema):
    """One field before and after."""

    label: str
    old: str
    new: str


class RowChange(Schema):
    """What an existing record would become."""

    row: int
    fields: list[FieldChange]


class Content(Schema):
    """What the file says: only for who uploaded it, and colleagues who import."""

    header: list[str]
    mapping: dict[str, int] = Field(description="field id → index in the header")
    options: dict[str, str]
    blocked: bool = Field(description="the header must be mapped before anything can be imported")
    notes: list[FindingOut]
    preview: list[PreviewRow] = Field(description="the first rows")
    changes: list[RowChange] = Field(description="the first changes to existing records")


class ImportOut(ImportLine):
    """An import with what the check found."""

    content: Content | None = Field(description="null when the caller may not read the file")


class BadRowOut(Schema):
    """A row that cannot be imported, with everything that is wrong with it."""

    number: int
    problems: list[FindingOut]


class UploadIn(Body):
    """`source` names who made the list; with the ids in the file a re-import matches by it."""

    target: Text = Field(max_length=64, examples=["demands"])
    source: Text = Field(max_length=64)
    sheet: Text = Field("", max_length=100)


class MappingIn(Body):
    """Which column of the file is what, and the settings of the run."""

    mapping: dict[Text, Annotated[int, Field(strict=True, ge=0, le=10_000)]] = Field(max_length=200)
    options: dict[Text, Text] = Field({}, max_length=50)


class ConfirmIn(Body):
    """What to do when some rows are bad: `all` refuses, `good` leaves them out."""

    mode: Mode


class BadRowFilter(Schema):
    """Rows after row number `after`."""

    after: int = Field(0, ge=0, le=2_147_483_647)
    limit: int = Field(100, ge=1, le=1_000)


def _state(run: ImportRun) -> dict[str, Any]:
    return {
        "id": run.public_id,
        "status": run.status,
        "job": None if run.job is None else run.job.public_id,
    }


LINE_FIELDS = tuple(set(ImportLine.model_fields) - {"id", "status", "job", "mode"})


def _line(run: ImportRun) -> dict[str, Any]:
    return {
        **_state(run),
        "mode": run.mode or None,
        **{name: getattr(run, name) for name in LINE_FIELDS},
    }


def _content(run: ImportRun) -> Content:
    return Content(
        header=run.header,
        mapping=run.mapping or {},
        options=run.options,
        blocked=run.blocked,
        notes=[FindingOut(**each) for each in run.notes],
        preview=[PreviewRow(**each) for each in run.preview],
        changes=[RowChange(**each) for each in run.changes],
    )


@router.get("/imports", response={200: Page[ImportLine], **READS})
def list_imports(request: ApiRequest, query: Query[ImportFilter]) -> Page[ImportLine]:
    """Imports the caller may see, latest first."""
    rows = runs_for(request.auth).order_by("-created_at", "-id")
    if query.status:
        rows = rows.filter(status__in=query.status)
    return page_of(request, query, rows, lambda some: [ImportLine(**_line(run)) for run in some])


@router.post("/imports", response={202: ImportState, **WRITES})
def upload_file(
    request: ApiRequest, form: Form[UploadIn], file: File[UploadedFile], key: Once
) -> Status[Any]:
    """Upload an .xlsx, .xls or .csv; it is checked by a job, and nothing is imported yet."""

    def perform() -> Schema:
        run = upload_import(
            actor=request.auth,
            target_id=form.target,
            source=form.source,
            sheet=form.sheet,
            upload=file,
            now=timezone.now(),
        )
        return ImportState(**_state(run))

    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    payload = {**form.model_dump(), "name": file.name, "sha256": digest.hexdigest()}
    return Status(202, once(request, key, "import.upload", payload, perform))


@router.get("/imports/{import_id}", response={200: ImportOut, **READS_ONE})
def get_import(request: ApiRequest, import_id: str) -> ImportOut:
    """One import: its state, and what the check found."""
    run = found(run_by_id, request, import_id)
    readable = can_read_content(request.auth, run).allowed
    return ImportOut(**_line(run), content=_content(run) if readable else None)


@router.get(
    "/imports/{import_id}/bad-rows",
    response={200: list[BadRowOut], **READS_ONE, **declared(403, 422)},
)
def list_bad_rows(
    request: ApiRequest, import_id: str, query: Query[BadRowFilter]
) -> list[BadRowOut]:
    """Rows that cannot be imported, in the order of the file."""
    run = found(run_by_id, request, import_id)
    rows = bad_rows_of(request.auth, run, after=query.after, limit=query.limit)
    return [
        BadRowOut(number=row.number, problems=[FindingOut(**each) for each in row.problems])
        for row in rows
    ]


@router.put("/imports/{import_id}/mapping", response={202: ImportState, **WRITES})
def map_import(request: ApiRequest, import_id: str, body: MappingIn) -> Status[Any]:
    """Say which column is what; the file is then checked again."""
    run = configure_import(
        actor=request.auth,
        run=found(run_by_id, request, import_id),
        mapping=body.mapping,
        options=body.options,
        now=timezone.now(),
    )
    return Status(202, ImportState(**_state(run)))


def _stepped(
    request: ApiRequest,
    key: str | None,
    step: Callable[[ImportRun], ImportRun],
    run: ImportRun,
    payload: dict[str, Any],
) -> Status[Any]:
    answer = once(
        request,
        key,
        f"import.{payload['step']}",
        {"id": run.public_id, **payload},
        lambda: ImportState(**_state(step(run))),
    )
    return Status(202, answer)


@router.post("/imports/{import_id}/confirm", response={202: ImportState, **WRITES})
def confirm(request: ApiRequest, import_id: str, body: ConfirmIn, key: Once) -> Status[Any]:
    """Begin to write what was checked; a job does it."""

    def step(run: ImportRun) -> ImportRun:
        return confirm_import(actor=request.auth, run=run, mode=body.mode, now=timezone.now())

    run = found(run_by_id, request, import_id)
    return _stepped(request, key, step, run, {"step": "confirm", "mode": body.mode})


@router.post("/imports/{import_id}/continue", response={202: ImportState, **WRITES})
def go_on(request: ApiRequest, import_id: str, key: Once) -> Status[Any]:
    """Go on where a check or an import stopped."""

    def step(run: ImportRun) -> ImportRun:
        return continue_import(actor=request.auth, run=run, now=timezone.now())

    return _stepped(request, key, step, found(run_by_id, request, import_id), {"step": "continue"})


@router.post("/imports/{import_id}/discard", response={202: ImportState, **WRITES})
def discard(request: ApiRequest, import_id: str, key: Once) -> Status[Any]:
    """Give the file up: nothing was written from it, and its bytes go."""

    def step(run: ImportRun) -> ImportRun:
        discard_import(actor=request.auth, run=run, now=timezone.now())
        return run

    return _stepped(request, key, step, found(run_by_id, request, import_id), {"step": "discard"})
