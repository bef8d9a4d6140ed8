"""What was being done about a gap ends when somebody makes the product."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from lianshu.chainmap.models import ActStatus, ChainInput, GapAct


def close_acts(closed: Sequence[ChainInput], *, now: datetime) -> int:
    """End the open acts for these inputs; how many. In the caller's transaction. The note names
    nobody: whoever acts on gaps need not be let know who makes what, the input says it to those
    who are. Demands and cases made of them go their own way: people answer for these."""
    ended = 0
    for row in closed:
        acts = GapAct.objects.filter(
            chain=row.chain_id,
            product=row.product_id,
            region=row.region_id,
            status=ActStatus.OPEN,
        )
        ended += acts.update(
            status=ActStatus.DONE, ended_at=now, ended_note=_("本地有企业能生产了，断点已补上。")
        )
    return ended
