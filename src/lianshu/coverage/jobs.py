"""Lists are compared, cases of campaigns opened and doubles looked for in the background."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lianshu.coverage.queries.campaigns import campaign_by_id
from lianshu.coverage.queries.firm_lists import edition_by_id
from lianshu.coverage.services.campaigns import OPEN_JOB, open_cases
from lianshu.coverage.services.duplicates import FIND_JOB, find_duplicates
from lianshu.coverage.services.firm_lists import LINK_JOB
from lianshu.coverage.services.linking import link_edition, registry_moved, relink_changed
from lianshu.jobs.context import JobContext
from lianshu.jobs.registration import handler, schedule
from lianshu.records.errors import NotFound

RELINK_JOB: Final = "coverage.relink"


@handler(LINK_JOB)
def link(context: JobContext) -> dict[str, Any]:
    """Compare an edition; run again, it compares again."""
    edition = edition_by_id(context.actor, context.params["edition"])
    if edition is None:
        raise NotFound(_("没有这份名单，或者它不向您开放。"))
    matched = link_edition(
        actor=context.actor, edition=edition, now=context.now(), progress=context.progress
    )
    return {"matched": matched}


@handler(OPEN_JOB)
def open_campaign(context: JobContext) -> dict[str, Any]:
    """Open the cases that are missing; run again, it opens the rest."""
    campaign = campaign_by_id(context.actor, context.params["campaign"])
    if campaign is None:
        raise NotFound(_("没有这个行动，或者它不向您开放。"))
    opened = open_cases(
        actor=context.actor, campaign=campaign, now=context.now(), progress=context.progress
    )
    return {"opened": opened}


@handler(FIND_JOB)
def find(context: JobContext) -> dict[str, Any]:
    """Look for doubles; run again, it finds what is new."""
    return {"pairs": find_duplicates(now=context.now(), progress=context.progress)}


@handler(RELINK_JOB)
def relink(context: JobContext) -> dict[str, Any]:
    """Compare anew what changes of the register touch."""
    return {"rows": relink_changed(now=context.now(), progress=context.progress)}


def _moved(_now: datetime) -> bool:
    return registry_moved()


schedule(
    RELINK_JOB,
    title=gettext_lazy("名单随登记更新"),
    every=timedelta(minutes=5),
    when=_moved,
)
