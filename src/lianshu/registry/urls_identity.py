"""Addresses of who an organisation is."""

from django.urls import path

from lianshu.registry import views_identity as identity
from lianshu.registry import views_regions as regions
from lianshu.registry import views_succession as succession

_OF = "organisations/<slug:public_id>"

urlpatterns = [
    path(f"{_OF}/identity/", identity.organisation_identity, name="organisation-identity"),
    path(f"{_OF}/identity/names/new/", identity.name_new, name="name-new"),
    path(f"{_OF}/identity/names/<int:pk>/remove/", identity.name_remove, name="name-remove"),
    path(f"{_OF}/identity/numbers/new/", identity.number_new, name="number-new"),
    path(f"{_OF}/identity/numbers/<int:pk>/end/", identity.number_end, name="number-end"),
    path(f"{_OF}/identity/links/new/", identity.link_new, name="link-new"),
    path(f"{_OF}/identity/links/<int:pk>/end/", identity.link_end, name="link-end"),
    path(f"{_OF}/move/", identity.organisation_move, name="organisation-move"),
    path(f"{_OF}/merge/", succession.organisation_merge, name="organisation-merge"),
    path(f"{_OF}/split/", succession.organisation_split, name="organisation-split"),
    path("regions/", regions.regions, name="regions"),
    path("regions/<slug:public_id>/new/", regions.region_new, name="region-new"),
    path("regions/<slug:public_id>/edit/", regions.region_edit, name="region-edit"),
    path("regions/<slug:public_id>/succeed/", regions.region_succeed, name="region-succeed"),
    path("successions/<slug:public_id>/undo/", succession.succession_undo, name="succession-undo"),
]
