"""Addresses between the exchange and cases."""

from django.urls import path

from lianshu.casework import views_exchange as views

urlpatterns = [
    path(
        "recommendations/<slug:public_id>/open-case/",
        views.recommendation_open_case,
        name="recommendation-open-case",
    ),
]
