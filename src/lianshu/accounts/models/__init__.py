"""People, what they belong to and may do, how they come in, and for whom they act."""

from lianshu.accounts.models.joining import Claim, ClaimStatus, Invitation
from lianshu.accounts.models.people import ApiToken, Grant, Membership, MembershipRole, User
from lianshu.accounts.models.standing_in import Mandate, Substitution

__all__ = [
    "ApiToken",
    "Claim",
    "ClaimStatus",
    "Grant",
    "Invitation",
    "Mandate",
    "Membership",
    "MembershipRole",
    "Substitution",
    "User",
]
