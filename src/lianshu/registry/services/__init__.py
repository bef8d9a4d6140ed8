"""Writing the register."""

from lianshu.registry.services.entries import FactEntry, HoldingEntry, Provenance
from lianshu.registry.services.facts import (
    FactProblem,
    FactsRecorded,
    FactsRefused,
    record_fact,
    record_facts,
)
from lianshu.registry.services.holdings import follow_organisation, record_holding
from lianshu.registry.services.organisations import (
    EDITABLE,
    add_chain,
    add_region,
    create_organisation,
    edit_organisation,
    set_identifier,
)

__all__ = [
    "EDITABLE",
    "FactEntry",
    "FactProblem",
    "FactsRecorded",
    "FactsRefused",
    "HoldingEntry",
    "Provenance",
    "add_chain",
    "add_region",
    "create_organisation",
    "edit_organisation",
    "follow_organisation",
    "record_fact",
    "record_facts",
    "record_holding",
    "set_identifier",
]
