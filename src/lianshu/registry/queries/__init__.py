"""Reading the register."""

from lianshu.registry.queries.aggregates import LEAST_FIRMS, aggregate_fact
from lianshu.registry.queries.facts import (
    facts_known_on,
    facts_page_rows,
    facts_valid_on,
    holdings_of,
    value_of,
)
from lianshu.registry.queries.links import links_down, links_up, related_parties
from lianshu.registry.queries.organisations import (
    all_chains,
    all_regions,
    organisation_by_id,
    organisations_ever,
    organisations_for,
)

__all__ = [
    "LEAST_FIRMS",
    "aggregate_fact",
    "all_chains",
    "all_regions",
    "facts_known_on",
    "facts_page_rows",
    "facts_valid_on",
    "holdings_of",
    "links_down",
    "links_up",
    "organisation_by_id",
    "organisations_ever",
    "organisations_for",
    "related_parties",
    "value_of",
]
