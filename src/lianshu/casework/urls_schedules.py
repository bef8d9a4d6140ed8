"""Addresses of what recurs."""

from django.urls import path

from lianshu.casework import views_schedules as views
from lianshu.casework.lists_schedules import RECURRENCES
from lianshu.ui.lists.views import list_urls

ONE = "schedules/<slug:public_id>/"

urlpatterns = [
    *list_urls("schedules/", RECURRENCES),
    path("schedules/new/", views.recurrence_choose, name="recurrence-choose"),
    path(
        "schedules/new/<slug:schedule>/<slug:opening>/",
        views.recurrence_new,
        name="recurrence-new",
    ),
    path(ONE, views.recurrence, name="recurrence"),
    path(f"{ONE}on/", views.recurrence_on, name="recurrence-on"),
    path(f"{ONE}off/", views.recurrence_off, name="recurrence-off"),
]
