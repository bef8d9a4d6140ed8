"""Where rounds are shown, for lists of what was done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.urls import reverse

from lianshu.audit.links import register
from lianshu.authority import Actor
from lianshu.rounds.models import Round


def _pages(actor: Actor, ids: Sequence[int]) -> Mapping[int, str]:
    found = Round.objects.visible_to(actor).filter(pk__in=ids).values_list("pk", "public_id")
    return {pk: reverse("round", args=[public_id]) for pk, public_id in found}


register("rounds.round", _pages)
