"""`lianshu serve` as an operator meets it: real processes over their own SQLite."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.e2e.harness import COMMAND, PATIENCE, ROOT, Site, environment, lianshu, serve

pytestmark = pytest.mark.skipif(
    os.environ.get("DATABASE_URL", "").startswith("postgres"),
    reason="these processes bring their own SQLite; the PostgreSQL step would only repeat them",
)


@pytest.fixture(scope="module", autouse=True)
def _settings_with_a_slow_job() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_SETTINGS_MODULE", "tests.cli.serve_settings")
        patch.setenv("PYTHONPATH", str(ROOT))
        yield


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an empty, current database, to be copied."""
    var = tmp_path_factory.mktemp("migrated")
    lianshu("manage", "migrate", "--verbosity", "0", var=var)
    return var


@pytest.fixture
def var(migrated: Path, tmp_path: Path) -> Path:
    """A folder of the test's own."""
    shutil.copytree(migrated, tmp_path, dirs_exist_ok=True)
    return tmp_path


def refused(var: Path, *options: str) -> str:
    """What `lianshu serve` says when it does not start."""
    done = subprocess.run(
        [COMMAND, "serve", *options],
        env=environment(var, 0),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    return done.stderr


def start_slow_job(var: Path) -> Path:
    """Enqueue the job; it ends when the returned file exists."""
    go = var / "go"
    code = (
        "from django.utils import timezone\n"
        "from lianshu.authority import system_actor\n"
        "from lianshu.jobs.services import enqueue\n"
        "enqueue(actor=system_actor('tests'), kind='tests.wait_for_file', title='慢', "
        f"params={{'path': {str(go)!r}}}, now=timezone.now())"
    )
    lianshu("manage", "shell", "--verbosity", "0", "--command", code, var=var)
    return go


def slow_job(var: Path) -> tuple[str, int, int]:
    """The slow job's status, attempt and steps done."""
    with closing(sqlite3.connect(var / "lianshu.sqlite3", timeout=20)) as database:
        row = database.execute(
            "SELECT status, attempt, done FROM jobs_job WHERE kind = 'tests.wait_for_file'"
        ).fetchone()
    return str(row[0]), int(row[1]), int(row[2])


def alive(pid: int) -> bool:
    """Whether the process runs (one that ended and was not collected does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def children(pid: int) -> list[int]:
    """The process ids of the children of `pid`."""
    listed = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False
    )
    return [int(word) for word in listed.stdout.split()]


def wait_until(done: Callable[[], bool], complaint: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < deadline, complaint
        time.sleep(0.05)


def test_it_names_the_command_that_is_missing_before_it(tmp_path: Path) -> None:
    assert "lianshu manage migrate" in refused(tmp_path)


def test_it_says_that_the_port_is_taken(var: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        message = refused(var, "--port", port)
    assert port in message
    assert "--port" in message
    assert not (var / "serve.json").exists()


def test_it_survives_the_death_of_each_child_and_finishes_the_job(var: Path) -> None:
    with serve(var) as site:
        assert "使用" in refused(var, "--port", "0")  # one supervisor per folder
        before = site.pids()
        os.kill(before["web"], signal.SIGKILL)
        # The socket stays open in the supervisor: this waits for the new web, nobody is refused.
        with urlopen(site.url("/healthz"), timeout=PATIENCE) as answer:
            assert answer.status == 200
        wait_until(lambda: site.web_pid() not in {0, before["web"]}, "no new web process")

        go = start_slow_job(var)
        wait_until(lambda: slow_job(var)[2] > 0, "the job did not start")
        now = site.pids()
        assert {name: now[name] for name in ("supervisor", "worker", "clock")} == {
            name: before[name] for name in ("supervisor", "worker", "clock")
        }
        os.kill(now["web"], signal.SIGTERM)  # what the job started in goes away
        os.kill(now["worker"], signal.SIGKILL)  # and so does its worker
        wait_until(lambda: slow_job(var)[:2] == ("running", 2), "no second attempt")
        go.touch()
        wait_until(lambda: slow_job(var)[0] == "done", "the job was not finished")

        os.kill(before["supervisor"], signal.SIGHUP)
        web = site.web_pid()
        wait_until(lambda: site.web_pid() not in {0, web}, "SIGHUP did not restart the web")
        site.wait_until_healthy()
        assert site.pids()["worker"] == next(
            pid for pid in children(before["supervisor"]) if pid == site.pids()["worker"]
        )


def test_an_orderly_stop_hands_the_running_job_back_and_leaves_nobody(var: Path) -> None:
    with serve(var) as site:
        start_slow_job(var)
        wait_until(lambda: slow_job(var)[2] > 0, "the job did not start")
        everybody = everybody_of(site)
    assert site.process.returncode == 0
    assert [pid for pid in everybody if alive(pid)] == []
    assert slow_job(var)[:2] == ("queued", 1)
    assert not (var / "serve.json").exists()


def test_a_killed_supervisor_leaves_no_orphan(var: Path) -> None:
    with serve(var) as site:
        everybody = everybody_of(site)
        assert len(everybody) >= 5
        site.process.kill()
        site.process.wait()
        wait_until(lambda: not any(map(alive, everybody)), "an orphan is left")


def everybody_of(site: Site) -> list[int]:
    """The supervisor, its children and theirs."""
    pids = site.pids()
    return [*pids.values(), *children(pids["web"])]
