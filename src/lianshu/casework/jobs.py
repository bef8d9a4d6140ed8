"""What casework does by the clock."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, time, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lianshu.casework.services.alerts import time_has_come, turn_due
from lianshu.casework.services.anchoring import make_anchor
from lianshu.casework.services.announcing import announce, is_something_to_tell
from lianshu.casework.services.callbacks import draw_callbacks
from lianshu.casework.services.digesting import is_digest_day, send_digests
from lianshu.casework.services.opening_due import is_something_due, open_due_cases
from lianshu.casework.services.silence import note_silence, turning_silent
from lianshu.jobs.context import JobContext
from lianshu.jobs.registration import handler, schedule
from lianshu.records.errors import Conflict


@handler("casework.alerts")
def alerts(context: JobContext) -> dict[str, Any]:
    """Turn what is due amber and red, do what the loops say, note who stayed silent, and tell
    people."""
    now = context.now()
    turned = turn_due(actor=context.actor, now=now, progress=context.progress)
    silenced = note_silence(now=now, progress=context.progress)
    told = announce(now=now, progress=context.progress)
    return {
        "red": turned.red,
        "amber": turned.amber,
        "reminded": turned.reminded,
        "silent": silenced.silent,
        "failed": turned.failed + silenced.failed,
        "told": told,
    }


@handler("casework.anchor")
def anchor(context: JobContext) -> dict[str, Any]:
    """Anchor the heads of the cases that moved; a day that has its anchor keeps it."""
    now = context.now()
    try:
        made = make_anchor(day=timezone.localdate(now), now=now)
    except Conflict:
        return {"anchored": 0}
    return {"anchored": made.cases}


@handler("casework.draw_callbacks")
def draw(context: JobContext) -> dict[str, Any]:
    """Draw closed cases for a call by another unit; a case is drawn once."""
    return dict(draw_callbacks(actor=context.actor, now=context.now()))


@handler("casework.open_due")
def open_due(context: JobContext) -> dict[str, Any]:
    """Open the cases that recur and whose time has come; each time once."""
    opened = open_due_cases(actor=context.actor, now=context.now(), progress=context.progress)
    return asdict(opened)


@handler("casework.digests")
def digests(context: JobContext) -> dict[str, Any]:
    """Put everybody's digest of the day into the outbox; nobody gets two."""
    sent = send_digests(now=context.now(), progress=context.progress)
    return {"made": sent.made, "empty": sent.empty, "failed": sent.failed}


def _is_due(now: datetime) -> bool:
    return time_has_come(now) or turning_silent(now).exists() or is_something_to_tell(now)


schedule("casework.alerts", title=_("办件提醒"), every=timedelta(minutes=1), when=_is_due)
schedule("casework.anchor", title=_("办件锚定"), daily_at=time(0, 10))
schedule("casework.draw_callbacks", title=_("抽取回访"), daily_at=time(7, 0))
schedule("casework.digests", title=_("每日汇总"), daily_at=time(8, 30), when=is_digest_day)
schedule(
    "casework.open_due", title=_("按日程开办件"), every=timedelta(minutes=1), when=is_something_due
)
