"""Projects: what came of accepted recommendations."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from django.db.models import F
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from lianshu.api.auth import ApiRequest
from lianshu.api.errors import READS, READS_ONE, WRITES
from lianshu.api.reading import found, page_of
from lianshu.api.schemas import Body, Listing, Page, PostLine, Text, Version
from lianshu.exchange.models import Project, ProjectStatus
from lianshu.exchange.queries import project_by_id, projects_for
from lianshu.exchange.querysets import ProjectQuerySet
from lianshu.exchange.reading import read_post
from lianshu.exchange.services.projects import update_project

router = Router(tags=["projects"])


class ProjectFilter(Listing):
    """What the project list can be asked; it has no words to search."""

    q: Literal[""] = ""
    status: list[ProjectStatus] = Field([])
    sort: Literal["-opened", "opened", "-updated"] = "-opened"

    def narrow(self, rows: ProjectQuerySet) -> ProjectQuerySet:
        """`rows` as asked, in a total order."""
        if self.status:
            rows = rows.filter(status__in=self.status)
        order = {
            "opened": F("opened_at").asc(),
            "-opened": F("opened_at").desc(),
            "-updated": F("updated_at").desc(),
        }
        return rows.order_by(order[self.sort], "pk")


class ProjectOut(Schema):
    """A line of the project list, each side as far as the caller may read it."""

    id: str
    title: str
    status: ProjectStatus
    status_note: str
    version: int
    opened_at: datetime
    updated_at: datetime
    demand: PostLine
    resource: PostLine

    @classmethod
    def of(cls, row: Project) -> ProjectOut:
        """From a row whose posts carry the caller's level. Who opened it is not told: a person's
        name says which organisation it was."""
        return cls(
            id=row.public_id,
            title=row.title,
            status=ProjectStatus(row.status),
            status_note=row.status_note,
            version=row.version,
            opened_at=row.opened_at,
            updated_at=row.updated_at,
            demand=PostLine.of(read_post(row.demand)),
            resource=PostLine.of(read_post(row.resource)),
        )


class ProjectPatch(Body):
    """Progress; `version` is the one that was read, and `ended` needs a note."""

    version: Version
    status: ProjectStatus
    note: Text = Field("", max_length=300)


class ProjectState(Schema):
    """What an update answers with."""

    id: str
    status: ProjectStatus
    version: int


@router.get("/projects", response={200: Page[ProjectOut], **READS})
def list_projects(request: ApiRequest, query: Query[ProjectFilter]) -> Page[ProjectOut]:
    """Projects the caller may see."""
    return page_of(
        request,
        query,
        query.narrow(projects_for(request.auth)),
        lambda rows: [ProjectOut.of(row) for row in rows],
    )


@router.get("/projects/{project_id}", response={200: ProjectOut, **READS_ONE})
def get_project(request: ApiRequest, project_id: str) -> ProjectOut:
    """One project."""
    return ProjectOut.of(found(project_by_id, request, project_id))


@router.patch("/projects/{project_id}", response={200: ProjectState, **WRITES})
def edit_project(request: ApiRequest, project_id: str, body: ProjectPatch) -> ProjectState:
    """Report progress; 409 when somebody else changed it since `version`."""
    row = update_project(
        actor=request.auth,
        project=found(project_by_id, request, project_id),
        status=body.status,
        note=body.note,
        version=body.version,
        now=timezone.now(),
    )
    return ProjectState(id=row.public_id, status=ProjectStatus(row.status), version=row.version)
