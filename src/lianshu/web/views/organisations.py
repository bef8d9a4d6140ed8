"""One organisation's page: what the register knows, and what the exchange shows of it."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from lianshu.audit.queries import entries_about
from lianshu.authority import Actor
from lianshu.exchange.disclosure import Disclosure
from lianshu.exchange.lists import read_posts
from lianshu.exchange.queries import demands_for, resources_for
from lianshu.exchange.reading import PostReading
from lianshu.registry.rules import can_edit_organisation, can_read_organisation_record
from lianshu.registry.views import get_organisation
from lianshu.ui.requests import PageRequest, page

RECORD_LINES = 30
POST_LINES = 20


def _posts(actor: Actor, posts: Any) -> list[PostReading]:
    """Posts the reader may know to be this organisation's: whose they are is no public fact."""
    known = posts.filter(level__gte=Disclosure.IDENTITY).order_by("-published_at", "-pk")
    return read_posts(actor, known[:POST_LINES], "page")


@page()
def organisation(request: PageRequest, public_id: str) -> HttpResponse:
    """Who it is, its numbers, its posts as far as the reader may see them."""
    found = get_organisation(request.actor, public_id)
    may_read_record = can_read_organisation_record(request.actor, found)
    return render(
        request,
        "web/organisation.html",
        {
            "organisation": found,
            "tab": "overview",
            "identifiers": found.identifiers.all(),
            "can_edit": can_edit_organisation(request.actor, found),
            "demands": _posts(request.actor, demands_for(request.actor).filter(owner=found)),
            "resources": _posts(request.actor, resources_for(request.actor).filter(owner=found)),
            "record": entries_about(found)[:RECORD_LINES] if may_read_record.allowed else None,
        },
    )
