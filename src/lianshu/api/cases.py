"""Cases going round their loops: what waits for the caller, reading, opening, acting."""

from __future__ import annotations

import hashlib
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import File, Query, Router, Schema, Status, UploadedFile

from lianshu.api.auth import ApiRequest
from lianshu.api.case_schemas import (
    ActIn,
    CaseFilter,
    CaseIn,
    CaseLine,
    CaseOut,
    CaseState,
    CommentIn,
    FileOut,
    LoopOut,
    TaskFilter,
    TaskOut,
    case_line,
    case_out,
    task_out,
)
from lianshu.api.errors import READS, READS_ONE, WRITES
from lianshu.api.reading import found, found_organisation, found_organisations, once, page_of
from lianshu.api.schemas import Once, Page
from lianshu.casework.models import Case, Channel, LoopVersion
from lianshu.casework.queries import case_by_id, cases_for, loops_in_use, tasks_for
from lianshu.casework.reading import read_case, said
from lianshu.casework.runtime import running_loop
from lianshu.casework.services.attachments import attach_to_case
from lianshu.casework.services.filed import act_with_stored
from lianshu.casework.services.forms import SCORES, Given
from lianshu.casework.services.opening import open_case
from lianshu.casework.services.talking import comment
from lianshu.records.errors import DomainError

router = Router(tags=["cases"])
KEPT_KEY_MOST: Final = 80
"""A longer key is kept by its digest: an event has no more room."""


@router.get("/loops", response={200: list[LoopOut], **READS})
def list_loops(request: ApiRequest) -> list[LoopOut]:  # noqa: ARG001
    """The loops that take new cases."""
    return [_loop_out(version) for version in loops_in_use()]


def _loop_out(version: LoopVersion) -> LoopOut:
    running = running_loop(version)
    step = running.step(running.loop.start)
    return LoopOut(
        id=version.loop,
        version=version.version,
        title=said(running.loop.title),
        sequence=running.loop.sequence,
        first_step=said(step.public_name or step.name),
    )


@router.get("/tasks", response={200: Page[TaskOut], **READS})
def list_tasks(request: ApiRequest, query: Query[TaskFilter]) -> Page[TaskOut]:
    """What waits for the caller, first what is due first."""
    now = timezone.now()
    rows = query.narrow(tasks_for(request.auth))
    return page_of(request, query, rows, lambda some: [task_out(task, now) for task in some])


@router.get("/cases", response={200: Page[CaseLine], **READS})
def list_cases(request: ApiRequest, query: Query[CaseFilter]) -> Page[CaseLine]:
    """Cases that the caller asked for, has or had a part in, or has in its care."""
    rows = query.narrow(cases_for(request.auth))
    return page_of(request, query, rows, lambda some: [case_line(case) for case in some])


@router.post("/cases", response={201: CaseState, **WRITES})
def create_case(request: ApiRequest, body: CaseIn, key: Once) -> Status[Any]:
    """Open a case: it then waits at the first step of its loop."""

    def perform() -> Schema:
        case = open_case(
            actor=request.auth,
            version=_loop_named(body.loop),
            asker=found_organisation(request, body.asker, field="asker"),
            subject=body.subject,
            urgent=body.urgent,
            now=timezone.now(),
            channel=Channel.API,
        )
        return _state(case, seq=case.head_seq, step=case.step, end=case.end)

    return Status(201, once(request, key, "case.create", body.model_dump(mode="json"), perform))


def _loop_named(loop: str) -> LoopVersion:
    for version in loops_in_use():
        if version.loop == loop:
            return version
    raise DomainError(
        _("没有名为 %(loop)s 的流程，可用的流程见 /api/loops。") % {"loop": loop}, field="loop"
    )


def _state(case: Case, *, seq: int, step: str, end: str) -> CaseState:
    return CaseState(id=case.public_id, seq=seq, step=step or None, end=end or None)


@router.get("/cases/{case_id}", response={200: CaseOut, **READS_ONE})
def get_case(request: ApiRequest, case_id: str) -> CaseOut:
    """One case: its events, whom it waits for, and what the caller may do."""
    now = timezone.now()
    return case_out(read_case(request.auth, found(case_by_id, request, case_id), now=now), now)


@router.post("/cases/{case_id}/act", response={200: CaseState, **WRITES})
def act_on_case(request: ApiRequest, case_id: str, body: ActIn, key: Once) -> CaseState:
    """Do one thing at the present step; of several who try at once one wins, the others get 409
    or 403 with the reason."""
    case = found(case_by_id, request, case_id)
    given = Given(
        values=body.values,
        reason=body.reason,
        note=body.note,
        stars=body.stars.stars_given() if body.stars else None,
        appointed={
            role: found_organisations(request, ids, field=f"appointed.{role}")
            for role, ids in body.appointed.items()
        },
    )
    try:
        # The event itself keeps the key, so that no second row is needed to answer again.
        done = act_with_stored(
            actor=request.auth,
            case=case,
            action=body.action,
            given=given,
            now=timezone.now(),
            key=_kept(key),
        )
    except DomainError as error:
        raise type(error)(error.message, field=_place(error.field)) from error
    return _state(case, seq=done.seq, step=done.step, end=done.end)


def _kept(key: str | None) -> str:
    if key is None or len(key) <= KEPT_KEY_MOST:
        return key or ""
    return f"sha256:{hashlib.sha256(key.encode()).hexdigest()}"


def _place(field: str | None) -> str | None:
    """Where in the body the input is that a service names."""
    if field is None or field in {"action", "reason", "note", "stars", "Idempotency-Key"}:
        return field
    if field in SCORES:
        return f"stars.{field}"
    if field == "role":
        return "appointed"
    role = field.removeprefix("role-")
    return f"values.{field}" if role == field else f"appointed.{role}"


@router.post("/cases/{case_id}/comment", response={200: CaseState, **WRITES})
def comment_on_case(request: ApiRequest, case_id: str, body: CommentIn, key: Once) -> Any:
    """Say something to everybody who has a part in the case."""
    case = found(case_by_id, request, case_id)

    def perform() -> Schema:
        event = comment(
            actor=request.auth,
            case=case,
            text=body.text,
            now=timezone.now(),
            channel=Channel.API,
        )
        return _state(case, seq=event.seq, step=case.step, end=case.end)

    payload = {"id": case_id, **body.model_dump(mode="json")}
    return once(request, key, "case.comment", payload, perform)


@router.post("/cases/{case_id}/files", response={201: FileOut, **WRITES})
def upload_case_file(
    request: ApiRequest, case_id: str, file: File[UploadedFile], key: Once
) -> Status[Any]:
    """Keep a document or picture with the case; an action then names it by its id."""
    case = found(case_by_id, request, case_id)

    def perform() -> Schema:
        stored = attach_to_case(actor=request.auth, case=case, upload=file, now=timezone.now())
        return FileOut(id=stored.public_id, name=stored.name)

    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    payload = {"id": case_id, "name": file.name, "sha256": digest.hexdigest()}
    return Status(201, once(request, key, "case.file", payload, perform))
