"""Many posts in one transaction, with the history that single writes leave."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from django.db import transaction
from django.utils.translation import gettext as _

from lianshu.authority import Actor
from lianshu.exchange.models import Demand, PostStatus, Resource
from lianshu.exchange.rules import can_edit_post, can_post_for
from lianshu.exchange.services.cleaning import check_ready_to_publish, check_whole
from lianshu.exchange.services.history import snapshot, write_history
from lianshu.exchange.services.posts import LIFE
from lianshu.records.errors import DomainError
from lianshu.registry.models import Organisation

PostModel = type[Demand] | type[Resource]


@dataclass(frozen=True, slots=True)
class PostRow:
    """One row of a list, checked by `clean_values`: what to write and for whom."""

    number: int
    external_id: str
    owner: Organisation
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RowPlan:
    """What writing the row would do; `changed` names the fields that differ."""

    number: int
    action: Literal["create", "change", "same", "refused"]
    changed: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class BulkResult:
    """How many rows were created, changed and left alone."""

    created: int
    changed: int
    same: int


def existing_posts(
    *, model: PostModel, source: str, external_ids: Sequence[str]
) -> dict[str, Demand | Resource]:
    """Posts already known under these ids of this source, by id."""
    found = model._default_manager.filter(
        source=source, external_id__in=[key for key in external_ids if key]
    ).select_related("owner", "region", "chain")
    return {post.external_id: post for post in found}


def plan_rows(
    *, actor: Actor, model: PostModel, source: str, rows: Sequence[PostRow]
) -> list[RowPlan]:
    """What `write_rows` would do with each row; writes nothing."""
    known = existing_posts(model=model, source=source, external_ids=[r.external_id for r in rows])
    owners: dict[int, str] = {}
    plans = []
    for row in rows:
        post = known.get(row.external_id) if row.external_id else None
        if post is None:
            if row.owner.pk not in owners:
                owners[row.owner.pk] = can_post_for(actor, row.owner).reason
            reason = owners[row.owner.pk]
            plans.append(RowPlan(row.number, "refused" if reason else "create", reason=reason))
            continue
        verdict = can_edit_post(actor, post)
        if not verdict.allowed:
            plans.append(RowPlan(row.number, "refused", reason=verdict.reason))
            continue
        changed = _differing(post, row)
        plans.append(RowPlan(row.number, "change" if changed else "same", changed))
    return plans


def _differing(post: Demand | Resource, row: PostRow) -> tuple[str, ...]:
    changed = [f for f, value in row.values.items() if getattr(post, f) != value]
    if post.owner_id != row.owner.pk:
        changed.append("owner")
    return tuple(changed)


@transaction.atomic
def write_rows(
    *,
    actor: Actor,
    model: PostModel,
    source: str,
    rows: Sequence[PostRow],
    publish: bool,
    now: datetime,
) -> BulkResult:
    """Create or change all `rows`, or none: the first refusal or error raises and undoes.

    About 2,000 rows at a time keep the write lock short. Existing posts are matched by
    (source, external id).
    """
    plans = plan_rows(actor=actor, model=model, source=source, rows=rows)
    known = existing_posts(model=model, source=source, external_ids=[r.external_id for r in rows])
    created: list[Demand | Resource] = []
    changed: list[Demand | Resource] = []
    before: list[dict[str, Any] | None] = []
    for row, plan in zip(rows, plans, strict=True):
        if plan.action == "refused":
            raise DomainError(
                _("第 %(row)d 行：%(reason)s") % {"row": row.number, "reason": plan.reason}
            )
        if plan.action == "create":
            created.append(_new_post(actor, model, source, row, publish=publish, now=now))
        elif plan.action == "change":
            post = known[row.external_id]
            before.append(snapshot(post))
            changed.append(_changed_post(post, row, publish=publish, now=now))
    manager: Any = model._default_manager
    manager.bulk_create(created, batch_size=500)
    if changed:
        fields = [f.name for f in model._meta.concrete_fields if f.name not in {"id", "public_id"}]
        manager.bulk_update(changed, fields, batch_size=200)
    write_history(
        actor=actor, action="created", posts=created, before=[None] * len(created), now=now
    )
    write_history(actor=actor, action="edited", posts=changed, before=before, now=now)
    same = len(rows) - len(created) - len(changed)
    return BulkResult(created=len(created), changed=len(changed), same=same)


def _new_post(
    actor: Actor, model: PostModel, source: str, row: PostRow, *, publish: bool, now: datetime
) -> Demand | Resource:
    values = dict(row.values)
    values["region"] = values.get("region") or row.owner.region
    if values.get("chain") is None:
        values["chain"] = row.owner.chain
    post = model(
        owner=row.owner,
        source=source,
        external_id=row.external_id,
        created_by_id=actor.user_id,
        created_at=now,
        updated_at=now,
        **values,
    )
    _settle(post, row, publish=publish, now=now)
    return post


def _changed_post(
    post: Demand | Resource, row: PostRow, *, publish: bool, now: datetime
) -> Demand | Resource:
    for field, value in row.values.items():
        setattr(post, field, value)
    post.owner = row.owner
    post.updated_at = now
    post.version += 1
    _settle(post, row, publish=publish, now=now)
    return post


def _settle(post: Demand | Resource, row: PostRow, *, publish: bool, now: datetime) -> None:
    try:
        check_whole(post)
        if publish and post.status != PostStatus.PUBLISHED:
            check_ready_to_publish(post)
            post.status = PostStatus.PUBLISHED
            post.published_at = post.published_at or now
            post.expires_at = now + LIFE[type(post)]
    except DomainError as error:
        raise DomainError(
            _("第 %(row)d 行：%(reason)s") % {"row": row.number, "reason": error.message},
            field=error.field,
        ) from error
    post.refresh_keys()
