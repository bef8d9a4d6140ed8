"""My tasks, the board and the alerts among 200,000 cases.

    .venv/bin/python -m bench.cases [--cases 200000] [--database postgresql]

Generates a city (5,000 firms, four loops, one case in ten on its way), then opens the pages as five
different people, twenty times each, and runs the questions of the alerts. Of each statement the
middle of the times counts; the slowest of a page is shown, their sum, and by which indexes the
tables of casework were read. Bars: no statement of a page takes 50 ms, and the alerts read no table
of casework from end to end. Exits with 1 otherwise.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from statistics import median
from typing import Any

from bench.databases import run_on_each, with_databases

INSIDE = "--inside" in sys.argv
if INSIDE:  # Django is set up for the database of the environment
    from django.db import connection
    from django.db.models import Q
    from django.test import Client

    from bench.cases_city import City, build, find
    from lianshu.accounts.queries import actor_of
    from lianshu.casework.board import board_columns, open_by_loop
    from lianshu.casework.lists import waiting_first
    from lianshu.casework.models import Case, CaseEvent, Task
    from lianshu.casework.runtime import running_loop
    from lianshu.casework.services.alerts import (
        time_has_come,
        to_be_reminded,
        turn_due,
        turning_amber,
        turning_red,
    )
    from lianshu.casework.services.announcing import is_something_to_tell
    from tests.cast import SYSTEM

BAR = 0.050
TIMES = 20


@dataclass
class Told:
    """The statements of one thing done again and again: by text, the times and last parameters."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    parameters: dict[str, Any] = field(default_factory=dict)
    runs: int = 0

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001
        begun = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            self.seconds.setdefault(sql, []).append(time.perf_counter() - begun)
            self.parameters[sql] = params

    def middle(self) -> dict[str, float]:
        """Per statement: the middle of its times, as often as one run asks it."""
        return {
            sql: median(times) * max(1, round(len(times) / self.runs))
            for sql, times in self.seconds.items()
            if len(times) >= self.runs
        }


@contextmanager
def listening() -> Iterator[Told]:
    """What is asked of the database in between."""
    told = Told()
    with connection.execute_wrapper(told):
        yield told


def plan_of(sql: str, parameters: Any) -> tuple[set[str], set[str]]:
    """Names of the indexes, and tables of casework that are read from end to end."""
    indexes: set[str] = set()
    scanned: set[str] = set()
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", parameters)
            found = cursor.fetchone()[0]
            plan = found if isinstance(found, list) else json.loads(found)
            _walk(plan[0]["Plan"], indexes, scanned)
        else:
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}", parameters)
            for *_rest, line in cursor.fetchall():
                words = line.split()
                if "INDEX" in words:
                    indexes.add(words[words.index("INDEX") + 1])
                elif words[0] == "SCAN":
                    scanned.add(words[1])
    return indexes, {each for each in scanned if each.startswith("casework_")}


def _walk(node: dict[str, Any], indexes: set[str], scanned: set[str]) -> None:
    if "Index Name" in node:
        indexes.add(node["Index Name"])
    if node["Node Type"] == "Seq Scan":
        scanned.add(node["Relation Name"])
    for below in node.get("Plans", ()):
        _walk(below, indexes, scanned)


def measure(name: str, do: Callable[[], object], *, slow: bool) -> bool:
    """Do it again and again and print; whether it kept the bar. `slow`: show the slowest SQL."""
    do()
    with listening() as told:
        for _ in range(TIMES):
            do()
            told.runs += 1
    middle = {sql: took for sql, took in told.middle().items() if sql.lstrip().startswith("SELECT")}
    ours = {sql: took for sql, took in middle.items() if "casework_" in sql}
    worst = max(ours.values(), default=0.0)
    indexes: set[str] = set()
    scanned: set[str] = set()
    for sql in ours:
        found = plan_of(sql, told.parameters[sql])
        indexes |= {
            each for each in found[0] if "case" in each or "task" in each or "event" in each
        }
        scanned |= found[1]
    kept = worst < BAR
    print(
        f"{name:<24}{len(ours):3} statements, slowest {worst * 1000:6.1f} ms, "
        f"all {sum(ours.values()) * 1000:6.1f} ms{'' if kept else '  TOO SLOW'}"
    )
    print(
        f"{'':<24}by {', '.join(sorted(indexes)) or '(nothing)'}"
        f"{'; end to end: ' + ', '.join(sorted(scanned)) if scanned else ''}"
    )
    if slow and not kept:
        for sql, took in sorted(ours.items(), key=lambda each: -each[1])[:2]:
            print(f"    {took * 1000:.1f} ms {sql % tuple(told.parameters[sql] or ())}")
    return kept


def alerts(now: datetime) -> bool:
    """The questions of the alerts job; whether none reads a table of casework end to end."""
    waiting = CaseEvent.objects.filter(announced_at__isnull=True).order_by("id")
    questions: list[tuple[str, Callable[[], object]]] = [
        ("time_has_come", lambda: time_has_come(now)),
        ("is_something_to_tell", lambda: is_something_to_tell(now)),
        (
            "turning_red",
            lambda: list(turning_red(now).order_by("due_at").values_list("case_id")[:2000]),
        ),
        (
            "turning_amber",
            lambda: list(turning_amber(now).order_by("amber_at").values_list("case_id")[:2000]),
        ),
        (
            "to_be_reminded",
            lambda: list(to_be_reminded(now).order_by("remind_at").values_list("case_id")[:2000]),
        ),
        ("to announce", lambda: list(waiting.values_list("pk", flat=True)[:2000])),
    ]
    kept = True
    for name, ask in questions:
        ask()
        with listening() as told:
            for _ in range(TIMES):
                ask()
                told.runs += 1
        found = [plan_of(sql, told.parameters[sql]) for sql in told.seconds]
        scanned = set().union(*(each[1] for each in found))
        indexes = set().union(*(each[0] for each in found))
        kept = kept and not scanned
        took, by = sum(told.middle().values()) * 1000, ", ".join(sorted(indexes))
        bad = f"  SCANS {', '.join(sorted(scanned))}" if scanned else ""
        print(f"{name:<24}{took:6.2f} ms by {by}{bad}")
    return kept


def pages(city: City, name: str, now: datetime, *, slow: bool) -> bool:
    """What one person opens; whether all of it kept the bar."""
    user = city.people[name]
    actor, client = actor_of(user, now=now), Client()
    client.force_login(user)

    def page(path: str) -> None:
        response = client.get(path)
        assert response.status_code == 200, response.content.decode()[:500]

    waiting = Task.objects.waiting_for(actor).count()
    asked: list[tuple[str, Callable[[], object]]] = [
        (f"/tasks/ ({waiting})", partial(page, "/tasks/")),
        ("first page", partial(waiting_first, actor, 5, now=now)),
        ("cases by loop", partial(open_by_loop, actor)),
    ]
    for version in city.versions:
        running = running_loop(version)
        board = partial(board_columns, actor, version.loop, running, narrowed=Q(), now=now)
        asked.append((f"board {version.loop}", board))
    kept = [measure(f"{name}: {what}", do, slow=slow) for what, do in asked]
    return all(kept)


def inside(cases: int, *, again: bool, slow: bool) -> int:
    """Run in this process, over the database of the environment."""
    begun, now = time.monotonic(), datetime.now(UTC)
    city = find(now) if again else build(cases, now, seed=20261130)
    took = time.monotonic() - begun
    print(
        f"{Case.objects.count()} cases, {Case.objects.open().count()} open, "
        f"{Task.objects.count()} tasks, {CaseEvent.objects.count()} events, made in {took:.0f} s"
    )
    kept = [pages(city, name, now, slow=slow) for name in city.people]
    print()
    kept.append(alerts(now))
    begun = time.monotonic()
    turned = turn_due(actor=SYSTEM, now=now)
    print(f"turn_due               {turned} in {time.monotonic() - begun:.1f} s")
    load = os.getloadavg()[0]
    print(f"load of the machine at the end {load:.1f}")
    return int(not all(kept))


def main() -> int:
    parser = with_databases(argparse.ArgumentParser())
    parser.add_argument("--cases", type=int, default=200_000)
    parser.add_argument("--again", action="store_true", help="the database has its cases already")
    parser.add_argument("--slow", action="store_true", help="show statements over the bar")
    given = parser.parse_args()
    if given.inside:
        return inside(given.cases, again=given.again, slow=given.slow)
    return run_on_each(__file__, parser, ["postgresql"])


if __name__ == "__main__":
    sys.exit(main())
