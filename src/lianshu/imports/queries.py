"""Reading runs."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from lianshu.authority import Actor, require
from lianshu.imports.models import BadRow, ImportRun, ImportRunQuerySet
from lianshu.imports.rules import can_read_content
from lianshu.records.errors import NotFound

HEAVY = ("header", "mapping", "options", "notes", "preview", "changes")


def runs_for(actor: Actor) -> ImportRunQuerySet:
    """Runs the actor may see, latest first, without what only a run's own page shows."""
    return ImportRun.objects.visible_to(actor).select_related("requested_by", "job").defer(*HEAVY)


def run_by_id(actor: Actor, public_id: str) -> ImportRun:
    """One run whole, or `NotFound` when there is none for this actor."""
    run = (
        ImportRun.objects.visible_to(actor)
        .select_related("requested_by", "job", "file")
        .filter(public_id=public_id)
        .first()
    )
    if run is None:
        raise NotFound(_("没有这次导入，或者它不是您可以查看的。"))
    return run


def bad_rows_of(
    actor: Actor, run: ImportRun, *, after: int = 0, limit: int | None = None
) -> list[BadRow]:
    """Rows that cannot be imported, by row number, from the one after row `after` on."""
    require(can_read_content(actor, run))
    rows = BadRow.objects.filter(run=run, number__gt=after)
    return list(rows if limit is None else rows[:limit])


def sources_for(actor: Actor) -> list[str]:
    """Senders named before by the actor or colleagues, to be chosen again."""
    names = ImportRun.objects.visible_to(actor).order_by("source").values_list("source", flat=True)
    return list(names.distinct()[:100])


def runs_that_wrote(actor: Actor, target_id: str, *, most: int = 20) -> list[ImportRun]:
    """The actor's own latest runs that made something new in this list."""
    own = runs_for(actor).filter(requested_by_id=actor.user_id, target=target_id)
    wrote = own.filter(created__gt=0, confirmed_at__isnull=False)
    return [] if actor.user_id is None else list(wrote.order_by("-confirmed_at")[:most])


def runs_by_ids(public_ids: Sequence[str]) -> list[ImportRun]:
    """Who imported what when, for ids that `runs_that_wrote` offered."""
    return list(ImportRun.objects.filter(public_id__in=public_ids).defer(*HEAVY))
