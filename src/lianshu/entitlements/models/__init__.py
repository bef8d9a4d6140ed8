"""Policies as published, what they came to for whom, and what firms say of them."""

from lianshu.entitlements.models.feedback import FeedbackKind, PolicyFeedback
from lianshu.entitlements.models.ladders import LadderResult, PolicyLadder
from lianshu.entitlements.models.policies import PolicyLevel, PolicyStatus, PolicyVersion
from lianshu.entitlements.models.results import (
    OutcomeChoices,
    PolicyDecision,
    PolicyResult,
    PolicyRun,
)

__all__ = [
    "FeedbackKind",
    "LadderResult",
    "OutcomeChoices",
    "PolicyDecision",
    "PolicyFeedback",
    "PolicyLadder",
    "PolicyLevel",
    "PolicyResult",
    "PolicyRun",
    "PolicyStatus",
    "PolicyVersion",
]
