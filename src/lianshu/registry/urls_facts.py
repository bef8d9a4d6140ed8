"""Addresses of what is known of organisations."""

from django.urls import path

from lianshu.registry import views_facts as facts
from lianshu.registry.views_dictionary import dictionary, dictionary_export

_OF = "organisations/<slug:public_id>/facts"

urlpatterns = [
    path("dictionary/", dictionary, name="dictionary"),
    path("dictionary/export/<str:format>/", dictionary_export, name="dictionary-export"),
    path(f"{_OF}/", facts.organisation_facts, name="organisation-facts"),
    path(f"{_OF}/record/", facts.fact_record, name="fact-record"),
    path(
        f"{_OF}/export/<str:part>/<str:format>/",
        facts.organisation_facts_export,
        name="organisation-facts-export",
    ),
    path(f"{_OF}/<slug:fact>/<slug:period>/", facts.organisation_fact, name="organisation-fact"),
]
