"""Every field that the policy rules read of one firm has its id in the national dictionary."""

from __future__ import annotations

from pathlib import Path

import pytest

from lianshu.engine.tables import FactDictionary, load_dictionary

FACTS = Path(__file__).parents[3] / "packs/national/facts.yaml"

# What the rules of high-tech and technology firms, of the ladder of quality firms, of champions and
# of deductions need of a firm by year; see the national pack's rules for the documents.
SCALARS = {
    "registration": ("registered_on", "registered_region", "legal_form", "resident"),
    "industry code and version": ("industry", "industry_standard"),
    "years in the segment": ("segment_since",),
    "people": ("staff", "science_staff", "science_staff_days", "rd_staff"),
    "income": ("revenue", "main_revenue", "hightech_revenue", "total_income"),
    "result": ("cost", "profit", "net_profit"),
    "balance": ("net_assets", "total_assets", "liabilities"),
    "R&D": ("rd_total", "rd_domestic_share", "rd_other", "rd_capitalised_share"),
    "R&D commissioned": ("rd_commissioned_domestic", "rd_commissioned_foreign"),
    "flags": ("major_accident", "serious_violation", "serious_dishonesty"),
    "official score and its year": ("development_score",),
}
LISTS = {
    "ip_right": {
        *("kind", "class", "origin", "applied_on", "owner_count", "used_before", "high_value"),
        *("field", "main_product"),
    },
    "transformed_result": {"way", "proved"},
    "standard": {"role", "rank", "level"},
    "award": {"level", "grade", "rank", "year"},
    "rd_body": {"kind", "level"},
    "project": {"source", "level", "leads"},
    "equity_round": {"round", "amount"},
    "certificate": {"kind", "level"},
    "penalty": {"kind", "severity", "happened_on"},
    "market_share": {"product", "scope", "share", "rank", "issuer"},
    "shareholder": {"kind", "holder", "share"},
    "control_link": {"relation", "other", "share"},
    "technology_contract": {"kind", "side", "amount", "technology_amount"},
}


@pytest.fixture(scope="module")
def dictionary() -> FactDictionary:
    return load_dictionary(FACTS)


@pytest.mark.parametrize("field", SCALARS)
def test_a_scalar_is_named_with_definition_and_ranked_sources(
    dictionary: FactDictionary, field: str
) -> None:
    for fact_id in SCALARS[field]:
        fact = dictionary.facts_by_id[fact_id]
        assert fact.definition.zh, fact_id
        assert fact.sources, fact_id
        assert fact.sources[-1] in ("organisation", "statistics_bureau"), "what a firm says, last"
        if field in {"income", "result", "balance"}:
            assert (fact.type, fact.unit) == ("money", "fen")


@pytest.mark.parametrize("kind", LISTS)
def test_a_list_is_named_with_its_attributes(dictionary: FactDictionary, kind: str) -> None:
    holding = dictionary.holdings_by_id[kind]
    assert LISTS[kind] <= {attribute.id for attribute in holding.attributes}
    assert holding.sources


def test_owners_of_rights_have_an_order(dictionary: FactDictionary) -> None:
    assert dictionary.holdings_by_id["ip_right"].owners
