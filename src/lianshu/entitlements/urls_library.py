"""Addresses of the policy library and of what policies come to."""

from django.urls import path

from lianshu.entitlements import views_library as library
from lianshu.entitlements.lists import POLICIES, POLICY_FIRMS
from lianshu.ui.lists.views import list_urls

urlpatterns = [
    *list_urls("policies/", POLICIES),
    *list_urls("policy-firms/", POLICY_FIRMS),
    path("policies/run/", library.run_request, name="policy-run"),
    path("policies/<slug:policy>/", library.policy, name="policy"),
    path("policies/<slug:policy>/spec/", library.policy_spec, name="policy-spec"),
    path("policies/<slug:policy>/firms/", library.policy_firms, name="policy-firms-of"),
]
