"""清零: a case for each firm that a list does not cover, until every one is on it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from lianshu.audit.services import record, signature
from lianshu.authority import Actor, Refusal, require
from lianshu.casework.models import LoopVersion
from lianshu.casework.services.opening import open_case
from lianshu.coverage.models import Campaign, CampaignFirm, Edition, FirmList, ListRow, RowState
from lianshu.coverage.rules import can_begin_campaign
from lianshu.jobs.models import Job
from lianshu.jobs.services import enqueue
from lianshu.records.errors import DomainError
from lianshu.registry.models import Organisation

OPEN_JOB: Final = "coverage.campaign"
MOST: Final = 1_000
"""Firms of one campaign: more than an office can visit is no campaign."""
TITLE_MOST: Final = 100


@dataclass(frozen=True, slots=True)
class Wish:
    """What the campaign is called, by which loop its cases go and by when it should be over."""

    title: str
    loop: LoopVersion
    due_on: date | None = None


@transaction.atomic
def begin_campaign(
    *,
    actor: Actor,
    edition: Edition,
    firms: Sequence[Organisation],
    wish: Wish,
    now: datetime,
) -> Campaign:
    """The campaign with its firms; their cases are opened by `open_cases`."""
    firm_list = edition.firm_list
    require(can_begin_campaign(actor, firm_list))
    title = wish.title.strip()
    if not title or len(title) > TITLE_MOST:
        raise DomainError(
            _("请写明行动名称，不超过 %(most)d 字。") % {"most": TITLE_MOST}, field="title"
        )
    if not firms:
        raise DomainError(_("按现在的筛选，没有未覆盖的企业，不用清零。"))
    if len(firms) > MOST:
        raise DomainError(
            _("未覆盖的企业有 %(n)d 家，一次行动最多 %(most)d 家。请先按产业链、区县或规模筛选。")
            % {"n": len(firms), "most": MOST}
        )
    made = Campaign.objects.create(
        firm_list=firm_list,
        edition=edition,
        title=title,
        loop_version=wish.loop,
        due_on=wish.due_on,
        created_at=now,
        created_by_name=signature(actor),
    )
    CampaignFirm.objects.bulk_create(
        [CampaignFirm(campaign=made, organisation=each) for each in firms], batch_size=500
    )
    record(
        actor=actor,
        action="coverage.campaign_begun",
        obj=made,
        now=now,
        changes={"firms": [None, len(firms)]},
    )
    note_covered(firm_list)
    return made


def request_cases(*, actor: Actor, campaign: Campaign, now: datetime) -> Job:
    """Have the worker open the cases that are missing."""
    require(can_begin_campaign(actor, campaign.firm_list))
    return enqueue(
        actor=actor,
        kind=OPEN_JOB,
        title=_("为“%(title)s”开出办件") % {"title": campaign.title},
        params={"campaign": campaign.public_id},
        link=reverse("coverage-campaign", args=[campaign.public_id]),
        now=now,
    )


def open_cases(
    *,
    actor: Actor,
    campaign: Campaign,
    now: datetime,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> int:
    """A case for each firm that has none and is not covered; how many. Each in its own
    transaction, so that run again it goes on where it stopped."""
    require(can_begin_campaign(actor, campaign.firm_list))
    waiting = list(
        CampaignFirm.objects.filter(campaign=campaign, case__isnull=True, covered_on__isnull=True)
        .select_related("organisation__region", "organisation__chain")
        .order_by("pk")
    )
    opened = 0
    for at, firm in enumerate(waiting, start=1):
        opened += _open_one(actor, campaign, firm, now)
        progress(at, len(waiting))
    record(
        actor=actor,
        action="coverage.campaign_opened",
        obj=campaign,
        now=now,
        changes={"firms": [None, opened]},
    )
    return opened


def _open_one(actor: Actor, campaign: Campaign, firm: CampaignFirm, now: datetime) -> bool:
    try:
        with transaction.atomic():
            firm.case = open_case(
                actor=actor,
                version=campaign.loop_version,
                asker=firm.organisation,
                subject=_("%(title)s：%(firm)s")
                % {"title": campaign.title, "firm": firm.organisation.name},
                now=now,
            )
            firm.problem = ""
            firm.save(update_fields=["case", "problem"])
    except (Refusal, DomainError) as refusal:
        firm.case = None
        firm.problem = str(refusal)[:300]
        firm.save(update_fields=["problem"])
        return False
    return True


def note_covered(firm_list: FirmList) -> int:
    """Firms of the list's campaigns that an edition has by now are done; those that it no longer
    has, because a decision was taken back, are not. How many changed."""
    changed = []
    for campaign in Campaign.objects.filter(firm_list=firm_list).select_related("edition"):
        rows = ListRow.objects.filter(
            edition__firm_list=firm_list,
            edition__on__gte=campaign.edition.on,
            state=RowState.MATCH,
        )
        dates = rows.order_by("-edition__on").values_list("entity_id", "edition__on")
        first = dict(dates)  # in falling order, so that the earliest date stays
        for firm in CampaignFirm.objects.filter(campaign=campaign):
            if firm.covered_on != first.get(firm.organisation_id):
                firm.covered_on = first.get(firm.organisation_id)
                changed.append(firm)
    CampaignFirm.objects.bulk_update(changed, ["covered_on"], batch_size=500)
    return len(changed)
