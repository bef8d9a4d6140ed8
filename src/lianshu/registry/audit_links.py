"""Where organisations are shown, for lists of what was done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.urls import reverse

from lianshu.audit.links import register
from lianshu.authority import Actor
from lianshu.registry.queries import organisations_ever


def organisation_pages(actor: Actor, ids: Sequence[int]) -> Mapping[int, str]:
    """The pages of these organisations."""
    found = organisations_ever(actor).filter(pk__in=ids).values_list("pk", "public_id")
    return {pk: reverse("organisation", args=[public_id]) for pk, public_id in found}


register("registry.organisation", organisation_pages)
