"""What was being done about a gap ends when somebody makes the product."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from lianshu.chainmap.models import ActStatus, ChainInput, GapAct
from lianshu.notices.services import notify


def close_acts(closed: Sequence[ChainInput], *, now: datetime) -> int:
    """End the open acts for these inputs and tell who began them; how many. In the caller's
    transaction. Note and notice name nobody: whoever acts on gaps need not be let know who makes
    what, the input says it to those who are. Demands and cases made of them go their own way:
    people answer for these."""
    ended = 0
    for row in closed:
        acts = GapAct.objects.filter(
            chain=row.chain_id,
            product=row.product_id,
            region=row.region_id,
            status=ActStatus.OPEN,
        )
        for act in acts.select_related("product", "chain"):
            act.status, act.ended_at = ActStatus.DONE, now
            act.ended_note = _("本地有企业能生产了，断点已补上。")
            act.save(update_fields=["status", "ended_at", "ended_note"])
            if act.begun_by_id is not None:
                _tell(act, act.begun_by_id, now)
            ended += 1
    return ended


def _tell(act: GapAct, person: int, now: datetime) -> None:
    notify(
        recipients=[person],
        kind="chainmap.gap_closed",
        params={
            "product": act.product.name,
            "chain": act.chain.name,
            "act": str(act.get_kind_display()),
        },
        link=reverse("chain-act", args=[act.public_id]),
        now=now,
    )
