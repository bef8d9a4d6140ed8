"""All published policies over the demo city: `python bench/policy_city.py` beside its database.

Loads nothing: run `lianshu demo load` first and name its folder in LIANSHU_VAR. Prints the parts of
one run; it leaves one more run behind, as any run does.
"""

from __future__ import annotations

import os
import sys
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianshu.settings")
os.environ.setdefault("LIANSHU_ENV", "demo")
django.setup()

from django.utils import timezone  # noqa: E402  after setup

from lianshu.authority import system_actor  # noqa: E402
from lianshu.engine.expressions import Outcome  # noqa: E402
from lianshu.engine.policy import Evaluator, meanings  # noqa: E402
from lianshu.entitlements.knowledge_many import known_of_many  # noqa: E402
from lianshu.entitlements.models import PolicyResult  # noqa: E402
from lianshu.entitlements.published import published  # noqa: E402
from lianshu.entitlements.queries import enterprises  # noqa: E402
from lianshu.entitlements.services.running import READER, run_policies  # noqa: E402


def main() -> None:
    """One run timed as a whole, then its two parts by themselves."""
    now = timezone.now()
    on = timezone.localdate(now)
    published()
    began, cpu = time.perf_counter(), time.process_time()
    run = run_policies(actor=system_actor("bench"), on=on, now=now)
    wall, used = time.perf_counter() - began, time.process_time() - cpu
    rows = PolicyResult.objects.filter(run=run).count()
    size = f"{run.firms} firms, {run.policies} policies, {rows} rows"
    say(f"run: {size}: {wall:.1f} s ({used:.1f} s CPU)")
    firms = list(enterprises(READER).order_by("pk"))
    began = time.perf_counter()
    known = known_of_many(READER, firms)
    say(f"reading what is known: {time.perf_counter() - began:.1f} s")
    began = time.perf_counter()
    found = published()
    brief = meanings(found.policies)
    for firm in known.values():
        evaluator = Evaluator(found.policies, firm, on, brief=brief)
        for policy in found.policies:
            if policy.in_force(on) and evaluator.applies(policy).outcome is not Outcome.NOT_MET:
                evaluator.decision(policy)
    say(f"evaluating: {time.perf_counter() - began:.1f} s")


def say(line: str) -> None:
    """A figure."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


main()
