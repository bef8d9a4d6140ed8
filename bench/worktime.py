"""Due times of many cases beside a loop over days with chinesecalendar.

    .venv/bin/python bench/worktime.py [--cases 200000] [--peer-cases 2000]

One run, one core, the same cases for both, processor seconds; every answer that both give is
compared. The first loop asks the library's `is_workday` for one day after the other; the second
keeps each answer in a dictionary, so that only the loop itself is left. The bars: at least 10 times
as fast as the first, and faster than the second. Exits with 1 below them.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import chinese_calendar

from lianshu.engine.worktime import Calendar, Limit, Unit, amber, due

HERE = ZoneInfo("Asia/Shanghai")
OPEN = ((9 * 60, 12 * 60), (13 * 60 + 30, 17 * 60 + 30))
BAR = 10.0

Case = tuple[datetime, Limit]
IsWorkday = Callable[[datetime], bool]


def drawn(cases: int, seed: int) -> list[Case]:
    """Starts at any minute of 2024 to mid 2026; limits as loops have them."""
    rng = random.Random(seed)
    begin = datetime(2024, 1, 1, tzinfo=HERE)
    return [
        (
            begin + timedelta(minutes=rng.randrange(900 * 24 * 60)),
            rng.choice(
                (
                    Limit(rng.randint(1, 16), Unit.WORKHOURS),
                    Limit(rng.randint(1, 60), Unit.WORKDAYS),
                )
            ),
        )
        for _ in range(cases)
    ]


def looped(start: datetime, limit: Limit, is_workday: IsWorkday) -> datetime:
    """The due time by going from day to day."""
    day = start.replace(hour=0, minute=0)
    if limit.unit is Unit.WORKDAYS:
        need = limit.amount
        while need:
            day += timedelta(days=1)
            need -= is_workday(day)
        return day + timedelta(minutes=OPEN[-1][1])
    need = limit.amount * 60
    clock = start.hour * 60 + start.minute
    while True:
        if is_workday(day):
            for opens, closes in OPEN:
                free = closes - max(opens, clock)
                if free >= need:
                    return day + timedelta(minutes=max(opens, clock) + need)
                need -= max(free, 0)
        day += timedelta(days=1)
        clock = 0


def seconds(work: Callable[[], object]) -> float:
    """Processor seconds of one call."""
    begin = time.process_time()
    work()
    return time.process_time() - begin


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", type=int, default=200_000)
    parser.add_argument("--peer-cases", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=20261122)
    given = parser.parse_args()
    cases = drawn(given.cases, given.seed)
    few = cases[: given.peer_cases]

    built = seconds(Calendar)
    calendar = Calendar()
    answers: list[datetime | None] = []
    ours = seconds(lambda: answers.extend(due(calendar, *case).at for case in cases))
    warn = Limit(1, Unit.WORKHOURS)
    ambers = seconds(
        lambda: [
            amber(calendar, case[0], at, warn)
            for case, at in zip(cases, answers, strict=True)
            if at is not None
        ]
    )
    plain: list[datetime] = []
    slow = seconds(lambda: plain.extend(looped(*case, chinese_calendar.is_workday) for case in few))
    known = cache(lambda day: bool(chinese_calendar.is_workday(day)))
    kept: list[datetime] = []
    seconds(lambda: [looped(*case, known) for case in few])
    fast = seconds(lambda: kept.extend(looped(*case, known) for case in few))
    assert plain == kept == answers[: len(few)], "the loop and the calendar disagree"

    each = ours / len(cases)
    print(f"calendar built in {built * 1000:.0f} ms")
    print(f"due    {each * 1e6:8.1f} µs a case, {len(cases)} cases in {ours:.2f} s")
    print(f"amber  {ambers / len(cases) * 1e6:8.1f} µs a case")
    print(f"loop   {slow / len(few) * 1e6:8.1f} µs a case: ratio {slow / len(few) / each:.0f}")
    ratio = fast / len(few) / each
    print(f"loop with answers kept {fast / len(few) * 1e6:.1f} µs a case: ratio {ratio:.1f}")
    return int(slow / len(few) / each < BAR or ratio < 1)


if __name__ == "__main__":
    raise SystemExit(main())
