"""The diagnosis of one firm, and of everybody, over all packs: `python bench/diagnosis.py`.

Loads nothing: run `lianshu demo load` first and name its folder in LIANSHU_VAR. Opens the page of
the firms that have people of their own, as one of these, through Django's test client, and works
the diagnosis out without the page: both `--times` times after a first one that is not counted. Then
every policy is evaluated for every enterprise of the city, as each night, and taken back. The bars:
the middle time of every page under 200 ms, the run under 10 s. Exits with 1 otherwise.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable
from functools import partial
from statistics import median
from typing import Final

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianshu.settings")
os.environ.setdefault("LIANSHU_ENV", "demo")
django.setup()

from django.db import connection, transaction  # noqa: E402  after setup
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.urls import reverse  # noqa: E402
from django.utils import timezone  # noqa: E402

from lianshu.accounts.models import Membership  # noqa: E402
from lianshu.accounts.queries import actor_of  # noqa: E402
from lianshu.entitlements.diagnosis import diagnose  # noqa: E402
from lianshu.entitlements.rules import can_read_diagnosis  # noqa: E402
from lianshu.entitlements.services.running import READER, run_policies  # noqa: E402

BAR: Final = 0.2
RUN_BAR: Final = 10.0
FIRMS: Final = 5


def timed(work: Callable[[], object], times: int) -> tuple[float, float]:
    """The middle seconds by the clock, and of the processor."""
    work()
    clocks: list[float] = []
    processors: list[float] = []
    for _ in range(times):
        clock, processor = time.perf_counter(), time.process_time()
        work()
        clocks.append(time.perf_counter() - clock)
        processors.append(time.process_time() - processor)
    return median(clocks), median(processors)


def asked(client: Client, address: str) -> None:
    """The page, which must be there."""
    response = client.get(address)
    assert response.status_code == 200, response.status_code


def main() -> None:
    """Measure and print; exits with 1 when the bar is missed."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--times", type=int, default=20)
    times = arguments.parse_args().times
    now, good, seen = timezone.now(), True, 0
    on = timezone.localdate(now)
    people = Membership.objects.filter(organisation__kind="enterprise", user__is_active=True)
    for one in people.select_related("organisation", "user").order_by("pk"):
        actor, firm = actor_of(one.user, now=now), one.organisation
        if seen == FIRMS or not can_read_diagnosis(actor, firm).allowed:
            continue
        seen += 1
        client = Client(SERVER_NAME="localhost")
        client.force_login(one.user)
        address = reverse("organisation-diagnosis", args=[firm.public_id])
        work, work_cpu = timed(partial(diagnose, actor, firm, on=on), times)
        page, page_cpu = timed(partial(asked, client, address), times)
        with CaptureQueriesContext(connection) as queries:
            asked(client, address)
        policies = sum(len(group.readings) for group in diagnose(actor, firm, on=on).groups)
        say(
            f"{firm.name}: {policies} policies; page {page * 1000:.0f} ms "
            f"({page_cpu * 1000:.0f} ms processor, {len(queries)} queries), of which diagnosis "
            f"{work * 1000:.0f} ms ({work_cpu * 1000:.0f} ms processor)"
        )
        good &= page < BAR
    seconds = run()
    good &= seconds < RUN_BAR
    load = f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    say(f"{load}; every page under {BAR:.1f} s, the run under {RUN_BAR:.0f} s")
    if not good or not seen:
        raise SystemExit(1)


@transaction.atomic
def run() -> float:
    """Seconds by the clock of every policy for every enterprise; nothing of it stays."""
    now = timezone.now()
    clock, processor = time.perf_counter(), time.process_time()
    made = run_policies(actor=READER, on=timezone.localdate(now), now=now)
    clock, processor = time.perf_counter() - clock, time.process_time() - processor
    transaction.set_rollback(True)
    say(
        f"{made.policies} policies for {made.firms} firms: "
        f"{clock:.1f} s ({processor:.1f} s processor)"
    )
    return clock


def say(line: str) -> None:
    """A figure."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


main()
