"""Addresses of asking for opinions and giving them."""

from django.urls import path

from lianshu.casework import views_consulting as views
from lianshu.casework.lists_consulting import OPINIONS
from lianshu.ui.lists.views import list_urls

CASE = "cases/<slug:public_id>/"

urlpatterns = [
    *list_urls("opinions/", OPINIONS),
    path(f"{CASE}consult/", views.case_consult, name="case-consult"),
    path(f"{CASE}opinion/", views.case_opinion, name="case-opinion"),
]
