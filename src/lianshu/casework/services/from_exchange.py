"""A recommendation leads to a case: taken up as a project where it was not yet, and opened."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from lianshu.authority import Actor, require
from lianshu.casework.models import Case, Channel, LoopVersion
from lianshu.casework.rules_exchange import can_open_from
from lianshu.casework.services.opening import open_case
from lianshu.exchange.disclosure import Disclosure
from lianshu.exchange.models import Recommendation, RecommendationStatus
from lianshu.exchange.services.recommendations import accept_recommendation
from lianshu.records.errors import NotFound


@transaction.atomic
def open_from_recommendation(
    *,
    actor: Actor,
    recommendation: Recommendation,
    version: LoopVersion,
    now: datetime,
    urgent: bool = False,
    disclose: Disclosure = Disclosure.SUMMARY,
    channel: Channel = Channel.WEB,
) -> Case:
    """The case of a pair, for the demand's owner, about the demand's title; a second time the same
    case, whatever was chosen then.

    A pair that is still open is accepted with it, both or neither; `disclose` as there. Refused
    unless the actor may do both. Nothing above the demand's public summary goes into the case.
    """
    row = (
        Recommendation.objects.select_for_update(of=("self",))
        .select_related("demand__owner__chain", "demand__owner__region", "resource__owner")
        .filter(pk=recommendation.pk)
        .first()
    )
    if row is None:
        raise NotFound(_("这条推荐已被撤下，请刷新列表。"))
    require(can_open_from(actor, row, version))
    opened = Case.objects.filter(recommendation=row).first()
    if opened is not None:
        return opened
    if row.status == RecommendationStatus.PROPOSED:
        accept_recommendation(actor=actor, recommendation=row, disclose=disclose, now=now)
    return open_case(
        actor=actor,
        version=version,
        asker=row.demand.owner,
        subject=row.demand.title,
        urgent=urgent,
        recommendation=row,
        channel=channel,
        now=now,
    )
