"""The register: organisations and where they are, facts about them, things they hold."""

from lianshu.registry.models.facts import VALUE_COLUMNS, Fact
from lianshu.registry.models.holdings import Holding
from lianshu.registry.models.organisations import (
    Chain,
    Identifier,
    IdentifierKind,
    Organisation,
    OrganisationKind,
    Region,
    RegionAncestry,
    RegionKind,
    SourceKey,
)
from lianshu.registry.models.recorded import Recorded
from lianshu.registry.models.snapshots import Snapshot

__all__ = [
    "VALUE_COLUMNS",
    "Chain",
    "Fact",
    "Holding",
    "Identifier",
    "IdentifierKind",
    "Organisation",
    "OrganisationKind",
    "Recorded",
    "Region",
    "RegionAncestry",
    "RegionKind",
    "Snapshot",
    "SourceKey",
]
