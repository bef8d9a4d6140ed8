"""One chain's page: what the register knows of it, and what the exchange counts on it."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from lianshu.audit.queries import entries_about
from lianshu.exchange.models import PostStatus
from lianshu.exchange.queries import demands_for, resources_for
from lianshu.registry.views_chains import chain_context, get_chain
from lianshu.ui.lists import Tile
from lianshu.ui.requests import PageRequest, page

RECORD_LINES = 30


@page()
def chain(request: PageRequest, code: str) -> HttpResponse:
    """The chain drawn, who belongs to it, and what is needed and offered along it."""
    actor = request.actor
    found = get_chain(actor, code)
    context = chain_context(actor, found)
    on_chain = f"?chain={found.public_id}"
    published = {"chain": found, "status": PostStatus.PUBLISHED}
    open_ones = f"{on_chain}&status=published"
    tiles = [
        Tile(_("链上单位"), context["firms"], context["listed"], "building"),
        Tile(
            pgettext("list", "需求"),
            demands_for(actor).filter(**published).count(),
            reverse("demands") + open_ones,
            "bulb",
        ),
        Tile(
            pgettext("list", "资源"),
            resources_for(actor).filter(**published).count(),
            reverse("resources") + open_ones,
            "package",
        ),
    ]
    record = entries_about(found)[:RECORD_LINES] if context["can_edit"].allowed else None
    return render(request, "registry/chain.html", context | {"tiles": tiles, "record": record})
