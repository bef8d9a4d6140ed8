"""Long lists are exported in the background, for their requester alone."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from lianshu.authority import system_actor
from lianshu.engine.sheets import read_table
from lianshu.files.models import StoredFile
from lianshu.jobs.models import Job, JobStatus
from lianshu.jobs.worker import run_queued_jobs
from lianshu.ui.lists import export
from lianshu.web.services import remove_old_exports
from tests.cast import Cast


def ask(client: Client, cast: Cast, format: str = "xlsx") -> Job:
    cast.demand("磁钢", detail="内里的话")
    cast.demand("电机", by="motors", kind="talent", detail="别人的话")
    client.force_login(cast.users["alice"])
    address = reverse("demands-export", args=[format]) + "?kind=technology&kind=talent"
    started = client.post(address)
    job = Job.objects.get()
    assert started.headers["Location"] == reverse("jobs:detail", args=[job.public_id])
    return job


@pytest.mark.parametrize("format", ["xlsx", "csv", "json"])
def test_the_file_holds_what_its_requester_may_read(
    client: Client, cast: Cast, format: str
) -> None:
    job = ask(client, cast, format)
    assert client.get(job.link).status_code == 404
    run_queued_jobs()
    job.refresh_from_db()
    assert (job.status, job.result) == (JobStatus.DONE, {"rows": 2})
    download = client.get(client.get(job.link).headers["Location"])
    data = b"".join(download.streaming_content)  # type: ignore[attr-defined]
    if format == "xlsx":
        table = read_table(io.BytesIO(data), name="x.xlsx")
        data = "\n".join(str(row.cells) for row in table.rows).encode()
    assert "内里的话" in data.decode()
    assert "别人的话" not in data.decode()


def test_nobody_else_gets_the_file(client: Client, cast: Cast) -> None:
    job = ask(client, cast)
    run_queued_jobs()
    address = client.get(job.link).headers["Location"]
    for name in ("bob", "officer", "admin"):
        client.force_login(cast.users[name])
        assert client.get(job.link).status_code == 404, name
        assert client.get(address).status_code == 403, name


def test_a_long_list_is_not_written_while_a_person_waits(
    client: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "DIRECT_MOST", 1)
    ask(client, cast)
    refused = client.get(reverse("demands-export", args=["csv"]))
    assert refused.status_code == 422
    assert "在后台进行" in refused.content.decode()


def test_exported_files_go_after_a_week(client: Client, cast: Cast) -> None:
    job = ask(client, cast)
    run_queued_jobs()
    keeper = system_actor("schedule")
    assert remove_old_exports(actor=keeper, now=job.created_at + timedelta(days=6)) == 0
    assert remove_old_exports(actor=keeper, now=job.created_at + timedelta(days=8)) == 1
    assert remove_old_exports(actor=keeper, now=job.created_at + timedelta(days=8)) == 0
    assert StoredFile.objects.get().deleted_at is not None
    assert client.get(job.link).status_code == 404
