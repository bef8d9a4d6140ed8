"""What somebody who leaves an organisation was to firms, for whoever takes over."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from lianshu.authority import Actor
from lianshu.registry.models import Liaison, Organisation
from lianshu.registry.services.liaisons import (
    end_liaison,
    hand_over_assignments,
    succeed_liaison,
)


def posts_held(user_id: int, organisation: Organisation, *, now: datetime) -> list[Liaison]:
    """The liaison's posts that the person fills for the organisation."""
    today = timezone.localdate(now)
    return list(
        Liaison.objects.filter(user_id=user_id, organisation=organisation)
        .filter(Q(valid_to__isnull=True) | Q(valid_to__gt=today))
        .select_related("organisation", "region", "chain")
        .order_by("pk")
    )


@transaction.atomic
def pass_on_posts(
    *,
    actor: Actor,
    user_id: int,
    organisation: Organisation,
    successor_id: int,
    successor_name: str,
    phone: str,
    now: datetime,
) -> int:
    """The successor fills the posts from today; returns how many.

    The caller has seen that the actor may end the person's membership: who then serves the firms
    is the organisation's own affair, whatever else the actor may do with liaisons.
    """
    own_affair = Actor(
        user_id=actor.user_id, name=actor.name, behalf=actor.behalf, system="registry.leaving"
    )
    today = timezone.localdate(now)
    already = {each.kind: each for each in posts_held(successor_id, organisation, now=now)}
    posts = posts_held(user_id, organisation, now=now)
    for post in posts:
        on = max(today, post.valid_from or today)
        successor = already.get(post.kind)
        if successor is None:
            already[post.kind] = succeed_liaison(
                actor=own_affair,
                liaison=post,
                name=successor_name,
                user_id=successor_id,
                phone=phone,
                on=on,
                now=now,
            )
        else:
            hand_over_assignments(
                actor=own_affair, source=post, successor=successor, on=on, now=now
            )
            end_liaison(actor=own_affair, liaison=post, on=on, now=now)
    return len(posts)
