"""Where the object of an audit entry is shown: said by the app that owns it.

    register("exchange.demand", demand_pages)

in that app's module `audit_links`, which Django's start imports.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from lianshu.audit.models import AuditEntry
from lianshu.authority import Actor

Pages = Callable[[Actor, Sequence[int]], Mapping[int, str]]
"""`(actor, object ids) -> id → address` of those the actor may open, in one query."""

_pages: dict[str, Pages] = {}


def register(object_type: str, pages: Pages) -> None:
    """Let `pages` find objects of `object_type` (`Model._meta.label_lower`)."""
    if object_type in _pages and _pages[object_type] is not pages:
        raise ValueError(f"two ways to pages of {object_type!r}")
    _pages[object_type] = pages


def pages_of(actor: Actor, entries: Iterable[AuditEntry]) -> dict[tuple[str, int], str]:
    """(object type, object id) → address; one query for each type among the entries."""
    wanted: dict[str, set[int]] = {}
    for entry in entries:
        if entry.object_type in _pages:
            wanted.setdefault(entry.object_type, set()).add(entry.object_id)
    return {
        (object_type, pk): address
        for object_type, ids in wanted.items()
        for pk, address in _pages[object_type](actor, sorted(ids)).items()
    }
