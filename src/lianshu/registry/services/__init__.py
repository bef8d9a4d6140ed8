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
from lianshu.registry.services.identifiers import end_identifier, set_identifier
from lianshu.registry.services.names import add_name, remove_name
from lianshu.registry.services.organisations import (
    EDITABLE,
    add_chain,
    create_organisation,
    edit_organisation,
    move_organisation,
)
from lianshu.registry.services.regions import add_region

__all__ = [
    "EDITABLE",
    "FactEntry",
    "FactProblem",
    "FactsRecorded",
    "FactsRefused",
    "HoldingEntry",
    "Provenance",
    "add_chain",
    "add_name",
    "add_region",
    "create_organisation",
    "edit_organisation",
    "end_identifier",
    "follow_organisation",
    "move_organisation",
    "record_fact",
    "record_facts",
    "record_holding",
    "remove_name",
    "set_identifier",
]
