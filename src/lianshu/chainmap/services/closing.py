"""What was being done about a gap ends when somebody makes the product."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from lianshu.chainmap.models import ActStatus, ChainInput, GapAct


def close_acts(closed: Sequence[ChainInput], *, now: datetime) -> int:
    """End the open acts for these inputs, with the note of the input; how many. In the caller's
    transaction. Demands and cases made of them go their own way: people answer for these."""
    ended = 0
    for row in closed:
        acts = GapAct.objects.filter(
            chain=row.chain_id,
            product=row.product_id,
            region=row.region_id,
            status=ActStatus.OPEN,
        )
        ended += acts.update(status=ActStatus.DONE, ended_at=now, ended_note=row.closed_note[:300])
    return ended
