"""Addresses of acting for somebody. They stand before allauth's, one of whose pages they guard."""

from django.urls import path

from lianshu.accounts import views_standing as views
from lianshu.accounts.lists_standing import ACTS, MANDATES
from lianshu.ui.lists.views import list_urls

ONE = "mandates/<slug:public_id>/"
OF = "organisations/<slug:public_id>/mandates/"

urlpatterns = [
    path("accounts/acting/", views.acting_start, name="acting-start"),
    path("accounts/acting/stop/", views.acting_stop, name="acting-stop"),
    path("accounts/password/change/", views.password_change, name="account_change_password"),
    path("accounts/substitutes/", views.substitutes, name="substitutes"),
    path(
        "accounts/substitutes/for/<int:membership_id>/",
        views.substitute_for,
        name="substitute-for",
    ),
    path(
        "accounts/substitutes/<int:substitution_id>/end/",
        views.substitution_end,
        name="substitution-end",
    ),
    *list_urls("acts/", ACTS),
    *list_urls("mandates/", MANDATES),
    path(ONE, views.mandate, name="mandate"),
    path(f"{ONE}revoke/", views.mandate_revoke, name="mandate-revoke"),
    path(f"{ONE}correct/", views.mandate_correct, name="mandate-correct"),
    path(OF, views.organisation_mandates, name="organisation-mandates"),
    path(f"{OF}new/", views.mandate_new, name="mandate-new"),
    path(f"{OF}agents/", views.mandate_agents, name="mandate-agents"),
]
