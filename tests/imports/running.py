"""Uploading a file and running its jobs, as tests do it."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import datetime

from django.core.files.uploadedfile import SimpleUploadedFile

from lianshu.authority import Actor
from lianshu.imports.models import BadRow, ImportRun
from lianshu.imports.services.requests import confirm_import, upload_import
from lianshu.jobs.models import Job
from lianshu.jobs.services.execution import execute
from tests.cast import NOW

HEADER = ("需求编号", "标题", "内容", "单位", "联系方式")


def table(*rows: Sequence[object], header: Sequence[str] = HEADER) -> bytes:
    """A CSV file."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([header, *rows])
    return out.getvalue().encode()


def line(number: int, **changes: object) -> list[object]:
    """A good row of the default header for 甬江磁材."""
    row: dict[str, object] = {
        "id": f"D{number}",
        "title": f"需求 {number}",
        "detail": f"细节 {number}",
        "owner": "甬江磁材有限公司",
        "contact": "0574-0000-0001",
    }
    return list((row | changes).values())


def upload(
    actor: Actor,
    content: bytes,
    *,
    name: str = "需求.csv",
    target: str = "demands",
    source: str = "市科技局",
    options: dict[str, str] | None = None,
) -> ImportRun:
    """Upload and check."""
    run = upload_import(
        actor=actor,
        target_id=target,
        source=source,
        upload=SimpleUploadedFile(name, content),
        options=options,
        now=NOW,
    )
    return work(run)


def work(run: ImportRun, *, now: datetime = NOW) -> ImportRun:
    """Run the run's queued job as a worker would."""
    run.refresh_from_db()
    assert run.job is not None
    job = Job.objects.get(pk=run.job.pk)
    execute(job.pk, job.attempt, worker="test", clock=lambda: now)
    return ImportRun.objects.select_related("job", "file").get(pk=run.pk)


def load(actor: Actor, content: bytes, *, mode: str = "good", **how: object) -> ImportRun:
    """Upload, check, confirm, write."""
    run = upload(actor, content, **how)  # type: ignore[arg-type]
    confirm_import(actor=actor, run=run, mode=mode, now=NOW)
    return work(run)


def problems(run: ImportRun) -> dict[int, list[str]]:
    """Row number → messages."""
    return {
        bad.number: [problem["message"] for problem in bad.problems]
        for bad in BadRow.objects.filter(run=run)
    }
