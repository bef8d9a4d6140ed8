"""Who makes what: added by lists, stated by firms, each later statement superseding the one before.

What a firm says of itself stands until it says something else: lists do not overwrite it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final, Literal

from django.db import transaction
from django.utils.translation import gettext as _

from lianshu.audit.services import record, signature
from lianshu.authority import Actor, require
from lianshu.chainmap.models import (
    MakerRelation,
    MapRevision,
    OutsideMaker,
    RelationSource,
    Visibility,
)
from lianshu.chainmap.rules import can_edit_map, can_state
from lianshu.chainmap.services.products import products_named
from lianshu.chainmap.services.revision import bump
from lianshu.engine.chains import trimmed
from lianshu.records.errors import DomainError
from lianshu.registry.models import Organisation

BATCH: Final = 500
Outcome = Literal["create", "change", "same", "refused"]


@dataclass(frozen=True, slots=True)
class MakerRow:
    """One statement that a firm makes a product; `makes` False says that it does not."""

    firm: Organisation | OutsideMaker
    product: str
    share: Decimal | None = None
    source: str = RelationSource.PUBLIC
    visibility: str = Visibility.PUBLIC
    stated_on: date | None = None
    note: str = ""
    makes: bool = True

    @property
    def key(self) -> tuple[str, int, str]:
        """Whose statement about which product."""
        side = "organisation" if isinstance(self.firm, Organisation) else "outside"
        return side, self.firm.pk, trimmed(self.product)


@dataclass(frozen=True, slots=True)
class MakerPlan:
    """What writing a row would do."""

    action: Outcome
    reason: str = ""
    before: MakerRelation | None = None


def plan_makers(rows: Sequence[MakerRow]) -> list[MakerPlan]:
    """What writing each row would do; writes nothing."""
    there = _current(rows)
    return [_plan(row, there.get(row.key)) for row in rows]


def _plan(row: MakerRow, before: MakerRelation | None) -> MakerPlan:
    if before is None:
        return MakerPlan("create")
    if before.source == RelationSource.STATED and row.source != RelationSource.STATED:
        if before.makes == row.makes:
            return MakerPlan("same", before=before)
        reason = _("“%(firm)s”自己说明过是否生产“%(product)s”，清单不覆盖企业说明。") % {
            "firm": row.firm.name,
            "product": trimmed(row.product),
        }
        return MakerPlan("refused", reason, before)
    said = (before.makes, before.share, before.source, before.visibility, before.note)
    if said == (row.makes, row.share, row.source, row.visibility, row.note):
        return MakerPlan("same", before=before)
    return MakerPlan("change", before=before)


def _current(rows: Sequence[MakerRow]) -> dict[tuple[str, int, str], MakerRelation]:
    found: dict[tuple[str, int, str], MakerRelation] = {}
    for side in ("organisation", "outside"):
        keys = sorted({row.firm.pk for row in rows if row.key[0] == side})
        for at in range(0, len(keys), BATCH):
            statements = MakerRelation.objects.filter(
                superseded_at__isnull=True, **{f"{side}__in": keys[at : at + BATCH]}
            ).select_related("product")
            for each in statements:
                found[side, getattr(each, f"{side}_id"), each.product.name] = each
    return found


@transaction.atomic
def save_makers(*, actor: Actor, rows: Sequence[MakerRow], now: datetime) -> int:
    """Write statements from a list; how many were new or changed. Refused rows are left alone:
    `plan_makers` told of them. Raises `Refusal`."""
    require(can_edit_map(actor))
    written = _write(actor, rows, now)
    if written:
        mark = MapRevision.objects.get(pk=1)
        changes = {"makers": [None, written]}
        record(actor=actor, action="chainmap.makers_added", obj=mark, now=now, changes=changes)
    return written


@transaction.atomic
def state_maker(*, actor: Actor, row: MakerRow, now: datetime) -> MakerRelation:
    """A firm says what it makes, or that it does not make what the map says. Raises `Refusal`."""
    firm = row.firm
    if not isinstance(firm, Organisation):
        raise DomainError(_("外地企业的生产关系由清单导入。"))
    require(can_state(actor, firm))
    if row.source != RelationSource.STATED:
        raise DomainError(_("企业自己的说明，来源只能是“企业说明”。"))
    if row.share is not None and not 0 <= row.share <= 1:
        raise DomainError(_("收入占比请填 0 到 100 之间的百分数。"), field="share")
    _write(actor, [row], now)
    current = MakerRelation.objects.select_related("product").get(
        organisation=firm, product__name=trimmed(row.product), superseded_at__isnull=True
    )
    action = "chainmap.maker_stated" if row.makes else "chainmap.maker_removed"
    changes = {"product": [None, current.product.name]}
    record(actor=actor, action=action, obj=firm, now=now, changes=changes)
    return current


def _write(actor: Actor, rows: Sequence[MakerRow], now: datetime) -> int:
    rows = list({row.key: row for row in rows}.values())
    planned = zip(rows, plan_makers(rows), strict=True)
    chosen = [(row, plan) for row, plan in planned if plan.action in ("create", "change")]
    if not chosen:
        return 0
    products = products_named(row.product for row, _plan in chosen)
    replaced = [plan.before for _row, plan in chosen if plan.before is not None]
    for before in replaced:
        before.superseded_at = now
    MakerRelation.objects.bulk_update(replaced, ["superseded_at"], batch_size=BATCH)
    name = signature(actor)
    made = MakerRelation.objects.bulk_create(
        [
            MakerRelation(
                **{row.key[0]: row.firm},
                product=products[trimmed(row.product)],
                makes=row.makes,
                share=row.share,
                source=row.source,
                visibility=row.visibility,
                stated_on=row.stated_on or now.date(),
                note=row.note,
                recorded_at=now,
                recorded_by_name=name,
            )
            for row, _plan in chosen
        ],
        batch_size=BATCH,
    )
    for (_row, plan), after in zip(chosen, made, strict=True):
        if plan.before is not None:
            plan.before.superseded_by = after
    MakerRelation.objects.bulk_update(replaced, ["superseded_by"], batch_size=BATCH)
    bump(now)
    return len(made)


@transaction.atomic
def save_outside(
    *, actor: Actor, code: str, name: str, place: str = "", now: datetime
) -> OutsideMaker:
    """A firm elsewhere by its code; a later name and place replace the earlier ones."""
    require(can_edit_map(actor))
    code, name = code.strip(), name.strip()
    if not code or not name:
        raise DomainError(_("外地企业要有代码和名称。"), field="name")
    found = OutsideMaker.objects.filter(code=code).first() or OutsideMaker(code=code)
    if (found.name, found.place) != (name, place):
        found.name, found.place = name, place
        found.save()
        bump(now)
    return found
