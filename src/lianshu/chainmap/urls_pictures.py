"""Addresses of the pictures of chains."""

from django.urls import path

from lianshu.chainmap.views_pictures import (
    chain_flow,
    chain_flow_export,
    chain_map,
    chain_map_export,
    chain_map_product,
    chain_matrix,
    chain_matrix_export,
)
from lianshu.chainmap.views_scenario import chain_scenario, chain_scenario_export

urlpatterns = [
    path("chain-map/", chain_map, name="chain-map"),
    path("chain-map/product/", chain_map_product, name="chain-map-product"),
    path("chain-map/export/<slug:format>/", chain_map_export, name="chain-map-export"),
    path("chain-map/flow/", chain_flow, name="chain-flow"),
    path("chain-map/flow/export/<slug:format>/", chain_flow_export, name="chain-flow-export"),
    path("chain-map/matrix/", chain_matrix, name="chain-matrix"),
    path("chain-map/matrix/export/<slug:format>/", chain_matrix_export, name="chain-matrix-export"),
    path("chain-map/scenario/", chain_scenario, name="chain-scenario"),
    path(
        "chain-map/scenario/export/<slug:table>/<slug:format>/",
        chain_scenario_export,
        name="chain-scenario-export",
    ),
]
