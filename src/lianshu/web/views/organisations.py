"""One organisation's page: what the register knows, and what the exchange shows of it."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _

from lianshu.audit.queries import entries_about
from lianshu.authority import Actor
from lianshu.exchange.disclosure import Disclosure
from lianshu.exchange.lists import read_posts
from lianshu.exchange.queries import demands_for, resources_for
from lianshu.exchange.reading import PostReading
from lianshu.registry.lists import organisation_page
from lianshu.registry.models import Organisation, OrganisationKind
from lianshu.registry.queries.identity import heir_of, identity_of, size_of
from lianshu.registry.rules import (
    can_edit_organisation,
    can_manage_organisation,
    can_read_figures,
    can_read_organisation_record,
)
from lianshu.registry.views import get_organisation
from lianshu.ui.feedback import say
from lianshu.ui.requests import PageRequest, page

RECORD_LINES = 30
POST_LINES = 20


def _posts(actor: Actor, posts: Any) -> list[PostReading]:
    """Posts the reader may know to be this organisation's: whose they are is no public fact."""
    known = posts.filter(level__gte=Disclosure.IDENTITY).order_by("-published_at", "-pk")
    return read_posts(actor, known[:POST_LINES], "page")


def _to_heir(request: PageRequest, merged: Organisation) -> HttpResponse:
    """An old link leads to what stands for it now, and says so."""
    heir = heir_of(request.actor, merged)
    assert heir is not None  # it was merged
    said = _("“%(name)s”已于 %(day)s 并入“%(heir)s”。")
    say(request, said % {"name": merged.name, "day": merged.ended_on, "heir": heir.name})
    return HttpResponseRedirect(organisation_page(heir))


@page()
def organisation(request: PageRequest, public_id: str) -> HttpResponse:
    """Who it is, its numbers, its posts as far as the reader may see them."""
    found = get_organisation(request.actor, public_id)
    if found.merged_into is not None and request.GET.get("own") != "1":
        return _to_heir(request, found)
    may_read_record = can_read_organisation_record(request.actor, found)
    may_read_figures = can_read_figures(request.actor, found)
    return render(
        request,
        "web/organisation.html",
        {
            "organisation": found,
            "tab": "overview",
            "identity": identity_of(request.actor, found),
            "size": size_of(request.actor, found)
            if found.kind == OrganisationKind.ENTERPRISE and may_read_figures.allowed
            else None,
            "can_edit": can_edit_organisation(request.actor, found),
            "can_manage": can_manage_organisation(request.actor, found),
            "posts_of_another": found.pk not in request.actor.acting_organisation_ids,
            "demands": _posts(request.actor, demands_for(request.actor).filter(owner=found)),
            "resources": _posts(request.actor, resources_for(request.actor).filter(owner=found)),
            "record": entries_about(found)[:RECORD_LINES] if may_read_record.allowed else None,
        },
    )
