"""Kinds of job that only tests ask for."""

from __future__ import annotations

from typing import Any

from lianshu.authority import Refusal
from lianshu.jobs.context import JobContext
from lianshu.jobs.models import Job
from lianshu.jobs.registration import handler
from lianshu.records.errors import DomainError

SEEN: list[dict[str, Any]] = []


@handler("tests.count")
def count(context: JobContext) -> dict[str, Any]:
    """Counts to `to`, noting who it runs as."""
    to = int(context.params["to"])
    for step in range(1, to + 1):
        context.progress(step, to, f"第 {step} 步")
    SEEN.append({"actor": context.actor, "attempt": context.job.attempt})
    return {"counted": to}


@handler("tests.fail")
def fail(context: JobContext) -> dict[str, Any]:
    """Fails in the way that `how` names."""
    how = context.params["how"]
    if how == "domain":
        raise DomainError("第 3 行的信用代码有误，请更正后再导入。")
    if how == "refusal":
        raise Refusal("您没有导入权限，请联系链办。")
    if how == "unstorable":
        return {"when": object()}
    raise RuntimeError("boom")


@handler("tests.cancelled_midway")
def cancelled_midway(context: JobContext) -> dict[str, Any]:
    """Somebody asks for the end while it runs."""
    context.progress(1, 1)
    Job.objects.filter(pk=context.job.pk).update(cancel_requested_at=context.now())
    context.progress(1, 1)
    raise AssertionError("progress let a cancelled job go on")


@handler("tests.taken_over")
def taken_over(context: JobContext) -> dict[str, Any]:
    """While it runs the job is given to another worker, and this one does not notice."""
    Job.objects.filter(pk=context.job.pk).update(attempt=context.job.attempt + 1)
    return {"by": "the old worker"}
