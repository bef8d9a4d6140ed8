"""Writing the register."""

from lianshu.registry.services.chains import (
    ChainMemberRow,
    add_chain,
    add_chain_member,
    add_chain_members,
    edit_chain,
    end_chain_member,
)
from lianshu.registry.services.entries import FactEntry, HoldingEntry, Provenance
from lianshu.registry.services.facts import (
    FactProblem,
    FactsRecorded,
    FactsRefused,
    record_fact,
    record_facts,
)
from lianshu.registry.services.groups import (
    AffiliationRow,
    add_affiliation,
    add_affiliations,
    end_affiliation,
)
from lianshu.registry.services.holdings import follow_organisation, record_holding
from lianshu.registry.services.identifiers import end_identifier, set_identifier
from lianshu.registry.services.liaisons import (
    AssignmentRow,
    LiaisonRow,
    assign_liaison,
    assign_liaisons,
    create_liaison,
    create_liaisons,
    edit_liaison,
    end_assignment,
    end_liaison,
    hand_over_assignments,
    succeed_liaison,
)
from lianshu.registry.services.links import add_link, end_link
from lianshu.registry.services.names import add_name, remove_name
from lianshu.registry.services.organisations import (
    EDITABLE,
    create_organisation,
    edit_organisation,
    move_organisation,
)
from lianshu.registry.services.pairings import (
    PairingRow,
    add_pairing_member,
    create_pairing,
    create_pairings,
    end_pairing,
    end_pairing_member,
)
from lianshu.registry.services.regions import (
    add_region,
    create_region,
    edit_region,
    succeed_region,
)
from lianshu.registry.services.segments import (
    SegmentRow,
    add_segment,
    add_segments,
    edit_segment,
    remove_segment,
)
from lianshu.registry.services.succession import (
    merge_organisation,
    preview_merge,
    split_organisation,
    undo_merge,
)

__all__ = [
    "EDITABLE",
    "AffiliationRow",
    "AssignmentRow",
    "ChainMemberRow",
    "FactEntry",
    "FactProblem",
    "FactsRecorded",
    "FactsRefused",
    "HoldingEntry",
    "LiaisonRow",
    "PairingRow",
    "Provenance",
    "SegmentRow",
    "add_affiliation",
    "add_affiliations",
    "add_chain",
    "add_chain_member",
    "add_chain_members",
    "add_link",
    "add_name",
    "add_pairing_member",
    "add_region",
    "add_segment",
    "add_segments",
    "assign_liaison",
    "assign_liaisons",
    "create_liaison",
    "create_liaisons",
    "create_organisation",
    "create_pairing",
    "create_pairings",
    "create_region",
    "edit_chain",
    "edit_liaison",
    "edit_organisation",
    "edit_region",
    "edit_segment",
    "end_affiliation",
    "end_assignment",
    "end_chain_member",
    "end_identifier",
    "end_liaison",
    "end_link",
    "end_pairing",
    "end_pairing_member",
    "follow_organisation",
    "hand_over_assignments",
    "merge_organisation",
    "move_organisation",
    "preview_merge",
    "record_fact",
    "record_facts",
    "record_holding",
    "remove_name",
    "remove_segment",
    "set_identifier",
    "split_organisation",
    "succeed_liaison",
    "succeed_region",
    "undo_merge",
]
