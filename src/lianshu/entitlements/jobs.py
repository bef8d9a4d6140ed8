"""What runs by itself: decisions follow corrected facts."""

from __future__ import annotations

from datetime import time
from typing import Any

from django.utils.translation import gettext_lazy as _

from lianshu.entitlements.services.deciding import recompute_decisions
from lianshu.jobs.context import JobContext
from lianshu.jobs.registration import handler, schedule


@handler("entitlements.recompute")
def recompute(context: JobContext) -> dict[str, Any]:
    """Decide again where facts were corrected."""
    return {"changed": recompute_decisions(actor=context.actor, now=context.now())}


schedule("entitlements.recompute", title=_("政策判断复核"), daily_at=time(2, 30))
