"""A person says which firm a row is; what was said can be taken back and is never lost."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from lianshu.audit.services import record, signature
from lianshu.authority import Actor, require
from lianshu.coverage.models import BulkCheck, FirmList, LinkDecision, ListRow, RowCandidate
from lianshu.coverage.rules import can_edit_list
from lianshu.coverage.services.campaigns import note_covered
from lianshu.coverage.services.settling import resettle
from lianshu.records.errors import Conflict, DomainError
from lianshu.registry.models import Organisation


@transaction.atomic
def decide_row(
    *, actor: Actor, row: ListRow, entity: Organisation | None, now: datetime
) -> LinkDecision:
    """The row is this organisation, or (None) nobody registered; also in every other edition."""
    firm_list = row.edition.firm_list
    require(can_edit_list(actor, firm_list))
    if entity is not None and entity.merged_into_id is not None:
        raise DomainError(
            _("“%(name)s”已并入别的单位，请选它并入的那一家。") % {"name": entity.name}
        )
    made = _write(actor, row, entity, now)
    _apply(firm_list, row.key)
    record(
        actor=actor,
        action="coverage.decided",
        obj=firm_list,
        now=now,
        changes={
            "row": [None, str(row)],
            "entity": [None, _("未登记") if entity is None else entity.name],
        },
    )
    return made


@transaction.atomic
def undo_decision(*, actor: Actor, row: ListRow, now: datetime) -> ListRow:
    """Take the newest decision about the row back: the one before it holds again, else what the
    comparison found. Raises `Conflict` where there is none."""
    firm_list = row.edition.firm_list
    require(can_edit_list(actor, firm_list))
    standing = LinkDecision.objects.select_for_update().filter(
        firm_list=firm_list, key=row.key, undone_at__isnull=True
    )
    newest = standing.order_by("-pk").first()
    if newest is None:
        raise Conflict(_("“%(name)s”没有可以撤销的人工认定。") % {"name": row})
    newest.undone_at, newest.undone_by_name = now, signature(actor)
    newest.save(update_fields=["undone_at", "undone_by_name"])
    _apply(firm_list, row.key)
    record(
        actor=actor,
        action="coverage.undone",
        obj=firm_list,
        now=now,
        changes={"row": [str(row), None]},
    )
    return ListRow.objects.get(pk=row.pk)


def _write(
    actor: Actor,
    row: ListRow,
    entity: Organisation | None,
    now: datetime,
    bulk: BulkCheck | None = None,
) -> LinkDecision:
    seen = RowCandidate.objects.filter(row=row).values_list("organisation_id", flat=True)
    return LinkDecision.objects.create(
        firm_list=row.edition.firm_list,
        key=row.key,
        row=row,
        entity=entity,
        seen=list(seen),
        bulk=bulk,
        at=now,
        by_name=signature(actor),
    )


def write_bulk(
    actor: Actor, row: ListRow, entity: Organisation, bulk: BulkCheck, now: datetime
) -> LinkDecision:
    """One of many decisions after a sample; the caller has asked the rule and applies them."""
    return _write(actor, row, entity, now, bulk)


def _apply(firm_list: FirmList, key: str) -> None:
    rows = ListRow.objects.filter(edition__firm_list=firm_list, key=key)
    resettle(firm_list, list(rows))
    note_covered(firm_list)
