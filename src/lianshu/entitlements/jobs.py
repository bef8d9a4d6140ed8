"""What runs by itself: decisions follow corrected facts."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lianshu.entitlements.queries import has_policies
from lianshu.entitlements.services.correcting import corrections_wait, follow_corrections
from lianshu.entitlements.services.deciding import recompute_decisions
from lianshu.entitlements.services.running import RUN_JOB, run_policies
from lianshu.jobs.context import JobContext
from lianshu.jobs.registration import handler, schedule


@handler("entitlements.recompute")
def recompute(context: JobContext) -> dict[str, Any]:
    """Decide again where facts were corrected."""
    return {"changed": recompute_decisions(actor=context.actor, now=context.now())}


@handler("entitlements.follow_corrections")
def follow(context: JobContext) -> dict[str, Any]:
    """Decide again for firms whose feedback was answered with a corrected figure."""
    return {"changed": follow_corrections(actor=context.actor, now=context.now())}


@handler(RUN_JOB)
def run(context: JobContext) -> dict[str, Any]:
    """Evaluate every policy for every enterprise as of today; run again, it is a new run."""
    now = context.now()
    made = run_policies(
        actor=context.actor,
        on=timezone.localdate(now),
        now=now,
        progress=context.progress,
        clock=context.now,
    )
    return {"firms": made.firms, "policies": made.policies}


schedule(
    "entitlements.follow_corrections",
    title=_("更正后重新判断"),
    every=timedelta(minutes=1),
    when=corrections_wait,
)
schedule("entitlements.recompute", title=_("政策判断复核"), daily_at=time(2, 30))
schedule(RUN_JOB, title=_("计算全部政策"), daily_at=time(3, 0), when=has_policies)
