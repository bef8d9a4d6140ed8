"""Required inputs are computed anew in the background after the map has changed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from lianshu.chainmap.queries import map_is_stale
from lianshu.chainmap.services.computing import refresh_inputs
from lianshu.jobs.context import JobContext
from lianshu.jobs.registration import handler, schedule

REFRESH_JOB: Final = "chainmap.refresh"


@handler(REFRESH_JOB)
def refresh(context: JobContext) -> dict[str, Any]:
    """Compute what has changed; run again, it finds nothing to do."""
    return {"rows": refresh_inputs(now=context.now(), force=True)}


def _stale(_now: datetime) -> bool:
    return map_is_stale()


schedule(REFRESH_JOB, title=_("产业链断点重算"), every=timedelta(minutes=5), when=_stale)
schedule("chainmap.refresh_daily", title=_("产业链断点每日重算"), every=timedelta(days=1))


@handler("chainmap.refresh_daily")
def refresh_daily(context: JobContext) -> dict[str, Any]:
    """Firms move, merge and close without a change of the map: once a day everything."""
    return {"rows": refresh_inputs(now=context.now(), force=True)}
