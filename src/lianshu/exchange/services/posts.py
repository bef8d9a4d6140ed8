"""Writing demands and resources one at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db import transaction
from django.utils.translation import gettext as _

from lianshu.accounts.queries import people_acting_for
from lianshu.audit.services import record
from lianshu.authority import Actor, Verdict, require
from lianshu.exchange.models import Demand, Post, PostStatus, Recommendation, Resource
from lianshu.exchange.rules import (
    can_edit_post,
    can_post_for,
    can_publish_post,
    can_renew_post,
    can_withdraw_post,
)
from lianshu.exchange.services.cleaning import check_ready_to_publish, check_whole, clean_values
from lianshu.exchange.services.history import continues_editing, snapshot, write_history
from lianshu.notices.services import notify
from lianshu.records.errors import Conflict, DomainError, NotFound
from lianshu.registry.models import Organisation
from lianshu.registry.services.periods import check_exists

LIFE: dict[type[Post], timedelta] = {
    Demand: timedelta(days=180),
    Resource: timedelta(days=365),
}
"""How long a post stays published before its owner must say that it still holds."""

PostT = TypeVar("PostT", bound=Demand | Resource)


@transaction.atomic
def create_post(
    *,
    actor: Actor,
    model: type[PostT],
    owner: Organisation,
    values: Mapping[str, Any],
    now: datetime,
    publish: bool = False,
) -> PostT:
    """A new draft, or a published post. Region and chain default to the owner's."""
    require(can_post_for(actor, owner))
    check_exists(owner, field="owner")
    cleaned = clean_values(model, values)
    cleaned["region"] = cleaned.get("region") or owner.region
    if "chain" not in cleaned:
        cleaned["chain"] = owner.chain
    post = model(
        owner=owner,
        created_by_id=actor.user_id,
        created_at=now,
        updated_at=now,
        **cleaned,
    )
    check_whole(post)
    if publish:
        _publish(post, now)
    post.refresh_keys()
    post.save()
    write_history(actor=actor, action="created", posts=[post], before=[None], now=now)
    return post


def edit_post(
    *, actor: Actor, post: PostT, values: Mapping[str, Any], version: int, now: datetime
) -> PostT:
    """Change contents. `version` is the one the editor read; `Conflict` when it is no longer so."""

    def change(row: PostT) -> None:
        for field, value in clean_values(type(row), values).items():
            setattr(row, field, value)
        check_whole(row)
        if row.status == PostStatus.PUBLISHED:
            check_ready_to_publish(row)

    return _change(
        actor=actor,
        post=post,
        rule=can_edit_post,
        action="edited",
        change=change,
        now=now,
        version=version,
    )


def publish_post(*, actor: Actor, post: PostT, now: datetime) -> PostT:
    """From draft, expired or withdrawn to published, for the life of its kind."""
    return _change(
        actor=actor,
        post=post,
        rule=can_publish_post,
        action="published",
        change=lambda row: _publish(row, now),
        now=now,
    )


def renew_post(*, actor: Actor, post: PostT, now: datetime) -> PostT:
    """Say that it still holds: published for another life from now."""
    return _change(
        actor=actor,
        post=post,
        rule=can_renew_post,
        action="renewed",
        change=lambda row: _publish(row, now),
        now=now,
    )


def withdraw_post(*, actor: Actor, post: PostT, now: datetime) -> PostT:
    """Take it out of lists and matching; it can be published again."""

    def change(row: PostT) -> None:
        row.status = PostStatus.WITHDRAWN

    return _change(
        actor=actor,
        post=post,
        rule=can_withdraw_post,
        action="withdrawn",
        change=change,
        now=now,
    )


def delete_draft(*, actor: Actor, post: Demand | Resource, now: datetime) -> None:
    """Remove a draft for good; what was once published is withdrawn instead."""
    require(can_edit_post(actor, post))
    if post.published_at is not None or post.status != PostStatus.DRAFT:
        raise DomainError(_("发布过的内容不能删除，请改为撤回。"))
    with transaction.atomic():
        record(actor=actor, action=f"{post._meta.model_name}.deleted", obj=post, now=now)
        post.delete()


def _bumped(post: PostT) -> PostT:
    post.version += 1
    return post


def expire_due_posts(*, actor: Actor, now: datetime, batch: int = 500) -> int:
    """Take posts past their date out of matching and tell their owners; returns how many."""
    count = 0
    for model in (Demand, Resource):
        while due := list(
            model.objects.filter(status=PostStatus.PUBLISHED, expires_at__lte=now)
            .order_by("expires_at")
            .values_list("pk", flat=True)[:batch]
        ):
            for pk in due:
                count += _expire(actor=actor, model=model, pk=pk, now=now)
    return count


@transaction.atomic
def _expire(*, actor: Actor, model: type[Demand] | type[Resource], pk: int, now: datetime) -> int:
    # Compare and set: another worker may have expired it, or its owner renewed it, meanwhile.
    won = model.objects.filter(pk=pk, status=PostStatus.PUBLISHED, expires_at__lte=now).update(
        status=PostStatus.EXPIRED, updated_at=now
    )
    if not won:
        return 0
    post = model.objects.select_related("owner").get(pk=pk)
    before = snapshot(post) | {"status": PostStatus.PUBLISHED}
    post = _bumped(post)
    post.save(update_fields=["version"])
    write_history(actor=actor, action="expired", posts=[post], before=[before], now=now)
    notify(
        recipients=people_acting_for(post.owner_id, now=now),
        kind="exchange.expired",
        params={"title": post.title},
        link=f"/{model._meta.model_name}s/{post.public_id}/",
        now=now,
    )
    return 1


def _publish(post: Demand | Resource, now: datetime) -> None:
    check_ready_to_publish(post)
    post.status = PostStatus.PUBLISHED
    post.published_at = post.published_at or now
    post.expires_at = now + LIFE[type(post)]


@transaction.atomic
def _change(
    *,
    actor: Actor,
    post: PostT,
    rule: Callable[[Actor, Post], Verdict],
    action: str,
    change: Callable[[PostT], None],
    now: datetime,
    version: int | None = None,
) -> PostT:
    """Lock the row, ask the rule, apply, save, and write history."""
    # Any: a manager taken from a type variable has no type of its own.
    rows: Any = type(post)._default_manager
    locked = rows.select_for_update(of=("self",)).select_related(
        "owner", "region", "chain", "partner_region"
    )
    row: PostT | None = locked.filter(pk=post.pk).first()
    if row is None:
        raise NotFound(_("这条内容已不存在。"))
    require(rule(actor, row))
    if version is not None and row.version != version:
        raise Conflict(
            _("“%(title)s”在您打开之后被修改过。请查看最新内容，再决定是否保存您的修改。")
            % {"title": row.title}
        )
    before = snapshot(row)
    change(row)
    if snapshot(row) == before:
        return row
    row = _bumped(row)
    row.updated_at = now
    row.refresh_keys()
    row.save()
    if not continues_editing(actor=actor, action=action, post=row, now=now):
        write_history(actor=actor, action=action, posts=[row], before=[before], now=now)
    if row.status != PostStatus.PUBLISHED:
        _drop_unshown_recommendations(row)
    return row


def _drop_unshown_recommendations(post: Demand | Resource) -> None:
    """A post that left matching takes along the proposals nobody has been shown."""
    side = {"demand": post} if isinstance(post, Demand) else {"resource": post}
    Recommendation.objects.filter(
        **side,
        status="proposed",
        demand_shown_at__isnull=True,
        resource_shown_at__isnull=True,
    ).delete()
