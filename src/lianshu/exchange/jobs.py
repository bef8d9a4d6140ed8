"""The exchange's work in the background."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from lianshu.authority import Refusal
from lianshu.exchange.models import PostStatus
from lianshu.exchange.queries import demand_by_id, resource_by_id
from lianshu.exchange.services.matching import MATCH_JOB, match_post
from lianshu.exchange.services.posts import expire_due_posts
from lianshu.exchange.services.ranking import LEARN_JOB, learn_ranker
from lianshu.jobs.context import JobContext
from lianshu.jobs.registration import handler, schedule
from lianshu.notices.services import notify


@handler("exchange.expire_posts")
def expire_posts(context: JobContext) -> dict[str, Any]:
    """Take posts past their date out of matching."""
    return {"expired": expire_due_posts(actor=context.actor, now=context.now())}


@handler(MATCH_JOB)
def match_posts(context: JobContext) -> dict[str, Any]:
    """Match each post asked for; those no longer published, or no longer the actor's to match,
    are counted as skipped."""
    find = demand_by_id if context.params["side"] == "demand" else resource_by_id
    ids: list[str] = context.params["posts"]
    matched = skipped = pairs = 0
    for number, public_id in enumerate(ids, start=1):
        post = find(context.actor, public_id)
        try:
            if post is None or post.status != PostStatus.PUBLISHED:
                skipped += 1
            else:
                pairs += match_post(
                    actor=context.actor, post=post, now=context.now(), top=context.params["top"]
                )
                matched += 1
        except Refusal:
            skipped += 1
        context.progress(number, len(ids))
    if context.actor.user_id is not None:
        notify(
            recipients=[context.actor.user_id],
            kind="exchange.matching_done",
            params={"count": matched},
            link="/recommendations/",
            now=context.now(),
            mail=False,
        )
    return {"matched": matched, "skipped": skipped, "recommendations": pairs}


@handler(LEARN_JOB)
def learn_ranking(context: JobContext) -> dict[str, Any]:
    """Learn the order of recommendations from what people decided."""
    return learn_ranker(
        actor=context.actor,
        now=context.now(),
        only_if_new=bool(context.params.get("only_if_new", True)),
        beat=lambda: context.progress(0, 1),
    )


schedule(LEARN_JOB, title=_("推荐排序学习"), every=timedelta(days=1))
schedule("exchange.expire_posts", title=_("到期内容下架"), every=timedelta(minutes=10))
