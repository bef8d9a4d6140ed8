"""Running a bench once on each database, each in a process and a throw-away database of its own."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]

from tools.postgres import find_binaries, server  # noqa: E402

DATABASES = ("sqlite", "postgresql")


@contextmanager
def environment(database: str) -> Iterator[dict[str, str]]:
    """What a process has to find in its environment to use a new, empty database of that kind."""
    with tempfile.TemporaryDirectory(prefix="lianshu-bench-") as var:
        variables = {
            "LIANSHU_ENV": "test",
            "LIANSHU_VAR": var,
            "DJANGO_SETTINGS_MODULE": "lianshu.settings",
            "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
            "DATABASE_URL": "",
        }
        if database == "sqlite":
            yield variables
            return
        binaries = find_binaries()
        if binaries is None:
            raise SystemExit("no PostgreSQL server here (Debian: apt-get install postgresql)")
        with server(binaries) as url:
            yield variables | {"DATABASE_URL": url}


def run_on_each(
    script: str, parser: argparse.ArgumentParser, databases: Sequence[str] = DATABASES
) -> int:
    """Run `script` with the same options and `--inside` on each of `databases` (or those chosen
    by `--database`); 0 when all of them kept their bars."""
    given = parser.parse_args()
    failed = 0
    load = os.getloadavg()[0]
    print(f"{Path(script).name}: load of the machine before {load:.1f}, {os.cpu_count()} cores")
    for database in given.database or databases:
        print(f"\n== {database}", flush=True)
        with environment(database) as variables:
            command = [sys.executable, script, *sys.argv[1:], "--inside"]
            failed |= subprocess.run(command, env=os.environ | variables, check=False).returncode
    return int(bool(failed))


def with_databases(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    """Add the options that `run_on_each` knows."""
    parser.add_argument("--database", action="append", choices=DATABASES)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    return parser
