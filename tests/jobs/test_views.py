"""The jobs pages: works, wrong method, somebody else, not logged in."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection
from django.test import Client
from django.urls import reverse

from lianshu.jobs.models import Job, JobStatus
from lianshu.jobs.services import enqueue, sync_schedules
from tests.cast import NOW, Cast
from tests.jobs import handlers

assert handlers


@pytest.fixture
def job(cast: Cast) -> Job:
    """Alice's, waiting."""
    return enqueue(
        actor=cast.actor("alice"),
        kind="tests.count",
        title="导入 200 条需求",
        params={"to": 1},
        link="/demands/",
        now=NOW,
    )


def login(client: Client, cast: Cast, name: str) -> Client:
    client.force_login(cast.users[name])
    return client


def address(name: str, job: Job) -> str:
    return reverse(f"jobs:{name}", args=[job.public_id])


def test_people_see_their_own_jobs_and_operators_all(client: Client, cast: Cast, job: Job) -> None:
    sync_schedules(now=NOW)
    for name, sees, schedules in [
        ("alice", True, False),
        ("bob", False, False),
        ("anna", False, False),
        ("admin", True, True),
    ]:
        page = login(client, cast, name).get(reverse("jobs:list"))
        text = page.content.decode()
        assert page.status_code == 200
        assert ("导入 200 条需求" in text) is sees, name
        assert ("notices.deliver" in text) is schedules, name


def test_the_board_shows_where_each_job_stands(client: Client, cast: Cast, job: Job) -> None:
    for status, title in [
        (JobStatus.RUNNING, "正在跑"),
        (JobStatus.FAILED, "失败了"),
        (JobStatus.DONE, "完成了"),
    ]:
        other = enqueue(
            actor=cast.actor("alice"), kind="tests.count", title=title, params={}, now=NOW
        )
        Job.objects.filter(pk=other.pk).update(
            status=status, done=1, total=4, error="第 3 行有误" if title == "失败了" else ""
        )
    login(client, cast, "alice")
    text = client.get(reverse("jobs:board")).content.decode()
    assert all(title in text for title in ("正在跑", "失败了", "完成了", "导入 200 条需求"))
    assert 'value="25"' in text
    assert "第 3 行有误" in text


def test_an_active_card_asks_again_and_a_finished_one_does_not(
    client: Client, cast: Cast, job: Job
) -> None:
    login(client, cast, "alice")
    waiting = client.get(address("progress", job)).content.decode()
    assert "every 1s" in waiting
    assert address("cancel", job) in waiting
    Job.objects.update(status=JobStatus.FAILED, error="文件打不开", traceback="Traceback …")
    failed = client.get(address("detail", job)).content.decode()
    assert "every 1s" not in failed
    assert "文件打不开" in failed
    assert address("retry", job) in failed
    assert "/demands/" in failed
    assert "Traceback" not in failed
    operator = login(client, cast, "admin").get(address("detail", job)).content.decode()
    assert "Traceback" in operator


def test_cancel_and_retry_from_the_page(client: Client, cast: Cast, job: Job) -> None:
    login(client, cast, "alice")
    response = client.post(address("cancel", job))
    assert response.headers["Location"] == address("detail", job)
    assert Job.objects.get().status == JobStatus.CANCELLED
    client.post(address("retry", job))
    assert Job.objects.get().status == JobStatus.QUEUED
    refused = client.post(address("retry", job))
    assert refused.status_code == 403
    assert "只有失败或已取消的任务" in refused.content.decode()


@pytest.mark.parametrize("name", ["detail", "progress"])
def test_somebody_elses_job_does_not_exist(client: Client, cast: Cast, job: Job, name: str) -> None:
    page = login(client, cast, "bob").get(address(name, job))
    assert page.status_code == 404
    assert "导入 200 条需求" not in page.content.decode()


@pytest.mark.parametrize("name", ["cancel", "retry"])
def test_writes_are_posts_of_ones_own(client: Client, cast: Cast, job: Job, name: str) -> None:
    assert login(client, cast, "alice").get(address(name, job)).status_code == 405
    assert login(client, cast, "bob").post(address(name, job)).status_code == 404
    assert Job.objects.get().status == JobStatus.QUEUED
    strict = login(Client(enforce_csrf_checks=True), cast, "alice")
    assert strict.post(address(name, job)).status_code == 403


@pytest.mark.parametrize("name", ["detail", "progress", "cancel", "retry"])
def test_a_stranger_is_sent_to_log_in(client: Client, cast: Cast, job: Job, name: str) -> None:
    for response in (client.get(address(name, job)), client.post(address(name, job))):
        assert response.status_code == 302
        assert response.headers["Location"].startswith(reverse("account_login"))
    assert client.get(reverse("jobs:list")).status_code == 302


def test_health_needs_no_login_and_says_when_the_database_is_gone(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok\n")
    assert client.post("/healthz").status_code == 405

    def unreachable() -> None:
        raise DatabaseError("gone")

    with monkeypatch.context() as broken:
        broken.setattr(connection, "cursor", unreachable)
        assert client.get("/healthz").status_code == 503
