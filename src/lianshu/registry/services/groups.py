"""Writing who belongs to an alliance, association or community."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from lianshu.audit.services import record, record_many
from lianshu.authority import Actor, require
from lianshu.records.errors import Conflict, DomainError
from lianshu.registry.models import (
    GROUP_KINDS,
    Affiliation,
    AffiliationRole,
    Organisation,
)
from lianshu.registry.rules_chains import can_keep_group
from lianshu.registry.services.periods import (
    Periods,
    RelationPlan,
    check_order,
    end_row,
    raise_first,
    why_gone,
)

MOST_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class AffiliationRow:
    """An organisation in an alliance, association or community, to be written."""

    group: Organisation
    organisation: Organisation
    role: str
    valid_from: date | None = None
    valid_to: date | None = None


@transaction.atomic
def add_affiliation(
    *,
    actor: Actor,
    group: Organisation,
    organisation: Organisation,
    role: str,
    now: datetime,
    valid_from: date | None = None,
) -> Affiliation:
    """The organisation belongs to the group in this role since `valid_from`."""
    require(can_keep_group(actor, group))
    row = AffiliationRow(group, organisation, role, valid_from)
    if (error := _why_not(row)) is not None:
        raise error
    Organisation.objects.select_for_update().get(pk=group.pk)  # one after another
    plan = _known([row]).plan(_key(row), row, _in_words(row))
    if plan.action == "same":
        raise DomainError(
            _("%(what)s已经登记过了。") % {"what": _in_words(row)}, field="organisation"
        )
    if plan.action == "refused":
        raise DomainError(plan.reason, field="valid_from")
    affiliation = Affiliation.objects.create(
        group=group, organisation=organisation, role=role, valid_from=valid_from
    )
    record(actor=actor, action="affiliation.added", obj=affiliation, now=now, changes=_changes(row))
    return affiliation


@transaction.atomic
def end_affiliation(
    *, actor: Actor, affiliation: Affiliation, on: date, now: datetime
) -> Affiliation:
    """It belongs to the group until `on` (excluded)."""
    require(can_keep_group(actor, affiliation.group))
    return end_row(actor=actor, row=affiliation, on=on, action="affiliation.ended", now=now)


@transaction.atomic
def add_affiliations(*, actor: Actor, rows: Sequence[AffiliationRow], now: datetime) -> int:
    """Many at once, all or none; what is there already is left alone. Returns how many are new."""
    groups = {row.group.pk: row.group for row in rows}
    for group in groups.values():
        require(can_keep_group(actor, group))
    list(Organisation.objects.select_for_update().filter(pk__in=groups))
    known = _known(rows)
    plans = []
    for row in rows:
        error = _why_not(row)
        plans.append(
            known.plan(_key(row), row, _in_words(row))
            if error is None
            else RelationPlan("refused", error.message)
        )
    raise_first(plans)
    new = [row for row, plan in zip(rows, plans, strict=True) if plan.action == "create"]
    try:
        added = Affiliation.objects.bulk_create(
            [
                Affiliation(
                    group=row.group,
                    organisation=row.organisation,
                    role=row.role,
                    valid_from=row.valid_from,
                    valid_to=row.valid_to,
                )
                for row in new
            ],
            batch_size=MOST_AT_ONCE,
        )
    except IntegrityError as error:
        raise Conflict(_("这些单位的成员关系刚刚有人改动，请重试。")) from error
    record_many(
        actor=actor,
        action="affiliation.added",
        objects=added,
        changes=[_changes(row) for row in new],
        now=now,
    )
    return len(added)


def _key(row: AffiliationRow) -> tuple[int, int, str]:
    return row.group.pk, row.organisation.pk, str(row.role)


def _known(rows: Sequence[AffiliationRow]) -> Periods:
    groups = {row.group.pk for row in rows}
    stored = Affiliation.objects.filter(group__in=groups)
    return Periods(((each.group_id, each.organisation_id, each.role), each) for each in stored)


def _why_not(row: AffiliationRow) -> DomainError | None:
    if row.group.kind not in GROUP_KINDS:
        return DomainError(
            _("“%(name)s”是%(kind)s，不是联盟、协会或社区，没有成员单位可登记。")
            % {"name": row.group.name, "kind": row.group.get_kind_display()},
            field="group",
        )
    if row.group.pk == row.organisation.pk:
        return DomainError(
            _("“%(name)s”不能加入它自己，请另选单位。") % {"name": row.group.name},
            field="organisation",
        )
    if row.role not in AffiliationRole.values:
        return DomainError(
            _("不认识的角色“%(role)s”，请重新选择。") % {"role": row.role}, field="role"
        )
    if reason := why_gone(row.group) or why_gone(row.organisation):
        return DomainError(reason, field="organisation")
    try:
        check_order(row)
    except DomainError as error:
        return error
    return None


def _in_words(row: AffiliationRow) -> str:
    return _("“%(name)s”在“%(group)s”的“%(role)s”") % {
        "name": row.organisation.name,
        "group": row.group.name,
        "role": AffiliationRole(row.role).label,
    }


def _changes(row: AffiliationRow) -> dict[str, Any]:
    return {
        "role": [None, str(AffiliationRole(row.role).label)],
        "valid_from": [None, row.valid_from and str(row.valid_from)],
    }
