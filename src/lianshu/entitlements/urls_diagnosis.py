"""Addresses of a firm's own page of policies."""

from django.urls import path

from lianshu.entitlements import views_diagnosis as diagnosis

_OF = "organisations/<slug:public_id>/"
_POLICY = "policies/<slug:policy>/<str:version>/"

urlpatterns = [
    path(f"{_OF}diagnosis/", diagnosis.organisation_diagnosis, name="organisation-diagnosis"),
    path(f"{_OF}lists/<slug:kind>/", diagnosis.list_confirm, name="list-confirm"),
    path(f"{_OF}{_POLICY}keep/", diagnosis.decision_keep, name="policy-decision-keep"),
    path(f"{_OF}{_POLICY}feedback/", diagnosis.policy_feedback, name="policy-feedback"),
    path("decisions/<slug:public_id>/", diagnosis.policy_decision, name="policy-decision"),
]
