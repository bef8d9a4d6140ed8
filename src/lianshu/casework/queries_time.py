"""Which cases run by which version."""

from __future__ import annotations

from collections.abc import Collection

from lianshu.authority import Actor
from lianshu.casework.models import Case, LoopVersion


def version_of(loop: str, version: int) -> LoopVersion | None:
    """A published version of a loop that takes new cases."""
    return LoopVersion.objects.filter(loop=loop, version=version, retired_at__isnull=True).first()


def running_cases_of(actor: Actor, loop: str, ids: Collection[str] = ()) -> list[Case]:
    """Open cases of a loop, whatever their version; all of them, or those named."""
    cases = Case.objects.visible_to(actor).open().filter(loop_version__loop=loop)
    if ids:
        cases = cases.filter(public_id__in=ids)
    return list(cases.order_by("pk"))
