"""On the pages of a recommendation and its project: its case, or opening one."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext as _

from lianshu.authority import Actor
from lianshu.casework.queries_exchange import (
    case_of_pair,
    is_opened,
    loops_for_pairs,
    stars_of_pairs,
)
from lianshu.casework.rules_exchange import can_open_from
from lianshu.exchange.followups import Followup, register
from lianshu.exchange.models import Recommendation, RecommendationStatus
from lianshu.exchange.surroundings import register_stars


def cases_of(actor: Actor, pair: Recommendation) -> Sequence[Followup]:
    """The case that came of it, else opening one where that is allowed."""
    case = case_of_pair(actor, pair)
    if case is not None:
        return [Followup(_("打开办件"), reverse("case", args=[case.public_id]), "folder")]
    if is_opened(pair):
        return []
    if not any(can_open_from(actor, pair, version).allowed for version in loops_for_pairs()):
        return []
    label = _("开出办件") if pair.status == RecommendationStatus.ACCEPTED else _("采纳并开出办件")
    return [Followup(label, reverse("recommendation-open-case", args=[pair.public_id]), "send")]


register(cases_of)
register_stars(stars_of_pairs)
