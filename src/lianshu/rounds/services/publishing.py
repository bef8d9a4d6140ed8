"""Confirming a plan: its pairs become cases and projects, pairings, or liaisons' firms."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lianshu.audit.services import record
from lianshu.authority import Actor, Refusal, require
from lianshu.casework.models import LoopVersion
from lianshu.casework.queries import loops_in_use
from lianshu.casework.services.from_exchange import open_from_recommendation
from lianshu.exchange.models import RecommendationStatus
from lianshu.exchange.services.proposing import propose_pair
from lianshu.exchange.services.recommendations import accept_recommendation
from lianshu.records.errors import DomainError
from lianshu.registry.services.liaisons import AssignmentRow, assign_liaisons
from lianshu.registry.services.pairings import PairingRow, create_pairings
from lianshu.rounds.models import Participant, Round, RoundKind, RoundPair, RoundStatus
from lianshu.rounds.queries import pairs_for, plans_of
from lianshu.rounds.rules import can_publish_round
from lianshu.rounds.services.rounds import locked
from lianshu.rounds.sides import OF_POSTS, who_of

SECONDMENT_LOOP: Final = "secondment"


@transaction.atomic
def publish_round(*, actor: Actor, found: Round, now: datetime) -> Round:
    """Turn the pairs of the last plan into what the round is for: all of them or none.

    Secondment opens a case of the loop `secondment` for each pair, or a project where that loop is
    not published; a match meeting opens projects; pairing makes one 1 + N for each lead; liaisons
    are given their firms. Raises `Refusal`, and `DomainError` naming the pair that stands in the
    way.
    """
    row = locked(actor, found)
    require(can_publish_round(actor, row))
    stored = plans_of(row).first()
    pairs = list(pairs_for(actor).filter(round=row, chosen=True).order_by("pk"))
    if (
        stored is None
        or not stored.feasible
        or {str(one.pk) for one in pairs} != set(stored.chosen)
    ):
        raise DomainError(_("方案和现在的配对不一致，请重新计算后再发布。"))
    if not pairs:
        raise DomainError(_("方案里一对也没有，没有可以发布的。"))
    if row.kind in OF_POSTS:
        _publish_posts(actor, row, pairs, now)
    elif row.kind == RoundKind.PAIRING:
        _publish_pairings(actor, row, pairs, now)
    else:
        _publish_liaisons(actor, pairs, now)
    row.status, row.published_at = RoundStatus.PUBLISHED, now
    row.save(update_fields=["status", "published_at"])
    changes = {"pairs": [None, len(pairs)]}
    record(actor=actor, action="round.published", obj=row, now=now, changes=changes)
    return row


def _publish_posts(actor: Actor, found: Round, pairs: Sequence[RoundPair], now: datetime) -> None:
    loop = _loop() if found.kind == RoundKind.SECONDMENT else None
    for pair in pairs:
        demand, resource = pair.left.demand, pair.right.resource
        if demand is None or resource is None:
            raise DomainError(_named(pair, _("需求或资源已不在发布中，请移出后重新计算。")))
        try:
            proposal = propose_pair(
                actor=actor,
                demand=demand,
                resource=resource,
                score=float(pair.weight) / 100,
                now=now,
            )
            if loop is not None:
                open_from_recommendation(
                    actor=actor, recommendation=proposal, version=loop, now=now
                )
            elif proposal.status == RecommendationStatus.PROPOSED:
                accept_recommendation(actor=actor, recommendation=proposal, now=now)
        except (Refusal, DomainError) as error:
            raise DomainError(_named(pair, str(error))) from error
        pair.recommendation = proposal
        pair.save(update_fields=["recommendation"])


def _named(pair: RoundPair, reason: str) -> str:
    return _("“%(left)s”与“%(right)s”：%(reason)s") % {
        "left": who_of(pair.left).name,
        "right": who_of(pair.right).name,
        "reason": reason,
    }


def _loop() -> LoopVersion | None:
    return next((each for each in loops_in_use() if each.loop == SECONDMENT_LOOP), None)


def _publish_pairings(
    actor: Actor, found: Round, pairs: Sequence[RoundPair], now: datetime
) -> None:
    leads: dict[int, list[RoundPair]] = {}
    for pair in pairs:
        leads.setdefault(pair.right_id, []).append(pair)
    today = timezone.localdate(now)
    rows = [
        PairingRow(
            lead=_lead(own).organisation,
            members=[pair.left.organisation for pair in own],
            topic=found.title,
            region=found.region,
            chain=found.chain,
            valid_from=today,
        )
        for own in leads.values()
    ]
    made = create_pairings(actor=actor, rows=rows, now=now)
    for pairing, own in zip(made, leads.values(), strict=True):
        RoundPair.objects.filter(pk__in=[pair.pk for pair in own]).update(pairing=pairing)


def _lead(own: Sequence[RoundPair]) -> Participant:
    return own[0].right


def _publish_liaisons(actor: Actor, pairs: Sequence[RoundPair], now: datetime) -> None:
    rows = []
    for pair in pairs:
        if pair.right.liaison is None:
            raise DomainError(_named(pair, _("这位专员已不向您开放，请移出后重新计算。")))
        rows.append(
            AssignmentRow(pair.right.liaison, pair.left.organisation, timezone.localdate(now))
        )
    assign_liaisons(actor=actor, rows=rows, now=now)
