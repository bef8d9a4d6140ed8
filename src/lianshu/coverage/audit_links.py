"""Where lists and campaigns are shown, for lists of what was done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.urls import reverse

from lianshu.audit.links import register
from lianshu.authority import Actor
from lianshu.coverage.models import Campaign, FirmList


def _lists(actor: Actor, ids: Sequence[int]) -> Mapping[int, str]:
    found = FirmList.objects.visible_to(actor).filter(pk__in=ids).values_list("pk", "public_id")
    return {pk: reverse("coverage-list", args=[public_id]) for pk, public_id in found}


def _campaigns(actor: Actor, ids: Sequence[int]) -> Mapping[int, str]:
    found = Campaign.objects.visible_to(actor).filter(pk__in=ids).values_list("pk", "public_id")
    return {pk: reverse("coverage-campaign", args=[public_id]) for pk, public_id in found}


register("coverage.firmlist", _lists)
register("coverage.campaign", _campaigns)
