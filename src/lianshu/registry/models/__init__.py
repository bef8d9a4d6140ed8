"""The register: organisations and where they are, facts about them, things they hold."""

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

__all__ = [
    "Chain",
    "Identifier",
    "IdentifierKind",
    "Organisation",
    "OrganisationKind",
    "Region",
    "RegionAncestry",
    "RegionKind",
    "SourceKey",
]
