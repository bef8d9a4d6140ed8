"""Many posts in one transaction, with the history that single writes leave.

`plan_rows` says what each row would do, `compute_keys` does the costly work that needs no
database, `save_plans` writes in one transaction; `write_rows` is all three.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from operator import attrgetter
from typing import Any, Literal

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from lianshu.authority import Actor, Matter
from lianshu.exchange.models import Demand, PostStatus, Resource
from lianshu.exchange.rules import can_edit_post, can_post_for, coordinates
from lianshu.exchange.services.cleaning import check_ready_to_publish, check_whole
from lianshu.exchange.services.history import snapshot, write_history
from lianshu.exchange.services.posts import LIFE
from lianshu.records.bulk import insert_rows, stored_names
from lianshu.records.errors import Conflict, DomainError
from lianshu.records.fields import is_opaque_id
from lianshu.records.keying import KeyMaker
from lianshu.registry.models import Organisation

PostModel = type[Demand] | type[Resource]

KEY_FIELDS = ("title_key", "search_summary", "search_identity", "search_detail")
OPEN_FIELDS = frozenset({"title", "summary", "kind", "region", "chain", "trl_level", "deadline"})
"""What everybody who sees a post may read."""
RELATIONS = frozenset({"owner", "region", "chain", "partner_region"})
STATE_FIELDS = ("status", "published_at", "expires_at", "version", "updated_at")


@dataclass(frozen=True, slots=True)
class PostRow:
    """One row of a list, checked by `clean_values`: what to write and for whom.

    `values` is what the row states and replaces what a known post says; `defaults` fill what a new
    post is not told. `owner` of a known post changes only when `owner_stated`. Facets given as
    None are removed, others not named are kept.
    """

    number: int
    external_id: str
    owner: Organisation
    values: Mapping[str, Any]
    defaults: Mapping[str, Any] = field(default_factory=dict)
    owner_stated: bool = True


@dataclass(frozen=True, slots=True)
class RowPlan:
    """What writing the row would do; `changed` names the fields that differ.

    `post` is the unsaved outcome of a create or change, `before` the post it changes.
    """

    number: int
    action: Literal["create", "change", "same", "refused"]
    changed: tuple[str, ...] = ()
    reason: str = ""
    post: Demand | Resource | None = None
    before: Demand | Resource | None = None


@dataclass(frozen=True, slots=True)
class BulkResult:
    """How many rows were created, changed and left alone."""

    created: int
    changed: int
    same: int


def existing_posts(
    *, model: PostModel, source: str, external_ids: Iterable[str]
) -> dict[str, Demand | Resource]:
    """Posts already known under these ids of this source, by id; and those whose own public id
    it is, so that an exported list comes back to the posts it was made from."""
    keys = {key for key in external_ids if key}
    rows = model._default_manager.select_related("owner", "region", "chain")
    # The condition is the index's own; without it SQLite reads the whole table.
    keyed = rows.exclude(external_id="").filter(source=source, external_id__in=keys)
    known = {post.external_id: post for post in keyed}
    ours = {key for key in keys if is_opaque_id(key)} - set(known)
    if ours:
        known |= {post.public_id: post for post in rows.filter(public_id__in=ours)}
    return known


def posts_without_id(
    *, model: PostModel, source: str, rows: Sequence[PostRow]
) -> dict[tuple[int, str], Demand | Resource]:
    """What this source brought earlier without an id of its own, by owner and title, for the rows
    that have none either. Of several alike, one that still stands, and the oldest of these."""
    wanted = {(row.owner.pk, row.values.get("title")) for row in rows if not row.external_id}
    if not wanted or not source:
        return {}
    owners, titles = zip(*wanted, strict=True)
    rows_of = model._default_manager.select_related("owner", "region", "chain")
    found: Iterable[Any] = rows_of.filter(
        source=source, external_id="", owner_id__in=set(owners), title__in=set(titles)
    )
    best_last = sorted(found, key=lambda post: (post.status != PostStatus.WITHDRAWN, -post.pk))
    return {(post.owner_id, post.title): post for post in best_last}


def plan_rows(
    *,
    actor: Actor,
    model: PostModel,
    source: str,
    rows: Sequence[PostRow],
    publish: bool = False,
) -> list[RowPlan]:
    """What `write_rows` would do with each row; writes nothing.

    With `publish` new posts and known drafts are published; what was withdrawn stays so.
    """
    known = existing_posts(model=model, source=source, external_ids=(r.external_id for r in rows))
    unnamed = posts_without_id(model=model, source=source, rows=rows)
    allowed: dict[int, str] = {}

    def may_post_for(owner: Organisation) -> str:
        if owner.pk not in allowed:
            allowed[owner.pk] = can_post_for(actor, owner).reason
        return allowed[owner.pk]

    plans = []
    for row in rows:
        post = (
            known.get(row.external_id)
            if row.external_id
            else unnamed.get((row.owner.pk, row.values.get("title", "")))
        )
        owner_changes = post is None or (row.owner_stated and post.owner_id != row.owner.pk)
        if post is not None and not can_edit_post(actor, post).allowed:
            reason = _not_yours(row, source)
        else:
            reason = may_post_for(row.owner) if owner_changes else ""
        plans.append(
            RowPlan(row.number, "refused", reason=reason)
            if reason
            else _plan_new(actor, model, source, row, publish=publish)
            if post is None
            else _plan_known(actor, post, row, publish=publish)
        )
    return plans


def _not_yours(row: PostRow, source: str) -> str:
    """Not the rule's own reason, which names the title of what the actor may not read."""
    if not row.external_id:
        return _("这家单位已从来源“%(source)s”登记过这个标题，您不能修改它。请核对来源。") % {
            "source": source
        }
    return _(
        "编号“%(key)s”在来源“%(source)s”下已由别的单位登记，您不能修改。请核对编号和来源。"
    ) % {"key": row.external_id, "source": source}


def reads_all(actor: Actor, post: Demand | Resource) -> bool:
    """Whether who may edit the post also reads all of it; whoever only wrote it down once for
    its owner need not."""
    return (
        actor.is_system
        or post.owner_id in actor.acting_in(Matter.POSTS)
        or coordinates(actor, post)
    )


def _plan_new(
    actor: Actor, model: PostModel, source: str, row: PostRow, *, publish: bool
) -> RowPlan:
    values = {**row.defaults, **row.values}
    values["region"] = values.get("region") or row.owner.region
    if values.get("chain") is None:
        values["chain"] = row.owner.chain
    stated = {"source": source, "external_id": row.external_id, "created_by_id": actor.user_id}
    post = _unsaved(model, {**values, **stated, "owner": row.owner})
    wrong = _wrong_with(post, publish=publish)
    if wrong:
        return RowPlan(row.number, "refused", reason=wrong)
    return RowPlan(row.number, "create", post=post)


@cache
def _defaults(model: PostModel) -> tuple[dict[str, Any], dict[str, Callable[[], Any]]]:
    """Attribute name → default in the order of the columns, and those that are made each time."""
    fields = model._meta.concrete_fields
    made = {
        field.attname: field.default
        for field in fields
        if field.has_default() and callable(field.default)
    }
    return {field.attname: field.get_default() for field in fields}, made


def _unsaved(model: PostModel, values: Mapping[str, Any]) -> Demand | Resource:
    """As `model(**values)`; by place instead of by name, which takes a third of the time."""
    constant, made = _defaults(model)
    stored = dict(constant)
    for name, make in made.items():
        stored[name] = make()
    rows: dict[str, Any] = {}
    for name, value in values.items():
        if name in RELATIONS:
            rows[name] = value
            stored[f"{name}_id"] = None if value is None else value.pk
        else:
            stored[name] = value
    post = model(*stored.values())
    post._state.fields_cache.update(rows)
    return post


def _plan_known(actor: Actor, before: Demand | Resource, row: PostRow, *, publish: bool) -> RowPlan:
    post = copy.copy(before)
    blind = not reads_all(actor, before)
    for name, value in row.values.items():
        if blind and name not in OPEN_FIELDS and value in (None, ""):
            continue  # empty because the actor could not read it, which is no wish to empty it
        setattr(post, name, _merged(before, name, value, keep=blind))
    if row.owner_stated:
        post.owner = row.owner
    publishes = publish and before.status == PostStatus.DRAFT
    wrong = _wrong_with(post, publish=publishes)
    if wrong:
        return RowPlan(row.number, "refused", reason=wrong)
    names = (*row.values, "owner", "status")
    changed = tuple(name for name in names if getattr(post, name) != getattr(before, name))
    if not changed:
        return RowPlan(row.number, "same")
    return RowPlan(row.number, "change", changed, post=post, before=before)


def _merged(before: Demand | Resource, name: str, value: Any, *, keep: bool) -> Any:
    if name == "facets" and isinstance(before, Resource):
        return {**before.facets, **{k: v for k, v in value.items() if v is not None or not keep}}
    return value


def _wrong_with(post: Demand | Resource, *, publish: bool) -> str:
    """Marks a post that is to be published, and says what keeps it from being written."""
    try:
        check_whole(post)
        if publish:
            post.status = PostStatus.PUBLISHED
        if post.status == PostStatus.PUBLISHED:
            check_ready_to_publish(post)
    except DomainError as error:
        return error.message
    return ""


def compute_keys(plans: Sequence[RowPlan], maker: KeyMaker | None = None) -> None:
    """Fill in what is derived from the texts of each planned post; `maker` does it elsewhere."""
    posts = [plan.post for plan in plans if plan.post is not None]
    if maker is None:
        for post in posts:
            post.refresh_keys()
    else:
        for post, keys in zip(posts, maker.make([post.key_texts() for post in posts]), strict=True):
            post.take_keys(keys)


def save_plans(*, actor: Actor, plans: Sequence[RowPlan], now: datetime) -> BulkResult:
    """Write planned posts whose keys are computed, with their history, in the caller's
    transaction.

    Raises `DomainError` for a refused row, `Conflict` when a post changed after the plan.
    """
    for plan in plans:
        if plan.action == "refused":
            raise DomainError(
                _("第 %(row)d 行：%(reason)s") % {"row": plan.number, "reason": plan.reason}
            )
    created = [plan.post for plan in plans if plan.action == "create" and plan.post is not None]
    changes = [plan for plan in plans if plan.action == "change"]
    for post in created:
        post.created_at = now
        _stamp(post, now)
    _create(created)
    changed, before = _change(changes, now)
    write_history(
        actor=actor, action="created", posts=created, before=[None] * len(created), now=now
    )
    write_history(actor=actor, action="edited", posts=changed, before=before, now=now)
    same = len(plans) - len(created) - len(changed)
    return BulkResult(created=len(created), changed=len(changed), same=same)


def _stamp(post: Demand | Resource, now: datetime) -> None:
    post.updated_at = now
    if post.status == PostStatus.PUBLISHED and post.published_at is None:
        post.published_at = now
        post.expires_at = now + LIFE[type(post)]


def _create(posts: Sequence[Demand | Resource]) -> None:
    if not posts:
        return
    model = type(posts[0])
    names = stored_names(model)
    try:
        with transaction.atomic():
            insert_rows(model, names, map(attrgetter(*names), posts))
    except IntegrityError as error:
        raise Conflict(_("有编号刚刚被另一次导入登记了，请重新检查。")) from error
    rows = model._default_manager.filter(public_id__in=[post.public_id for post in posts])
    keys = dict(rows.values_list("public_id", "pk"))
    for post in posts:
        post.pk = keys[post.public_id]
        post._state.adding = False


def _change(
    plans: Sequence[RowPlan], now: datetime
) -> tuple[list[Demand | Resource], list[dict[str, Any] | None]]:
    posts: list[Demand | Resource] = []
    before: list[dict[str, Any] | None] = []
    names: set[str] = {*KEY_FIELDS, *STATE_FIELDS}
    for plan in plans:
        if plan.post is None or plan.before is None:
            raise ValueError("a planned change has its post and what it was")
        names.update(plan.changed)
        before.append(snapshot(plan.before))
        _stamp(plan.post, now)
        plan.post.version = plan.before.version + 1
        posts.append(plan.post)
    if posts:
        manager: Any = type(posts[0])._default_manager
        _refuse_outdated(manager, plans)
        # One statement per batch; bulk_update would build a CASE per field and row.
        manager.bulk_create(
            posts,
            batch_size=500,
            update_conflicts=True,
            unique_fields=["pk"],
            update_fields=sorted(names),
        )
    return posts, before


def _refuse_outdated(manager: Any, plans: Sequence[RowPlan]) -> None:
    """The rows are locked from here; a post that somebody edited after the plan stops the write."""
    planned = {plan.before.pk: plan.before.version for plan in plans if plan.before is not None}
    rows = manager.select_for_update().filter(pk__in=planned)
    if dict(rows.values_list("pk", "version")) != planned:
        raise Conflict(_("有内容在检查之后刚刚被修改。请重新检查，看清差别后再导入。"))


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
    (source, external id), without an id by (source, owner, title).
    """
    plans = plan_rows(actor=actor, model=model, source=source, rows=rows, publish=publish)
    compute_keys(plans)
    return save_plans(actor=actor, plans=plans, now=now)
