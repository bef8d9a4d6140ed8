"""Where posts, recommendations and projects are shown, for lists of what was done."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from lianshu.audit.links import register
from lianshu.authority import Actor
from lianshu.exchange.queries import (
    demands_for,
    projects_for,
    recommendations_for,
    resources_for,
)


def _pages(
    name: str, rows: Callable[[Actor], QuerySet[Any]], actor: Actor, ids: Sequence[int]
) -> Mapping[int, str]:
    found = rows(actor).filter(pk__in=ids).values_list("pk", "public_id")
    return {pk: reverse(name, args=[public_id]) for pk, public_id in found}


for _name, _rows in (
    ("demand", demands_for),
    ("resource", resources_for),
    ("recommendation", recommendations_for),
    ("project", projects_for),
):
    register(f"exchange.{_name}", partial(_pages, _name, _rows))
