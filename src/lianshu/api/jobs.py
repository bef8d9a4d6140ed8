"""Jobs: how far the work is that an operation started."""

from __future__ import annotations

from datetime import datetime

from ninja import Router, Schema

from lianshu.api.auth import ApiRequest
from lianshu.api.errors import READS_ONE
from lianshu.api.reading import found
from lianshu.jobs.models import Job, JobStatus
from lianshu.jobs.queries import job_by_public_id

router = Router(tags=["jobs"])


class JobOut(Schema):
    """A piece of work in the background."""

    id: str
    kind: str
    title: str
    status: JobStatus
    done: int
    total: int | None
    percent: int | None
    message: str
    error: str
    created_at: datetime
    finished_at: datetime | None

    @classmethod
    def of(cls, row: Job) -> JobOut:
        """From a row."""
        return cls(
            id=row.public_id,
            kind=row.kind,
            title=row.title,
            status=JobStatus(row.status),
            done=row.done,
            total=row.total,
            percent=row.percent,
            message=row.message,
            error=row.error,
            created_at=row.created_at,
            finished_at=row.finished_at,
        )


@router.get("/jobs/{job_id}", response={200: JobOut, **READS_ONE})
def get_job(request: ApiRequest, job_id: str) -> JobOut:
    """One job the caller asked for."""
    return JobOut.of(found(job_by_public_id, request, job_id))
