"""Addresses of the register."""

from django.urls import path

import lianshu.registry.wording  # noqa: F401 (what the record says)
from lianshu.registry.lists import ORGANISATIONS
from lianshu.registry.urls_chains import urlpatterns as _chains
from lianshu.registry.urls_facts import urlpatterns as _facts
from lianshu.registry.urls_identity import urlpatterns as _identity
from lianshu.registry.views import organisation_edit, organisation_names, organisation_new
from lianshu.ui.lists.views import list_urls

urlpatterns = [
    *_chains,
    *list_urls("organisations/", ORGANISATIONS),
    path("organisations/names/", organisation_names, name="organisation-names"),
    path("organisations/new/", organisation_new, name="organisation-new"),
    path("organisations/<slug:public_id>/edit/", organisation_edit, name="organisation-edit"),
    *_identity,
    *_facts,
]
