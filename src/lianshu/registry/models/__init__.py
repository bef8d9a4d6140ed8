"""The register: organisations and where they are, the chains they belong to, facts about them,
things they hold."""

from lianshu.registry.models.chains import (
    Affiliation,
    AffiliationRole,
    ChainMember,
    ChainRole,
    Liaison,
    LiaisonAssignment,
    LiaisonKind,
    Pairing,
    PairingMember,
    Segment,
    Stream,
)
from lianshu.registry.models.facts import VALUE_COLUMNS, Fact
from lianshu.registry.models.following import Following
from lianshu.registry.models.holdings import Holding
from lianshu.registry.models.identity import (
    LinkKind,
    NameKind,
    OrganisationLink,
    OrganisationName,
    RegionSuccession,
    Succession,
    SuccessionKind,
)
from lianshu.registry.models.organisations import (
    FORMS_OF_KIND,
    GROUP_KINDS,
    MAY_LACK_CODE,
    Chain,
    ChainTier,
    GroupForm,
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
from lianshu.registry.models.told import ListTold

__all__ = [
    "FORMS_OF_KIND",
    "GROUP_KINDS",
    "MAY_LACK_CODE",
    "VALUE_COLUMNS",
    "Affiliation",
    "AffiliationRole",
    "Chain",
    "ChainMember",
    "ChainRole",
    "ChainTier",
    "Fact",
    "Following",
    "GroupForm",
    "Holding",
    "Identifier",
    "IdentifierKind",
    "Liaison",
    "LiaisonAssignment",
    "LiaisonKind",
    "LinkKind",
    "ListTold",
    "NameKind",
    "Organisation",
    "OrganisationKind",
    "OrganisationLink",
    "OrganisationName",
    "Pairing",
    "PairingMember",
    "Recorded",
    "Region",
    "RegionAncestry",
    "RegionKind",
    "RegionSuccession",
    "Segment",
    "Snapshot",
    "SourceKey",
    "Stream",
    "Succession",
    "SuccessionKind",
]
