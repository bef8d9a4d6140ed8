"""Reading which lists were exported in the background."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from lianshu.authority import Actor
from lianshu.jobs.models import Job, JobQuerySet

EXPORT_JOB: Final = "web.export_list"


def own_exports(actor: Actor) -> JobQuerySet:
    """The exports the actor asked for; an operator does not read those of others."""
    jobs = Job.objects.visible_to(actor).filter(kind=EXPORT_JOB)
    return jobs.none() if actor.user_id is None else jobs.filter(requested_by_id=actor.user_id)


def export_by_key(actor: Actor, key: str) -> Job | None:
    """The actor's own export of this key."""
    return own_exports(actor).filter(params__key=key).first()


def is_own_export(actor: Actor, pk: int) -> bool:
    """Whether the job of this primary key is an export the actor asked for."""
    return own_exports(actor).filter(pk=pk).exists()


def exports_between(actor: Actor, start: datetime, end: datetime) -> JobQuerySet:
    """Exports of everybody asked for in that time, for who operates the house."""
    return Job.objects.visible_to(actor).filter(
        kind=EXPORT_JOB, created_at__gte=start, created_at__lt=end
    )
