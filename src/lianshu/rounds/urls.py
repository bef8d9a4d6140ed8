"""Addresses of rounds."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http.response import HttpResponseBase
from django.urls import URLPattern, path

from lianshu.authority import require
from lianshu.rounds import views, views_editing
from lianshu.rounds.lists import ROUND_PAIRS, ROUNDS
from lianshu.rounds.rules import can_see_rounds
from lianshu.ui.lists.views import list_urls
from lianshu.ui.requests import PageRequest


def _for_offices(patterns: list[URLPattern]) -> list[URLPattern]:
    """Lists that are refused, and not only empty, for whoever is no chain office."""

    def guarded(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def wrapped(request: PageRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.actor.is_known:
                require(can_see_rounds(request.actor))
            return view(request, *args, **kwargs)

        return wrapped

    for each in patterns:
        each.callback = guarded(each.callback)
    return patterns


ONE = "rounds/<slug:public_id>/"
SIDE = f"{ONE}<slug:side>/"

urlpatterns = [
    *_for_offices(list_urls("round-pairs/", ROUND_PAIRS)),
    *_for_offices(list_urls("rounds/", ROUNDS)),
    path("rounds/new/", views_editing.round_new, name="round-new"),
    path(ONE, views.round_detail, name="round"),
    path(f"{ONE}edit/", views_editing.round_edit, name="round-edit"),
    path(f"{ONE}compute/", views.round_compute, name="round-compute"),
    path(f"{ONE}lock/", views.round_lock, name="round-lock"),
    path(f"{ONE}publish/", views.round_publish, name="round-publish"),
    path(f"{ONE}cancel/", views.round_cancel, name="round-cancel"),
    path(f"{ONE}quotas/", views_editing.round_quotas, name="round-quotas"),
    path(f"{ONE}quotas/<int:pk>/remove/", views_editing.quota_remove, name="round-quota-remove"),
    path(f"{ONE}pairs/new/", views_editing.round_pair_new, name="round-pair-new"),
    path(f"{ONE}pairs/<int:pk>/", views_editing.round_pair, name="round-pair"),
    path(f"{ONE}remove/<int:pk>/", views_editing.round_remove, name="round-remove"),
    path(f"{SIDE}", views_editing.round_side, name="round-side"),
    path(f"{SIDE}add/", views_editing.round_add, name="round-add"),
]
