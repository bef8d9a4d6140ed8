"""Accepting many likely rows at once, after a person has judged a random sample of them."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from lianshu.audit.services import record, signature
from lianshu.authority import Actor, require
from lianshu.coverage.models import (
    BulkCheck,
    BulkRow,
    FirmList,
    LinkDecision,
    ListRow,
    RowCandidate,
    RowState,
)
from lianshu.coverage.rules import can_edit_list
from lianshu.coverage.services.campaigns import note_covered
from lianshu.coverage.services.deciding import decide_row, write_bulk
from lianshu.coverage.services.settling import resettle
from lianshu.records.errors import Conflict, DomainError

SAMPLE: Final = 30
"""Judged before anything is accepted; all of them where there are fewer."""
LEAST: Final = Decimal("0.5")


@transaction.atomic
def begin_check(
    *, actor: Actor, firm_list: FirmList, threshold: Decimal, seed: int, now: datetime
) -> BulkCheck:
    """The rows in the queue whose best candidate is probable enough, and a sample of them drawn
    with `seed`. Rows where a person and the comparison disagree are never among them."""
    require(can_edit_list(actor, firm_list))
    if not LEAST <= threshold <= 1:
        raise DomainError(_("概率请填 0.5 到 1 之间的数。"), field="threshold")
    likely = RowCandidate.objects.filter(
        rank=1,
        probability__gte=threshold,
        row__edition__firm_list=firm_list,
        row__state=RowState.REVIEW,
        row__conflict=False,
    )
    # One row for each name: what is decided holds for the same name of every edition.
    chosen: dict[str, RowCandidate] = {}
    for each in likely.select_related("row").order_by("row__edition__on", "row__number"):
        chosen[each.row.key] = each
    if not chosen:
        raise DomainError(
            _("队列里没有概率达到 %(least)s 的行，请调低，或逐行认定。") % {"least": threshold},
            field="threshold",
        )
    made = BulkCheck.objects.create(
        firm_list=firm_list,
        threshold=threshold,
        seed=seed,
        created_at=now,
        created_by_name=signature(actor),
    )
    keys = sorted(chosen)
    sampled = set(random.Random(seed).sample(keys, min(SAMPLE, len(keys))))  # noqa: S311
    BulkRow.objects.bulk_create(
        [
            BulkRow(
                check_of=made,
                row_id=chosen[key].row_id,
                organisation_id=chosen[key].organisation_id,
                sampled=key in sampled,
            )
            for key in keys
        ],
        batch_size=500,
    )
    return made


@transaction.atomic
def judge_sample(
    *, actor: Actor, check: BulkCheck, one: BulkRow, right: bool, now: datetime
) -> BulkRow:
    """Whether a sampled row is the firm it would be accepted as; a right one is decided by that."""
    require(can_edit_list(actor, check.firm_list))
    row = BulkRow.objects.select_for_update().get(pk=one.pk, check_of=check, sampled=True)
    if check.accepted_at is not None or row.right is not None:
        raise Conflict(_("这一行已经判断过了。"))
    row.right = right
    row.save(update_fields=["right"])
    if right:
        decide_row(actor=actor, row=one.row, entity=one.organisation, now=now)
    return row


@transaction.atomic
def accept_check(*, actor: Actor, check: BulkCheck, now: datetime) -> int:
    """Accept the rows that were not sampled and still wait for the same firm; how many."""
    require(can_edit_list(actor, check.firm_list))
    current = BulkCheck.objects.select_for_update().get(pk=check.pk)
    if current.accepted_at is not None:
        raise Conflict(_("这一批已经采纳过了。"))
    rows = BulkRow.objects.filter(check_of=current)
    if rows.filter(sampled=True, right__isnull=True).exists():
        raise Conflict(_("抽样还没有判断完。判断完每一条，看到差错率以后再采纳。"))
    accepted = []
    waiting = rows.filter(sampled=False, row__state=RowState.REVIEW, row__conflict=False)
    for one in waiting.select_related("row__edition__firm_list", "organisation"):
        best = RowCandidate.objects.filter(row=one.row, rank=1).first()
        if best is not None and best.organisation_id == one.organisation_id:
            write_bulk(actor, one.row, one.organisation, current, now)
            accepted.append(one.row.key)
    current.accepted_at, current.accepted_by_name = now, signature(actor)
    current.save(update_fields=["accepted_at", "accepted_by_name"])
    _apply(current.firm_list, accepted)
    errors = rows.filter(sampled=True, right=False).count()
    record(
        actor=actor,
        action="coverage.bulk_accepted",
        obj=current.firm_list,
        now=now,
        changes={
            "accepted": [None, len(accepted)],
            "errors": [None, f"{errors}/{rows.filter(sampled=True).count()}"],
        },
    )
    return len(accepted)


@transaction.atomic
def undo_check(*, actor: Actor, check: BulkCheck, now: datetime) -> int:
    """Take the accepted rows back to the queue; those judged one by one stay judged."""
    require(can_edit_list(actor, check.firm_list))
    current = BulkCheck.objects.select_for_update().get(pk=check.pk)
    if current.accepted_at is None or current.undone_at is not None:
        raise Conflict(_("这一批没有采纳，或已经撤销。"))
    decisions = LinkDecision.objects.filter(bulk=current, undone_at__isnull=True)
    keys = list(decisions.values_list("key", flat=True))
    decisions.update(undone_at=now, undone_by_name=signature(actor))
    current.undone_at = now
    current.save(update_fields=["undone_at"])
    _apply(current.firm_list, keys)
    record(
        actor=actor,
        action="coverage.bulk_undone",
        obj=current.firm_list,
        now=now,
        changes={"accepted": [len(keys), None]},
    )
    return len(keys)


def _apply(firm_list: FirmList, keys: Iterable[str]) -> None:
    rows = ListRow.objects.filter(edition__firm_list=firm_list, key__in=list(keys))
    resettle(firm_list, list(rows))
    note_covered(firm_list)
