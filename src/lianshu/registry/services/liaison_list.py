"""Writing lists of who serves whom, one served organisation on a row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from lianshu.authority import Actor
from lianshu.records.errors import DomainError
from lianshu.registry.models import Liaison, Organisation
from lianshu.registry.rules_chains import can_edit_liaison, care_of, no_assignment, no_liaisons
from lianshu.registry.services.liaisons import (
    AssignmentRow,
    LiaisonRow,
    assign_liaisons,
    create_liaisons,
    edit_liaison,
    plan_assignments,
)
from lianshu.registry.services.periods import RelationPlan, why_gone

Key = tuple[str, str, int]


@dataclass(frozen=True, slots=True)
class ListedService:
    """A liaison and one organisation it serves; `sender` is where the liaison comes from."""

    number: int
    kind: str
    name: str
    phone: str
    sender: Organisation
    served: Organisation
    valid_from: date | None = None

    @property
    def key(self) -> Key:
        """By what a liaison is known: kind, name and where it comes from."""
        return self.kind, self.name, self.sender.pk


def plan_services(*, actor: Actor, rows: Sequence[ListedService]) -> list[RelationPlan]:
    """What `save_services` would do with each row; writes nothing."""
    known = _known(rows)
    meant = [_meant(row, known) for row in rows]
    wanted = [
        AssignmentRow(liaison, row.served, row.valid_from)
        for row, (liaison, _reason) in zip(rows, meant, strict=True)
        if liaison is not None
    ]
    assigned = iter(plan_assignments(actor=actor, rows=wanted))
    newcomer = _newcomer(actor)
    return [
        RelationPlan("refused", reason)
        if reason
        else newcomer(row)
        if liaison is None
        else _with_phone(actor, next(assigned), liaison, row)
        for row, (liaison, reason) in zip(rows, meant, strict=True)
    ]


@transaction.atomic
def save_services(*, actor: Actor, rows: Sequence[ListedService], now: datetime) -> None:
    """Register liaisons that are new, fill in telephones that were missing, and assign."""
    known = _known(rows)
    new: dict[Key, LiaisonRow] = {}
    for row in rows:
        liaison, reason = _meant(row, known)
        if reason:
            raise DomainError(reason)
        if liaison is None:
            listed = new.setdefault(row.key, LiaisonRow(row.kind, row.name, row.sender, row.phone))
            if not listed.phone:
                new[row.key] = replace(listed, phone=row.phone)
        elif row.phone and not liaison.phone:
            edit_liaison(actor=actor, liaison=liaison, changes={"phone": row.phone}, now=now)
    if new:
        created = create_liaisons(actor=actor, rows=list(new.values()), now=now)
        for key, liaison in zip(new, created, strict=True):
            known[key] = [liaison]
    wanted = []
    for row in rows:
        liaison, _reason = _meant(row, known)
        assert liaison is not None
        wanted.append(AssignmentRow(liaison, row.served, row.valid_from))
    assign_liaisons(actor=actor, rows=wanted, now=now)


def _known(rows: Sequence[ListedService]) -> dict[Key, list[Liaison]]:
    """Liaisons in office that the rows may mean."""
    found: dict[Key, list[Liaison]] = defaultdict(list)
    senders, names = {row.sender.pk for row in rows}, {row.name for row in rows}
    stored = Liaison.objects.filter(
        valid_to__isnull=True, organisation__in=senders, name__in=names
    ).select_related("organisation__region", "region", "chain")
    for each in stored:
        found[each.kind, each.name, each.organisation_id].append(each)
    return found


def _meant(row: ListedService, known: dict[Key, list[Liaison]]) -> tuple[Liaison | None, str]:
    """The liaison in office that the row names, or none, or why it cannot be told."""
    namesakes = known.get(row.key, [])
    if row.phone:
        same = [each for each in namesakes if each.phone == row.phone]
        namesakes = same or [each for each in namesakes if not each.phone] or namesakes
    if not namesakes:
        return None, ""
    if len(namesakes) > 1:
        return None, _("“%(sender)s”有 %(count)d 位同名的%(name)s，请写明电话。") % {
            "sender": row.sender.name,
            "count": len(namesakes),
            "name": row.name,
        }
    [liaison] = namesakes
    if row.phone and liaison.phone and liaison.phone != row.phone:
        return None, _(
            "%(name)s登记的是另一个电话。换了号码的，请先在专员页面修改；同名的另一位，请先登记。"
        ) % {"name": row.name}
    return liaison, ""


def _newcomer(actor: Actor) -> Callable[[ListedService], RelationPlan]:
    """Judges rows whose liaison is not registered yet."""
    cares = care_of(actor)

    def plan(row: ListedService) -> RelationPlan:
        reason = why_gone(row.sender) or why_gone(row.served)
        if not reason and row.sender.pk == row.served.pk:
            reason = _("服务单位和派出单位是同一家“%(name)s”，请核对。") % {"name": row.sender.name}
        if not reason and not cares(row.sender.region_id, None):
            reason = no_liaisons(row.sender.region, None)
        if not reason and not cares(row.served.region_id, row.served.chain_id):
            reason = no_assignment(row.served)
        return RelationPlan("refused", reason) if reason else RelationPlan("create")

    return plan


def _with_phone(
    actor: Actor, plan: RelationPlan, liaison: Liaison, row: ListedService
) -> RelationPlan:
    """A telephone that was missing makes a row that says nothing else a change."""
    if plan.action == "refused" or liaison.phone or not row.phone:
        return plan
    verdict = can_edit_liaison(actor, liaison)
    if not verdict.allowed:
        return RelationPlan("refused", verdict.reason)
    return RelationPlan("change") if plan.action == "same" else plan
