"""Rounds are planned in the background."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from lianshu.jobs.context import JobContext
from lianshu.jobs.registration import handler
from lianshu.records.errors import NotFound
from lianshu.rounds.queries import round_by_id
from lianshu.rounds.services.computing import PLAN_JOB, compute_plan


@handler(PLAN_JOB)
def plan(context: JobContext) -> dict[str, Any]:
    """Plan the round; run again, it plans again."""
    found = round_by_id(context.actor, context.params["round"])
    if found is None:
        raise NotFound(_("没有这一轮，或者它不向您开放。"))
    stored = compute_plan(
        actor=context.actor, found=found, now=context.now(), progress=context.progress
    )
    return {"feasible": stored.feasible, "pairs": len(stored.chosen)}
