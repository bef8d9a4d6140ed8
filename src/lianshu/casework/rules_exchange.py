"""Who may open a case from a recommendation, and why not: what the exchange says of the pair, and
what casework says of the case."""

from __future__ import annotations

from django.utils.translation import gettext as _

from lianshu.authority import Actor, Verdict
from lianshu.casework.models import LoopVersion
from lianshu.casework.rules import can_open_case
from lianshu.exchange.models import Recommendation, RecommendationStatus
from lianshu.exchange.rules import can_decide_recommendation, can_update_project


def can_open_from(actor: Actor, recommendation: Recommendation, version: LoopVersion) -> Verdict:
    """Whoever may take the pair up, or has its project, and may open cases for the demand's owner.
    Whether there is a case already is not asked here."""
    if recommendation.status == RecommendationStatus.DECLINED:
        return Verdict.no(_("这条推荐已谢绝，请先撤销谢绝，再开办件。"))
    if recommendation.status == RecommendationStatus.ACCEPTED:
        pair = can_update_project(actor, recommendation.project)
    else:
        pair = can_decide_recommendation(actor, recommendation)
    return pair if not pair.allowed else can_open_case(actor, version, recommendation.demand.owner)
