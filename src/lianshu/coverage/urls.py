"""Addresses of coverage."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http.response import HttpResponseBase
from django.urls import URLPattern, path

from lianshu.authority import Actor, Verdict, require
from lianshu.coverage import views, views_bulk, views_campaigns, views_duplicates, views_rows
from lianshu.coverage.lists import CAMPAIGN_FIRMS, CAMPAIGNS, DUPLICATES, FIRM_LISTS, FIRMS, ROWS
from lianshu.coverage.rules import can_see_duplicates, can_see_lists
from lianshu.ui.lists.views import list_urls
from lianshu.ui.requests import PageRequest


def _only(rule: Callable[[Actor], Verdict], patterns: list[URLPattern]) -> list[URLPattern]:
    """Lists that are refused, and not only empty, for whoever the rule shuts out."""

    def guarded(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def wrapped(request: PageRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.actor.is_known:
                require(rule(request.actor))
            return view(request, *args, **kwargs)

        return wrapped

    for each in patterns:
        each.callback = guarded(each.callback)
    return patterns


ONE = "coverage/lists/<slug:public_id>/"
ROW = "coverage/rows/<slug:public_id>/"
BULK = "coverage/bulk/<slug:public_id>/"
CAMPAIGN = "coverage/campaigns/<slug:public_id>/"
PAIR = "coverage/duplicates/<slug:public_id>/"

urlpatterns = [
    path("coverage/lists/new/", views.list_new, name="coverage-list-new"),
    path("coverage/duplicates/find/", views_duplicates.find, name="coverage-duplicates-find"),
    *_only(can_see_lists, list_urls("coverage/lists/", FIRM_LISTS)),
    *_only(can_see_lists, list_urls("coverage/rows/", ROWS)),
    *_only(can_see_lists, list_urls("coverage/firms/", FIRMS)),
    *_only(can_see_lists, list_urls("coverage/campaigns/", CAMPAIGNS)),
    *_only(can_see_lists, list_urls("coverage/campaign-firms/", CAMPAIGN_FIRMS)),
    *_only(can_see_duplicates, list_urls("coverage/duplicates/", DUPLICATES)),
    path(ONE, views.list_detail, name="coverage-list"),
    path(f"{ONE}upload/", views.edition_new, name="coverage-edition-new"),
    path(f"{ONE}figures/<str:format>/", views.figures_export, name="coverage-figures"),
    path(f"{ONE}queue/", views_rows.queue, name="coverage-queue"),
    path(f"{ONE}bulk/", views_bulk.bulk_new, name="coverage-bulk-new"),
    path(f"{ONE}campaign/", views_campaigns.campaign_new, name="coverage-campaign-new"),
    path(ROW, views_rows.row_detail, name="coverage-row"),
    path(f"{ROW}decide/", views_rows.row_decide, name="coverage-row-decide"),
    path(f"{ROW}undo/", views_rows.row_undo, name="coverage-row-undo"),
    path(BULK, views_bulk.bulk, name="coverage-bulk"),
    path(f"{BULK}judge/<int:pk>/", views_bulk.bulk_judge, name="coverage-bulk-judge"),
    path(f"{BULK}accept/", views_bulk.bulk_accept, name="coverage-bulk-accept"),
    path(f"{BULK}undo/", views_bulk.bulk_undo, name="coverage-bulk-undo"),
    path(CAMPAIGN, views_campaigns.campaign, name="coverage-campaign"),
    path(f"{CAMPAIGN}open/", views_campaigns.campaign_open, name="coverage-campaign-open"),
    path(PAIR, views_duplicates.duplicate, name="coverage-duplicate"),
    path(f"{PAIR}merge/", views_duplicates.duplicate_merge, name="coverage-duplicate-merge"),
    path(f"{PAIR}apart/", views_duplicates.duplicate_apart, name="coverage-duplicate-apart"),
    path(f"{PAIR}undo/", views_duplicates.duplicate_undo, name="coverage-duplicate-undo"),
]
