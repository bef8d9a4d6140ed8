"""Addresses of ladders and of where firms stand on them."""

from django.urls import path

from lianshu.entitlements import views_ladders as ladders
from lianshu.entitlements.lists_ladders import LADDER_FIRMS, LADDERS
from lianshu.ui.lists.views import list_urls

urlpatterns = [
    *list_urls("ladders/", LADDERS),
    *list_urls("ladder-firms/", LADDER_FIRMS),
    path("ladders/<slug:ladder>/", ladders.ladder, name="ladder"),
]
