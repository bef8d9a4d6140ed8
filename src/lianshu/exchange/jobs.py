"""The exchange's work in the background."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from lianshu.exchange.services.posts import expire_due_posts
from lianshu.jobs.context import JobContext
from lianshu.jobs.registration import handler, schedule


@handler("exchange.expire_posts")
def expire_posts(context: JobContext) -> dict[str, Any]:
    """Take posts past their date out of matching."""
    return {"expired": expire_due_posts(actor=context.actor, now=context.now())}


schedule("exchange.expire_posts", title=_("到期内容下架"), every=timedelta(minutes=10))
