"""Many processes with many threads act on one case at the same moment, over a real database.

Run by `test_races.py` as a program of its own, because it forks: the database is the one of the
environment, the race comes as JSON on the command line, what each thread got goes to the output.
"""

from __future__ import annotations

import json
import multiprocessing
import sys
import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import django

django.setup()

from django.db import connections  # noqa: E402

from lianshu.accounts.models import User  # noqa: E402
from lianshu.accounts.queries import actor_of  # noqa: E402
from lianshu.authority import Actor, Refusal  # noqa: E402
from lianshu.casework.models import Case  # noqa: E402
from lianshu.casework.services.acting import act  # noqa: E402
from lianshu.casework.services.forms import Given  # noqa: E402
from lianshu.records.errors import Conflict, DomainError  # noqa: E402

PATIENCE = 60.0  # seconds for everybody to come to the start


@dataclass(frozen=True)
class Race:
    """Who runs for what. With `same_key` everybody sends the same request again."""

    case: str
    people: Sequence[str]
    action: str
    now: str
    processes: int
    threads: int
    same_key: bool = False


def run(race: Race) -> list[dict[str, Any]]:
    """What each thread got: `{"how": "won" | "repeated" | the error's name, "said": …}`."""
    now = datetime.fromisoformat(race.now)
    case = Case.objects.get(public_id=race.case)
    actors = [actor_of(User.objects.get(username=name), now=now) for name in race.people]
    connections.close_all()
    # Threads and locks of this process would be copied half-way: it has none but this one.
    fork = multiprocessing.get_context("fork")
    start = fork.Barrier(race.processes * race.threads)
    answers = fork.SimpleQueue()

    def one(number: int) -> None:
        key = "the-same" if race.same_key else f"thread-{number}"
        connections["default"].ensure_connection()
        start.wait(PATIENCE)
        answers.put(_try(actors[number % len(actors)], case, race.action, key, now))
        connections["default"].close()

    def process(number: int) -> None:
        threads = [
            threading.Thread(target=one, args=(number * race.threads + each,))
            for each in range(race.threads)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    processes = [fork.Process(target=process, args=(n,)) for n in range(race.processes)]
    for each in processes:
        each.start()
    got = [answers.get() for _ in range(race.processes * race.threads)]
    for each in processes:
        each.join()
    return got


def _try(actor: Actor, case: Case, action: str, key: str, now: datetime) -> dict[str, Any]:
    try:
        acted = act(actor=actor, case=case, action=action, given=Given(), now=now, key=key)
    except Refusal as refusal:
        return {"how": "Refusal", "said": refusal.reason}
    except Conflict as conflict:
        return {"how": "Conflict", "said": conflict.message}
    except DomainError as error:
        return {"how": "DomainError", "said": error.message}
    except Exception as error:  # whatever a database says is what the test must see
        return {"how": type(error).__name__, "said": str(error)}
    return {"how": "repeated" if acted.repeated else "won", "said": f"{acted.step} {acted.seq}"}


def as_json(race: Race) -> str:
    """As the command line wants it."""
    return json.dumps(asdict(race))


if __name__ == "__main__":
    sys.stdout.write(json.dumps(run(Race(**json.loads(sys.argv[1])))))
