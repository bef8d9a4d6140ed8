"""Every write of a post leaves a revision and an audit entry."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import models

from lianshu.audit.services import record_many, signature
from lianshu.authority import Actor
from lianshu.exchange.models import (
    Demand,
    DemandRevision,
    Post,
    PostStatus,
    Resource,
    ResourceRevision,
)
from lianshu.exchange.services.cleaning import FIELDS
from lianshu.records.bulk import insert_rows

# Any: the two tables have one shape, which their common abstract base cannot tell a manager.
REVISIONS: dict[type[Post], Any] = {
    Demand: DemandRevision,
    Resource: ResourceRevision,
}
# What a reader of the audit alone must not learn; that it changed is recorded, its wording not.
UNWORDED = {"contact", "contact_name", "detail", "indicators", "budget_min", "budget_max", "facets"}
_PLAIN = frozenset({str, int, dict})
SITTING = timedelta(minutes=10)
STATE_FIELDS = ("status", "expires_at")


def snapshot(post: Post) -> dict[str, Any]:
    """The contents as JSON: what a revision keeps and what a difference is taken from."""
    return {field: _plain(getattr(post, field)) for field in (*FIELDS[type(post)], *STATE_FIELDS)}


def _plain(value: Any) -> Any:
    if value is None or type(value) in _PLAIN:
        return value
    if isinstance(value, models.Model):
        return str(value)
    return value.isoformat() if isinstance(value, date | datetime) else value


def changes_between(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """For the audit: field → [before, after], confidential wording left out."""
    return {
        field: ["…", "…"] if field in UNWORDED else [before.get(field), value]
        for field, value in after.items()
        if before.get(field) != value
    }


def write_history(
    *,
    actor: Actor,
    action: str,
    posts: Sequence[Post],
    before: Sequence[dict[str, Any] | None],
    now: datetime,
) -> None:
    """One revision and one audit entry for each saved post, in the caller's transaction."""
    if not posts:
        return
    after = [snapshot(post) for post in posts]
    name = signature(actor)
    insert_rows(
        REVISIONS[type(posts[0])],
        ("post_id", "number", "at", "actor_name", "action", "content"),
        [
            (post.pk, post.version, now, name, action, content)
            for post, content in zip(posts, after, strict=True)
        ],
    )
    record_many(
        actor=actor,
        action=f"{posts[0]._meta.model_name}.{action}",
        objects=posts,
        changes=[
            {} if old is None else changes_between(old, new)
            for old, new in zip(before, after, strict=True)
        ],
        now=now,
    )


def continues_editing(*, actor: Actor, action: str, post: Post, now: datetime) -> bool:
    """Whether the write went into the revision before it: the same person still typing a draft.

    A draft saves itself every few seconds; its history shows sittings, not keystrokes. Once
    published, every write is a revision of its own.
    """
    if action != "edited" or post.status != PostStatus.DRAFT:
        return False
    sitting = REVISIONS[type(post)]._default_manager.filter(
        post_id=post.pk,
        number=post.version - 1,
        action=action,
        actor_name=signature(actor),
        at__gt=now - SITTING,
    )
    return bool(sitting.update(number=post.version, at=now, content=snapshot(post)))
