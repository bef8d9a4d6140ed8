"""Questions about cases, each answered within what the actor may see."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q

from lianshu.authority import Actor
from lianshu.casework.models import Case, LoopVersion, Rating, Task
from lianshu.casework.querysets import CaseQuerySet, TaskQuerySet
from lianshu.records.services import actor_key


def cases_for(actor: Actor, *, consulted: bool = False) -> CaseQuerySet:
    """Cases the actor asked for, has a part in or cares for; with `consulted` also those in which
    its organisation was only asked for its opinion: lists and figures leave them out."""
    found = Case.objects.visible_to(actor, consulted=consulted)
    return found.select_related("loop_version", "asker", "region", "chain")


def case_by_id(actor: Actor, public_id: str) -> Case | None:
    """One case, with whether it lies in the actor's care."""
    found = cases_for(actor, consulted=True).with_care(actor)
    return found.filter(public_id=public_id).first()


def was_done(actor: Actor, case: Case, key: str) -> bool:
    """Whether the actor has already done in this case what was sent under `key`."""
    if not key:
        return False
    return case.events.filter(actor_key=actor_key(actor), key=key).exists()


def tasks_for(actor: Actor) -> TaskQuerySet:
    """What waits for the actor."""
    # An open task is always of an open case. Said here, it lets counts by loop be answered from
    # the index of open cases.
    found = Task.objects.waiting_for(actor).filter(case__ended_at__isnull=True)
    return found.select_related(
        "case__loop_version", "case__asker", "case__chain", "organisation", "region"
    )


def loops_in_use() -> list[LoopVersion]:
    """The latest version of each published loop that takes new cases."""
    latest: dict[str, LoopVersion] = {}
    for version in LoopVersion.objects.filter(retired_at__isnull=True).order_by("loop", "version"):
        latest[version.loop] = version
    return sorted(latest.values(), key=lambda each: each.title)


def takes_part(actor: Actor, case_id: int) -> bool:
    """Whether the actor sees all of this case, and not only because its opinion was asked."""
    return Case.objects.visible_to(actor, consulted=False).filter(pk=case_id).exists()


def latest_versions() -> models.QuerySet[LoopVersion]:
    """The latest version of each loop that takes new cases, as rows of a list."""
    newer = LoopVersion.objects.filter(
        loop=OuterRef("loop"), version__gt=OuterRef("version"), retired_at__isnull=True
    )
    return LoopVersion.objects.filter(~Exists(newer), retired_at__isnull=True)


def versions_of(loop: str) -> list[LoopVersion]:
    """Every version of a loop, the latest first; none where it was never published."""
    return list(LoopVersion.objects.filter(loop=loop).order_by("-version"))


def cases_on_other_versions(actor: Actor, version: LoopVersion) -> CaseQuerySet:
    """Running cases of the loop that go by another version of it, in the order they were opened."""
    others = cases_for(actor).open().filter(loop_version__loop=version.loop)
    return others.exclude(loop_version=version).order_by("opened_at", "pk")


def with_tasks_at(step: str, what: str, *, now: datetime) -> Q:
    """Cases that were through with a step (`done`), too late at it (`late`), or came to it more
    than once (`redone`)."""
    tasks = Task.objects.filter(step=step)
    if what == "done":
        tasks = tasks.filter(done_at__isnull=False)
    elif what == "late":
        tasks = tasks.filter(Q(done_at__gt=F("due_at")) | Q(done_at__isnull=True, due_at__lt=now))
    else:
        often = tasks.order_by().values("case").annotate(n=Count("opened_at", distinct=True))
        return Q(pk__in=often.filter(n__gt=1).values("case"))
    return Q(pk__in=tasks.values("case"))


def with_open_task_due_before(now: datetime) -> Q:
    """Cases that are too late just now."""
    return Q(pk__in=Task.objects.open().filter(due_at__lt=now).values("case"))


def rated_cases() -> Q:
    """Cases that somebody rated."""
    return Q(pk__in=Rating.objects.values("case"))
