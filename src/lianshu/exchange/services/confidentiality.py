"""Who may know more of a post, who must never know, and who has read the detail."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Literal

from django.db import transaction
from django.utils.translation import gettext as _

from lianshu.accounts.queries import people_acting_for
from lianshu.audit.services import record, signature
from lianshu.authority import Actor, require
from lianshu.exchange.disclosure import Disclosure
from lianshu.exchange.models import (
    Demand,
    DemandReading,
    Project,
    ProjectStatus,
    Recommendation,
    Resource,
    ResourceReading,
)
from lianshu.exchange.reading import PostReading, read_post
from lianshu.exchange.rules import can_control_disclosure
from lianshu.notices.services import notify
from lianshu.records.errors import DomainError
from lianshu.registry.models import Organisation

Channel = Literal["page", "export", "api", "match"]


def open_detail(
    *, actor: Actor, post: Demand | Resource, channel: Channel, now: datetime
) -> PostReading:
    """`post` (fetched with `with_level`) as the actor may read it; reading the detail of somebody
    else's post is logged for the owner to see."""
    reading = read_post(post)
    if reading.shows_detail:
        log_readings(actor=actor, posts=[post], channel=channel, now=now)
    return reading


def log_readings(
    *, actor: Actor, posts: Iterable[Demand | Resource], channel: Channel, now: datetime
) -> None:
    """Log that the actor read these details; an owner's own reading is not logged, but that of
    an agent with the owner's mandate is: whoever opened a detail is known to its owner."""
    names = "、".join(m.organisation_name for m in actor.memberships)[:300]
    agent = actor.behalf is not None and actor.behalf.kind == "mandate"
    others = [post for post in posts if agent or post.owner_id not in actor.organisation_ids]
    tables: tuple[tuple[type, Any], ...] = ((Demand, DemandReading), (Resource, ResourceReading))
    for model, log in tables:
        log._default_manager.bulk_create(
            (
                log(
                    post_id=post.pk,
                    at=now,
                    user_id=actor.user_id,
                    user_name=signature(actor),
                    organisation_names=names,
                    channel=channel,
                )
                for post in others
                if isinstance(post, model)
            ),
            batch_size=1_000,
        )


def log_reasons(
    *,
    actor: Actor,
    pairs: Iterable[Recommendation | Project],
    channel: Channel,
    now: datetime,
) -> None:
    """Log that reasons made of these pairs' details are shown to the actor."""
    posts = {post for pair in pairs for post in (pair.demand, pair.resource)}
    log_reasons_of(actor=actor, posts=posts, channel=channel, now=now)


def log_reasons_of(
    *, actor: Actor, posts: Iterable[Demand | Resource], channel: Channel, now: datetime
) -> None:
    """The same for posts, of which only those count whose detail the actor reads.

    Reasons stand on many pages; a reader is logged once a day for each post and channel, so that
    the owner sees who knows, not how often a list was opened.
    """
    read = [post for post in posts if read_post(post).shows_detail]
    for side in (Demand, Resource):
        mine = [post for post in read if isinstance(post, side)]
        if not mine:
            continue
        table: Any = DemandReading if side is Demand else ResourceReading
        known = table._default_manager.filter(
            post__in=[post.pk for post in mine],
            user_id=actor.user_id,
            channel=channel,
            at__gt=now - timedelta(days=1),
        ).values_list("post_id", flat=True)
        seen = set(known)
        fresh = [post for post in mine if post.pk not in seen]
        log_readings(actor=actor, posts=fresh, channel=channel, now=now)


@transaction.atomic
def disclose_to(
    *,
    actor: Actor,
    post: Demand | Resource,
    organisation: Organisation,
    level: Disclosure,
    now: datetime,
) -> None:
    """The owner lets `organisation` read up to `level`; SUMMARY takes back what was given."""
    require(can_control_disclosure(actor, post))
    if organisation.pk == post.owner_id:
        raise DomainError(_("自己的内容不需要向自己披露。"), field="organisation")
    if level == Disclosure.NONE:
        raise DomainError(_("要对某单位保密，请把它加入保密名单。"), field="level")
    if level == Disclosure.SUMMARY:
        post.disclosures.filter(organisation=organisation).delete()
    else:
        post.disclosures.update_or_create(
            organisation=organisation,
            defaults={"level": level, "given_by_name": signature(actor), "given_at": now},
        )
        notify(
            recipients=people_acting_for(organisation.pk, now=now),
            kind="exchange.disclosed",
            params={"title": post.title},
            link=f"/{post._meta.model_name}s/{post.public_id}/",
            now=now,
        )
    record(
        actor=actor,
        action=f"{post._meta.model_name}.disclosed",
        obj=post,
        now=now,
        changes={"organisation": [None, organisation.name], "level": [None, int(level)]},
    )


@transaction.atomic
def set_exclusions(
    *, actor: Actor, post: Demand | Resource, organisations: Iterable[Organisation], now: datetime
) -> None:
    """Name the organisations that must never see the post or be proposed for it.

    Proposals that involve them and are still open are removed; what was disclosed is taken back.
    Refused for the other party of a project: it knows the post already, the project ends first.
    """
    require(can_control_disclosure(actor, post))
    wanted = {organisation.pk: organisation for organisation in organisations}
    if post.owner_id in wanted:
        raise DomainError(_("不能对自己保密。"), field="organisations")
    _require_no_project_with(post, list(wanted))
    before = set(post.exclusions.values_list("organisation_id", flat=True))
    post.exclusions.exclude(organisation__in=list(wanted)).delete()
    for pk in wanted.keys() - before:
        post.exclusions.create(organisation_id=pk)
    post.disclosures.filter(organisation__in=list(wanted)).delete()
    side, other = ("demand", "resource") if isinstance(post, Demand) else ("resource", "demand")
    Recommendation.objects.filter(
        **{side: post, f"{other}__owner__in": list(wanted), "status": "proposed"}
    ).delete()
    record(
        actor=actor,
        action=f"{post._meta.model_name}.exclusions_set",
        obj=post,
        now=now,
        changes={"count": [len(before), len(wanted)]},
    )


def _require_no_project_with(post: Demand | Resource, organisation_ids: list[int]) -> None:
    partner = "resource__owner" if isinstance(post, Demand) else "demand__owner"
    project = (
        post.projects.exclude(status=ProjectStatus.ENDED)
        .filter(**{f"{partner}__in": organisation_ids})
        .first()
    )
    if project is not None:
        raise DomainError(
            _("项目“%(title)s”的对方已经在与您对接，请先终止项目，再把它加入保密名单。")
            % {"title": project.title},
            field="organisations",
        )
