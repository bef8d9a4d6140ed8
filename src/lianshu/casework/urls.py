"""Addresses of casework."""

from django.urls import path

from lianshu.casework import (
    urls_consulting,
    urls_exchange,
    urls_honest,
    urls_loops,
    urls_schedules,
    urls_timing,
    views,
)
from lianshu.casework.lists import CASES, TASKS
from lianshu.casework.views_digest import digest
from lianshu.ui.lists.views import list_urls

CASE = "cases/<slug:public_id>/"

urlpatterns = [
    *urls_consulting.urlpatterns,
    *urls_exchange.urlpatterns,
    *urls_honest.urlpatterns,
    *urls_loops.urlpatterns,
    *urls_schedules.urlpatterns,
    *urls_timing.urlpatterns,
    path("inbox/digest/", digest, name="digest"),
    *list_urls("tasks/", TASKS),
    *list_urls("cases/", CASES),
    path("cases/new/", views.case_new, name="case-new"),
    path(CASE, views.case, name="case"),
    path(f"{CASE}act/<slug:action>/", views.case_act, name="case-act"),
]
