"""The daily anchor: the heads of the cases that moved, chained to the anchor before."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from lianshu.casework.hashing import canonical, digest
from lianshu.casework.models import Anchor, Case
from lianshu.records.errors import Conflict


@transaction.atomic
def make_anchor(*, day: date, now: datetime) -> Anchor:
    """Anchor the head of every case that moved since the last anchor.

    Raises Conflict when the day, or a later one, has its anchor already: a second one could hide
    what the first has seen.
    """
    last = Anchor.objects.order_by("-day").first()
    if last is not None and last.day >= day:
        raise Conflict(_("%(day)s 已经锚定过。") % {"day": last.day})
    moved = Case.objects.filter(head_seq__gt=0)
    if last is not None:
        moved = moved.filter(events__at__gte=last.made_at).distinct()
    rows = moved.order_by("public_id").values_list("public_id", "head_seq", "head_hash")
    heads = {case: [seq, head] for case, seq, head in rows.iterator(5_000)}
    previous = "" if last is None else last.hash
    return Anchor.objects.create(
        day=day,
        cases=len(heads),
        heads=heads,
        previous=previous,
        hash=digest(canonical([day.isoformat(), heads, previous])),
        made_at=now,
    )
