"""Addresses of the importer, under /imports/: its list, and its own pages as `imports:…`."""

from django.urls import include, path

from lianshu.imports import views
from lianshu.imports.lists import IMPORTS
from lianshu.ui.lists.views import list_urls, list_view

own_pages = [
    path("", list_view(IMPORTS), name="list"),
    path("new/", views.import_new, name="new"),
    path("template/<slug:target_id>/", views.import_template, name="template"),
    path("<slug:public_id>/", views.import_detail, name="detail"),
    path("<slug:public_id>/progress/", views.import_progress, name="progress"),
    path("<slug:public_id>/settings/", views.import_settings, name="settings"),
    path("<slug:public_id>/names/", views.import_names, name="names"),
    path("<slug:public_id>/continue/", views.import_continue, name="continue"),
    path("<slug:public_id>/discard/", views.import_discard, name="discard"),
    path("<slug:public_id>/problems/<str:format>/", views.import_report, name="report"),
]

urlpatterns = [
    *list_urls("imports/", IMPORTS),
    path("imports/", include((own_pages, "imports"))),
]
