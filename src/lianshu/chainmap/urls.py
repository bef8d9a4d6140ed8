"""Addresses of the chain map."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http.response import HttpResponseBase
from django.urls import URLPattern, include, path
from django.utils.translation import gettext as _

from lianshu.authority import Verdict, require
from lianshu.chainmap import views_acts, views_firm, views_gaps, views_meeting, views_quality
from lianshu.chainmap.lists import ACTS, INPUTS, can_list_acts
from lianshu.chainmap.views_gaps import gaps_urls
from lianshu.ui.lists.views import list_urls
from lianshu.ui.requests import PageRequest


def _for_offices(patterns: list[URLPattern]) -> list[URLPattern]:
    """A list that is refused, and not only empty, for whoever is no chain office."""

    def guarded(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def wrapped(request: PageRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.actor.is_known and not can_list_acts(request.actor):
                require(Verdict.no(_("断点行动由链办发起，只向链办开放。")))
            return view(request, *args, **kwargs)

        return wrapped

    for each in patterns:
        each.callback = guarded(each.callback)
    return patterns


FIRM = "organisations/<slug:public_id>/"
INPUT = "chainmap/inputs/<slug:public_id>/"

urlpatterns = [
    *list_urls("chainmap/inputs/", INPUTS),
    *gaps_urls("chainmap/gaps/"),
    *_for_offices(list_urls("chainmap/acts/", ACTS)),
    path("", include("lianshu.chainmap.urls_pictures")),
    path("chainmap/words/", views_gaps.chain_words, name="chain-words"),
    path("chainmap/sourcing/", views_gaps.chain_sourcing, name="chain-sourcing"),
    path("chainmap/quality/", views_quality.chain_quality, name="chain-quality"),
    path("chains/<slug:code>/roots/", views_quality.chain_roots, name="chain-roots"),
    path("chainmap/mine/", views_firm.my_supply, name="my-supply"),
    path(f"{FIRM}supply/", views_firm.organisation_supply, name="organisation-supply"),
    path(f"{FIRM}supply/state/", views_firm.supply_state, name="supply-state"),
    path(f"{FIRM}supply/<int:pk>/deny/", views_firm.supply_deny, name="supply-deny"),
    path("chainmap/meeting/", views_meeting.chain_meeting, name="chain-meeting"),
    path(
        "chainmap/meeting/export/<str:format>/",
        views_meeting.meeting_export,
        name="chain-meeting-export",
    ),
    path(INPUT, views_gaps.chain_input, name="chain-input"),
    path(f"{INPUT}acts/<slug:kind>/", views_acts.act_new, name="chain-act-new"),
    path("chainmap/acts/<slug:public_id>/", views_acts.act, name="chain-act"),
]
