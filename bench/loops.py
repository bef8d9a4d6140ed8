"""`act` beside django-fsm-2: transitions per second through the whole order loop.

    .venv/bin/python -m bench.loops [--cases 60] [--rounds 9] [--database sqlite]

Ours is the public `act` with everything it does: authority, required fields, idempotency key,
event, hash, the next task with its due time, outbox. The peer is `loops_peer.py`: get, transition,
save and a row of a log in one transaction. Both take the five steps of the same loop; they take
turns round by round in one process over one database, and the ratio is the median over rounds.
Exits with 1 when ours is less than half as fast, or one act needs more than eight statements.
"""

from __future__ import annotations

import argparse
import gc
import re
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from statistics import median

from bench.databases import run_on_each, with_databases

BAR = 0.5
STATEMENTS = 8
NOT_COUNTED = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
AMONG = re.compile(r"(?:^|; )(?:SELECT|INSERT|UPDATE) ")
SUBJECT = "磁钢测试设备借用"


def inside(cases: int, rounds: int) -> int:
    """Measure in this process, over the database of the environment."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from bench import loops_peer as peer
    from lianshu.casework.services.acting import act
    from lianshu.casework.services.forms import Given, Stars
    from lianshu.casework.services.opening import open_case
    from lianshu.casework.verifying import verify_cases
    from tests.casework.loops import order_loop
    from tests.cast import NOW, assemble

    call_command("migrate", verbosity=0)
    peer.make_tables()
    cast = assemble()
    version = order_loop()
    asker, solver = cast.organisations["magnets"], cast.organisations["university"]
    alice, officer, carol = (cast.actor(name) for name in ("alice", "officer", "carol"))
    way = (
        (alice, "send", Given({"subject": SUBJECT, "detail": "下月初用三天，测高温退磁。"})),
        (officer, "assign", Given(appointed={"solver": [solver]})),
        (carol, "accept", Given()),
        (carol, "report", Given({"result": "已借出三天"})),
        (alice, "accept", Given(stars=Stars(5, speed=4))),
    )
    peers_way: tuple[tuple[str, tuple[object, ...]], ...] = (
        ("send", ()),
        ("assign", (solver.pk,)),
        ("take", ()),
        ("report", ("已借出三天",)),
        ("rate", (5,)),
    )

    def ours(now: datetime) -> float:
        opened = [
            open_case(actor=alice, version=version, asker=asker, subject=SUBJECT, now=now)
            for _ in range(cases)
        ]

        def work() -> None:
            for case in opened:
                for actor, action, given in way:
                    key = f"{case.public_id}-{actor.user_id}-{action}"
                    act(actor=actor, case=case, action=action, given=given, now=now, key=key)

        return seconds(work)

    def theirs(now: datetime) -> float:
        opened = peer.open_orders(asker.pk, cases, now)

        def work() -> None:
            for pk in opened:
                for transition, given in peers_way:
                    peer.move(pk, transition, *given, by_id=alice.user_id or 0, now=now)

        return seconds(work)

    case = open_case(actor=alice, version=version, asker=asker, subject=SUBJECT, now=NOW)
    most = 0
    for actor, action, given in way:
        with CaptureQueriesContext(connection) as told:
            act(
                actor=actor, case=case, action=action, given=given, now=NOW, key=action + actor.name
            )
        counted = [q["sql"] for q in told if not q["sql"].startswith(NOT_COUNTED)]
        # PostgreSQL gets several in one message.
        most = max(most, sum(len(AMONG.findall(sql)) for sql in counted))

    ours(NOW), theirs(NOW)  # everything imported, compiled and cached
    done = cases * len(way)
    ratios, our_rates, their_rates = [], [], []
    for number in range(rounds):
        now = NOW + timedelta(minutes=number)
        first, second = (ours, theirs) if number % 2 else (theirs, ours)
        took = {first: first(now), second: second(now)}
        our_rates.append(done / took[ours])
        their_rates.append(done / took[theirs])
        ratios.append(our_rates[-1] / their_rates[-1])
    verified = verify_cases()
    ratio = median(ratios)
    print(f"act            {median(our_rates):8.0f} a second, at most {most} statements each")
    print(f"django-fsm-2   {median(their_rates):8.0f} a second")
    print(f"ratio          {ratio:8.2f} (rounds {min(ratios):.2f} to {max(ratios):.2f}; bar {BAR})")
    print(
        f"verified       {verified.cases} cases, {verified.events} events, "
        f"{len(verified.breaks)} broken"
    )
    return int(ratio < BAR or most > STATEMENTS or bool(verified.breaks))


def seconds(work: Callable[[], None]) -> float:
    """How long it takes by the clock, without collecting garbage in between."""
    gc.collect()
    gc.disable()
    begun = time.perf_counter()
    work()
    took = time.perf_counter() - begun
    gc.enable()
    return took


def main() -> int:
    parser = with_databases(argparse.ArgumentParser())
    parser.add_argument("--cases", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=9)
    given = parser.parse_args()
    if given.inside:
        return inside(given.cases, given.rounds)
    return run_on_each(__file__, parser)


if __name__ == "__main__":
    sys.exit(main())
