"""A pair that somebody has settled on becomes a proposal, where it is none yet."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from lianshu.audit.services import record
from lianshu.authority import Actor, Refusal, require
from lianshu.exchange.models import Demand, Recommendation, Resource
from lianshu.exchange.partnering import bars_between
from lianshu.exchange.rules import can_match


@transaction.atomic
def propose_pair(
    *, actor: Actor, demand: Demand, resource: Resource, score: float, now: datetime
) -> Recommendation:
    """The recommendation of the pair, below those the demand has already.

    Refused where the pair may not be proposed: not published, excluded by one of them, of one
    owner.
    """
    row = Recommendation.objects.filter(demand=demand, resource=resource).first()
    if row is not None:
        return row
    require(can_match(actor, demand))
    if bars_between(actor, demand, [resource.pk], now=now):
        raise Refusal(
            _("“%(demand)s”和“%(resource)s”不能配对：一方已不在发布中、设了限制，或属于同一单位。")
            % {"demand": demand.title, "resource": resource.title}
        )
    last = Recommendation.objects.filter(demand=demand).aggregate(rank=Max("rank"))["rank"]
    row = Recommendation.objects.create(
        demand=demand,
        resource=resource,
        region_id=demand.region_id,
        chain_id=demand.chain_id,
        rank=(last or 0) + 1,
        score=score,
        created_at=now,
        updated_at=now,
    )
    record(actor=actor, action="recommendation.created", obj=row, now=now)
    return row
