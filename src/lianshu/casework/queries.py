"""Questions about cases, each answered within what the actor may see."""

from __future__ import annotations

from lianshu.authority import Actor
from lianshu.casework.models import Case, LoopVersion, Task
from lianshu.casework.querysets import CaseQuerySet, TaskQuerySet


def cases_for(actor: Actor) -> CaseQuerySet:
    """Cases the actor may see."""
    return Case.objects.visible_to(actor).select_related("loop_version", "asker", "region", "chain")


def case_by_id(actor: Actor, public_id: str) -> Case | None:
    """One case, with whether it lies in the actor's care."""
    return cases_for(actor).with_care(actor).filter(public_id=public_id).first()


def tasks_for(actor: Actor) -> TaskQuerySet:
    """What waits for the actor."""
    return Task.objects.waiting_for(actor).select_related(
        "case__loop_version", "case__asker", "case__chain", "organisation", "region"
    )


def loops_in_use() -> list[LoopVersion]:
    """The latest version of each published loop that takes new cases."""
    latest: dict[str, LoopVersion] = {}
    for version in LoopVersion.objects.filter(retired_at__isnull=True).order_by("loop", "version"):
        latest[version.loop] = version
    return sorted(latest.values(), key=lambda each: each.title)


def sees_case(actor: Actor, case: Case) -> bool:
    """Whether the actor may see this case."""
    return Case.objects.visible_to(actor).filter(pk=case.pk).exists()
