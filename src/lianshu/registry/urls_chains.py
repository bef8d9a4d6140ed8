"""Addresses of chains, groups, pairings and liaisons. One chain's page stands in web."""

from django.urls import path

import lianshu.registry.wording_chains  # noqa: F401 (what the record says)
from lianshu.registry import views_chains, views_liaisons, views_relations
from lianshu.registry.lists_chains import CHAIN_MEMBERS, CHAINS, GROUPS, LIAISONS, PAIRINGS
from lianshu.ui.lists.views import list_urls

_PAIRING = "pairings/<slug:public_id>/"
_LIAISON = "liaisons/<slug:public_id>/"

urlpatterns = [
    path("chains/", views_chains.chain_board, name="chains"),
    path("chains/new/", views_chains.chain_new, name="chain-new"),
    *list_urls("chains/table/", CHAINS),
    path("chains/<slug:code>/edit/", views_chains.chain_edit, name="chain-edit"),
    path("chains/<slug:code>/segments/new/", views_chains.segment_new, name="segment-new"),
    path("chains/<slug:code>/members/new/", views_chains.chain_member_new, name="chain-member-new"),
    path("segments/<slug:public_id>/", views_chains.segment_edit, name="segment-edit"),
    *list_urls("chain-members/", CHAIN_MEMBERS),
    path("chain-members/<int:pk>/end/", views_chains.chain_member_end, name="chain-member-end"),
    *list_urls("groups/", GROUPS),
    path(
        "organisations/<slug:public_id>/chains/",
        views_relations.organisation_chains,
        name="organisation-chains",
    ),
    path(
        "organisations/<slug:public_id>/members/new/",
        views_relations.affiliation_new,
        name="affiliation-new",
    ),
    path("affiliations/<int:pk>/end/", views_relations.affiliation_end, name="affiliation-end"),
    *list_urls("pairings/", PAIRINGS),
    path("pairings/new/", views_relations.pairing_new, name="pairing-new"),
    path(_PAIRING, views_relations.pairing, name="pairing"),
    path(f"{_PAIRING}join/", views_relations.pairing_join, name="pairing-join"),
    path(f"{_PAIRING}end/", views_relations.pairing_end, name="pairing-end"),
    *list_urls("liaisons/", LIAISONS),
    path("liaisons/new/", views_liaisons.liaison_new, name="liaison-new"),
    path(_LIAISON, views_liaisons.liaison, name="liaison"),
    path(f"{_LIAISON}edit/", views_liaisons.liaison_edit, name="liaison-edit"),
    path(f"{_LIAISON}assign/", views_liaisons.liaison_assign, name="liaison-assign"),
    path(f"{_LIAISON}hand-over/", views_liaisons.liaison_hand_over, name="liaison-hand-over"),
    path(f"{_LIAISON}end/", views_liaisons.liaison_end, name="liaison-end"),
    path("assignments/<int:pk>/end/", views_liaisons.assignment_end, name="assignment-end"),
]
