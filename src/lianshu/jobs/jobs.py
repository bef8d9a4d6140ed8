"""The duties of the ground itself."""

from __future__ import annotations

from datetime import time, timedelta
from functools import partial
from typing import Any

from django.utils.translation import gettext_lazy as _

from lianshu.jobs.context import JobContext
from lianshu.jobs.registration import handler, schedule
from lianshu.jobs.services import prune_jobs
from lianshu.notices.queries import mail_is_due
from lianshu.notices.services import (
    deliver_mail,
    deliver_webhooks,
    deliveries_are_due,
    prune_deliveries,
)
from lianshu.records.errors import DomainError


@handler("jobs.prune")
def prune(context: JobContext) -> dict[str, Any]:
    """Delete finished jobs of the past."""
    return {"deleted": prune_jobs(now=context.now())}


@handler("notices.deliver")
def deliver(context: JobContext) -> dict[str, Any]:
    """Send the mail that is due, batch by batch."""
    sent = failed = 0
    while mail_is_due(context.now()):
        batch = deliver_mail(now=context.now())
        if batch.problem:
            raise DomainError(
                _("连不上邮件服务器（%(problem)s）。邮件没有丢失，一分钟后再试；请检查邮件设置。")
                % {"problem": batch.problem}
            )
        sent, failed = sent + batch.sent, failed + batch.failed
        context.progress(sent + failed)
    return {"sent": sent, "failed": failed}


@handler("notices.deliver_webhooks")
def tell_webhooks(context: JobContext) -> dict[str, Any]:
    """Tell other systems what waits for them, batch by batch."""
    taken = missed = 0
    while deliveries_are_due(context.now()):
        batch = deliver_webhooks(
            clock=context.now, progress=partial(_progress, context, taken + missed)
        )
        taken, missed = taken + batch[0], missed + batch[1]
    return {"sent": taken, "failed": missed}


def _progress(context: JobContext, before: int, done: int) -> None:
    context.progress(before + done)


@handler("notices.prune_deliveries")
def prune_told(context: JobContext) -> dict[str, Any]:
    """Delete deliveries of the past."""
    return {"deleted": prune_deliveries(now=context.now())}


schedule("jobs.prune", title=_("清理旧任务"), daily_at=time(3, 30))
schedule("notices.deliver", title=_("发送邮件通知"), every=timedelta(seconds=20), when=mail_is_due)
schedule(
    "notices.deliver_webhooks",
    title=_("外部推送"),
    every=timedelta(seconds=10),
    when=deliveries_are_due,
)
schedule("notices.prune_deliveries", title=_("清理旧推送记录"), daily_at=time(3, 40))
