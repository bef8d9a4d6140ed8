"""Writing the register."""

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
    "add_chain",
    "add_region",
    "create_organisation",
    "edit_organisation",
    "set_identifier",
]
