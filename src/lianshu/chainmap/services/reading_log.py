"""Who read single sources, and when: every page and file of them is logged."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from lianshu.audit.services import record
from lianshu.authority import Actor
from lianshu.chainmap.models import ChainInput, MapRevision
from lianshu.registry.models import Organisation

QUERY_MOST = 300


@transaction.atomic
def log_sources(*, actor: Actor, query: str, exported: bool, now: datetime) -> None:
    """A list of sources was read or exported, narrowed by `query`."""
    mark, _made = MapRevision.objects.get_or_create(pk=1)
    action = "chainmap.sources_exported" if exported else "chainmap.sources_read"
    changes = {"query": [None, query[:QUERY_MOST]]} if query else {}
    record(actor=actor, action=action, obj=mark, now=now, changes=changes)


@transaction.atomic
def log_input(*, actor: Actor, row: ChainInput, now: datetime) -> None:
    """The makers of one input were read."""
    record(actor=actor, action="chainmap.sources_read", obj=row, now=now)


@transaction.atomic
def log_firm(*, actor: Actor, organisation: Organisation, now: datetime) -> None:
    """Somebody else read what a firm makes and needs."""
    record(actor=actor, action="chainmap.sources_read", obj=organisation, now=now)
