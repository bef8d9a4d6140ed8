"""Looking for partners: of one post at once, of many in the background."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext as _

from lianshu.audit.services import signature
from lianshu.authority import Actor, require
from lianshu.exchange.matching import TOP, partners_of, uses_detail
from lianshu.exchange.models import Demand, MatchingRun, Resource
from lianshu.exchange.queries import demands_for, resources_for
from lianshu.exchange.rules import can_match
from lianshu.exchange.services.confidentiality import log_readings
from lianshu.exchange.services.recommendations import Ranked, store_ranking
from lianshu.jobs.models import Job
from lianshu.jobs.services import enqueue
from lianshu.records.errors import DomainError

MATCH_JOB = "exchange.match"


def match_post(*, actor: Actor, post: Demand | Resource, now: datetime, top: int = TOP) -> int:
    """Rank the partners of a published post (fetched with its level) and store them as proposals;
    returns how many. Whose detail was used for it is logged for the owners to see."""
    require(can_match(actor, post))
    found = partners_of(actor, post, now=now, top=top)
    partners = found.ranked
    asked = isinstance(post, Demand)
    ranking = [
        Ranked(
            demand_id=post.pk if asked else pk,
            resource_id=pk if asked else post.pk,
            rank=candidate.rank,
            score=candidate.score,
            expected=found.expected.get(pk),
        )
        for pk, candidate in partners
    ]
    count = store_ranking(actor=actor, post=post, ranking=ranking, now=now)
    MatchingRun.objects.create(
        demand=post if isinstance(post, Demand) else None,
        resource=None if isinstance(post, Demand) else post,
        at=now,
        actor_name=signature(actor),
        found=count,
        left_out=found.left_out,
        model=found.model,
    )
    others = (resources_for if asked else demands_for)(actor).filter(
        pk__in=[pk for pk, _candidate in partners]
    )
    read = [row for row in (post, *others) if uses_detail(row)]
    log_readings(actor=actor, posts=read, channel="match", now=now)
    return count


def request_matching(
    *, actor: Actor, posts: Iterable[Demand | Resource], now: datetime, top: int = TOP
) -> Job:
    """Match many posts of one side in the background; each is asked about again when its turn
    comes. `DomainError` when there is none."""
    rows = list(posts)
    if not rows:
        raise DomainError(_("没有选中要匹配的内容。"))
    for row in rows:
        require(can_match(actor, row))
    side = "demand" if isinstance(rows[0], Demand) else "resource"
    return enqueue(
        actor=actor,
        kind=MATCH_JOB,
        title=_("匹配 %(count)d 条") % {"count": len(rows)},
        params={"side": side, "posts": [row.public_id for row in rows], "top": top},
        now=now,
    )
