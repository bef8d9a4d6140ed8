"""Two hundred at once: one accepts the case, everybody else is told why not."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from lianshu.casework.models import Case
from lianshu.casework.services.forms import Given
from tests.casework.loops import order
from tests.casework.racing import Race, as_json
from tests.casework.test_acting import ASKED, go
from tests.cast import NOW, Cast

PROCESSES, THREADS = 20, 10
SPARE = 10  # connections that others of the server keep

# Other processes see what is committed; SQLite's rows reach them through a copy.
pytestmark = pytest.mark.django_db(transaction=connection.vendor == "postgresql")


def dispatched(cast: Cast) -> Case:
    """Three organisations may take the case up."""
    case = order(cast)
    go(cast, case, "alice", "send", ASKED)
    members = [cast.organisations[name] for name in ("university", "bank", "motors")]
    go(cast, case, "officer", "assign", Given(appointed={"solver": members}))
    return case


def environment(folder: Path) -> dict[str, str]:
    """Where another process finds what the test has written."""
    if connection.vendor == "sqlite":
        copy = folder / "copy.sqlite3"
        connection.ensure_connection()
        copy.write_bytes(connection.connection.serialize())
        url = f"sqlite://{copy}"
    else:
        place = connection.settings_dict
        who = f"{place['USER']}:{place['PASSWORD']}" if place["PASSWORD"] else place["USER"]
        url = f"postgres://{who}@{place['HOST']}:{place['PORT']}/{place['NAME']}"
    return os.environ | {
        "DATABASE_URL": url,
        "LIANSHU_VAR": str(folder),
        "DJANGO_SETTINGS_MODULE": "lianshu.settings",
        "PYTHONPATH": os.pathsep.join(map(str, (settings.ROOT / "src", settings.ROOT))),
    }


def run(race: Race, folder: Path) -> list[dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.casework.racing", as_json(race)],
        env=environment(folder),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    got: list[dict[str, Any]] = json.loads(done.stdout)
    return got


def processes_there_is_room_for() -> int:
    """All of them, unless somebody's own server lets in fewer connections."""
    if connection.vendor == "sqlite":
        return PROCESSES
    with connection.cursor() as cursor:
        cursor.execute("SHOW max_connections")
        room = int(cursor.fetchone()[0]) - SPARE
    return min(PROCESSES, room // THREADS)


@pytest.fixture
def race(cast: Cast) -> Race:
    return Race(
        case=dispatched(cast).public_id,
        people=("carol", "dan", "bob"),
        action="accept",
        now=NOW.isoformat(),
        processes=processes_there_is_room_for(),
        threads=THREADS,
    )


def test_one_wins_and_the_others_are_told_why_not(race: Race, tmp_path: Path) -> None:
    got = run(race, tmp_path)
    runners = race.processes * race.threads
    assert Counter(each["how"] for each in got) == {"won": 1, "Conflict": runners - 1}
    assert {each["said"] for each in got if each["how"] != "won"} == {
        "现在是“办理”，没有这个动作。可以：报告结果、确认办不成、退回改派、撤回。"
    }


def test_the_same_request_sent_at_once_is_done_once(race: Race, tmp_path: Path) -> None:
    got = run(replace(race, people=("carol",), same_key=True), tmp_path)
    runners = race.processes * race.threads
    assert Counter(each["how"] for each in got) == {"won": 1, "repeated": runners - 1}
    assert {each["said"] for each in got} == {"handle 4"}
