"""A throw-away PostgreSQL server for tests, from the server binaries that Debian installs.

`with server() as url:` starts one in a temporary folder on a free port of 127.0.0.1 and stops it
afterwards. Nothing is kept and nothing is synced to disk: it is for tests only.
"""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

READY_WITHIN = 30.0  # seconds
SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_connections": "250",
    "shared_buffers": "128MB",
    "listen_addresses": "127.0.0.1",
}


class PostgresError(Exception):
    """The server did not start; the message says why."""


class Identity(NamedTuple):
    """Who the server runs as; all None: as ourselves."""

    user: int | None = None
    group: int | None = None
    extra_groups: tuple[int, ...] | None = None


def find_binaries(root: Path = Path("/usr/lib/postgresql")) -> Path | None:
    """The newest folder under `root` that holds a server, then PATH; None when there is none."""
    folders = [path.parent for path in root.glob("*/bin/initdb")]
    if folders:
        return max(folders, key=lambda folder: int(folder.parent.name.split(".")[0]))
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None


@contextmanager
def server(binaries: Path) -> Iterator[str]:
    """A running server's URL, as DATABASE_URL wants it. Raises PostgresError."""
    # PostgreSQL refuses to run as root: root hands the folder to `nobody` and starts it as that.
    identity = Identity()
    with tempfile.TemporaryDirectory(prefix="lianshu-pg-") as name:
        folder = Path(name)
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            identity = Identity(nobody.pw_uid, nobody.pw_gid, ())
            os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        _initialise(binaries, folder, identity)
        port = _free_port()
        command = [
            *(str(binaries / "postgres"), "-D", str(folder / "data")),
            *("-p", str(port), "-k", str(folder)),
            *(f"--{key.replace('_', '-')}={value}" for key, value in SETTINGS.items()),
        ]
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                command,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # Ctrl-C reaches our own process group; the server must outlive the tests' teardown.
                start_new_session=True,
                user=identity.user,
                group=identity.group,
                extra_groups=identity.extra_groups,
            )
        try:
            _wait_until_ready(binaries, port, process, folder / "log")
            yield f"postgres://lianshu@127.0.0.1:{port}/postgres"
        finally:
            process.send_signal(signal.SIGINT)  # PostgreSQL's "fast" stop
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _initialise(binaries: Path, folder: Path, identity: Identity) -> None:
    command = [
        *(str(binaries / "initdb"), f"--pgdata={folder / 'data'}", "--username=lianshu"),
        *("--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"),
    ]
    done = subprocess.run(
        command,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        user=identity.user,
        group=identity.group,
        extra_groups=identity.extra_groups,
    )
    if done.returncode:
        raise PostgresError(f"initdb failed: {done.stderr.strip()}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_ready(
    binaries: Path, port: int, process: "subprocess.Popen[bytes]", log: Path
) -> None:
    deadline = time.monotonic() + READY_WITHIN
    ready = [str(binaries / "pg_isready"), "--quiet", "--host=127.0.0.1", f"--port={port}"]
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        if subprocess.run(ready, check=False).returncode == 0:
            return
        time.sleep(0.1)
    lines = log.read_text(errors="replace").strip().splitlines()[-5:]
    raise PostgresError("the server did not answer; its log ends:\n" + "\n".join(lines))
