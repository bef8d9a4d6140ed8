"""Addresses of the inbox, under /inbox/."""

from django.urls import path

from lianshu.notices import views

app_name = "notices"

urlpatterns = [
    path("", views.inbox_page, name="inbox"),
    path("read/", views.read_all, name="read_all"),
    path("<slug:public_id>/open/", views.open_notice, name="open"),
    path("<slug:public_id>/read/", views.read_one, name="read"),
]
