"""A city's facts written through the bulk path and snapshotted, beside the same through the ORM.

    python bench/facts.py [--organisations 2000] [--full] [--database sqlite|postgresql]

`--full` is 100,000 organisations × 60 facts × 3 years: 18 million rows; the database and the
snapshot take about 8 GB in the temporary folder, and writing the rows most of the time. The bars:
the snapshot under 60 s (with `--full`) and at least four times as fast as the peer, which makes the
long and the wide table of the same rows, hashed, through the ORM (`values_list`, no instances).
The peer works row by row, so it is given the first 1.8 million rows at most and compared by rows a
second.
"""

from __future__ import annotations

import argparse
import importlib
import os
import shutil
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

import django

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]

from tools.postgres import find_binaries, server  # noqa: E402

FACTS, YEARS, FULL, BAR, RATIO = 60, (2023, 2024, 2025), 100_000, 60.0, 4.0
TYPES = (
    "type: money, unit: fen, min: null",
    "type: count, unit: person",
    "type: ratio, unit: share, max: 1",
    "type: bool",
)


def dictionary() -> str:
    """A dictionary of `FACTS` facts, of four types in turn."""
    head = (
        'id: bench\ntitle: 测试\nversion: "2026-11"\n'
        "units: [{id: person, title: 人}, {id: share, title: 占比}]\n"
        "sources: [{id: organisation, title: 自报, permits: [statistics, service, decision]}]\n"
        "facts:\n"
    )
    return head + "".join(
        f"  - {{id: fact_{n:02d}, title: 事实{n}, definition: x, {TYPES[n % len(TYPES)]}, "
        "periods: [year], sources: [organisation]}\n"
        for n in range(FACTS)
    )


def prepare(folder: Path, vendor: str, stack: ExitStack) -> None:
    """Point the settings at a database and packs of our own; then load Django."""
    url = f"sqlite://{folder / 'facts.sqlite3'}"
    if vendor == "postgresql":
        binaries = find_binaries()
        if binaries is None:
            raise SystemExit("no PostgreSQL server here (Debian: apt-get install postgresql)")
        url = stack.enter_context(server(binaries))
    packs = folder / "packs"
    (packs / "national").mkdir(parents=True)
    (packs / "national" / "facts.yaml").write_text(dictionary(), encoding="utf-8")
    os.environ.update(
        DATABASE_URL=url,
        LIANSHU_VAR=str(folder / "var"),
        LIANSHU_PACKS=str(packs),
        DJANGO_SETTINGS_MODULE="lianshu.settings",
    )


def main() -> None:
    """Measure and print; exits with 1 when a bar is missed."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--organisations", type=int, default=2_000)
    arguments.add_argument("--full", action="store_true")
    arguments.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    options = arguments.parse_args()
    count = FULL if options.full else options.organisations
    with ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="lianshu-facts-"))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        prepare(folder, options.database, stack)
        django.setup()
        # Models can only be loaded now that the settings are known.
        measuring = importlib.import_module("bench.facts_measuring")
        found = measuring.measure(folder, count, YEARS)
    load = os.getloadavg()[0]
    shape = f"{count} organisations × {FACTS} facts × {len(YEARS)} years: {found.rows}"
    print(f"{options.database}: {shape}")
    print(f"load                {load:8.1f}     on {os.cpu_count()} cores")
    for what, seconds, rows in (
        ("bulk write", found.written, found.rows),
        ("snapshot", found.snapshot, found.rows),
        ("the same by ORM", found.peer, found.peer_rows),
    ):
        print(f"{what:<20}{seconds:8.1f} s   {rows / seconds:10.0f} rows/s of {rows}")
    print(f"ratio               {found.ratio:8.1f}     at least {RATIO}")
    if found.ratio < RATIO or (options.full and found.snapshot > BAR):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
