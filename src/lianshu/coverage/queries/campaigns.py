"""Reading campaigns."""

from __future__ import annotations

from django.db.models import Count, Q, QuerySet

from lianshu.authority import Actor
from lianshu.coverage.models import Campaign, CampaignFirm
from lianshu.coverage.querysets import CampaignQuerySet


def campaigns_for(actor: Actor) -> CampaignQuerySet:
    """Campaigns of the actor's places with how far they are."""
    return (
        Campaign.objects.visible_to(actor)
        .select_related("firm_list__region", "loop_version", "edition")
        .annotate(
            firm_count=Count("firms"),
            done_count=Count("firms", filter=Q(firms__covered_on__isnull=False)),
        )
    )


def campaign_by_id(actor: Actor, public_id: str) -> Campaign | None:
    """One campaign."""
    return campaigns_for(actor).filter(public_id=public_id).first()


def campaign_firms_for(actor: Actor) -> QuerySet[CampaignFirm]:
    """Firms of all campaigns the actor may see."""
    seen = Campaign.objects.visible_to(actor)
    return CampaignFirm.objects.filter(campaign__in=seen).select_related(
        "campaign", "organisation__region", "organisation__chain", "case__loop_version"
    )


def campaign_progress(campaign: Campaign) -> dict[str, int]:
    """How many firms are covered, have an open case, an ended one, or none."""
    ended = Q(case__ended_at__isnull=False)
    counts = CampaignFirm.objects.filter(campaign=campaign).aggregate(
        all=Count("pk"),
        done=Count("pk", filter=Q(covered_on__isnull=False)),
        running=Count("pk", filter=Q(covered_on__isnull=True, case__isnull=False) & ~ended),
        ended=Count("pk", filter=Q(covered_on__isnull=True) & ended),
        without=Count("pk", filter=Q(covered_on__isnull=True, case__isnull=True)),
    )
    return {name: int(count) for name, count in counts.items()}
