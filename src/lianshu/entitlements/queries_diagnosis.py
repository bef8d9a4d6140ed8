"""Questions about one firm's decisions and feedback, within what the actor may see."""

from __future__ import annotations

from lianshu.authority import Actor
from lianshu.entitlements.models import PolicyDecision, PolicyFeedback, PolicyVersion
from lianshu.entitlements.querysets import DecisionQuerySet, FeedbackQuerySet
from lianshu.registry.models import Organisation


def version_by_name(policy: str, version: str) -> PolicyVersion | None:
    """A published version; also one that is no longer used."""
    return PolicyVersion.objects.filter(policy=policy, version=version).first()


def decisions_of(actor: Actor, organisation: Organisation) -> DecisionQuerySet:
    """Decisions kept about an organisation, the latest first."""
    return (
        PolicyDecision.objects.visible_to(actor)
        .filter(organisation=organisation)
        .select_related("version", "superseded_by")
    )


def decision_by_id(actor: Actor, public_id: str) -> PolicyDecision | None:
    """One of them."""
    return (
        PolicyDecision.objects.visible_to(actor)
        .select_related("version", "organisation", "superseded_by")
        .filter(public_id=public_id)
        .first()
    )


def feedback_of(actor: Actor, organisation: Organisation) -> FeedbackQuerySet:
    """What it said, with the cases in which it is answered."""
    return (
        PolicyFeedback.objects.visible_to(actor)
        .filter(organisation=organisation)
        .select_related("version", "case__loop_version")
    )
