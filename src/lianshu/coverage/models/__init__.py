"""Lists and their rows, what people decided about them, campaigns, and pairs in the register."""

from lianshu.coverage.models.campaigns import Campaign, CampaignFirm
from lianshu.coverage.models.decisions import BulkCheck, BulkRow, LinkDecision
from lianshu.coverage.models.duplicates import DuplicatePair, PairState
from lianshu.coverage.models.firm_lists import (
    Edition,
    FirmList,
    ListRow,
    Purpose,
    RowCandidate,
    RowState,
)

__all__ = [
    "BulkCheck",
    "BulkRow",
    "Campaign",
    "CampaignFirm",
    "DuplicatePair",
    "Edition",
    "FirmList",
    "LinkDecision",
    "ListRow",
    "PairState",
    "Purpose",
    "RowCandidate",
    "RowState",
]
